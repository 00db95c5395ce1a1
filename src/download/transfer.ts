/** The course of one download: from what is there to what is complete, whatever the server answers. */

import { callbackFailure, lateFailure } from '../call/callbacks.ts';
import { BodyError, isNetworkError, isResponseError, ResponseError } from '../message/errors.ts';
import { maskUrl } from '../message/redact.ts';
import type { HttpResponse } from '../message/response.ts';
import { isThenable } from '../runtime/kind-of.ts';
import { parseContentRange } from '../semantics/content-range.ts';
import { bufferedChunks } from './buffered-chunks.ts';
import { type DigestCheck, digestsOf, firstMismatch } from './digests.ts';
import type { DownloadResult, DownloadSettings } from './download-options.ts';
import { type Leave, parallel } from './in-parallel.ts';
import type { PartialFile, PartState } from './partial-file.ts';
import {
  canSegment,
  changeOf,
  faultOfPart,
  isOnlyRest,
  partOf,
  type Range,
  segmentsOf,
  strongValidators,
} from './range-policy.ts';
import type { Answer, RangeRequests } from './range-requests.ts';

/** A file on its way. */
interface Ongoing extends PartState {
  total: number | undefined;
  readonly ranges: Range[];
  /** Can be put together with what a later request brings. */
  readonly canGoOn: boolean;
  /** What was there before counts. */
  resumed: boolean;
  head: HttpResponse | undefined;
  /** An absent end is the file's. */
  readonly checks: (Omit<DigestCheck, 'end'> & { readonly end: number | undefined })[];
}

/** Why a range was not filled: nothing to save came, or all begins anew, perhaps with an answer that is there already. */
type Turn = { readonly refused: HttpResponse } | { readonly refused?: undefined; readonly whole?: Answer };

/** A range on its way, and what the segments beside it have to do. */
interface Segment {
  range: Range;
  readonly leave: Leave;
  /** Ranges that no segment has taken. */
  readonly pending: Range[];
  readonly isParallel: boolean;
}

/** Nothing of what is there can be used, and no answer is at hand: ask for the whole file. */
const ANEW: Turn = {};
/** What servers say to one connection too many. */
const TOO_MANY: ReadonlySet<number> = new Set([429, 503]);
/** Successes that bring nothing (RFC 9110 sections 15.3.5 and 15.3.6). */
const EMPTY: ReadonlySet<number> = new Set([204, 205]);
/** Bytes of an answer that is not saved which stay readable. */
const KEPT = 65_536;

/**
 * Fills the missing ranges of one file: one after the other, or several at a time. Each answer is checked against what
 * was asked for and against what is there already; bytes of two versions of a file are never put together.
 */
export class Transfer {
  readonly #file: PartialFile;
  readonly #settings: DownloadSettings;
  readonly #requests: RangeRequests;
  /** Connections at a time. Falls to 1 when the server proves that it does not serve ranges as it said. */
  #segments: number;
  /** Ends the requests under way when one segment has failed; a new one for each round. */
  #stop = new AbortController();

  constructor(file: PartialFile, settings: DownloadSettings, requests: RangeRequests) {
    this.#file = file;
    this.#settings = settings;
    this.#requests = requests;
    this.#segments = settings.segments;
  }

