/** The double that records what a handler answers into a file (HAR 1.2), and answers from that later, without a network. */

import { isStopReason } from '../../call/caller-stop.ts';
import { chooseHandler } from '../../handlers/choose.ts';
import { harEntry, harRequest } from '../../har/har-entry.ts';
import type { HarRequest } from '../../har/har-format.ts';
import { type HarMasker, harMasker } from '../../har/har-mask.ts';
import { lookOn } from '../../har/look-on.ts';
import { RequestBody } from '../../message/body.ts';
import { isNetworkError, isResponseError } from '../../message/errors.ts';
import type { HttpRequest } from '../../message/request.ts';
import type { HttpResponse } from '../../message/response.ts';
import { ownOptions } from '../../options/option-record.ts';
import type { RequestOptions } from '../../options/options.ts';
import { settingsOf } from '../../options/settings-of.ts';
import { kindOf } from '../../runtime/kind-of.ts';
import type { Handler, Transport } from '../../stack/handler.ts';
import { Forward } from '../mock-exchange.ts';
import { Cassette, type RecordMatch, type RecordMatcher } from './cassette.ts';
import { Asked, double, lifeOf, unmatched } from './double.ts';
import { replayed } from './replay.ts';

/**
 * `auto` answers what is recorded, and records what is not. `record` begins anew. `replay` has no network: what is not
 * recorded is an error. `update` asks everything again, and keeps what was not asked.
 */
export type RecordMode = 'auto' | 'record' | 'replay' | 'update';

/** What `record` sends through, when it records, and what counts as the same request. */
export interface RecordOptions {
  /** Sends what is to be recorded. Default `chooseHandler()`. */
  readonly handler?: Handler | undefined;
  /** Default `'auto'`. */
  readonly mode?: RecordMode | undefined;
  /** What of a request must be the same as of the recorded one. Default: method, URL, query as a set, body. */
  readonly match?: RecordMatch | RecordMatcher | undefined;
  /** Names of headers, query keys and fields that are masked beside the built-in list. */
  readonly redact?: readonly string[] | undefined;
  /** The request as it is written and compared, for what is different each time, such as a date in the body. */
  readonly normalize?: ((request: HttpRequest) => HttpRequest) | undefined;
}

/** A handler that records what goes over the network, and answers from the recording. */
export interface RecordHandler extends Transport {
  /** What was asked, oldest first; of very many the newest 10 000 at least. */
  readonly requests: readonly HttpRequest[];
}

const MODES: readonly RecordMode[] = ['auto', 'record', 'replay', 'update'];
/** Codes of errors that the caller's own code has made: they are no part of the exchange, and not recorded. */
const CALLERS = new Set(['ERR_ON_HEADERS', 'ERR_CALLBACK', 'ERR_CLIENT_CLOSED', 'ERR_ABORTED']);

/**
 * A handler with a cassette. Answers to the same request come in the order in which they were recorded, errors of the
 * network too. No secret is in the file: what is masked there is masked in the answer of a replay as well.
 * @param file of the cassette, a HAR; made with the first answer
 * @throws TypeError for an option of another kind
 * @example
 * const handler = HandlerStack.create(record('test/users.har', { mode: process.env.CI ? 'replay' : 'auto' }));
 * await using client = new Client({ handler, baseUri: 'https://api.example.com/' });
 */
export function record(file: string, options: RecordOptions = {}): RecordHandler {
  const tape = new Tape(file, checked(file, options));
  const asked = new Asked();
  const life = lifeOf(() => [tape.inner]);
  const handler = double('record', async (request, own) => tape.answer(request, own), asked);
  return Object.assign(handler, {
    handlerName: 'record',
    requests: asked.requests,
    ...life,
    async close(): Promise<void> {
      await life.close?.();
      await tape.written();
    },
  });
}

function checked(file: unknown, options: RecordOptions): RecordOptions {
  if (typeof file !== 'string' || file === '')
    throw new TypeError(`record takes the path of a file, got ${kindOf(file)}`);
  const own = settingsOf('record', options, ['handler', 'mode', 'match', 'redact', 'normalize']);
  const { mode = 'auto', handler, match, redact, normalize } = own;
  if (!MODES.includes(mode)) {
    throw new TypeError(`option mode of record must be one of ${MODES.join(', ')}, got ${JSON.stringify(mode)}`);
  }
  for (const [name, value] of Object.entries({ handler, normalize })) {
    if (value !== undefined && typeof value !== 'function') {
      throw new TypeError(`option ${name} of record must be a function, got ${kindOf(value)}`);
    }
  }
  if (redact !== undefined && !(Array.isArray(redact) && redact.every((name) => typeof name === 'string'))) {
    throw new TypeError(`option redact of record must be a list of names, got ${kindOf(redact)}`);
  }
  return match === undefined ? own : { ...own, match: checkedMatch(match) };
}

