/**
 * An HTTP cache (RFC 9111) as a layer: answers from the store what may be answered from it, asks the origin for the rest,
 * and takes out what a change has made invalid. The rules are pure functions in files of their own: `cache-policy.ts`,
 * `storing.ts`, `validation.ts`, `freshness.ts`. What is asked of the origin goes through `forward.ts`.
 */
import { Call, callOf } from '../call/call.ts';
import { announce } from '../call/callbacks.ts';
import { isStopReason, raceCaller } from '../call/caller-stop.ts';
import { notCached } from '../message/not-cached.ts';
import { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import { cacheModeOf } from '../options/cache-option.ts';
import { extendOptions } from '../options/option-record.ts';
import type { RequestOptions } from '../options/options.ts';
import { responseLimit } from '../semantics/response-limit.ts';
import type { Handler } from '../stack/handler.ts';
import { keysOf, prefixOf } from './cache-key.ts';
import { verdictOf } from './cache-policy.ts';
import type { CacheEntry } from './entry.ts';
import { type CacheParts, Forward, served } from './forward.ts';
import { termsOf } from './freshness.ts';
import { Inquiry } from './inquiry.ts';
import { forgetAfter, isSafe } from './invalidation.ts';
import { isPart } from './parts.ts';
import { isInPart, isSimpleRange } from './ranges.ts';
import type { Found } from './stored-answers.ts';
import { isConditional, isForOrigin } from './validation.ts';

/** A call for a refresh in the background: not stopped with the caller's, but ended with the client and counted by it. */
function callBeside(of: Call | undefined, request: HttpRequest): Call | undefined {
  if (of?.calls === undefined) return undefined;
  const call = new Call(of.started, of.redact, of.clock);
  of.calls.join(call, true);
  call.request = request;
  request.call = call;
  return call;
}

/** How a request ended that others wait for: it was answered, its own caller stopped it, or the origin failed. */
type FlightEnd = 'answered' | 'stopped' | 'failed';

/** How often a call waits for another's request again because the origin failed: the next answer may be for all. */
const WAITS = 2;

/** Whether `retry` repeats the request because of an answer like this one, which the store would only give again. */
function isTriedAgain(request: HttpRequest, { status }: CacheEntry): boolean {
  return status >= 400 && (callOf(request)?.attempt ?? 1) > 1;
}

export class CacheCore {
  readonly #parts: CacheParts;
  /** Misses under way, which others of the same key wait for; each tells how it ended. */
  readonly #flights = new Map<string, Promise<FlightEnd>>();
  /** Work behind answered calls: refreshes, and bodies that are still read for the store. `drain` waits for it. */
  readonly #behind = new Set<Promise<unknown>>();

  constructor(parts: Omit<CacheParts, 'behind'>) {
    this.#parts = { ...parts, behind: (reading, key) => this.#readOn(reading, key) };
  }

  /** Waits for everything that goes on behind answered calls, also for what begins meanwhile. */
  async drain(): Promise<void> {
    while (this.#behind.size > 0) await Promise.all(this.#behind);
  }

  /** Remembers work until it ends; it must not reject. */
  #keepBehind(work: Promise<unknown>): void {
    this.#behind.add(work);
    void work.then(() => this.#behind.delete(work));
  }

  /** Takes a request past the cache, answers it from there, or sends it through it to the origin. */
  async handle(request: HttpRequest, options: RequestOptions, next: Handler): Promise<HttpResponse> {
    const mode = cacheModeOf(options.cache);
    if (mode === false) return next(request, options);
    const { method, headers } = request;
    if (!isSafe(method)) return this.#bypass(request, options, next);
    const isRead = method === 'GET' || method === 'HEAD' || method === 'QUERY';
    if (!isRead || mode === 'no-store' || headers.has('upgrade')) return this.#bypass(request, options, next);
    // No key: the request has a body that cannot be read without being used up.
    const keys = keysOf(request, options);
    const known = keys instanceof Promise ? await keys : keys;
    if (known === undefined) return this.#bypass(request, options, next);
    const inquiry = new Inquiry(request, options, next, known, mode);
    // RFC 9111 section 5.2.1.5: neither the request nor its answer may be stored.
    if (inquiry.wishes.directives.has('no-store')) return this.#bypass(request, options, next);
    return this.#answer(inquiry, WAITS);
  }

  /**
   * From the store, or from the origin.
   * @param waits how often the request of another call may still be waited for
   */
  async #answer(inquiry: Inquiry, waits: number): Promise<HttpResponse> {
    const { request, wishes } = inquiry;
    const found = await this.#parts.answers.find(inquiry);
    const entry = found?.entry;
    if (entry !== undefined && this.#fits(inquiry, entry)) {
      const verdict = isTriedAgain(request, entry)
        ? 'ask'
        : verdictOf(entry, wishes, this.#parts.shared, inquiry.now());
      if (verdict !== 'ask') {
        if (verdict === 'refresh') this.#refresh(inquiry, found!);
        const response = served(this.#parts, inquiry, entry, verdict === 'use' ? 'hit' : 'stale', found!.key);
        if (inquiry.options.onHeaders) await announce(response, request, inquiry.options);
        return response;
      }
    }
    if (wishes.mode === 'only-if-cached' || wishes.directives.has('only-if-cached')) return this.#notCached(inquiry);
    return this.#ask(inquiry, found, waits);
  }

  /** Whether a stored answer can be one to this request at all. */
  #fits({ request, options }: Inquiry, entry: CacheEntry): boolean {
    if (isForOrigin(request)) return false;
    if (isPart(entry)) return isInPart(request, entry);
    const range = request.headers.get('range');
    if (range !== null && request.method === 'GET' && !isSimpleRange(range)) return false;
    return request.method === 'HEAD' || entry.body.byteLength <= responseLimit(options, options.stream === true);
  }

  /** Concurrent misses of one key share one request; only what a store can answer is waited for. */
  async #ask(inquiry: Inquiry, found: Found | undefined, waits: number): Promise<HttpResponse> {
    const { request, options, keys } = inquiry;
    const forward = () => new Forward(this.#parts, inquiry, found).run();
    if (!this.#isShareable(inquiry, found)) return forward();
    const flight = this.#flights.get(keys.own);
    if (flight !== undefined && waits > 0) {
      const end = await raceCaller(flight, request, options, 'the same request of another call (the cache)');
      // One that its caller stopped says nothing of the origin; after an answered one the store is asked a last time.
      return this.#answer(inquiry, end === 'stopped' ? waits : end === 'failed' ? waits - 1 : 0);
    }
    const run = forward();
    if (flight === undefined) this.#fly(keys.own, run, inquiry);
    return run;
  }

  /**
   * Whether another call may be given the answer to this request: no wishes of its own, and nothing that must be asked
   * each time.
   */
  #isShareable({ request, wishes }: Inquiry, found: Found | undefined): boolean {
    if (request.method === 'HEAD' || wishes.mode !== 'default' || wishes.directives.size > 0) return false;
    if (request.headers.has('range') || isConditional(request)) return false;
    return found?.entry === undefined || !termsOf(found.entry, this.#parts.shared).alwaysAsk;
  }

  /**
   * Makes the request one that later ones with the same key wait for. It counts as ended with its head: whoever waited finds
   * the answer in the store, or asks.
   */
  #fly(key: string, run: Promise<HttpResponse>, { request, options }: Inquiry): void {
    const ended = (how: FlightEnd): FlightEnd => {
      this.#flights.delete(key);
      return how;
    };
    this.#flights.set(
      key,
      run.then(
        ({ status }) => ended(status >= 500 ? 'failed' : 'answered'),
        (error: unknown) => ended(isStopReason(error, request, options) ? 'stopped' : 'answered'),
      ),
    );
  }

  /** A body is read on for the store: requests of its key wait for that too. */
  #readOn(reading: Promise<void>, key: string): void {
    this.#keepBehind(reading);
    if (this.#flights.has(key)) return;
    const ended = (): FlightEnd => {
      this.#flights.delete(key);
      return 'answered';
    };
    this.#flights.set(key, reading.then(ended));
  }

  /**
   * Fetches a new answer in the background while the stale one is given (RFC 5861 section 3), one at a time for each key.
   */
  #refresh({ request, options, next, keys, wishes, tell }: Inquiry, found: Found): void {
    if (this.#flights.has(keys.own)) return;
    const { method, url, headers, body } = request;
    // A request of its own: whoever stops the call does not stop this.
    const own = new HttpRequest(method, url, headers.without('Range', 'If-Range'), body?.bytes);
    const call = callBeside(callOf(request), own);
    const quiet = extendOptions(options, {
      signal: undefined,
      stream: false,
      onHeaders: undefined,
      progress: undefined,
      onInformation: undefined,
    });
    const inquiry = new Inquiry(own, quiet, next, keys, wishes.mode);
    const run = raceCaller(new Forward(this.#parts, inquiry, found).run(), own, quiet);
    this.#fly(keys.own, run, inquiry);
    const refresh = run.then((response) => response.discard(), tell);
    this.#keepBehind(refresh.then(() => call?.settled()));
  }

  async #notCached({ request, options, keys }: Inquiry): Promise<HttpResponse> {
    this.#parts.count('miss');
    const response = notCached(request, { status: 'miss', age: 0, ttl: 0, key: keys.own });
    await announce(response, request, options);
    return response;
  }

  /** Gives the origin's answer as it is. What the request has changed at the origin is taken out of the store. */
  async #bypass(request: HttpRequest, options: RequestOptions, next: Handler): Promise<HttpResponse> {
    const response = await next(request, options);
    await forgetAfter(this.#parts.answers, request, response, options);
    this.#parts.count('bypass');
    const key = `${prefixOf(request.url)}${request.method}`;
    return response.with({ cache: { status: 'bypass', age: 0, ttl: 0, key } });
  }
}
