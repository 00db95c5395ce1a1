import { getEventListeners } from 'node:events';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Call, callOf } from '../../../src/call/call.ts';
import { DelayQueue } from '../../../src/call/delay-queue.ts';
import { Content } from '../../../src/message/content.ts';
import {
  ClientError,
  NetworkError,
  RequestError,
  ServerError,
  type TransferError,
} from '../../../src/message/errors.ts';
import { HttpRequest } from '../../../src/message/request.ts';
import { HttpResponse } from '../../../src/message/response.ts';
import { deadline } from '../../../src/middleware/deadline/deadline.ts';
import { httpErrors } from '../../../src/middleware/http-errors/http-errors.ts';
import { retry } from '../../../src/middleware/retry/retry.ts';
import type { RequestOptions, RetryContext, RetryOptions } from '../../../src/options/options.ts';
import type { Handler } from '../../../src/stack/handler.ts';
import { FakeClock } from '../../../src/testing/fake-clock.ts';
import { recordingHandler } from '../../support/recording-handler.ts';

afterEach(() => void vi.useRealTimers());

const get = new HttpRequest('GET', 'http://a.test/x');

type Answer = number | Error | HttpResponse;

/** Answers with each in turn, and with the last from then on. */
function answering(...answers: Answer[]) {
  let turn = 0;
  return recordingHandler(async () => {
    const answer = answers[Math.min(turn, answers.length - 1)]!;
    turn += 1;
    if (answer instanceof Error) throw answer;
    return typeof answer === 'number' ? new HttpResponse(answer) : answer;
  });
}

function setUp(next: Handler, defaults?: number | RetryOptions) {
  const clock = new FakeClock();
  const random = vi.fn(() => 0.5);
  return { clock, random, handler: retry(defaults, { random })(next) };
}

/** Lets all waits pass. */
async function settled(clock: FakeClock, answer: Promise<HttpResponse>) {
  const outcome = answer.then(
    (response) => ({ response, error: undefined }),
    (error: TransferError) => ({ response: undefined, error }),
  );
  await clock.advance(3_600_000);
  return outcome;
}

describe('without the option', () => {
  it.each([undefined, null, false, 0] as const)('hands a request with %s on untouched', (value) => {
    const answer = Promise.resolve(new HttpResponse(503));
    const next = vi.fn(() => answer);
    const options: RequestOptions = { retry: value };
    expect(retry()(next)(get, options)).toBe(answer);
    expect(next).toHaveBeenCalledExactlyOnceWith(get, options);
  });

  it.each([null, false, 0] as const)('switches the defaults of its layer off with %s', (value) => {
    const answer = Promise.resolve(new HttpResponse(503));
    expect(retry({ limit: 3 })(() => answer)(get, { retry: value })).toBe(answer);
  });

  it('waits by the time of the system where the clock of a bare handler is null', async () => {
    const handler = retry(1, { random: () => 0 })(answering(503, 200));
    expect((await handler(get, { clock: null as never })).status).toBe(200);
  });

  it('uses the defaults of its layer', async () => {
    const next = answering(503);
    const { clock, handler } = setUp(next, { limit: 3 });
    await settled(clock, handler(get, { clock }));
    expect(next.requests).toHaveLength(4);
  });
});

