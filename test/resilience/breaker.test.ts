import { describe, expect, it } from 'vitest';
import {
  BodyError,
  Client,
  HandlerStack,
  HttpResponse,
  isNetworkError,
  NetworkError,
  RequestError,
  TimeoutError,
} from '../../src/index.ts';
import { type BreakerRules, Circuit } from '../../src/resilience/breaker-policy.ts';
import { type BreakerOptions, breaker, isCircuitOpenError } from '../../src/resilience/index.ts';
import { FakeClock } from '../../src/testing/fake-clock.ts';
import { everyTransport } from '../support/every-transport.ts';
import { rejection } from '../support/fake-handler.ts';

type Answer = number | Error | (() => Promise<HttpResponse>);

/** A client over a server that answers by a list, the last entry for ever. */
function guarded(settings: BreakerOptions, ...answers: Answer[]) {
  const clock = new FakeClock();
  let asked = 0;
  const list = { answers };
  const handler = HandlerStack.create(async () => {
    const answer = list.answers[Math.min(asked, list.answers.length - 1)]!;
    asked += 1;
    if (answer instanceof Error) throw answer;
    return typeof answer === 'number' ? new HttpResponse(answer) : answer();
  }).push(breaker(settings), 'breaker');
  const client = new Client({ clock, handler, httpErrors: false });
  return {
    clock,
    client,
    asked: () => asked,
    from: (...more: Answer[]) => {
      list.answers = [...Array.from({ length: asked }, () => 500), ...more];
    },
    /** Status or code. */
    get: async (uri = 'http://a.test/') => {
      const [response, error] = await client.attempt('GET', uri);
      return response?.status ?? (error as { code?: string }).code;
    },
  };
}

const SETTINGS = { threshold: 3, window: '10s', halfOpenAfter: '30s' } as const;

describe('the circuit', () => {
  const rules: BreakerRules = { threshold: 2, window: 1000, halfOpenAfter: 5000 };
  const admitted = (circuit: Circuit, now: number) => {
    const verdict = circuit.admit(now);
    if ('retryAt' in verdict) throw new Error(`open until ${verdict.retryAt}`);
    return verdict;
  };
  const fail = (circuit: Circuit, now: number) => circuit.settle(admitted(circuit, now), 'failure', now);

  it('opens with so many failures in the window', () => {
    const circuit = new Circuit(rules);
    fail(circuit, 0);
    fail(circuit, 1000);
    expect(circuit.admit(1000)).toHaveProperty('isProbe', false);
    fail(circuit, 1999);
    expect(circuit.admit(1999)).toEqual({ retryAt: 6999 });
  });

  it('opens with a share of the failures, of ten calls at least', () => {
    const circuit = new Circuit({ ...rules, threshold: 0.5 });
    for (let i = 0; i < 5; i += 1) fail(circuit, 0);
    for (let i = 0; i < 4; i += 1) circuit.settle(admitted(circuit, 0), 'success', 0);
    expect(circuit.admit(0)).toHaveProperty('isProbe');
    fail(circuit, 0);
    expect(circuit.admit(0)).toHaveProperty('retryAt');
  });

  it('takes the success of an answer back whose body breaks off', () => {
    const circuit = new Circuit(rules);
    const answers = [0, 1, 2].map((now) => admitted(circuit, now));
    for (const answer of answers) circuit.settle(answer, 'success', 3);
    circuit.broke(answers[0]!, 4);
    circuit.broke(answers[1]!, 5);
    expect(circuit.admit(6)).toEqual({ retryAt: 5005 });
    // It says nothing of the time since.
    const probe = admitted(circuit, 5005);
    circuit.settle(probe, 'success', 5006);
    circuit.broke(answers[2]!, 5007);
    fail(circuit, 5008);
    admitted(circuit, 5009);
    circuit.broke(probe, 5010);
    expect(circuit.admit(5011)).toEqual({ retryAt: 10_010 });
  });

  it('counts a call whose body breaks off once in a share', () => {
    const circuit = new Circuit({ ...rules, threshold: 0.9 });
    for (let i = 0; i < 10; i += 1) {
      const answer = admitted(circuit, i);
      circuit.settle(answer, 'success', i);
      if (i > 0) circuit.broke(answer, i);
    }
    expect(circuit.admit(10)).toMatchObject({ retryAt: expect.any(Number) });
  });

  it('does not count what began before it changed', () => {
    const circuit = new Circuit(rules);
    const slow = [admitted(circuit, 0), admitted(circuit, 0), admitted(circuit, 0)];
    fail(circuit, 0);
    fail(circuit, 0);
    circuit.settle(slow[0]!, 'success', 1);
    expect(circuit.admit(1)).toEqual({ retryAt: 5000 });
    circuit.settle(admitted(circuit, 5000), 'success', 5001);
    circuit.settle(slow[1]!, 'failure', 5001);
    circuit.settle(slow[2]!, 'failure', 5001);
    expect(circuit.admit(5001)).toHaveProperty('isProbe', false);
  });

  it('counts from where a clock is that was set back', () => {
    const circuit = new Circuit(rules);
    fail(circuit, 1_000_000);
    fail(circuit, 1_000_000);
    expect(circuit.admit(10)).toEqual({ retryAt: 5010 });
    expect(circuit.admit(5010)).toHaveProperty('isProbe', true);
    const other = new Circuit(rules);
    fail(other, 1_000_000);
    fail(other, 10);
    expect(other.admit(11)).toHaveProperty('isProbe', false);
  });

  it('is forgotten once there is nothing to remember', () => {
    const circuit = new Circuit(rules);
    expect(circuit.isIdle(0)).toBe(true);
    fail(circuit, 0);
    expect([circuit.isIdle(999), circuit.isIdle(1000)]).toEqual([false, true]);
  });
});

