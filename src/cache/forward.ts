/**
 * Sends a request on to the origin for the cache: with a condition about what is stored, if there is something (RFC 9111
 * section 4.3), and stores what comes.
 */
import { announce } from '../call/callbacks.ts';
import { isStopReason } from '../call/caller-stop.ts';
import { copyOf } from '../message/bytes.ts';
import type { CacheFacts } from '../message/cache-facts.ts';
import { isConnectError, isNetworkError, isTimeoutError } from '../message/errors.ts';
import { HttpHeaders } from '../message/headers.ts';
import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import { extendOptions } from '../options/option-record.ts';
import type { RequestOptions } from '../options/options.ts';
import { hasNoContent, responseLimit } from '../semantics/response-limit.ts';
import { answerFrom } from './answer.ts';
import { keyUrl } from './cache-key.ts';
import { mayServeStale, timesOf } from './cache-policy.ts';
import { type CacheEntry, fieldOf } from './entry.ts';
import { alreadyRead, exactBytes } from './exact-bytes.ts';
import type { Inquiry } from './inquiry.ts';
import { forgetAfter } from './invalidation.ts';
import { combined, isPart, isRest, partBefore, type Rest, restOf, restRequest } from './parts.ts';
import { isInPart } from './ranges.ts';
import type { Found, Sending, StoredAnswers } from './stored-answers.ts';
import { isForAll, mayStore, storedFields, varyNames } from './storing.ts';
import { type ReadingOn, teed } from './tee.ts';
import { conditionalRequest, confirmed, isAbout, isConditional, isSameHead } from './validation.ts';

/** What the parts of a cache share. */
export interface CacheParts {
  readonly answers: StoredAnswers;
  readonly shared: boolean;
  /** Bytes of a body. */
  readonly maxEntrySize: number;
  count(what: CacheFacts['status'] | 'stored'): void;
  /** Takes the reading of an answer that will be stored under the key of its request. It does not reject. */
  behind(reading: Promise<void>, key: string): void;
}

/**
 * When the request was sent and the head of its answer came, in milliseconds since 1970. Both are needed for the age of
 * the answer (RFC 9111 section 4.2.3).
 */
interface Times {
  readonly requestedAt: number;
  readonly receivedAt: number;
}

/** Bytes of a body that nobody reads, such as a redirect's, which are read for the sake of the store. */
const SHORT = 65_536;
/** Statuses in place of which a stale answer may be given (RFC 5861 section 4). */
const ERRORS: ReadonlySet<number> = new Set([500, 502, 503, 504]);

/**
 * One request to the origin on behalf of the cache. It ends in one of four ways: the stored answer is confirmed,
 * completed by its missing part, replaced, or given stale because the origin fails.
 */
export class Forward {
  readonly #parts: CacheParts;
  readonly #inquiry: Inquiry;
  readonly #found: Found | undefined;
  /** The stored answer, where it can be the one to this request: a part may not hold what is asked for. */
  readonly #usable: CacheEntry | undefined;
  /**
   * While it is open, an invalidation of the URL is noted in it: what this request brings is then outdated and not
   * stored.
   */
  readonly #sending: Sending;
  /** The body is still being read; its end ends the sending. */
  #isOpen = false;

  constructor(parts: CacheParts, inquiry: Inquiry, found: Found | undefined) {
    this.#parts = parts;
    this.#inquiry = inquiry;
    this.#found = found;
    const entry = found?.entry;
    const isOther = entry !== undefined && isPart(entry) && !isInPart(inquiry.request, entry);
    this.#usable = isOther ? undefined : entry;
    this.#sending = parts.answers.begin(inquiry.request.url);
  }

