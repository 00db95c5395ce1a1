/**
 * One request to a mock or another double: all that a transport does around an answer, with the answer from memory. Its
 * phases are timed by the clock of the call, callbacks are called, and whoever stops the call stops it, also in the middle
 * of the body. So a test with a double meets the same timeouts, limits and aborts as over a socket.
 */

import { whenTold } from '../call/callbacks.ts';
import { followCaller, unfollowCaller } from '../call/caller-stop.ts';
import { mayBeLeft } from '../call/left-body.ts';
import { failure, timeoutFailure } from '../connect/failure.ts';
import { type Announcing, announceHead, announceProgress } from '../handlers/exchange/announcements.ts';
import { briefly } from '../handlers/exchange/briefly.ts';
import { type PhaseTimeouts, phaseTimeouts } from '../handlers/exchange/phase-timeouts.ts';
import { type Expiring, PhaseTimer } from '../handlers/exchange/phase-timer.ts';
import { Pieces, toBytes } from '../message/bytes.ts';
import { Content, chunksOf, type StreamSource } from '../message/content.ts';
import type { TimeoutPhase } from '../message/errors.ts';
import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse, ResponseFacts } from '../message/response.ts';
import { failable } from '../middleware/deadline/failable-stream.ts';
import type { RequestOptions } from '../options/options.ts';
import { type Clock, startTimer, systemClock } from '../time/clock.ts';
import { guarded } from '../time/guarded-clock.ts';
import type { Abortable } from '../time/stop.ts';

/** Stands in place of an answer: another handler gives it, and times its own phases. */
export class Forward {
  constructor(readonly send: () => Promise<HttpResponse>) {}
}

/**
 * One exchange from `run` to the end of its body. It ends once: by its body, by a failure, by a phase that took too
 * long, or by whoever stops the call.
 */
export class MockExchange implements Abortable, Announcing, Expiring {
  promised: Promise<unknown> | undefined;
  readonly request: HttpRequest;
  readonly options: RequestOptions;
  readonly #limits: PhaseTimeouts;
  readonly #timer: PhaseTimer;
  readonly clock: Clock;
  readonly #name: string;
  /** Set when it has ended; with a reason when it did not end well. */
  #end: { readonly reason?: unknown } | undefined;
  /** The answer, once its head was made. */
  #head: HttpResponse | undefined;
  /** Bytes of the body that were read. */
  #received = 0;
  /** A streamed body was handed out, and nobody has begun to read it. */
  #isUnread = false;
  #reject: ((reason: unknown) => void) | undefined;
  /** Fails the read that waits for a chunk. */
  #failBody: ((reason: unknown) => void) | undefined;
  /** Stops the timer of `pause`. */
  #endPause: (() => void) | undefined;

  /** @param name what `stats` calls the handler */
  constructor(request: HttpRequest, options: RequestOptions, name = 'mock') {
    this.request = request;
    this.options = options;
    this.#name = name;
    this.#limits = phaseTimeouts(options);
    this.clock = guarded(options.clock ?? systemClock, this);
    this.#timer = new PhaseTimer(this.clock, this);
  }

