/**
 * Sends a request again when it failed in a way that may pass. Each attempt goes through all that stands inside this
 * layer. What is retried and when is in `retry-policy.ts`, how much in `retry-budget.ts`.
 */

import type { Asker, Headed } from '../../call/asker.ts';
import type { Repeater } from '../../call/call.ts';
import { callOf } from '../../call/call.ts';
import { clockOfCall } from '../../call/call-clock.ts';
import { announce } from '../../call/callbacks.ts';
import { raceCaller, stoppedByCaller, throwIfStopped } from '../../call/caller-stop.ts';
import type { DelayQueue } from '../../call/delay-queue.ts';
import { sharedDelayQueue } from '../../call/shared-delay-queue.ts';
import { timeLeft } from '../../call/time-left.ts';
import { waitInQueue } from '../../call/wait-in-queue.ts';
import { isResponseError, isTransferError } from '../../message/errors.ts';
import { isUnasked } from '../../message/not-cached.ts';
import { maskUrl } from '../../message/redact.ts';
import type { HttpRequest } from '../../message/request.ts';
import type { HttpResponse } from '../../message/response.ts';
import { originOf } from '../../message/uri.ts';
import { extendOptions } from '../../options/option-record.ts';
import type { RequestOptions, RetryContext, RetryOptions } from '../../options/options.ts';
import { RETRY_NAMES, type RetryRules, retryRules, rulesWithKey } from '../../options/retry-rules.ts';
import { settingsOf } from '../../options/settings-of.ts';
import { wholeAnswer } from '../../semantics/whole-answer.ts';
import type { Handler, Middleware } from '../../stack/handler.ts';
import { send } from '../../stack/next.ts';
import { type Clock, wallClockBy } from '../../time/clock.ts';
import { milliseconds } from '../../time/duration.ts';
import { RetryBudget } from './retry-budget.ts';
import { type ServerHint, serverHint } from './retry-hints.ts';
import {
  answerOf,
  backoff,
  bodyRefusal,
  isFinal,
  isRetryable,
  methodRefusal,
  type Outcome,
  waitRefusal,
} from './retry-policy.ts';

/** What a test may replace. */
export interface RetryTools {
  /** From 0 up to 1, for the jitter. Default `Math.random`. */
  random?: (() => number) | undefined;
  /** Where retries wait. Default: one queue for each clock, with all that waits on it. */
  queue?: DelayQueue | undefined;
}

/**
 * Reads `retry`, and `idempotencyKey`, with which POST and PATCH are retried. The call ends with the last answer or
 * error; its `attempts` says how often the request was sent, and an error's message why not more often, where the
 * reason is not the limit.
 *
 * The retries of an origin are bounded by one budget for each layer. The layer that acts switches `retry` off for the
 * layers inside it, so that two of them do not multiply.
 *
 * @param defaults what applies where a call has no `retry`. Default: nothing is retried.
 * @throws TypeError for settings of another kind
 */
export function retry(defaults?: number | RetryOptions, tools: RetryTools = {}): Middleware {
  const { random = Math.random, queue } = settingsOf('retry', tools, ['random', 'queue']);
  if (typeof defaults === 'object') settingsOf('retry', defaults, RETRY_NAMES);
  const usual = retryRules(undefined, defaults);
  const budget = new RetryBudget();
  return (next) =>
    function retry(request, options) {
      const usualRules = options.retry === undefined ? usual : retryRules(options.retry, defaults);
      if (usualRules === undefined) return next(request, options);
      // A key that was left behind at another origin protects nothing.
      const isKeyed = options.idempotencyKey && request.headers.has('idempotency-key');
      const rules = isKeyed ? rulesWithKey(usualRules) : usualRules;
      return new RetriedCall(next, request, options, rules, { random, queue, budget }).run();
    };
}

/** Wait and send again, or end with this outcome and perhaps a word why. */
type Verdict =
  | { readonly wait: number; readonly note: undefined }
  | { readonly wait?: undefined; readonly note?: string | undefined };

/** The end, and nothing to say about it. */
const NO_MORE: Verdict = { wait: undefined, note: undefined };

/**
 * One call with its attempts. For inner layers it is the `Repeater` (who will send again) and the `Asker` (whose
 * answers may be left unread because another attempt follows).
 */
class RetriedCall implements Repeater, Asker {
  /** The asker of a layer around this one. */
  readonly outer: Asker | undefined;
  readonly #clock: Clock;
  readonly #started: number;
  readonly #origin: string;
  /** The options without `retry`, so that only the outermost such layer acts. */
  readonly #inner: RequestOptions;
  /** From 1 with the first sending. */
  #attempt = 0;
  /** The head of a response that is likely to be dropped, so that `onHeaders` was not called. */
  #held: HttpResponse | undefined;
  /** `onHeaders` was told of the answer of this attempt. */
  #announced = false;