describe('the number of attempts', () => {
  it.each<[string, Answer[], number | RetryOptions, number, number]>([
    ['a first success', [200], 3, 200, 1],
    ['a success after one failure', [503, 200], 3, 200, 2],
    ['a success after a network error', [new NetworkError('reset'), 200], 3, 200, 2],
    ['failures of both kinds', [new NetworkError('reset'), 429, 201], 3, 201, 3],
    ['nothing but failures', [503], 3, 503, 4],
    ['a failure that does not pass', [404], 3, 404, 1],
    ['a failure that does not pass later', [503, 404], 3, 404, 2],
    ['the limit of an object', [503], {}, 503, 3],
    ['statuses of the caller', [418, 200], { statuses: [418] }, 200, 2],
    ['statuses the caller left out', [503, 200], { statuses: [418] }, 503, 1],
  ])('is right for %s', async (_, answers, option, status, attempts) => {
    const next = answering(...answers);
    const { clock, handler } = setUp(next);
    const { response } = await settled(clock, handler(get, { retry: option, clock }));
    expect(response?.status).toBe(status);
    expect(response?.attempts).toBe(attempts);
    expect(next.requests).toHaveLength(attempts);
    expect(clock.pending).toBe(0);
  });

  it('is on the error, too', async () => {
    const error = new NetworkError('reset', { request: get });
    const { clock, handler } = setUp(answering(error));
    const outcome = await settled(clock, handler(get, { retry: 2, clock }));
    expect(outcome.error).toBe(error);
    expect(error.attempts).toBe(3);
    expect(error.message).toBe('GET http://a.test/x: reset');
  });

  it('is counted on the call', async () => {
    const request = new HttpRequest('GET', 'http://a.test/');
    request.call = new Call(0);
    const seen: number[] = [];
    const { clock, handler } = setUp(async (sent) => {
      seen.push(callOf(sent)!.attempt);
      return new HttpResponse(503);
    });
    await settled(clock, handler(request, { retry: 2, clock }));
    expect(seen).toEqual([1, 2, 3]);
  });

  it('does not multiply when two layers stand in one stack', async () => {
    const next = answering(503);
    const { clock, handler } = setUp(retry({ limit: 5 })(next));
    await settled(clock, handler(get, { retry: 2, clock }));
    expect(next.requests).toHaveLength(3);
  });

  it.each(['POST', 'PATCH'])('is one for %s, which is not idempotent, unless the caller names it', async (method) => {
    const next = answering(503);
    const { clock, handler } = setUp(next);
    const request = new HttpRequest(method, 'http://a.test/', null, 'data');
    expect((await settled(clock, handler(request, { retry: 2, clock }))).response?.attempts).toBe(1);
    const named = { limit: 2, methods: [method] };
    expect((await settled(clock, handler(request, { retry: named, clock }))).response?.attempts).toBe(3);
  });
});

describe('what is never retried', () => {
  it.each<[string, Error]>([
    ['a TypeError', new TypeError('bad')],
    ['a RequestError', new RequestError('bad')],
    ['an abort', new DOMException('stop', 'AbortError')],
  ])('%s, whatever the decider says', async (_, error) => {
    const next = answering(error);
    const decider = vi.fn(() => true);
    const { clock, handler } = setUp(next);
    expect((await settled(clock, handler(get, { retry: { limit: 2, decider }, clock }))).error).toBe(error);
    expect(next.requests).toHaveLength(1);
    expect(decider).not.toHaveBeenCalled();
  });

  it('a call that was stopped meanwhile, whatever it ended with', async () => {
    const controller = new AbortController();
    const next = recordingHandler(async () => {
      controller.abort('stop');
      throw new NetworkError('reset');
    });
    const { clock, handler } = setUp(next);
    await settled(clock, handler(get, { retry: 2, clock, signal: controller.signal }));
    expect(next.requests).toHaveLength(1);
  });

  it.each<[string, Answer, RetryOptions]>([
    ['a network error', new NetworkError('reset'), { limit: 2 }],
    ['a status', 503, { limit: 2 }],
    ['what the decider wants', 200, { limit: 2, decider: () => true }],
  ])('a body that can be sent once, after %s, and the outcome says so', async (_, answer, options) => {
    const next = answering(answer);
    const { clock, handler } = setUp(next);
    const request = new HttpRequest('PUT', 'http://a.test/', null, Readable.from(['once']));
    const { response, error } = await settled(clock, handler(request, { retry: options, clock }));
    expect(next.requests).toHaveLength(1);
    expect(response?.facts.note ?? error?.message).toContain('not retried: the body is a stream that can be read once');
    if (error) expect(error.stack).toContain('not retried: the body');
  });

  it('a body that can be sent once, without a word where nothing was to be retried', async () => {
    const { clock, handler } = setUp(answering(404));
    const request = new HttpRequest('PUT', 'http://a.test/', null, Readable.from(['once']));
    const { response } = await settled(clock, handler(request, { retry: 2, clock }));
    expect(response?.facts.note).toBeUndefined();
  });

  it('while a body that can be sent again is, each time afresh', async () => {
    const bodies: string[] = [];
    const { clock, handler } = setUp(async (request) => {
      bodies.push(await request.text());
      return new HttpResponse(503);
    });
    const request = new HttpRequest('PUT', 'http://a.test/', null, () => Readable.from(['fresh']));
    await settled(clock, handler(request, { retry: 2, clock }));
    expect(bodies).toEqual(['fresh', 'fresh', 'fresh']);
  });
});

