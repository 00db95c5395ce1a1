/** The requests of one download: what they have in common, and how often a broken transfer is resumed. */

import { sharedDelayQueue } from '../call/shared-delay-queue.ts';
import { waitInQueue } from '../call/wait-in-queue.ts';
import { isResponseError, TimeoutError } from '../message/errors.ts';
import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import { backoff, isFinal, isRetryable } from '../middleware/retry/retry-policy.ts';
import { extendOptions } from '../options/option-record.ts';
import type { RequestOptions, RetryOptions } from '../options/options.ts';
import { type RetryRules, retryRules } from '../options/retry-rules.ts';
import type { Handler } from '../stack/handler.ts';
import { systemClock } from '../time/clock.ts';
import { milliseconds } from '../time/duration.ts';
import { type Range, rangeHeader, type Validators } from './range-policy.ts';

/** An answer, and whether its body comes out of a content coding that was undone on the way. */
export interface Answer {
  readonly response: HttpResponse;
  readonly isDecoded: boolean;
}

/** All requests of one download, which share its `timeout`, its retries and its delay: to its caller it is one call. */
export class RangeRequests {
  readonly request: HttpRequest;
  readonly options: RequestOptions;
  readonly #next: Handler;
  readonly #rules: RetryRules | undefined;
  /** Milliseconds for the whole download; 0 is no limit. */
  readonly #limit: number;
  /** By the clock of the options. */
  readonly #started: number;
  /** Used up so far, before and after heads. */
  #retries = 0;
  /** Option `delay` waits before the first request alone. */
  #isFirst = true;

  constructor(next: Handler, request: HttpRequest, options: RequestOptions) {
    this.#next = next;
    this.request = request;
    this.options = options;
    this.#rules = retryRules(options.retry);
    this.#limit = milliseconds(options.timeout, 'timeout');
    this.#started = this.#now();
  }

  /** Asks for the whole file. */
  whole(signal: AbortSignal): Promise<Answer> {
    const { headers } = this.request;
    // Coded bytes could not be gone on from, and their number says nothing about the file's.
    const request = headers.has('accept-encoding')
      ? this.request
      : this.request.withHeader('Accept-Encoding', 'identity');
    return this.#send(request, 0, signal, true);
  }

  /**
   * Asks for a part, under the condition that the file is still the one that it is a part of (RFC 9110 section 13.1.5).
   * @param isRetried whether a failure before the head is retried
   */
  part(range: Range, { etag, lastModified }: Validators, signal: AbortSignal, isRetried: boolean): Promise<Answer> {
    const condition = etag ?? lastModified;
    const request = this.request.withHeader('Accept-Encoding', 'identity').withHeader('Range', rangeHeader(range));
    const asked = condition === undefined ? request : request.withHeader('If-Range', condition);
    return this.#send(asked, range.at, signal, isRetried);
  }

  /** Waits until the transfer may go on after this failure. @throws the failure when it may not */
  async recover(error: unknown, response: HttpResponse): Promise<void> {
    const rules = this.#rules;
    if (rules === undefined || this.#retries >= rules.limit || isFinal({ error })) throw error;
    const elapsed = this.#now() - this.#started;
    // The same that `retry` gives to a decider, so that one function serves both.
    const context = { attempt: this.#retries + 1, request: this.request, response, error, elapsed };
    const isWanted = rules.decider ? await rules.decider(context) : isRetryable(rules, this.request, { error });
    if (!isWanted) throw error;
    this.#retries += 1;
    const wait = rules.delay
      ? milliseconds(await rules.delay(context), 'retry.delay')
      : backoff(this.#retries, rules.maxDelay, Math.random());
    if (this.#limit > 0 && wait >= this.#limit - elapsed) throw error;
    if (wait > 0)
      await waitInQueue(
        sharedDelayQueue(this.options.clock ?? systemClock),
        wait,
        this.request,
        this.options,
        'the next attempt (option retry)',
      );
  }

  /**
   * One request through the client's stack.
   * @param at bytes that are there already, which count for `maxResponseSize`
   */
  async #send(request: HttpRequest, at: number, signal: AbortSignal, isRetried: boolean): Promise<Answer> {
    let isCoded = false;
    const { onHeaders, decodeContent, delay } = this.options;
    const options = extendOptions(this.options, {
      stream: true,
      sink: undefined,
      progress: undefined,
      timeout: this.#timeLeft(),
      delay: this.#isFirst ? delay : 0,
      retry: isRetried ? this.#retriesLeft() : 0,
      onHeaders(head: HttpResponse) {
        isCoded = !/^(?:identity)?$/i.test(head.headers.get('content-encoding')?.trim() ?? '');
        return onHeaders ? onHeaders(head) : undefined;
      },
      signal: this.options.signal ? AbortSignal.any([this.options.signal, signal]) : signal,
      ...(request.headers.has('range') && typeof decodeContent === 'string' && { decodeContent: true }),
      ...(this.options.maxResponseSize && { maxResponseSize: Math.max(1, this.options.maxResponseSize - at) }),
    });
    this.#isFirst = false;
    // A 416 is an answer to be read, not a failure, whatever `httpErrors` says.
    const response = await this.#next(request, options).catch((error: unknown) => {
      if (request.headers.has('range') && isResponseError(error) && error.response.status === 416)
        return error.response;
      throw error;
    });
    this.#retries += response.attempts - 1;
    return { response, isDecoded: isCoded && decodeContent !== false && decodeContent !== null };
  }

  /** The rest of what the option allows: what breaks before the head and what breaks after it count together. */
  #retriesLeft(): RetryOptions | 0 {
    if (this.#rules === undefined) return 0;
    const { retry } = this.options;
    const limit = Math.max(0, this.#rules.limit - this.#retries);
    return Object.assign(Object.create(null) as RetryOptions, typeof retry === 'object' ? retry : undefined, { limit });
  }

  /** `timeout` is for the whole call, however many requests that takes. */
  #timeLeft(): number {
    if (this.#limit === 0) return 0;
    const elapsed = this.#now() - this.#started;
    if (elapsed < this.#limit) return Math.ceil(this.#limit - elapsed);
    const fact = `timed out after ${Math.round(elapsed)} ms; the timeout option allows ${this.#limit} ms for the whole call`;
    throw new TimeoutError(fact, { phase: 'total', request: this.request, elapsed });
  }

  #now(): number {
    return (this.options.clock ?? systemClock).now();
  }
}