  constructor(
    readonly next: Handler,
    readonly request: HttpRequest,
    readonly options: RequestOptions,
    readonly rules: RetryRules,
    readonly tools: RetryTools & { readonly random: () => number; readonly budget: RetryBudget },
  ) {
    this.outer = callOf(request)?.asker;
    this.#clock = clockOfCall(request, options);
    this.#started = this.#clock.now();
    this.#origin = originOf(request.url);
    const onHeaders = options.onHeaders ? (head: HttpResponse) => this.#headCame(head) : options.onHeaders;
    this.#inner = extendOptions(options, { retry: false, onHeaders });
  }

  /** Most calls end with their first answer, and pay for no more than a look at it. */
  run(): Promise<HttpResponse> {
    return this.#send().then(
      (response) => (this.#isLast(response) ? response : this.#goOnOrEnd({ response, error: undefined })),
      (error: unknown) => this.#goOnOrEnd({ response: undefined, error }),
    );
  }

  /** Begins an attempt: the call's counters first, because layers inside read them. */
  #send(): Promise<HttpResponse> {
    this.#held = undefined;
    this.#announced = false;
    this.#attempt += 1;
    const call = callOf(this.request);
    if (call !== undefined) {
      call.attempt = this.#attempt;
      call.repeater = this;
      call.asker = this;
    }
    return send(this.next, this.request, this.#inner);
  }

  /** A decider may want to see the body. */
  mayLeave(status: number): boolean {
    const { decider, statuses, limit } = this.rules;
    return decider === undefined && statuses.has(status) && this.#attempt <= limit;
  }

  /** Whether the answer with this head will be followed by another attempt. */
  leaves(answer: Headed): boolean {
    const response = answer.headOnly();
    return response !== undefined && this.#mayDrop(response);
  }

