/** A call of a client: the caller's promise, and how it follows what came of the call. */
import type { AnswerEnd } from '../call/answer-steps.ts';
import { type Asked, Call } from '../call/call.ts';
import { endAnswer } from '../call/on-answer.ts';
import { letGoOfSources } from '../call/sources.ts';
import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import { completed, unfollow } from './checked-answer.ts';
import { answered } from './closing.ts';
import { stamped } from './stamped.ts';

/** What it was asked to do, as far as its end needs it. */
interface Plan extends Asked {
  readonly prepared: HttpRequest | undefined;
}

export class ClientCall extends Call implements AnswerEnd {
  /** What its sources stand in while there is no request yet; a call that repeats another has none of its own. */
  plan: Plan | undefined;

  /** The caller's promise follows what the stack gives. An abort that comes before is what the caller is told. */
  settleBy(given: Promise<HttpResponse>): void {
    // Settled by the engine's own functions, which it follows to whoever waits: the caller's frames are in the stack.
    endAnswer(given, this, this).then(this.resolve, this.reject);
  }

  /** Rejects the caller's promise. Not at once: an error gets its frames in a turn from which the engine finds who waits. */
  override fail(reason: unknown): void {
    if (this.reject !== undefined) this.settleBy(Promise.reject(reason));
  }

  /** Its options may hold far more than the response, which refers to the call for as long as somebody has it. */
  override settled(): void {
    this.plan = undefined;
    super.settled();
  }

  answered(response: HttpResponse): HttpResponse {
    unfollow(this);
    const request = this.request!;
    let answer: HttpResponse;
    try {
      answer = completed(response, request);
    } catch (error) {
      throw this.failed(error);
    }
    if (this.aborted) {
      // Nobody gets it. One of our handlers has ended its body with the call; another one may not know of that.
      void answer.discard();
      throw this.failed(this.reason);
    }
    request.body?.release();
    answer = answered(answer, this);
    this.trace?.answered(answer);
    return answer;
  }

  failed(given: unknown, isPlaced = false): unknown {
    unfollow(this);
    const error = this.aborted ? this.reason : given;
    if (this.isSettled) return error;
    const { plan } = this;
    // It knows the options of the call, and an error may live long.
    this.reconnector = undefined;
    this.settled();
    letGoOfSources(this.request, plan?.prepared, plan?.options);
    const reason = stamped(error, this, this.started + this.elapsed, isPlaced);
    this.trace?.failed(reason);
    return reason;
  }
}
