/** One call whose requests race: each has a stop of its own, so that the end of one is not the end of another. */

import { followCaller, unfollowCaller } from '../call/caller-stop.ts';
import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import { extendOptions, withStop } from '../options/option-record.ts';
import type { RequestOptions } from '../options/options.ts';
import type { Handler } from '../stack/handler.ts';
import { send } from '../stack/next.ts';
import { type Clock, startTimer } from '../time/clock.ts';
import { guarded } from '../time/guarded-clock.ts';
import { type Abortable, abortError, StopSource } from '../time/stop.ts';

/** What `hedge` has worked out for one call. */
export interface HedgeRules {
  readonly clock: Clock;
  /** Requests beside the first. */
  readonly max: number;
  /** Milliseconds until another one goes; `undefined` when none does. */
  readonly after: number | undefined;
  /**
   * Whether there is something to spend on another one, which is then spent.
   * @param now milliseconds of the clock
   */
  mayGo(now: number): boolean;
  /** Is told how long a request took, or had taken when it was stopped. */
  took(ms: number): void;
}

/** One of the requests, which its caller may stop, and the answer of another. */
class Runner extends StopSource {
  #isSettled = false;

  constructor(
    readonly started: number,
    readonly request: HttpRequest,
    readonly options: RequestOptions,
  ) {
    super();
    followCaller(this, request, options);
  }

  /** It is over once nothing follows it any more, as a streamed body does. */
  settled(): void {
    this.#isSettled = true;
    if (!this.isWatched) this.emptied();
  }

  protected override emptied(): void {
    if (this.#isSettled) unfollowCaller(this, this.request, this.options);
  }
}

/** Requests of one call, started `after` milliseconds apart. The first good answer wins and the others are stopped. */
export class HedgedCall implements Abortable {
  /** That of the rules, whose fault ends the call. */
  readonly clock: Clock;
  /** Those whose answer is still to come. */
  readonly #running = new Set<Runner>();
  /** Requests so far, the first one among them. */
  #sent = 0;
  /** The one whose answer is the call's. */
  #winner: Runner | undefined;
  /** What was not good enough while another one ran: a failure, or an answer of 500 and above. */
  #spare: { readonly response?: HttpResponse; readonly error?: unknown } | undefined;
  /** It has its answer, or its error. */
  #isOver = false;
  /** Ends the wait for the next request. */
  #stopTimer: (() => void) | undefined;
  #resolve: (response: HttpResponse) => void = () => undefined;
  #reject: (reason: unknown) => void = () => undefined;

  constructor(
    readonly next: Handler,
    readonly request: HttpRequest,
    readonly options: RequestOptions,
    readonly rules: HedgeRules,
  ) {
    this.clock = guarded(rules.clock, this);
  }

  /** Ends all of it, unless it has its answer. */
  abort(reason: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stopTimer?.();
    for (const runner of this.#running) runner.abort(reason);
    if (this.#spare?.response !== undefined) letGo(this.#spare.response);
    this.#reject(reason);
  }

  /** Settles with the winner's answer, or when all have failed. */
  run(): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#send();
    });
  }

  /** Sends another one, and arms the timer for the next. */
  #send(): void {
    const { request } = this;
    const runner = new Runner(this.clock.now(), request, this.options);
    this.#sent += 1;
    this.#running.add(runner);
    this.#arm();
    send(this.next, request, this.#optionsOf(runner)).then(
      (response) => this.#answered(runner, response),
      (error: unknown) => this.#failed(runner, error),
    );
  }

  /** Starts the wait for the next request, if another one may go. */
  #arm(): void {
    const { after, max } = this.rules;
    if (after === undefined || this.#sent > max) return;
    this.#stopTimer = startTimer(this.clock, after, () => {
      this.#stopTimer = undefined;
      if (this.#winner === undefined && this.rules.mayGo(this.clock.now())) this.#send();
    });
  }

  /** The head that comes first is the final one: its body is on the way, and the caller has been told. */
  #optionsOf(runner: Runner): RequestOptions {
    const { onHeaders } = this.options;
    const options = withStop(this.options, runner);
    if (!onHeaders) return options;
    return extendOptions(options, {
      onHeaders: (head) => {
        if (this.#winner !== undefined && this.#winner !== runner) return undefined;
        this.#win(runner);
        return onHeaders(head);
      },
    });
  }

  /** An answer came. One of 500 and above does not win while another request is under way. */
  #answered(runner: Runner, response: HttpResponse): void {
    this.#over(runner);
    if (this.#isOver || (this.#winner !== undefined && this.#winner !== runner)) {
      letGo(response);
      return;
    }
    if (response.status >= 500 && this.#winner === undefined && this.#running.size > 0) {
      this.#keep({ response });
      return;
    }
    this.#win(runner);
    if (this.#spare?.response !== undefined) letGo(this.#spare.response);
    this.#isOver = true;
    this.#resolve(response);
  }

  /** A request failed. The call fails once none is left. */
  #failed(runner: Runner, error: unknown): void {
    this.#over(runner);
    if (this.#isOver || (this.#winner !== undefined && this.#winner !== runner)) return;
    if (this.#winner === undefined && this.#running.size > 0) {
      this.#keep({ error });
      return;
    }
    this.#isOver = true;
    this.#stopTimer?.();
    const spare = this.#winner === runner ? undefined : this.#spare;
    // The first failure: the hedge was only to help.
    if (spare?.response !== undefined) this.#resolve(spare.response);
    else this.#reject(spare === undefined ? error : spare.error);
  }

  /** Keeps the first bad outcome, for the case that no better one comes. */
  #keep(outcome: { readonly response?: HttpResponse; readonly error?: unknown }): void {
    if (this.#spare === undefined) this.#spare = outcome;
    else if (outcome.response !== undefined) letGo(outcome.response);
  }

  /** A request has ended: its time counts, unless it was stopped. */
  #over(runner: Runner): void {
    this.#running.delete(runner);
    if (!runner.aborted) this.rules.took(this.clock.now() - runner.started);
    runner.settled();
  }

  /** Stops the others, whose bodies nobody will read. */
  #win(runner: Runner): void {
    if (this.#winner === runner) return;
    this.#winner = runner;
    this.#stopTimer?.();
    for (const other of this.#running) {
      if (other === runner) continue;
      this.rules.took(this.clock.now() - other.started);
      other.abort(abortError('Another request of the same call was answered first'));
    }
  }
}

function letGo(response: HttpResponse): void {
  // A response of a user's own class may fail to: nobody is left to be told.
  Promise.resolve(response.discard()).catch(() => undefined);
}