describe('breaker', () => {
  it('sends nothing after so many failures, then one probe, and all once that was answered', async () => {
    const { clock, get, asked, from } = guarded(SETTINGS, 500);
    expect([await get(), await get(), await get(), await get()]).toEqual([500, 500, 500, 'ERR_CIRCUIT_OPEN']);
    await clock.advance(29_999);
    expect(await get()).toBe('ERR_CIRCUIT_OPEN');
    expect(asked()).toBe(3);
    await clock.advance(1);
    let answer = () => {};
    const slow = new Promise<void>((resolve) => {
      answer = resolve;
    });
    from(async () => {
      await slow;
      return new HttpResponse(200);
    }, 200);
    const probe = get();
    const others = await Promise.all(Array.from({ length: 100 }, () => get()));
    expect(new Set(others)).toEqual(new Set(['ERR_CIRCUIT_OPEN']));
    expect(asked()).toBe(4);
    answer();
    expect(await probe).toBe(200);
    expect([await get(), await get()]).toEqual([200, 200]);
  });

  it('opens anew when the probe fails', async () => {
    const { clock, get, asked } = guarded(SETTINGS, 503);
    for (let i = 0; i < 3; i += 1) await get();
    await clock.advance(30_000);
    expect([await get(), await get()]).toEqual([503, 'ERR_CIRCUIT_OPEN']);
    await clock.advance(30_000);
    expect(await get()).toBe(503);
    expect(asked()).toBe(5);
  });

  it('lets another one probe when the caller of the first stopped it', async () => {
    const { clock, client, get, from, asked } = guarded(SETTINGS, 500);
    for (let i = 0; i < 3; i += 1) await get();
    await clock.advance(30_000);
    const controller = new AbortController();
    from(
      () =>
        new Promise((_, reject) => controller.signal.addEventListener('abort', () => reject(controller.signal.reason))),
      200,
    );
    const stopped = rejection(client.get('http://a.test/', { signal: controller.signal }));
    await new Promise((resolve) => setImmediate(resolve));
    controller.abort('enough');
    expect(await stopped).toBe('enough');
    expect(await get()).toBe(200);
    expect(asked()).toBe(5);
  });

  it('says when one may try again, and what is wrong', async () => {
    const { get, client, clock } = guarded({ ...SETTINGS, threshold: 1 }, 500);
    await clock.advance(500);
    await get();
    const error = await rejection(client.get('http://a.test/b?token=SECRET'));
    expect(isCircuitOpenError(error) && isNetworkError(error)).toBe(true);
    expect(error).toMatchObject({ code: 'ERR_CIRCUIT_OPEN', retryAt: 30_500 });
    expect(error.message).toBe(
      'GET http://a.test/b?token=***: not sent: the circuit of http://a.test is open, because it kept failing; one request may try in 30000 ms',
    );
  });

  it('says it in milliseconds since 1970 by the system clock', async () => {
    const handler = HandlerStack.create(async () => new HttpResponse(500)).push(breaker({ threshold: 1 }));
    const client = new Client({ handler, httpErrors: false });
    await client.get('http://a.test/');
    const error = await rejection(client.get('http://a.test/'));
    expect(isCircuitOpenError(error) && error.retryAt - Date.now()).toBeGreaterThan(20_000);
  });

  it.each<[what: string, answer: Answer, isFailure: boolean]>([
    ['500', 500, true],
    ['503', 503, true],
    ['404', 404, false],
    ['429', 429, false],
    ['the network', new NetworkError('reset', { code: 'ERR_RESET' }), true],
    ['a timeout', new TimeoutError('slow', { phase: 'headers' }), true],
    ['no place in the queue', new TimeoutError('full', { phase: 'queue' }), false],
    ['what Node gave a handler', Object.assign(new Error('x'), { code: 'ECONNREFUSED' }), true],
    [
      'a body that broke off',
      new BodyError('cut', { response: new HttpResponse(200), code: 'ERR_BODY_TRUNCATED' }),
      true,
    ],
    [
      'a body that is too large',
      new BodyError('big', { response: new HttpResponse(200), code: 'ERR_BODY_TOO_LARGE' }),
      false,
    ],
    ['a request that cannot be', new RequestError('no'), false],
    ['a blocked address', new NetworkError('no', { code: 'ERR_ADDRESS_BLOCKED' }), false],
    ['a mistake', new TypeError('no'), false],
  ])('counts %s: %o is a failure: %s', async (_what, answer, isFailure) => {
    const { get, asked } = guarded({ threshold: 2 }, answer);
    for (let i = 0; i < 5; i += 1) await get();
    expect(asked()).toBe(isFailure ? 2 : 5);
  });

  it.each<
    [what: string, end: (body: ReadableStreamDefaultController, response: HttpResponse) => unknown, asked: number]
  >([
    [
      'breaks off',
      (body) => body.error(new BodyError('cut', { response: new HttpResponse(200), code: 'ERR_BODY_TRUNCATED' })),
      2,
    ],
    ['stops coming', (body) => body.error(new TimeoutError('slow', { phase: 'read' })), 2],
    ['ends', (body) => body.close(), 5],
    ['is left', (_, response) => response.discard(), 5],
  ])('counts a streamed body that %s', async (_what, end, expected) => {
    let body!: ReadableStreamDefaultController;
    const answer = async () => new HttpResponse(200, {}, new ReadableStream({ start: (to) => void (body = to) }));
    const { client, asked } = guarded({ threshold: 2 }, answer);
    for (let i = 0; i < 5; i += 1) {
      const [response] = await client.attempt('GET', 'http://a.test/', { stream: true });
      if (response === undefined) continue;
      body.enqueue(Buffer.from('abc'));
      await end(body, response);
      if (!response.bodyUsed) await response.text().catch(() => undefined);
    }
    expect(asked()).toBe(expected);
  });

  it('does not count a call that its caller stopped', async () => {
    const { client, asked } = guarded({ threshold: 1 }, () => new Promise<HttpResponse>(() => undefined));
    for (let i = 0; i < 3; i += 1) {
      const call = client.get('http://a.test/');
      await new Promise((resolve) => setImmediate(resolve));
      call.cancel();
      await rejection(call);
    }
    expect(asked()).toBe(3);
  });

  it('keeps the origins apart', async () => {
    const { get, asked } = guarded({ threshold: 1 }, 500);
    expect([await get(), await get(), await get('http://b.test/')]).toEqual([500, 'ERR_CIRCUIT_OPEN', 500]);
    expect(asked()).toBe(2);
  });

  it('is not asked again and again by retry', async () => {
    const { client, asked } = guarded({ threshold: 2 }, 500);
    const retry = { limit: 9, delay: () => 0 };
    const error = await rejection(client.get('http://a.test/', { retry }));
    expect(error).toMatchObject({ code: 'ERR_CIRCUIT_OPEN', attempts: 2 });
    expect(asked()).toBe(2);
  });

  it.each<[what: string, settings: unknown, message: string]>([
    ['no failures', { threshold: 0 }, 'breaker.threshold must be a number above 0, got 0'],
    ['fewer than none', { threshold: -1 }, 'breaker.threshold must be a number above 0, got -1'],
    ['NaN', { threshold: Number.NaN }, 'breaker.threshold must be a number above 0, got NaN'],
    ['one and a half', { threshold: 1.5 }, 'breaker.threshold must be a whole number of failures, or a share below 1'],
    ['no window', { window: 0 }, 'breaker.window must be longer than 0, got 0'],
    ['a negative wait', { halfOpenAfter: -1 }, 'breaker.halfOpenAfter must not be negative'],
    ['another per', { per: 5 }, "breaker.per must be 'origin' or a function of the request, got number"],
    ['a setting that there is not', { limit: 5 }, 'breaker has no setting limit'],
  ])('refuses %s', (_what, settings, message) => {
    expect(() => breaker(settings as BreakerOptions)).toThrow(message);
  });
});

describe.each(everyTransport)('over %s', (_name, serve) => {
  it('one probe goes to a server that failed', async () => {
    let [asked, status] = [0, 500];
    await using site = await serve(() => {
      asked += 1;
      return { status };
    });
    const clock = new FakeClock();
    // The transports wait by their own clock.
    const handler = HandlerStack.create((request, { clock: _, ...options }) => site.handler(request, options));
    await using client = new Client({ clock, handler: handler.push(breaker(SETTINGS), 'breaker'), httpErrors: false });
    const get = () =>
      client
        .attempt('GET', `${site.origin}/`)
        .then(([response, error]) => response?.status ?? (error as { code?: string }).code);
    for (let i = 0; i < 3; i += 1) await get();
    status = 200;
    await clock.advance(30_000);
    const ends = await Promise.all(Array.from({ length: 10 }, get));
    expect(ends.filter((end) => end === 200)).toHaveLength(1);
    expect(asked).toBe(4);
    expect(await get()).toBe(200);
  });
});
