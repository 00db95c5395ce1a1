/**
 * The limit of the whole call: redirects, retries, the waits between them, and the body. It holds whatever the layers
 * and the handler below do: one that ignores its signal is left to itself, and its late answer is released.
 */

import { callOf } from '../../call/call.ts';
import { followCaller, unfollowCaller } from '../../call/caller-stop.ts';
import { TimedStop } from '../../call/time-left.ts';
import { Content } from '../../message/content.ts';
import { TimeoutError } from '../../message/errors.ts';
import type { HttpRequest } from '../../message/request.ts';
import type { HttpResponse } from '../../message/response.ts';
import { withStop } from '../../options/option-record.ts';
import type { RequestOptions } from '../../options/options.ts';
import { refuseSurplus } from '../../runtime/arguments.ts';
import type { Handler, Middleware } from '../../stack/handler.ts';
import { send } from '../../stack/next.ts';
import { type Clock, startTimer, systemClock } from '../../time/clock.ts';
import { milliseconds } from '../../time/duration.ts';
import { guarded } from '../../time/guarded-clock.ts';
import { type FailableStream, failable } from './failable-stream.ts';

/**
 * Reads `timeout`. Rejects with a `TimeoutError` of the phase `'total'` (`ERR_TIMEOUT_TOTAL`) when the time is over;
 * with `stream`, reading the body fails with it. The layers inside see a `signal` that aborts with the same error, and
 * with the caller's reason when that comes first.
 */
export function deadline(): Middleware {
  refuseSurplus(arguments, 0, 'the layer deadline takes nothing, it reads option timeout');
  return (next) =>
    function deadline(request, options) {
      const limit = milliseconds(options.timeout, 'timeout');
      if (limit === 0) return next(request, options);
      return new Deadline(limit, request, options).run(next);
    };
}

/**
 * One call under its limit. It is a signal to everything inside (`withStop`) and settles the caller's promise itself,
 * so that a handler that ignores the signal cannot hold the caller up.
 */
class Deadline extends TimedStop {
  readonly #limit: number;
  readonly #request: HttpRequest;
  readonly #options: RequestOptions;
  readonly #clock: Clock;
  readonly #started: number;
  /** The call has ended, by whatever came first; nothing is told after that. */
  #over = false;
  /** The body on its way to the caller, while it is streamed. */
  #body: FailableStream | undefined;
  #stopTimer: (() => void) | undefined;
  /** Tells the caller: rejects the promise, later fails the body. */
  #fail: (reason: unknown) => void = () => undefined;

  constructor(limit: number, request: HttpRequest, options: RequestOptions) {
    super();
    this.#limit = limit;
    this.#request = request;
    this.#options = options;
    this.#clock = guarded(options.clock ?? systemClock, this);
    this.#started = this.#clock.now();
  }

  run(next: Handler): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      this.#fail = reject;
      followCaller(this, this.#request, this.#options);
      if (this.#over) return;
      this.#startTimer();
      send(next, this.#request, withStop(this.#options, this)).then(
        (response) => this.#answered(response, resolve),
        (error) => {
          this.#end();
          reject(error);
        },
      );
    });
  }

  /** Apart: the timer would keep what the functions of `run` know, the promise and its response too. */
  #startTimer(): void {
    this.#stopTimer = startTimer(this.#clock, this.#limit, () => this.abort(this.#timedOut()));
  }

  /** Milliseconds until the limit; negative once it has passed. Layers that wait ask for it. */
  override get left(): number {
    return this.#started + this.#limit - this.#clock.now();
  }

  /** The time is over, or the caller has stopped the call. */
  override abort(reason: unknown): void {
    if (this.#over) return;
    this.#end();
    // The caller first: a handler may make another error of the reason, and that would reach the body's reader.
    this.#fail(reason);
    super.abort(reason);
  }

  /** A body that nobody has begun to read needs no limit of its reading: see `TimedStop`. */
  override get isForgotten(): boolean {
    return this.#body?.isUnread === true;
  }

  /**
   * The head has come. With the body in memory the call is over; a body that is still to be read keeps the limit
   * running until its end.
   */
  #answered(response: HttpResponse, resolve: (response: HttpResponse) => void): void {
    if (this.#over) {
      void response.discard();
      return;
    }
    const { source, used } = response.content;
    const filling = callOf(this.#request)?.filling;
    if (filling !== undefined) filling.onEnd = () => this.#end();
    if (source === undefined || used) {
      if (filling === undefined) this.#end();
      else this.#fail = (reason) => filling.abort(reason);
      resolve(response);
      return;
    }
    const body = failable(source, () => filling ?? this.#end());
    this.#body = body;
    this.#fail = (reason) => {
      body.fail(reason);
      filling?.abort(reason);
    };
    resolve(body.source === source ? response : response.with({ body: new Content(undefined, body.source) }));
  }

  /** Releases the timer and the listener on the caller's signal. */
  #end(): void {
    this.#over = true;
    this.#stopTimer?.();
    unfollowCaller(this, this.#request, this.#options);
  }

  #timedOut(): TimeoutError {
    const elapsed = this.#clock.now() - this.#started;
    // Asked before those who wait are told: afterwards they wait for nothing.
    const { waitsFor } = this;
    const waiting = waitsFor === undefined ? '' : `, waiting for ${waitsFor}`;
    const fact = `timed out after ${Math.round(elapsed)} ms${waiting}; the timeout option allows ${this.#limit} ms for the whole call`;
    const attempts = callOf(this.#request)?.attempt ?? 1;
    return new TimeoutError(fact, { phase: 'total', request: this.#request, attempts, elapsed });
  }
}