describe('the wait', () => {
  /** When each attempt was sent. */
  async function times(retryOption: RetryOptions, headers: Record<string, string> = {}, status = 503) {
    const sent: number[] = [];
    const clock = new FakeClock();
    const next: Handler = async () => {
      sent.push(clock.now());
      return new HttpResponse(status, headers);
    };
    const handler = retry(undefined, { random: () => 0.5 })(next);
    const { response } = await settled(clock, handler(get, { retry: retryOption, clock }));
    return { sent, response };
  }

  it('doubles with each attempt, up to the cap', async () => {
    expect((await times({ limit: 5, maxDelay: '1s' })).sent).toEqual([0, 150, 450, 950, 1450, 1950]);
  });

  it('is 30 seconds at most unless told otherwise', async () => {
    const { sent } = await times({ limit: 10 });
    expect(sent[10]! - sent[9]!).toBe(15_000);
  });

  it('is what the delay function says, also as a promise, rounded up', async () => {
    const contexts: RetryContext[] = [];
    const delay = async (context: RetryContext) => {
      contexts.push(context);
      return context.attempt * 1000.5;
    };
    expect((await times({ limit: 2, delay })).sent).toEqual([0, 1001, 3002]);
    expect(contexts).toMatchObject([
      { attempt: 1, request: get, response: { status: 503 }, error: undefined, elapsed: 0 },
      { attempt: 2, elapsed: 1001 },
    ]);
  });

  it('is capped by maxDelay for a delay function only when maxDelay is given', async () => {
    const delay = () => 100_000;
    expect((await times({ limit: 1, delay })).sent).toEqual([0, 100_000]);
    expect((await times({ limit: 1, delay, maxDelay: '1m' })).sent).toEqual([0, 60_000]);
  });

  it('may be given with its unit, and is capped like a number', async () => {
    const delay = () => '100s' as never;
    expect((await times({ limit: 1, delay })).sent).toEqual([0, 100_000]);
    expect((await times({ limit: 1, delay, maxDelay: '1m' })).sent).toEqual([0, 60_000]);
  });

  it('is none for a delay of 0', async () => {
    const next = answering(503, 200);
    const { handler, clock } = setUp(next);
    const response = await handler(get, { retry: { delay: () => 0 }, clock });
    expect(response.attempts).toBe(2);
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, undefined])(
    'rejects with a TypeError for a delay of %s',
    async (value) => {
      const { clock, handler } = setUp(answering(503));
      const { error } = await settled(clock, handler(get, { retry: { delay: () => value as number }, clock }));
      expect(error).toBeInstanceOf(TypeError);
      expect(error?.message).toBe(`retry.delay must return milliseconds, 0 or more, got ${value}`);
    },
  );

  it.each([{}, { delay: () => 5 }])('is the Retry-After of the server, over what %o computes', async (option) => {
    expect((await times({ limit: 2, ...option }, { 'Retry-After': '7' })).sent).toEqual([0, 7000, 14_000]);
  });

  it('is until the date of Retry-After', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 6, 30, 12) });
    const { sent } = await times({ limit: 1 }, { 'Retry-After': 'Thu, 30 Jul 2026 12:00:20 GMT' });
    expect(sent).toEqual([0, 20_000]);
  });

  it('is until the rate limit is reset', async () => {
    expect((await times({ limit: 1 }, { RateLimit: '"a";r=0;t=9' }, 429)).sent).toEqual([0, 9000]);
  });

  it('does not begin when Retry-After is longer than maxRetryAfter, and the response says so', async () => {
    const { sent, response } = await times({ limit: 3 }, { 'Retry-After': '61' });
    expect(sent).toEqual([0]);
    expect(response?.status).toBe(503);
    expect(response?.facts.note).toBe(
      'not retried: the server asks to wait 61 s (Retry-After), and retry.maxRetryAfter allows 60 s',
    );
  });

  it('may be as long as the caller allows', async () => {
    expect((await times({ limit: 1, maxRetryAfter: '2m' }, { 'Retry-After': '61' })).sent).toEqual([0, 61_000]);
    expect((await times({ limit: 1, maxRetryAfter: 0 }, { 'Retry-After': '600' })).sent).toEqual([0, 600_000]);
  });

  it.each([
    [
      'Retry-After',
      { 'Retry-After': '5' },
      'the server asks to wait 5 s (Retry-After), and the timeout option leaves 4 s',
    ],
    ['a computed delay', {}, 'the next attempt is due in 5 s, and the timeout option leaves 4 s'],
  ])('does not begin when %s ends past the total timeout', async (_, headers, note) => {
    const clock = new FakeClock();
    const handler = deadline()(retry()(async () => new HttpResponse(503, headers)));
    const { response } = await settled(clock, handler(get, { retry: { delay: () => 5000 }, timeout: '4s', clock }));
    expect(response?.facts.note).toBe(`not retried: ${note}`);
    expect(clock.pending).toBe(0);
  });

  it('is in the message of the error that httpErrors makes', async () => {
    const clock = new FakeClock();
    const handler = httpErrors()(retry()(async () => new HttpResponse(503, { 'Retry-After': '3600' }, 'busy')));
    await expect(handler(get, { retry: 2, clock })).rejects.toMatchObject({
      name: 'ServerError',
      message:
        'GET http://a.test/x: server error 503 Service Unavailable: busy; ' +
        'not retried: the server asks to wait 3600 s (Retry-After), and retry.maxRetryAfter allows 60 s',
    });
  });

  it.each([
    [
      'a status',
      () => Promise.resolve(new HttpResponse(503, {}, 'busy')),
      'server error 503 Service Unavailable: busy',
    ],
    ['a lost connection', () => Promise.reject(new NetworkError('the connection broke')), 'the connection broke'],
  ])('names the method that is not repeated after %s', async (_, answer, fact) => {
    const handler = httpErrors()(retry()(answer));
    await expect(handler(new HttpRequest('POST', 'http://a.test/x'), { retry: 2 })).rejects.toMatchObject({
      message: expect.stringContaining(`${fact}; not retried: POST is not among retry.methods`),
    });
  });

  it('says nothing of the method where no retry was in question', async () => {
    const handler = httpErrors()(retry()(async () => new HttpResponse(404, {}, 'no')));
    await expect(handler(new HttpRequest('POST', 'http://a.test/x'), { retry: 2 })).rejects.toMatchObject({
      message: expect.not.stringContaining('not retried'),
    });
  });

  it('holds no other request, under one timer', async () => {
    const clock = new FakeClock();
    const queue = new DelayQueue({ clock });
    const layer = retry(undefined, { queue, random: () => 0.5 });
    const slow = layer(answering(new HttpResponse(503, { 'Retry-After': '50' }), 200))(get, { retry: 1, clock });
    const quick = layer(answering(503, 200))(get, { retry: 1, clock });
    await clock.advance(0);
    expect(queue.size).toBe(2);
    expect(clock.pending).toBe(1);
    await clock.advance(150);
    expect((await quick).attempts).toBe(2);
    await clock.advance(50_000);
    expect((await slow).attempts).toBe(2);
  });
});