  /**
   * Each turn of the loop fills what is missing; a turn that finds that all must begin anew starts the next one with
   * nothing.
   */
  async run(): Promise<DownloadResult> {
    let state = await this.#left();
    let given: Answer | undefined;
    for (;;) {
      let first: HttpResponse | undefined;
      if (state === undefined) {
        const answer = given ?? (await this.#requests.whole(this.#stop.signal));
        first = answer.response;
        if (!first.ok) return this.#refused(first);
        if (EMPTY.has(first.status) && this.#settings.digests.size === 0) return this.#refused(first);
        if (EMPTY.has(first.status))
          throw await this.#rangeError(first, `it is a ${first.status}, which has no content`);
        if (first.status === 206) throw await this.#rangeError(first, 'nobody asked for a part');
        const part = partOf(first);
        if (part !== undefined) throw await this.#rangeError(first, `the whole was asked for, and ${part}`);
        state = this.#beginWith(answer);
      }
      const turn = await this.#fill(state, first);
      if (turn === undefined) return this.#finish(state);
      if (turn.refused !== undefined) return this.#refused(turn.refused);
      given = turn.whole;
      state = undefined;
    }
  }

  /** What an earlier call has left. */
  async #left(): Promise<Ongoing | undefined> {
    if (!this.#settings.resume) return undefined;
    const left = await this.#file.load(this.#url);
    if (left === undefined) return undefined;
    const ranges = left.ranges as Range[];
    return { ...left, ranges, canGoOn: true, resumed: true, head: undefined, checks: this.#wantedDigests() };
  }

  /**
   * The state of a download that begins with this answer. A decoded body has no known length and no validators: its
   * bytes are not those that the server counts.
   */
  #beginWith({ response, isDecoded }: Answer): Ongoing {
    const length = response.headers.get('content-length');
    const total = isDecoded || length === null ? undefined : Number(length);
    const validators = isDecoded ? {} : strongValidators(response.headers);
    // Segments need a strong ETag, since their parts come from several answers.
    const isSegmented = this.#segments > 1 && canSegment(response.headers, total, validators);
    const state: Ongoing = {
      url: this.#url,
      ...validators,
      total,
      ranges: isSegmented ? segmentsOf(total!, this.#segments) : [{ at: 0, end: total }],
      canGoOn: validators.etag !== undefined || validators.lastModified !== undefined,
      resumed: false,
      head: response,
      checks: this.#wantedDigests(),
    };
    if (!isDecoded) this.#noteDigests(state, response, 'content-digest', 0, undefined);
    if (!isDecoded) this.#noteDigests(state, response, 'repr-digest', 0, undefined);
    this.#file.begin(state);
    return state;
  }

  /** Fills what is missing. @param first the answer that begins with the first range */
  async #fill(state: Ongoing, first: HttpResponse | undefined): Promise<Turn | undefined> {
    const isMissing = ({ at, end }: Range): boolean => end === undefined || at < end;
    const pending = first === undefined ? state.ranges.filter(isMissing) : [...state.ranges];
    // All is there but the name: the server says whether it is still the same file.
    if (pending.length === 0) pending.push({ at: state.total ?? 0, end: undefined });
    const segments = Math.min(this.#segments, pending.length);
    let given = first;
    const fetch = (range: Range, leave: Leave): Promise<Turn | undefined> => {
      const response = given;
      given = undefined;
      return this.#fetch(state, { range, leave, pending, isParallel: segments > 1 }, response);
    };
    const turn = await parallel(pending, segments, fetch, () => this.#stop.abort());
    if (segments > 1 && turn !== undefined) {
      this.#segments = 1;
      this.#stop = new AbortController();
    }
    return turn;
  }

  /** Fills one range, with as many requests as it takes. */
  async #fetch(state: Ongoing, segment: Segment, first: HttpResponse | undefined): Promise<Turn | undefined> {
    for (let given = first; ; given = undefined) {
      // The answer at hand, else a request for what is missing of the range.
      const found = given ?? (await this.#partOrLeave(state, segment));
      if (found === undefined || !('headers' in found)) return found;
      // The head of the first answer is the one that the caller gets.
      state.head ??= found;
      const start = segment.range.at;
      const upTo = given === undefined ? parseContentRange(found.headers.get('content-range'))?.end : segment.range.end;
      try {
        await this.#receive(found, segment, upTo, given !== undefined, state);
      } catch (error) {
        // Waits as `retry` says, or throws. Bytes that came before the failure are on disk, and `range.at` stands
        // behind them.
        await this.#requests.recover(error, found);
        if (!state.canGoOn) return ANEW;
        state.resumed = true;
        continue;
      }
      const { range } = segment;
      if (given === undefined) this.#noteDigests(state, found, 'content-digest', start, range.at);
      range.end ??= range.at;
      // RFC 9110 section 15.3.7: a server may send less than it was asked for.
      if (range.at >= range.end) return undefined;
      if (range.at === start) throw await this.#rangeError(found, 'it is empty');
    }
  }

  /**
   * Asks for a range, and leaves it to the other segments when the server takes no more connections. The last segment asks
   * again, as there is room now.
   */
  async #partOrLeave(state: Ongoing, segment: Segment): Promise<HttpResponse | Turn | undefined> {
    if (!segment.isParallel) return this.#part(state, segment.range, false, true);
    try {
      const found = await this.#part(state, segment.range, true, false);
      const refused = found !== undefined && 'refused' in found ? found.refused : undefined;
      if (refused === undefined || !TOO_MANY.has(refused.status)) return found;
      await refused.discard();
    } catch (error) {
      const isRefused = isNetworkError(error) || (isResponseError(error) && TOO_MANY.has(error.response.status));
      if (!isRefused) throw error;
    }
    return segment.leave() ? undefined : this.#part(state, segment.range, true, true);
  }

  /** Asks for a range. The answer that has it, a turn, or nothing because there is nothing behind what is there. */
  async #part(
    state: Ongoing,
    range: Range,
    isParallel: boolean,
    isRetried: boolean,
  ): Promise<HttpResponse | Turn | undefined> {
    const answer = await this.#requests.part(range, state, this.#stop.signal, isRetried);
    const { response } = answer;
    const told = parseContentRange(response.headers.get('content-range'));
    // RFC 9110 section 13.1.5: `If-Range` should prevent this, and not every server knows it.
    const isChanged = changeOf(state, response, told?.total) !== undefined;
    if (response.status === 206) {
      const fault = faultOfPart(range, response);
      if (fault !== undefined && !isParallel) throw await this.#rangeError(response, fault);
      if (fault === undefined && !isChanged && !this.#isCoded(response)) {
        state.total ??= told?.total;
        range.end ??= state.total;
        this.#noteDigests(state, response, 'repr-digest', 0, undefined);
        return response;
      }
    } else if (response.status === 416) {
      // RFC 9110 section 15.5.17: a 416 names the length. When it is what is there, nothing was missing.
      if (told !== undefined && told.start === undefined && told.total === range.at && !isChanged) {
        await response.discard();
        state.head ??= response;
        range.end = range.at;
        return undefined;
      }
    } else if (!response.ok) return { refused: response };
    else if (EMPTY.has(response.status)) {
      throw await this.#rangeError(response, `it is a ${response.status}, which has no content`);
    } else if (!isParallel && partOf(response) === undefined && !isOnlyRest(state, response)) return { whole: answer };
    await response.discard();
    return ANEW;
  }

  /**
   * Saves the body of one answer.
   * @param upTo where it ends by its head, `undefined` when it does not say
   * @param isWhole it is an answer with the whole file
   */
  async #receive(
    response: HttpResponse,
    segment: Segment,
    upTo: number | undefined,
    isWhole: boolean,
    state: Ongoing,
  ): Promise<void> {
    // The first of several ranges is the beginning of an answer with all of them.
    const isCut = isWhole && state.ranges.length > 1;
    let end = upTo;
    const truncated = (): BodyError => {
      const fact = `the body ended at byte ${segment.range.at}${end === undefined ? '' : ` of ${end}`}`;
      return new BodyError(fact, { ...this.#of(response), code: 'ERR_BODY_TRUNCATED' });
    };
    for await (const chunk of bufferedChunks(response, truncated)) {
      let rest = chunk;
      while (rest.byteLength > 0) {
        const room = end === undefined ? rest.byteLength : end - segment.range.at;
        if (rest.byteLength > room && !isCut) {
          const fact = `the body has more bytes than the ${room} that were announced`;
          throw new BodyError(fact, { ...this.#of(response), code: 'ERR_BODY_FRAMING' });
        }
        await this.#save(rest.subarray(0, room), segment.range, state, response);
        rest = rest.subarray(room);
        if (!isCut || segment.range.at !== end) continue;
        // A range that nobody else could fetch is behind it in this very answer.
        const next = segment.pending.findIndex(({ at }) => at === end);
        if (next === -1) return;
        segment.range = segment.pending.splice(next, 1)[0]!;
        end = segment.range.end;
      }
    }
    if (end !== undefined && segment.range.at < end) throw truncated();
  }

  /**
   * In this order: on disk, counted, recorded, told. A process that ends in between has counted too little and never
   * too much.
   */
  async #save(bytes: Uint8Array, range: Range, state: Ongoing, response: HttpResponse): Promise<void> {
    await this.#file.write(bytes, range.at, response);
    range.at += bytes.byteLength;
    await this.#file.wrote(bytes.byteLength, response);
    await this.#report(state, response);
  }

  /** Calls `progress` with all bytes of the file that are there, those of earlier calls among them. */
  async #report({ ranges, total }: Ongoing, response: HttpResponse): Promise<void> {
    const { progress } = this.#requests.options;
    if (!progress) return;
    const missing = ranges.reduce((sum, { at, end }) => sum + (end === undefined ? 0 : end - at), 0);
    const transferred = total === undefined ? ranges[0]!.at : total - missing;
    const { request } = this.#requests;
    let told: unknown;
    try {
      told = progress({ direction: 'download', transferred, total });
    } catch (cause) {
      throw callbackFailure('progress', cause, request, response);
    }
    if (isThenable(told)) await lateFailure('progress', told, request, response);
  }

  /** All bytes are there: they get their name once every digest that is known has been checked. */
  async #finish(state: Ongoing): Promise<DownloadResult> {
    const head = state.head!;
    const bytes = state.total ?? state.ranges[0]!.at;
    const handle = await this.#file.complete(head);
    const checks = state.checks.map((check) => ({ ...check, end: check.end ?? bytes }));
    const wrong = await firstMismatch(handle, checks);
    if (wrong !== undefined) {
      // To go on from wrong bytes would never end.
      await this.#file.remove();
      const fact = `what came is damaged: ${wrong.source} says ${wrong.name} ${wrong.hex}, and it has ${wrong.found}`;
      throw new BodyError(fact, { ...this.#of(head), code: 'ERR_BODY_DIGEST' });
    }
    await this.#file.publish(head);
    const { path } = this.#file;
    return { response: head.with({ sink: path }), path, bytes, resumed: state.resumed };
  }

  /** An answer that is not saved: the beginning of its body stays readable, and its connection is free. */
  async #refused(response: HttpResponse): Promise<DownloadResult> {
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of response) {
      chunks.push(chunk);
      length += chunk.byteLength;
      if (length >= KEPT) break;
    }
    const body = Buffer.concat(chunks).subarray(0, KEPT);
    return { response: response.with({ body }), path: this.#file.path, bytes: 0, resumed: false };
  }

  /** Notes what a header says a part of the file hashes to. */
  #noteDigests(state: Ongoing, { headers }: HttpResponse, field: string, start: number, end: number | undefined): void {
    for (const { name, hex } of digestsOf(headers, field)) {
      state.checks.push({ name, hex, start, end, source: field.replace(/\b[a-z]/g, (letter) => letter.toUpperCase()) });
    }
  }

  /** What the caller's `digest` option wants of the whole file. */
  #wantedDigests(): Ongoing['checks'] {
    return [...this.#settings.digests].map(([name, hex]) => {
      return { name, hex, start: 0, end: undefined, source: 'the digest option' };
    });
  }

  /** A part of coded bytes cannot be decoded. */
  #isCoded({ headers }: HttpResponse): boolean {
    const { decodeContent } = this.#requests.options;
    if (decodeContent === false || decodeContent === null) return false;
    return !/^(?:identity)?$/i.test(headers.get('content-encoding')?.trim() ?? '');
  }

  /** The error for an answer that contradicts the request or itself, whose body is let go of. */
  async #rangeError(response: HttpResponse, why: string): Promise<ResponseError> {
    await response.discard();
    const what = response.status === 206 ? 'with a part (206) that' : `${response.status} with what`;
    const fact = `the server answered ${what} is not what it was asked for: ${why}; resume: false starts anew`;
    return new ResponseError(fact, { ...this.#of(response), code: 'ERR_RANGE' });
  }

  /** Request and response for an error; without the body, which is the file's. */
  #of(response: HttpResponse): { response: HttpResponse; request: HttpResponse['request'] } {
    const head = response.with({ body: null });
    return { response: head, request: response.request ?? this.#requests.request };
  }

  /** As the record has it: secrets masked. */
  get #url(): string {
    const { url, call } = this.#requests.request;
    return maskUrl(url, call?.redact);
  }
}