  /** @throws what the origin's answer fails with, unless a stale answer may stand in for it */
  async run(): Promise<HttpResponse> {
    try {
      return await this.#run();
    } finally {
      if (!this.#isOpen) this.#parts.answers.end(this.#sending);
    }
  }

  /**
   * The order of these steps is that of RFC 9111 section 4.3: invalidation first, then what is about the stored answer,
   * then errors, then storing.
   */
  async #run(): Promise<HttpResponse> {
    const { request, options, next } = this.#inquiry;
    const entry = this.#usable;
    const rest = this.#rest();
    const asked = rest === undefined ? this.#conditional() : restRequest(request, rest);
    const requestedAt = this.#inquiry.now();
    let response: HttpResponse;
    try {
      response = await next(asked, this.#quiet(asked !== request));
    } catch (error) {
      // The origin was not reached: a stale answer may stand in (RFC 9111 section 4.2.4).
      if (entry === undefined || !this.#isFailure(error) || !this.#mayStandIn(entry, false)) throw error;
      return this.#serve(entry, 'stale', this.#found!.key);
    }
    const times = { requestedAt, receivedAt: this.#inquiry.now() };
    // Before anything is stored: what this very answer invalidates must not take it along.
    await forgetAfter(this.#parts.answers, request, response, options);
    if (rest !== undefined) {
      const completed = await this.#completed(response, rest, times);
      if (completed !== undefined) return completed;
    }
    if (response.status === 304) {
      const stored = await this.#storedFor(response);
      if (stored !== undefined) return this.#confirm(stored.entry, stored.key, response, times);
      if (asked !== request) {
        // It says that something holds which is not here: asked again, without a condition.
        return this.#again(response, times);
      }
    }
    if (entry !== undefined && ERRORS.has(response.status) && this.#mayStandIn(entry, true)) {
      await response.discard();
      return this.#serve(entry, 'stale', this.#found!.key);
    }
    // It was held back in `#quiet`, and the answer turns out to be the caller's.
    if (asked !== request) await announce(response, request, options);
    if (request.method === 'HEAD') return this.#keepHead(response, times);
    return this.#keep(response, times);
  }

  /** Asks without any condition: what came says nothing about the whole that is wanted. */
  async #again(response: HttpResponse, times: Times): Promise<HttpResponse> {
    const { request, options, next } = this.#inquiry;
    await response.discard();
    return this.#keep(await next(request, options), { ...times, receivedAt: this.#inquiry.now() });
  }

  /** The request with the validators of what is stored, where a confirmation would help. */
  #conditional(): HttpRequest {
    const { request, wishes } = this.#inquiry;
    if (request.method === 'HEAD' || wishes.mode === 'reload' || this.#found === undefined) return request;
    if (this.#found.entry !== undefined && this.#usable === undefined) return request;
    return conditionalRequest(request, this.#found, this.#parts.shared);
  }

  /** What a stored part lacks of the whole that is asked for (RFC 9111 section 3.3). */
  #rest(): Rest | undefined {
    const { request, options, wishes } = this.#inquiry;
    if (this.#found?.entry === undefined || this.#usable !== undefined || wishes.mode === 'reload') return undefined;
    const most = Math.min(this.#parts.maxEntrySize, responseLimit(options, options.stream === true));
    return restOf(request, this.#found.entry, most);
  }

  /** The stored part and its rest as one (RFC 9111 section 3.4); `undefined` for an answer that is not about the part. */
  async #completed(response: HttpResponse, rest: Rest, times: Times): Promise<HttpResponse | undefined> {
    const { entry, key } = this.#found!;
    // RFC 9110 section 13.1.5: all of it, because it changed; or a failure.
    if (response.status !== 206 && response.status !== 416) return undefined;
    const bytes = isRest(response, rest) ? await exactBytes(response, rest.end - rest.start) : undefined;
    if (bytes !== undefined) {
      const whole = combined(entry, this.#entryOf(response, bytes, times), this.#parts.maxEntrySize);
      if (whole?.status === 200) return this.#settle(entry!, whole, key, response);
    }
    return this.#again(response, times);
  }

  /** `onHeaders` is for the answer that the caller gets, which may turn out to be the stored one. */
  #quiet(isAsking: boolean): RequestOptions {
    const { options } = this.#inquiry;
    return isAsking && options.onHeaders ? extendOptions(options, { onHeaders: undefined }) : options;
  }

  /** Whether the origin was not reached, or broke off. What the caller stopped is no failure of the origin's. */
  #isFailure(error: unknown): boolean {
    const { request, options } = this.#inquiry;
    if (isStopReason(error, request, options)) return false;
    return isNetworkError(error) || isConnectError(error) || isTimeoutError(error);
  }

  /**
   * RFC 9111 section 4.2.4 and `stale-if-error`.
   * @param isAnswer the origin answered with an error, and was not just unreachable
   */
  #mayStandIn(entry: CacheEntry, isAnswer: boolean): boolean {
    return mayServeStale(entry, this.#inquiry.wishes, this.#parts.shared, this.#inquiry.now(), isAnswer);
  }

  /** The stored answer that a 304 is about (RFC 9111 section 4.3.4). */
  async #storedFor(response: HttpResponse): Promise<{ entry: CacheEntry; key: string } | undefined> {
    if (this.#found === undefined) return undefined;
    const { key, variants } = this.#found;
    const entry = this.#usable;
    // A caller's own condition may be about something newer than what is stored.
    if (entry !== undefined && isAbout(response, entry, !isConditional(this.#inquiry.request))) return { entry, key };
    const tag = response.headers.get('etag');
    for (const variant of variants) {
      if (tag === null || variant.etag !== tag) continue;
      const other = await this.#parts.answers.get(variant.key, this.#inquiry);
      const isAnswer = other !== undefined && (!isPart(other) || isInPart(this.#inquiry.request, other));
      if (isAnswer) return { entry: other, key: variant.key };
    }
    return undefined;
  }

  /** RFC 9111 section 4.3.4: the stored answer with the fields of the 304 in the place of its own. */
  async #confirm(entry: CacheEntry, key: string, response: HttpResponse, times: Times): Promise<HttpResponse> {
    return this.#settle(entry, confirmed(entry, response, times, this.#parts.shared), key, response);
  }

  /** Puts what is known now into the place of what was stored, and gives it. */
  async #settle(entry: CacheEntry, fresh: CacheEntry, key: string, response: HttpResponse): Promise<HttpResponse> {
    const { answers } = this.#parts;
    const { keys } = this.#inquiry;
    const forAll = this.#isStillForAll(fresh);
    // What the confirmation takes back is not kept, and given this once.
    const stored = this.#mayStay(response, fresh)
      ? await answers.keep(this.#inquiry, fresh, this.#sending, this.#found, forAll)
      : undefined;
    if (stored !== undefined && stored !== key && this.#isInPlace(entry, fresh)) {
      if (!this.#sending.spoiled) await answers.replace(key, fresh, this.#inquiry);
    } else if (stored !== key && (stored === undefined || key !== (forAll ? keys.all : keys.own))) {
      // Where it was, whom it is for and what it varies by are not what it says now. A list that took its place stays.
      await answers.drop(key, this.#inquiry);
    }
    // The jar above is to see what the confirmation sets; the store is not.
    return this.#serve(fresh, 'revalidated', stored ?? key, response.headers.getSetCookie());
  }

  /** Whether what is now known of the answer still lets it be stored. */
  #mayStay(response: HttpResponse, fresh: CacheEntry): boolean {
    const whole = response.with({ status: fresh.status, headers: HttpHeaders.fromRaw(fresh.headers) });
    return mayStore(this.#inquiry.request, whole, fresh, this.#parts.shared);
  }

  /** A confirmation may make the answer for all that of one user. What is one user's it never gives to all. */
  #isStillForAll(fresh: CacheEntry): boolean {
    const { request, keys } = this.#inquiry;
    return this.#found?.base === keys.all && isForAll(request, fresh, this.#parts.shared);
  }

  /** Whether the answer, with what was just learned, may stay where it is: for the same users, and the same `Vary`. */
  #isInPlace(entry: CacheEntry, fresh: CacheEntry): boolean {
    const isSameReach = this.#isStillForAll(fresh) === (this.#found?.base === this.#inquiry.keys.all);
    return isSameReach && varyNames(fresh).join() === varyNames(entry).join();
  }

  /**
   * The stored answer to the caller, who hears of its head as of any other.
   * @param cookies what a confirmation set, for the layer `cookies`
   */
  async #serve(
    entry: CacheEntry,
    status: CacheFacts['status'],
    key: string,
    cookies: readonly string[] = [],
  ): Promise<HttpResponse> {
    const answer = served(this.#parts, this.#inquiry, entry, status, key);
    const response = cookies.length === 0 ? answer : answer.withAddedHeader('Set-Cookie', cookies);
    await announce(response, this.#inquiry.request, this.#inquiry.options);
    return response;
  }

  /** An answer to HEAD brings the head of the stored answer up to date, or shows that it is over. */
  async #keepHead(response: HttpResponse, times: Times): Promise<HttpResponse> {
    const { answers, shared } = this.#parts;
    if (this.#found?.entry !== undefined && response.status < 500 && response.status !== 304) {
      const { entry, key } = this.#found;
      const fresh = confirmed(entry, response, times, shared);
      const stays = isSameHead(response, entry) && this.#isInPlace(entry, fresh) && this.#mayStay(response, fresh);
      if (isPart(entry)) await this.#checkPart(response, entry, key);
      else if (stays) await answers.replace(key, fresh, this.#inquiry);
      else await answers.drop(key, this.#inquiry);
    }
    return this.#missed(response, this.#entryOf(response, new Uint8Array(0), times), this.#inquiry.keys.own);
  }

  /** A part is let go when the whole is another one by now. */
  async #checkPart(response: HttpResponse, entry: CacheEntry, key: string): Promise<void> {
    if (response.headers.get('etag') !== fieldOf(entry, 'etag')) await this.#parts.answers.drop(key, this.#inquiry);
  }

  /**
   * Stores what came if it may be stored, and gives it to the caller. A streamed body is kept while the caller reads
   * it, and stored at its end.
   */
  async #keep(response: HttpResponse, times: Times): Promise<HttpResponse> {
    const { shared, maxEntrySize, answers } = this.#parts;
    const { request } = this.#inquiry;
    const head = this.#entryOf(response, new Uint8Array(0), times);
    const length = response.headers.get('content-length');
    // Known before the body: nothing is kept of a body that will not fit.
    const isTooLong = length !== null && Number(length) > maxEntrySize;
    if (!mayStore(request, response, head, shared) || isTooLong || response.content.used) {
      // What was stored is not what the origin has now.
      const isNewer = response.status < 400 || response.status === 404 || response.status === 410;
      if (this.#found?.entry !== undefined && isNewer && response.status !== 206 && response.status !== 304) {
        await answers.drop(this.#found.key, this.#inquiry);
      }
      return this.#missed(response, head, this.#inquiry.keys.own);
    }
    // In memory already, or so short and so likely to be left unread that it is read here.
    const bytes = isThrownAway(response, request.method)
      ? await response.content.buffer(alreadyRead)
      : response.content.bytes;
    if (bytes !== undefined) {
      const whole = response.content.bytes === undefined ? response.with({ body: bytes }) : response;
      const key = bytes.byteLength > maxEntrySize ? undefined : await this.#store({ ...head, body: copyOf(bytes) });
      return this.#missed(whole, head, key ?? this.#inquiry.keys.own);
    }
    // From here on the reader of the body ends the sending.
    this.#isOpen = true;
    const ended = async (entry?: CacheEntry): Promise<void> => {
      if (entry !== undefined) await this.#store(entry);
      answers.end(this.#sending);
    };
    const complete = (whole: Uint8Array) => {
      const isWhole = length === null || Number(length) === whole.byteLength;
      return ended(isWhole ? { ...head, body: whole } : undefined);
    };
    const broken = (bytes: Uint8Array) => ended(partBefore(head, bytes, length));
    const ends = { complete, broken, dropped: ended };
    return this.#missed(teed(response, maxEntrySize, ends, this.#readingOn(response)), head, this.#inquiry.keys.own);
  }

  /** How the body is read on once it is left. What comes of a 200 or 206 is a part, which can be stored as it is. */
  #readingOn({ status, headers }: HttpResponse): ReadingOn | undefined {
    if (status === 200 || status === 206 || Number(headers.get('content-length')) > SHORT) return undefined;
    const { clock, keys } = this.#inquiry;
    return { clock, most: SHORT, behind: (reading) => this.#parts.behind(reading, keys.own) };
  }

  /**
   * Stores a whole answer or a part.
   * @returns its key; `undefined` when it was not stored
   */
  async #store(entry: CacheEntry): Promise<string | undefined> {
    const forAll = isForAll(this.#inquiry.request, entry, this.#parts.shared);
    const key = await this.#parts.answers.keep(this.#inquiry, entry, this.#sending, this.#found, forAll);
    if (key !== undefined) this.#parts.count('stored');
    return key;
  }

  /** The answer as it is stored. */
  #entryOf(response: HttpResponse, body: Uint8Array, times: Times): CacheEntry {
    const { status, statusText, headers } = response;
    const url = keyUrl(this.#inquiry.request.url);
    return { url, status, statusText, headers: storedFields(headers, this.#parts.shared), ...times, body };
  }

  /** The origin's answer, marked as not from the store. */
  #missed(response: HttpResponse, entry: CacheEntry, key: string): HttpResponse {
    const { shared, count } = this.#parts;
    count('miss');
    return response.with({ cache: { status: 'miss', ...timesOf(entry, shared, this.#inquiry.now()), key } });
  }
}

/**
 * Whether the body of this answer is likely left unread, and so short that it is read here: an answer without content, or
 * a redirect that is followed.
 */
function isThrownAway({ status, headers }: HttpResponse, method: string): boolean {
  if (hasNoContent(method, status) || status === 205) return true;
  const length = headers.get('content-length');
  return status >= 300 && status < 400 && length !== null && Number(length) <= SHORT;
}

/** A stored answer for the request at hand, counted. */
export function served(
  { shared, count }: CacheParts,
  inquiry: Inquiry,
  entry: CacheEntry,
  status: CacheFacts['status'],
  key: string,
): HttpResponse {
  count(status);
  const facts = { status, ...timesOf(entry, shared, inquiry.now()), key };
  return answerFrom(inquiry.request, entry, facts, status !== 'revalidated');
}