describe('the decider', () => {
  it('is asked with the outcome and replaces methods, statuses and errors', async () => {
    const contexts: RetryContext[] = [];
    const failure = new Error('mine');
    const { clock, handler } = setUp(answering(failure, 404, 200));
    const decider = (context: RetryContext) => {
      contexts.push(context);
      return context.response?.status !== 200;
    };
    const post = new HttpRequest('POST', 'http://a.test/');
    const { response } = await settled(clock, handler(post, { retry: { limit: 5, decider }, clock }));
    expect(response?.attempts).toBe(3);
    expect(contexts).toMatchObject([
      { attempt: 1, request: post, error: failure, response: undefined, elapsed: 0 },
      { attempt: 2, error: undefined, response: { status: 404 }, elapsed: 150 },
      { attempt: 3, response: { status: 200 }, elapsed: 450 },
    ]);
  });

  it('is bound by the limit', async () => {
    const next = answering(200);
    const { clock, handler } = setUp(next);
    await settled(clock, handler(get, { retry: { limit: 2, decider: async () => true }, clock }));
    expect(next.requests).toHaveLength(3);
  });

  it('is bound by the budget', async () => {
    const next = answering(200);
    const { clock, handler } = setUp(next);
    const option = { limit: 100, decider: () => true, delay: () => 0 };
    const { response } = await settled(clock, handler(get, { retry: option, clock }));
    expect(next.requests).toHaveLength(11);
    expect(response?.facts.note).toBe('not retried: the retry.budget of http://a.test is used up');
  });

  it('ends the call with what it throws, and the response is released', async () => {
    const response = new HttpResponse(503);
    const discard = vi.spyOn(response, 'discard');
    const { clock, handler } = setUp(answering(response));
    const decider = async () => Promise.reject(new Error('no idea'));
    await expect(handler(get, { retry: { decider }, clock })).rejects.toThrow('no idea');
    expect(discard).toHaveBeenCalledOnce();
  });

  it('does not hold an abort up', async () => {
    const controller = new AbortController();
    const { clock, handler } = setUp(answering(503));
    const decider = () => new Promise<boolean>(() => undefined);
    const answer = handler(get, { retry: { decider }, clock, signal: controller.signal });
    await clock.advance(0);
    controller.abort('stop');
    await expect(answer).rejects.toBe('stop');
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });
});

