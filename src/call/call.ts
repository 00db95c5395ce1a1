/**
 * One call of the client, such as one `client.get()`: what its hops (redirects) and attempts (retries) have in common, and
 * the one place from which all of it is stopped. It travels with the request, not in the options, because it is state.
 */

import type { ParseJson } from '../message/json.ts';
import type { MessageCall } from '../message/message-call.ts';
import type { Reconnector } from '../message/readers.ts';
import type { Redact } from '../message/redact.ts';
import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import type { RequestOptions } from '../options/options.ts';
import type { Clock } from '../time/clock.ts';
import type { Member } from '../time/member-set.ts';
import { type Abortable, abortError, StopSource } from '../time/stop.ts';
import type { AnswerSteps } from './answer-steps.ts';
import type { Asker } from './asker.ts';
import type { Trace } from './channels.ts';

/** A body on its way into a sink (the option `sink`). */
export interface Filling extends Abortable {
  /** Set by who is to know that nothing more is written. */
  onEnd: (() => void) | undefined;
}

/** The layer that sends a call again (`retry`), from a budget that others take from as well, such as `hedge`. */
export interface Repeater {
  /** Takes from the budget of the call's origin for one more request. Whether there was something. */
  spend(): boolean;
}

/** Of a call that has its answer, which may live long: the layer itself knows its options, and all that they hold. */
const NO_MORE: Repeater = { spend: () => false };

/** What a call was asked to do, before its options are read. */
export interface Asked {
  readonly method: string;
  readonly uri: string | URL;
  readonly options: RequestOptions | undefined;
}

/** The calls of one client (`calls.ts`), as one of them sees them. */
export interface CallFamily {
  /** @throws NetworkError (`ERR_CLIENT_CLOSED`) when no call may begin any more */
  join(call: Call, isAdmitted: boolean, asked?: Asked): void;
  leave(call: Call): void;
  /** Whether these are among the calls of `family`: those of a client that extends another are. */
  isIn(family: CallFamily): boolean;
}

export class Call extends StopSource implements Member, MessageCall {
  index = -1;
  /** The calls of its client, while it is one of them. */
  calls: CallFamily | undefined;
  #isSettled = false;
  /** The number of the attempt under way, from 1 (`retry` counts). */
  attempt = 1;
  /** How many redirects were followed so far (`redirect` counts). */
  hop = 0;
  /** The layer that repeats its attempts, while there is one (`retry` sets it). */
  repeater: Repeater | undefined;
  /** The request as it entered the stack. */
  request: HttpRequest | undefined;
  /** Settle the caller's promise, whatever the layers and the handler do. */
  resolve: ((response: HttpResponse) => void) | undefined;
  reject: ((reason: unknown) => void) | undefined;
  /** What writes its body into a sink: the call is over when that is. */
  filling: Filling | undefined;
  /** The path of its URL before its variables were filled in, such as `/users/{id}`. */
  template: string | undefined;
  /** Whether the caller asked for JSON before the request was sent. */
  wantsJson = false;
  /** Reads JSON in place of `JSON.parse`. */
  parseJson: ParseJson | undefined;
  /** The layer that may ask again for what is under way, and those around it. */
  asker: Asker | undefined;
  /** What layers will do with the answer under way, while more of them may join in (`answer-steps.ts`). */
  steps: AnswerSteps | undefined;
  /** An answer may have been given with a body that is to be read on, because it is likely left. */
  hasOpenBody = false;
  /** Publishes how it ends, when somebody had subscribed as it began (`channels.ts`). */
  trace: Trace | undefined;
  /** Asks again for its stream of server-sent events when that has broken (`events({ reconnect })`). */
  reconnector: Reconnector<HttpResponse> | undefined;
  /** The caller's signal, while its abort stops this call: whoever follows the call need not follow the signal as well. */
  followed: AbortSignal | undefined;

  /** @param started when the call began, in milliseconds of the client's clock */
  constructor(
    readonly started: number,
    /** The caller's additions to the names that are masked. */
    public redact?: Redact,
    /** What `started` was read from. */
    readonly clock?: Clock,
  ) {
    super();
  }

  /** Milliseconds since it began. Errors are made with it, wherever they are: a clock that throws must not take their place. */
  get elapsed(): number {
    if (this.clock === undefined) return 0;
    try {
      return this.clock.now() - this.started;
    } catch {
      return 0;
    }
  }

  /** The caller has its answer. The call is over once nothing follows it any more, as a streamed body does. */
  settled(): void {
    this.#isSettled = true;
    this.resolve = undefined;
    this.reject = undefined;
    this.steps = undefined;
    if (this.repeater !== undefined) this.repeater = NO_MORE;
    if (!this.isWatched) this.calls?.leave(this);
  }

  /** The caller has its answer. */
  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** Tells the caller, unless it has its answer. */
  fail(reason: unknown): void {
    this.reject?.(reason);
  }

  /** While the caller has no answer yet, it is not the reader that is waited for, but a layer or a callback. */
  override get isForgotten(): boolean {
    return this.#isSettled && super.isForgotten;
  }

  protected override emptied(): void {
    if (this.#isSettled) this.calls?.leave(this);
  }

  override abort(reason: unknown = abortError()): void {
    if (this.aborted) return;
    this.fail(reason);
    super.abort(reason);
    this.emptied();
  }
}

/** The call that a request belongs to, when a client sent it. Nothing but a `Call` is ever given to a request. */
export function callOf(request: HttpRequest): Call | undefined {
  return request.call as Call | undefined;
}