function checkedMatch(match: unknown): RecordMatch | RecordMatcher {
  if (typeof match === 'function') return match as RecordMatcher;
  if (typeof match !== 'object' || match === null) {
    throw new TypeError(`option match of record must be a record or a function, got ${kindOf(match)}`);
  }
  const rules = settingsOf<RecordMatch>('option match of record', match, ['query', 'headers', 'body']);
  const { query, headers, body } = rules;
  for (const [name, value] of Object.entries({ query, body })) {
    if (value !== undefined && typeof value !== 'boolean') {
      throw new TypeError(`option match.${name} of record must be true or false, got ${kindOf(value)}`);
    }
  }
  if (headers !== undefined && !(Array.isArray(headers) && headers.every((name) => typeof name === 'string'))) {
    throw new TypeError(`option match.headers of record must be a list of names, got ${kindOf(headers)}`);
  }
  return rules;
}

/** A request in the form in which the cassette has it: normalized, and with its secrets masked. */
interface Known {
  readonly request: HttpRequest;
  readonly masker: HarMasker;
  readonly har: HarRequest;
  readonly body: Uint8Array | undefined;
}

/** What is behind one `record()`: the cassette, and the handler that sends what is not in it. */
class Tape {
  readonly #mode: RecordMode;
  readonly #options: RecordOptions;
  readonly #cassette: Cassette;
  #inner: Transport | undefined;
  #loaded: Promise<boolean> | undefined;

  constructor(file: string, options: RecordOptions) {
    this.#mode = options.mode ?? 'auto';
    this.#options = options;
    this.#inner = options.handler;
    this.#cassette = new Cassette(file, options.match ?? {});
  }

  /** What sends, once there was something to send. */
  get inner(): Transport | undefined {
    return this.#inner;
  }

  /** Resolves when all that has ended is on disk. */
  written(): Promise<void> {
    return this.#cassette.written();
  }

  /** From the cassette, or from the handler, whose answer is then recorded: which of the two, the mode decides. */
  async answer(given: HttpRequest, options: RequestOptions): Promise<HttpResponse | Forward> {
    this.#loaded ??= this.#mode === 'record' ? Promise.resolve(false) : this.#cassette.load();
    const isThere = await this.#loaded;
    const body = await given.body?.toBytes();
    const request = body === undefined || given.body?.bytes !== undefined ? given : sendable(given, body);
    const known = this.#known(request, options, body);
    if (this.#mode !== 'update') {
      const entry = this.#cassette.take(known.har);
      if (entry !== undefined) return replayed(entry, request);
    }
    if (this.#mode === 'replay') throw this.#missing(known, options, isThere);
    if (this.#mode === 'update') this.#cassette.forget(known.har);
    return new Forward(() => this.#record(request, ownOptions(options), known));
  }

  /** The form in which a request is written and compared. */
  #known(request: HttpRequest, options: RequestOptions, body: Uint8Array | undefined): Known {
    const written = this.#options.normalize?.(request) ?? request;
    const bytes = written === request ? body : (written.body?.bytes ?? body);
    const redact = this.#options.redact ?? [];
    const masker = harMasker({ request, options, redact, body, answer: undefined });
    return { request: written, masker, har: harRequest(written, bytes, masker), body: bytes };
  }

  /** Sends the request, and adds what comes of it to the cassette once its body has ended. */
  #record(request: HttpRequest, options: RequestOptions, known: Known): Promise<HttpResponse> {
    this.#inner ??= chooseHandler();
    const number = this.#cassette.begin();
    return lookOn(this.#inner, request, options, {
      limit: Number.POSITIVE_INFINITY,
      keepsCoding: options.decodeContent === false || options.decodeContent === null,
      drains: true,
      requestBody: known.body,
      ended: async (exchanged) => {
        const { error, response } = exchanged;
        const isOurs = isNetworkError(error) || isResponseError(error);
        if (error !== undefined && (!isOurs || CALLERS.has(error.code) || isStopReason(error, request, options)))
          return;
        const redact = this.#options.redact ?? [];
        const answer = response?.headers;
        const masker = harMasker({ request, options, redact, body: known.body, answer });
        await this.#cassette.add(number, { ...harEntry(exchanged, masker), request: known.har });
      },
    });
  }

  /** Why there is no answer in a replay, and what is nearest. */
  #missing({ har, request }: Known, options: RequestOptions, isThere: boolean): Error {
    const { path } = this.#cassette;
    if (!isThere) return unmatched(`the cassette ${path} is not there; make it with mode: 'record'`, request, options);
    const count = this.#cassette.countOf(har);
    if (count > 0) {
      const given = count === 1 ? 'its one answer was' : `its ${count} answers were`;
      return unmatched(`${given} given already by ${path}; record it again`, request, options);
    }
    const nearest = this.#cassette.nearest(har);
    if (nearest === undefined) return unmatched(`the cassette ${path} is empty`, request, options);
    const lines = nearest.lines.map((line) => `\n  ${line}`).join('');
    return unmatched(`${path} has no answer; the nearest is ${nearest.name}:${lines}`, request, options);
  }
}

/** The same request with its body in memory, since that was read to be compared; framed as before. */
function sendable(request: HttpRequest, bytes: Uint8Array): HttpRequest {
  const { length, contentType } = request.body!;
  return request.with({ body: RequestBody.fromFactory(() => [bytes], length, contentType) });
}