  /** Resolves after `ms` milliseconds of the call's clock, and never when the call ends before. */
  pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      if (!this.isDone) this.#endPause = startTimer(this.clock, ms, resolve);
    });
  }

  /** @param answer makes the answer; not called for a call that was stopped before */
  run(answer: () => Promise<HttpResponse | Forward>): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      followCaller(this, this.request, this.options);
      if (this.#end !== undefined) return;
      this.#timer.start('headers', this.#limits.headers);
      answer()
        .then((given) => (given instanceof Forward ? this.#forwarded(given) : this.#answered(given)))
        .then(resolve, (reason: unknown) => {
          this.abort(reason);
          // `abort` rejects nothing once the exchange is over, as it is when it was forwarded.
          reject(reason);
        });
    });
  }

  get waitsFor(): string {
    return this.#head === undefined ? 'the response head' : 'the rest of the response body';
  }

  get isForgotten(): boolean {
    return !this.promised && this.#isUnread;
  }

  /** For callbacks, errors, and the layers that decide by the head whether they want the body. */
  headOnly(): HttpResponse | undefined {
    return this.#head;
  }

  /** What is known of the transfer so far, for an error's `transfer`. */
  facts(): ResponseFacts {
    return { bytesReceived: this.#received };
  }

  abort(reason: unknown): void {
    if (this.#end !== undefined) return;
    this.#finish({ reason });
    this.#reject?.(reason);
    this.#failBody?.(reason);
  }

  /** Called by the timer of the phase. */
  expired(phase: TimeoutPhase, limit: number): void {
    this.abort(timeoutFailure(phase, limit, this.request, this.#head));
  }

  /** A body in memory counts as sent at once; any other is left for the test to read. */
  #uploaded(): void {
    const total = this.request.body?.bytes?.byteLength;
    if (total) announceProgress(this, 'upload', total, total);
  }

  /** Another handler takes over: this exchange is over, and its timers with it. */
  #forwarded({ send }: Forward): Promise<HttpResponse> {
    this.#throwIfOver();
    this.#finish({});
    return send();
  }

  /** A response of the queue as a transport would hand it over; the one in the queue stays as it is. */
  async #answered(answer: HttpResponse): Promise<HttpResponse> {
    if (this.#end === undefined) this.#uploaded();
    if (this.#end !== undefined) {
      await answer.discard();
      throw this.#end.reason;
    }
    const { request } = this;
    const bytesSent = request.body?.length ?? 0;
    const facts = {
      url: answer.url || request.url,
      request,
      handler: this.#name,
      bytesSent,
      timings: { end: 0, total: 0 },
    };
    const response = answer.with(facts);
    this.#head = response;
    this.#timer.start('read', this.#limits.read);
    // `onHeaders` has thrown: the call fails, and nobody reads the body.
    if (!announceHead(this)) await response.discard();
    this.#throwIfOver();
    return whenTold(this, await this.#given(response));
  }

  /** As the caller wants it: streamed, in memory, or just the head because a layer will leave it. */
  #given(response: HttpResponse): HttpResponse | Promise<HttpResponse> {
    if (this.options.stream) return this.#streamed(response);
    const isOpen = response.content.source !== undefined && !response.content.used;
    if (!isOpen || !mayBeLeft(this.request, response.status)) return this.#collected(response);
    return briefly(this.#streamed(response), this);
  }

  /**
   * A streamed body can be read only once, even when it was in memory, as over a socket: a test is to notice a second read.
   */
  #streamed(response: HttpResponse): HttpResponse {
    this.#isUnread = true;
    return response.with({ body: new Content(undefined, this.#reads(response)) });
  }

  /** Reads the body into memory, under the same limits as a streamed one. */
  async #collected(response: HttpResponse): Promise<HttpResponse> {
    const pieces = new Pieces();
    for await (const chunk of this.#reads(response)) pieces.add(chunk);
    return response.with({ body: new Content(pieces.bytes()), bytesReceived: this.#received });
  }

  /** The chunks of the body. No generator: its `return` does nothing before the first `next`, and so releases no source. */
  #reads(response: HttpResponse): AsyncIterableIterator<Uint8Array, void, undefined> {
    const total = response.bytesNow()?.byteLength ?? lengthOf(response);
    const body = failable(sourceOf(response), () => undefined);
    const chunks = chunksOf(body.source)[Symbol.asyncIterator]();
    this.#failBody = (reason) => body.fail(reason);
    const next = async (): Promise<IteratorResult<Uint8Array, void>> => {
      this.#throwIfOver();
      this.#isUnread = false;
      this.#timer.start('read', this.#limits.read);
      const { done, value } = await chunks.next().catch((cause: unknown) => this.#brokeOff(cause, response));
      // The read timeout counts only while somebody waits for a chunk.
      this.#timer.stop();
      if (done) {
        await this.promised;
        this.#finish({});
        return { done: true, value: undefined };
      }
      const chunk = toBytes(value);
      this.#received += chunk.byteLength;
      announceProgress(this, 'download', this.#received, total);
      this.#throwIfOver();
      return { done: false, value: chunk };
    };
    return {
      [Symbol.asyncIterator]() {
        return this;
      },
      next,
      return: async () => {
        this.#finish({});
        await chunks.return?.();
        return { done: true, value: undefined };
      },
    };
  }

  /** @throws what ended it, or what the source of the body failed with, as an error of the transfer */
  #brokeOff(cause: unknown, response: HttpResponse): never {
    this.#throwIfOver();
    const reason = failure(cause, { request: this.request, options: this.options, phase: 'body', response });
    this.abort(reason);
    throw reason;
  }

  get isDone(): boolean {
    return this.#end !== undefined;
  }

  /** @throws what ended it, unless that was the end of its body */
  #throwIfOver(): void {
    if (this.#end !== undefined && 'reason' in this.#end) throw this.#end.reason;
  }

  /** Ends it once, and releases timer and listener. */
  #finish(end: { readonly reason?: unknown }): void {
    this.#end ??= end;
    this.#timer.stop();
    this.#endPause?.();
    unfollowCaller(this, this.request, this.options);
  }
}

/** The body of a response of the queue, which can be streamed once. */
function sourceOf(response: HttpResponse): StreamSource {
  return response.content.source === undefined
    ? response.toWeb()
    : response.content.take(() => new TypeError('the mock has answered with the body of this response before'));
}

/** The total for `progress`, as far as the head says it. */
function lengthOf({ headers }: HttpResponse): number | undefined {
  const length = headers.get('content-length');
  return length === null ? undefined : Number(length);
}
