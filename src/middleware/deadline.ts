/**
 * The limit of the whole call: redirects, retries, the waits between them, and the body. It holds whatever the layers
 * and the handler below do: one that ignores its signal is left to itself, and its late answer is released.
 */
import type { Abortable } from '../abort.ts';
import { type Clock, startTimer, systemClock } from '../clock.ts';
import { milliseconds } from '../duration.ts';
import { TimeoutError } from '../errors.ts';
import type { Handler, Middleware } from '../handler.ts';
import { Content } from '../message/content.ts';
import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import { extendOptions } from '../option-record.ts';
import type { RequestOptions } from '../options.ts';
import { followCaller } from './caller-stop.ts';
import { failable } from './failable-stream.ts';

/**
 * Reads `timeout`. Rejects with a `TimeoutError` of the phase `'total'` (`ERR_TIMEOUT_TOTAL`) when the time is over;
 * with `stream`, reading the body fails with it. The layers inside see a `signal` that aborts with the same error, and
 * with the caller's reason when that comes first.
 */
export function deadline(): Middleware {
  return (next) =>
    function deadline(request, options) {
      const limit = milliseconds(options.timeout, 'timeout');
      if (limit === 0) return next(request, options);
      return new Deadline(limit, request, options).run(next);
    };
}

const ends = new WeakMap<AbortSignal, number>();

/** Milliseconds until the deadline that these options stand under, for layers inside it; `Infinity` without one. */
export function timeLeft(options: RequestOptions): number {
  const end = options.signal ? ends.get(options.signal) : undefined;
  return end === undefined ? Number.POSITIVE_INFINITY : end - (options.clock ?? systemClock).now();
}

class Deadline implements Abortable {
  readonly #controller = new AbortController();
  readonly #limit: number;
  readonly #request: HttpRequest;
  readonly #options: RequestOptions;
  readonly #clock: Clock;
  readonly #started: number;
  #over = false;
  #release: () => void = () => undefined;
  /** Tells the caller: rejects the promise, later fails the body. */
  #fail: (reason: unknown) => void = () => undefined;

  constructor(limit: number, request: HttpRequest, options: RequestOptions) {
    this.#limit = limit;
    this.#request = request;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#started = this.#clock.now();
  }

  run(next: Handler): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      this.#fail = reject;
      const unfollow = followCaller(this, this.#request, this.#options);
      const stopTimer = startTimer(this.#clock, this.#limit, () => this.abort(this.#timedOut()));
      this.#release = () => {
        stopTimer();
        unfollow();
      };
      if (this.#over) {
        this.#release();
        return;
      }
      const { signal } = this.#controller;
      ends.set(signal, this.#started + this.#limit);
      called(next, this.#request, extendOptions(this.#options, { signal })).then(
        (response) => this.#answered(response, resolve),
        (error) => {
          this.#end();
          reject(error);
        },
      );
    });
  }

  /** The time is over, or the caller has stopped the call. */
  abort(reason: unknown): void {
    if (this.#over) return;
    this.#end();
    // The caller first: a handler may make another error of the reason, and that would reach the body's reader.
    this.#fail(reason);
    this.#controller.abort(reason);
  }

  #answered(response: HttpResponse, resolve: (response: HttpResponse) => void): void {
    if (this.#over) {
      void response.discard();
      return;
    }
    const { source, used } = response.content;
    if (source === undefined || used) {
      this.#end();
      resolve(response);
      return;
    }
    const body = failable(source, () => this.#end());
    this.#fail = (reason) => body.fail(reason);
    resolve(body.source === source ? response : response.with({ body: new Content(undefined, body.source) }));
  }

  #end(): void {
    this.#over = true;
    this.#release();
  }

  #timedOut(): TimeoutError {
    const elapsed = this.#clock.now() - this.#started;
    const fact = `timed out after ${Math.round(elapsed)} ms; the timeout option allows ${this.#limit} ms for the whole call`;
    const attempts = this.#request.call?.attempt ?? 1;
    return new TimeoutError(fact, { phase: 'total', request: this.#request, attempts, elapsed });
  }
}

/** Also a layer that throws at once gives a promise, so that there is one way out. */
async function called(next: Handler, request: HttpRequest, options: RequestOptions): Promise<HttpResponse> {
  return next(request, options);
}
