/** One expectation of `expectations()`: the request that it is about, its answers, and how often it may be asked. */
import type { HeadersInit } from '../../message/headers.ts';
import type { HttpRequest } from '../../message/request.ts';
import type { HttpResponse, ResponseBodyInit } from '../../message/response.ts';
import type { RequestOptions } from '../../options/options.ts';
import { kindOf } from '../../runtime/kind-of.ts';
import type { Handler } from '../../stack/handler.ts';
import { type Duration, milliseconds } from '../../time/duration.ts';
import { Forward, type MockExchange } from '../mock-exchange.ts';
import { type Answer, checkAnswer, isParts, responseOf } from './answer.ts';
import { FAIL_KINDS, type FailKind, failWith } from './failures.ts';
import type { Matcher } from './request-match.ts';

/** Makes the answer from what was asked. A throw rejects. */
export type ReplyAnswer = (request: HttpRequest, options: RequestOptions) => Answer | Promise<Answer>;

type Outcome = (request: HttpRequest, options: RequestOptions) => Promise<HttpResponse | Forward>;

/** An expectation while it is written down: each method returns it, to be followed by another. */
export interface Expectation {
  /**
   * What it is answered with. Said again, it is the answer to the next time; the last one stands for all that follow.
   * @throws TypeError for what is no answer
   */
  reply(answer: Answer | Promise<Answer> | ReplyAnswer): Expectation;
  reply(status: number, headers: HeadersInit, body?: ResponseBodyInit): Expectation;
  reply(status: number, parts: { headers?: HeadersInit; json?: unknown; body?: ResponseBodyInit }): Expectation;
  /** It fails, as over a real connection. */
  fail(kind: FailKind): Expectation;
  /** Another handler answers, such as `chooseHandler()`. */
  passThrough(handler: Handler): Expectation;
  /** So long after it was asked, by the clock of the call: within its timeouts. */
  delay(ms: Duration): Expectation;
  /** It is asked once: the default, for each reply. */
  once(): Expectation;
  /** It is asked `n` times. */
  times(n: number): Expectation;
  /** It is asked any number of times, once at least. */
  persist(): Expectation;
}

/** The inside of an `Expectation`: what it is asked and answers. `expectations.ts` looks for the one that a request fits. */
export class Expected implements Expectation {
  readonly matcher: Matcher;
  readonly #outcomes: Outcome[] = [];
  #limit: number | undefined;
  #isDelayed = 0;
  asked = 0;

  constructor(matcher: Matcher) {
    this.matcher = matcher;
  }

  /** How often it may be asked: as often as it was given answers, unless `times` or `persist` says otherwise. */
  get limit(): number {
    return this.#limit ?? Math.max(1, this.#outcomes.length);
  }

  get isOpen(): boolean {
    return this.asked < this.limit;
  }

  /** Whether it has to be asked again, for `verify`. */
  get isPending(): boolean {
    return this.asked < (this.limit === Number.POSITIVE_INFINITY ? 1 : this.limit);
  }

  /** `POST /users (asked 0 of 1 times)` */
  get state(): string {
    const times = this.limit === 1 ? '1 time' : `${this.limit} times`;
    const most = this.limit === Number.POSITIVE_INFINITY ? 'times' : `of ${times}`;
    return `${this.matcher.name} (asked ${this.asked} ${most})`;
  }

  get handlers(): readonly Handler[] {
    return this.#handlers;
  }
  readonly #handlers: Handler[] = [];

  reply(answer: unknown, second?: unknown, body?: unknown): this {
    const whole = wholeAnswer(answer, second, body);
    if (whole instanceof Promise) whole.catch(() => undefined);
    const where = `the expectation ${this.matcher.name}`;
    checkAnswer(whole, where);
    return this.#add(async (request, options) => {
      const given = await (typeof whole === 'function' ? (whole as ReplyAnswer)(request, options) : whole);
      return responseOf(given, where);
    });
  }

  fail(kind: FailKind): this {
    if (!FAIL_KINDS.includes(kind)) {
      throw new TypeError(`a transfer fails as one of ${FAIL_KINDS.join(', ')}, got ${JSON.stringify(kind)}`);
    }
    return this.#add(async (request, options) => failWith(kind, request, options));
  }

  passThrough(handler: Handler): this {
    if (typeof handler !== 'function') throw new TypeError(`passThrough takes a handler, got ${kindOf(handler)}`);
    this.#handlers.push(handler);
    return this.#add(async (request, options) => new Forward(async () => handler(request, options)));
  }

  delay(ms: Duration): this {
    this.#isDelayed = milliseconds(ms, 'delay');
    return this;
  }

  once(): this {
    return this.times(1);
  }

  times(n: number): this {
    if (!Number.isInteger(n) || n < 1) {
      throw new TypeError(`an expectation is asked a whole number of times, 1 at least, got ${String(n)}`);
    }
    this.#limit = n;
    return this;
  }

  persist(): this {
    this.#limit = Number.POSITIVE_INFINITY;
    return this;
  }

  /** The answer to the time that was counted last. */
  async answer(
    request: HttpRequest,
    options: RequestOptions,
    exchange: MockExchange,
    time: number,
  ): Promise<HttpResponse | Forward> {
    const outcome = this.#outcomes[Math.min(time, this.#outcomes.length) - 1];
    if (outcome === undefined) throw new TypeError(`the expectation ${this.matcher.name} has no reply`);
    if (this.#isDelayed > 0) await exchange.pause(this.#isDelayed);
    return outcome(request, options);
  }

  #add(outcome: Outcome): this {
    this.#outcomes.push(outcome);
    return this;
  }
}

/** `reply(201, headers, body)` and `reply(201, { json })` as one answer. */
function wholeAnswer(answer: unknown, second: unknown, body: unknown): unknown {
  if (second === undefined && body === undefined) return answer;
  if (typeof answer !== 'number') throw new TypeError('reply takes one answer, or a status with what belongs to it');
  if (body === undefined && isParts(second)) return { ...second, status: answer };
  if (typeof second === 'string' || second instanceof Uint8Array) return { status: answer, body: second };
  return { status: answer, headers: second, ...(body !== undefined && { body }) };
}