describe('an abort while it waits', () => {
  it.each(['signal', 'call'])('by the %s rejects at once with the reason and leaves nothing behind', async (by) => {
    const next = answering(503);
    const { clock, handler } = setUp(next);
    const controller = new AbortController();
    const request = new HttpRequest('GET', 'http://a.test/');
    request.call = new Call(0);
    const answer = handler(request, { retry: 2, clock, signal: controller.signal });
    await clock.advance(10);
    expect(clock.pending).toBe(1);
    if (by === 'signal') controller.abort('stop');
    else callOf(request)!.abort('stop');
    await expect(answer).rejects.toBe('stop');
    expect(clock.pending).toBe(0);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    expect(next.requests).toHaveLength(1);
  });

  it('by the total timeout rejects with it, and it counts the attempts', async () => {
    const clock = new FakeClock();
    const request = new HttpRequest('GET', 'http://a.test/');
    request.call = new Call(0);
    let turn = 0;
    const next: Handler = async () => {
      turn += 1;
      return turn === 1 ? new HttpResponse(503) : new Promise(() => undefined);
    };
    const answer = deadline()(retry()(next))(request, { retry: { delay: () => 50 }, timeout: 100, clock });
    const rejected = expect(answer).rejects.toMatchObject({ code: 'ERR_TIMEOUT_TOTAL', attempts: 2 });
    await clock.advance(100);
    await rejected;
    expect(clock.pending).toBe(0);
  });
});

describe('dropped responses', () => {
  const streamed = (status: number) => {
    const body = new Readable({ read: () => undefined });
    return { body, response: new HttpResponse(status, {}, new Content(undefined, body)) };
  };

  it('are released, and the one that is kept is not', async () => {
    const [first, second, last] = [streamed(503), streamed(500), streamed(503)];
    const { clock, handler } = setUp(answering(first.response, second.response, last.response));
    await settled(clock, handler(get, { retry: 2, clock, stream: true }));
    expect([first, second, last].map(({ body }) => body.destroyed)).toEqual([true, true, false]);
    last.body.destroy();
  });

  it('are released inside an error, too', async () => {
    const { body, response } = streamed(503);
    const { clock, handler } = setUp(answering(new ServerError('503', { response }), 200));
    expect((await settled(clock, handler(get, { retry: 2, clock }))).response?.status).toBe(200);
    expect(body.destroyed).toBe(true);
  });

  it('are released before a wait', async () => {
    const { body, response } = streamed(503);
    const { clock, handler } = setUp(answering(response, 200));
    void handler(get, { retry: 2, clock });
    await clock.advance(0);
    expect(body.destroyed).toBe(true);
  });
});

describe('onHeaders', () => {
  /** Calls `onHeaders` with each head, as a handler does. */
  function announcing(...statuses: number[]): Handler {
    const next = answering(...statuses);
    return async (request, options) => {
      const response = await next(request, options);
      if (options.onHeaders) options.onHeaders(response);
      return response;
    };
  }
  const run = async (next: Handler, option: RetryOptions | number, onHeaders: (head: HttpResponse) => void) => {
    const { clock, handler } = setUp(next);
    return settled(clock, handler(get, { retry: option, clock, onHeaders }));
  };

  it.each([
    [[200], 2, [200]],
    [[503, 200], 2, [200]],
    [[503], 2, [503]],
    [[503, 404], 2, [404]],
  ] as [number[], number, number[]][])(
    'of the answers %j with a limit of %i is called for %j',
    async (statuses, limit, expected) => {
      const seen: number[] = [];
      await run(announcing(...statuses), limit, (head) => void seen.push(head.status));
      expect(seen).toEqual(expected);
    },
  );

  it('is called late for a response that a decider did not want to drop', async () => {
    const seen: number[] = [];
    await run(announcing(503), { decider: async () => false }, (head) => void seen.push(head.status));
    expect(seen).toEqual([503]);
  });

  it('is called at the head of an answer whose Retry-After nobody waits for', async () => {
    const order: string[] = [];
    const answer = new HttpResponse(503, { 'Retry-After': '86400' });
    const next: Handler = async (_, options) => {
      if (options.onHeaders) options.onHeaders(answer);
      order.push('body');
      return answer;
    };
    const { response } = await run(next, 2, (head) => void order.push(`head ${head.status}`));
    expect([order, response?.attempts]).toEqual([['head 503', 'body'], 1]);
  });

  it('is called once when the budget ends the attempts', async () => {
    const seen: number[] = [];
    const option = { limit: 5, budget: { min: 1 } };
    const { response } = await run(announcing(503), option, (head) => void seen.push(head.status));
    expect(response?.attempts).toBe(2);
    expect(seen).toEqual([503]);
  });

  it('that throws late is the cause of a ResponseError', async () => {
    const cause = new Error('unwanted');
    const { error } = await run(announcing(503), { decider: () => false }, () => {
      throw cause;
    });
    expect(error).toMatchObject({ name: 'ResponseError', code: 'ERR_ON_HEADERS', cause });
  });
});