  /** The call is no longer this layer's: answers that come now are those of the layer around it. */
  #leaveCall(): void {
    const call = callOf(this.request);
    if (call !== undefined) call.asker = this.outer;
  }

  /** Whether the first answer ends the call, and nobody has to be asked or told. */
  #isLast(response: HttpResponse): boolean {
    const { rules } = this;
    if (rules.decider !== undefined || this.#held !== undefined || response.attempts !== 1) return false;
    if (rules.statuses.has(response.status)) return false;
    this.#leaveCall();
    this.#earn(response);
    return true;
  }

  #goOnOrEnd(first: Outcome): Promise<HttpResponse> {
    return this.#goOn(first).finally(() => this.#leaveCall());
  }

  async #goOn(first: Outcome): Promise<HttpResponse> {
    for (let outcome = first; ; ) {
      const verdict = await this.#judged(outcome);
      if (verdict.wait === undefined) return this.#end(outcome, verdict.note);
      await drop(outcome);
      await this.#wait(verdict.wait);
      outcome = await this.#send().then(
        (response): Outcome => ({ response, error: undefined }),
        (error: unknown): Outcome => ({ response: undefined, error }),
      );
    }
  }

  /** What a function of the user's throws ends the call in place of the outcome. */
  async #judged(outcome: Outcome): Promise<Verdict> {
    try {
      return await this.#judge(outcome);
    } catch (error) {
      await drop(outcome);
      throw error;
    }
  }

  /**
   * At once, where no function of the user's is asked: of many requests that end together, each must take from the
   * budget before the next one finds it full and adds nothing.
   */
  #judge(outcome: Outcome): Verdict | Promise<Verdict> {
    const { rules, request } = this;
    this.#earn(answerOf(outcome));
    if (this.#attempt > rules.limit || isFinal(outcome) || stoppedByCaller(request, this.options)) return NO_MORE;
    // Whoever was told of a response was promised that it is the final one.
    if (this.#announced && outcome.response !== undefined) return NO_MORE;
    if (rules.decider === undefined) {
      if (isRetryable(rules, request, outcome)) return this.#plan(outcome);
      return { note: methodRefusal(rules, request, outcome), wait: undefined };
    }
    return this.#ask(rules.decider, outcome).then((wanted) => (wanted ? this.#plan(outcome) : NO_MORE));
  }

  /** Everything that still counts once an attempt is wanted. */
  #plan(outcome: Outcome): Verdict | Promise<Verdict> {
    const { rules } = this;
    const unsendable = bodyRefusal(this.request);
    if (unsendable !== undefined) return { note: unsendable };
    const answer = answerOf(outcome);
    // What the server asks for counts before the computed wait and before a `delay` function.
    const hint = answer === undefined ? undefined : serverHint(answer, wallClockBy(this.#clock));
    if (hint !== undefined) return this.#afford(hint.ms, hint);
    if (rules.delay === undefined) return this.#afford(backoff(this.#attempt, rules.maxDelay, this.tools.random()));
    return this.#ask(rules.delay, outcome).then((given) => this.#afford(delayOf(given, rules.maxDelay)));
  }

  /** Whether time and budget allow a wait. */
  #afford(wait: number, hint?: ServerHint): Verdict {
    const { rules } = this;
    const note = waitRefusal(rules, wait, hint, timeLeft(this.options));
    if (note !== undefined) return { note, wait: undefined };
    if (!this.spend()) {
      return { note: `not retried: the retry.budget of ${maskUrl(this.#origin)} is used up`, wait: undefined };
    }
    return { note: undefined, wait };
  }

  /** For a layer inside that sends beside an attempt. */
  spend(): boolean {
    const { rules, tools } = this;
    return rules.budget === undefined || tools.budget.spend(this.#origin, rules.budget, this.#clock.now());
  }

  /** Calls a function of the user's; an abort reaches one that waits. */
  async #ask<T>(question: (context: RetryContext) => T | Promise<T>, { response, error }: Outcome): Promise<T> {
    const { request, options } = this;
    const elapsed = this.#clock.now() - this.#started;
    const answer = question({ attempt: this.#attempt, request, response, error, elapsed });
    if (!(answer instanceof Promise)) return answer;
    return raceCaller(answer, request, options, 'a function of the retry option');
  }

  /** Waits in the queue of all that waits on this clock; rejects at once when the caller aborts. */
  async #wait(ms: number): Promise<void> {
    const { request, options } = this;
    if (ms === 0) return;
    const queue = this.tools.queue ?? sharedDelayQueue(this.#clock);
    await waitInQueue(
      queue,
      ms,
      request,
      options,
      `attempt ${this.#attempt + 1}, ${Math.round(ms)} ms after the one before (option retry)`,
    );
    throwIfStopped(request, options);
  }

  /**
   * Gives the last outcome to the caller: `onHeaders` first, if it was held back, then the body as far as layers around
   * want it.
   */
  async #end(outcome: Outcome, note: string | undefined): Promise<HttpResponse> {
    const { response, error } = outcome;
    if (response === undefined) throw told(error, this.#attempt, note);
    if (this.#held !== undefined) {
      try {
        await announce(this.#held, this.request, this.options);
      } catch (failed) {
        await response.discard();
        throw told(failed, this.#attempt, undefined);
      }
    }
    const whole = await wholeAnswer(response, this.request, this.options, this.outer);
    return this.#attempt === response.attempts && note === undefined
      ? whole
      : whole.with({ attempts: this.#attempt, note });
  }

  /** Called by the handler in place of `onHeaders`, which is for the final response. */
  #headCame(head: HttpResponse): unknown {
    if (this.#mayDrop(head)) {
      this.#held = head;
      return undefined;
    }
    this.#announced = true;
    return this.options.onHeaders ? this.options.onHeaders(head) : undefined;
  }

  /** What `#judge` will say, as far as it can be known before the body. */
  #mayDrop(response: HttpResponse): boolean {
    const { rules, request, tools } = this;
    if (this.#attempt > rules.limit || bodyRefusal(request) !== undefined) return false;
    if (rules.decider === undefined && !isRetryable(rules, request, { response, error: undefined })) return false;
    const hint = serverHint(response, wallClockBy(this.#clock));
    if (waitRefusal(rules, hint?.ms ?? 0, hint, timeLeft(this.options)) !== undefined) return false;
    return rules.budget === undefined || tools.budget.has(this.#origin, rules.budget, this.#clock.now());
  }

  /**
   * A request counts for the budget once, when its first attempt has settled: retries earn nothing, nor what was not
   * sent.
   */
  #earn(answer: HttpResponse | undefined): void {
    const { rules, tools } = this;
    if (this.#attempt !== 1 || rules.budget === undefined) return;
    if (answer === undefined || !isUnasked(answer)) tools.budget.earn(this.#origin, rules.budget, this.#clock.now());
  }
}

/** What a `delay` function gave, in milliseconds. A cap that nobody gave does not bind it. */
function delayOf(given: unknown, maxDelay = Number.POSITIVE_INFINITY): number {
  if (typeof given === 'string') return Math.min(milliseconds(given, 'retry.delay'), maxDelay);
  if (typeof given === 'number' && given >= 0 && given < Number.POSITIVE_INFINITY) {
    return Math.min(Math.ceil(given), maxDelay);
  }
  throw new TypeError(`retry.delay must return milliseconds, 0 or more, got ${String(given)}`);
}

/** Lets go of an outcome that is not the last, so that its connection can be used for the next attempt. */
async function drop({ response, error }: Outcome): Promise<void> {
  await response?.discard();
  if (isResponseError(error)) await error.response.discard();
}

/** The error with what only this layer knows. */
function told(error: unknown, attempts: number, note: string | undefined): unknown {
  if (!isTransferError(error)) return error;
  // Of an attempt that sent nothing it counts those before.
  error.attempts = error.attempts === 0 ? attempts - 1 : attempts;
  if (note === undefined || error.message.endsWith(note)) return error;
  const { message } = error;
  error.message = `${message}; ${note}`;
  // The stack begins with the message as it was.
  error.stack = error.stack?.replace(message, () => error.message);
  return error;
}