describe('a retry storm', () => {
  const seconds = 10;

  /** A server that fails everything for ten seconds, asked `rate` times a second. How often it was asked. */
  async function ask(rate: number, option: RetryOptions | number, fail: () => Answer, healthyBefore = 0) {
    const clock = new FakeClock();
    let failing = healthyBefore === 0;
    const next = recordingHandler(async () => {
      const answer = failing ? fail() : 200;
      if (answer instanceof Error) throw answer;
      return new HttpResponse(answer as number);
    });
    const handler = retry(option)(next);
    for (let i = 0; i < healthyBefore; i += 1) await handler(get, { clock });
    failing = true;
    const before = next.requests.length;
    const calls: Promise<unknown>[] = [];
    for (let i = 0; i < rate * seconds; i += 1) {
      calls.push(handler(get, { clock }).catch((error: unknown) => error));
      await clock.advance(1000 / rate);
    }
    await clock.advance(120_000);
    await Promise.all(calls);
    return (next.requests.length - before) / (rate * seconds);
  }

  it.each<[string, number, RetryOptions | number, () => Answer, number?]>([
    ['100 requests a second', 100, 3, () => 503],
    ['10 requests a second', 10, 3, () => 503],
    ['5 requests a second', 5, 10, () => 503],
    ['network errors', 50, 5, () => new NetworkError('reset')],
    ['a decider that always says yes', 50, { limit: 10, decider: () => true, delay: () => 0 }, () => 503],
    ['a long time without failures before', 50, 5, () => 503, 1000],
  ])('gives the server at most 1.2 times the requests: %s', async (_, rate, option, fail, healthyBefore) => {
    const ratio = await ask(rate, option, fail, healthyBefore);
    expect(ratio).toBeLessThanOrEqual(1.2);
    expect(ratio).toBeGreaterThan(1.15);
  });

  it('is what a client without a budget makes of it', async () => {
    expect(await ask(10, { limit: 3, budget: false }, () => 503)).toBe(4);
  });

  it('of one origin does not hold another back', async () => {
    const next = answering(503);
    const { clock, handler } = setUp(next, { limit: 2, delay: () => 0 });
    for (let i = 0; i < 20; i += 1) await handler(get, { clock });
    expect((await handler(get, { clock })).attempts).toBe(1);
    expect((await handler(new HttpRequest('GET', 'http://b.test/'), { clock })).attempts).toBe(3);
  });

  it('sends bursts that fail in part again as long as the share allows', async () => {
    let turn = 0;
    const { clock, handler } = setUp(
      async () => {
        turn += 1;
        return new HttpResponse(turn <= 1000 && turn % 10 === 0 ? 503 : 200);
      },
      { limit: 2 },
    );
    const calls = Array.from({ length: 1000 }, () => handler(get, { clock }));
    await clock.advance(60_000);
    const statuses = (await Promise.all(calls)).map(({ status }) => status);
    expect(statuses.filter((status) => status !== 200)).toHaveLength(0);
  });
});

it('leaves errors of other kinds as they are', async () => {
  const error = new ClientError('no', { response: new HttpResponse(404) });
  const { clock, handler } = setUp(answering(error));
  expect((await settled(clock, handler(get, { retry: 2, clock }))).error).toBe(error);
  const own = new Error('own');
  const other = setUp(answering(own));
  expect((await settled(other.clock, other.handler(get, { retry: 2, clock: other.clock }))).error).toBe(own);
  expect(Object.keys(own)).toEqual([]);
});

it('refuses bad settings where the layer is made', () => {
  expect(() => retry({ limit: -1 })).toThrow(TypeError);
});
