import { describe, expect, it, vi } from 'vitest';
import {
  Client,
  type ClientOptions,
  type Handler,
  HandlerStack,
  HttpResponse,
  NetworkError,
  type RequestOptions,
} from '../../src/index.ts';
import { Latencies, percentileOf } from '../../src/resilience/hedge-policy.ts';
import { type HedgeOptions, hedge } from '../../src/resilience/index.ts';
import { FakeClock } from '../../src/testing/fake-clock.ts';
import { everyTransport } from '../support/every-transport.ts';
import { rejection, streamed } from '../support/fake-handler.ts';

type Step = { after: number; gives: HttpResponse | Error };

/** A client whose requests are answered by a list, each after its time, unless they are stopped. */
function hedged(settings: HedgeOptions, steps: Step[], options: ClientOptions = {}) {
  const clock = new FakeClock();
  const sent: { at: number; stopped?: unknown }[] = [];
  const handler: Handler = async (_request, given) => {
    const { after, gives } = steps[sent.length]!;
    const entry: (typeof sent)[number] = { at: clock.now() };
    sent.push(entry);
    try {
      await clock.sleep(after, given.signal || undefined);
    } catch (reason) {
      entry.stopped = (reason as Error).message ?? reason;
      throw reason;
    }
    if (gives instanceof Error) throw gives;
    if (given.onHeaders) given.onHeaders(gives);
    return gives;
  };
  const client = new Client({
    clock,
    handler: HandlerStack.create(handler).push(hedge(settings), 'hedge'),
    httpErrors: false,
    ...options,
  });
  return { clock, client, sent };
}

const answer = (body: string, status = 200) => new HttpResponse(status, {}, body);
const get = (client: Client, options?: RequestOptions) => client.get('http://a.test/', options);

describe('the times of requests', () => {
  it('are slow beyond the percentile, once enough are known', () => {
    const times = new Latencies(0.95);
    for (let i = 0; i < 19; i += 1) times.add(10);
    expect(times.slowAfter).toBeUndefined();
    times.add(500);
    expect(times.slowAfter).toBe(11);
  });

  it('forget what is long past', () => {
    const times = new Latencies(0.9);
    for (let i = 0; i < 200; i += 1) times.add(10);
    for (let i = 0; i < 200; i += 1) times.add(40.5);
    expect(times.slowAfter).toBe(42);
  });

  it('allow fewer hedges than the percentile leaves', () => {
    const times = new Latencies(0.95);
    let spent = 0;
    for (let i = 0; i < 10_000; i += 1) {
      times.begin(0);
      if (times.spend()) spent += 1;
    }
    expect(spent).toBeLessThan(500);
    expect(spent).toBeGreaterThan(450);
  });

  it.each([
    ['p95', 0.95],
    ['p99.9', 0.999],
    ['p5', 0.05],
    ['p0', undefined],
    ['p', undefined],
    ['p100', undefined],
    ['95', undefined],
  ])('are named %s', (text, share) => {
    if (share === undefined) expect(percentileOf(text)).toBeUndefined();
    else expect(percentileOf(text)).toBeCloseTo(share, 9);
  });
});

describe('hedge', () => {
  it('sends a second request after a time, takes the first answer and stops the other', async () => {
    const { clock, client, sent } = hedged({ after: 100 }, [
      { after: 1000, gives: answer('slow') },
      { after: 10, gives: answer('fast') },
    ]);
    const call = get(client);
    await clock.advance(110);
    expect(await (await call).text()).toBe('fast');
    expect(sent).toEqual([{ at: 0, stopped: 'Another request of the same call was answered first' }, { at: 100 }]);
    expect(clock.pending).toBe(0);
  });

  it('sends none when the answer comes in time, and stops the second when the first is faster after all', async () => {
    const { clock, client, sent } = hedged({ after: '100ms' }, [
      { after: 99, gives: answer('in time') },
      { after: 150, gives: answer('first') },
      { after: 1000, gives: answer('second') },
    ]);
    const [one] = [get(client)];
    await clock.advance(99);
    expect(await (await one).text()).toBe('in time');
    const two = get(client);
    await clock.advance(200);
    expect(await (await two).text()).toBe('first');
    expect(sent.map(({ at }) => at)).toEqual([0, 99, 199]);
    expect(sent[2]!.stopped).toBeDefined();
    expect(clock.pending).toBe(0);
  });

  it('sends as many as max says', async () => {
    const slow = { after: 10_000, gives: answer('slow') };
    const { clock, client, sent } = hedged({ after: 100, max: 2 }, [slow, slow, slow, slow]);
    const call = get(client);
    await clock.advance(10_000);
    await call;
    expect(sent.map(({ at }) => at)).toEqual([0, 100, 200]);
  });

  it.each<[what: string, ask: (client: Client) => Promise<HttpResponse>, requests: number]>([
    ['GET', (client) => client.get('http://a.test/'), 2],
    ['HEAD', (client) => client.head('http://a.test/'), 2],
    ['PUT with bytes', (client) => client.put('http://a.test/', { body: 'x' }), 2],
    ['QUERY', (client) => client.query('http://a.test/', { json: {} }), 2],
    ['POST', (client) => client.post('http://a.test/', { body: 'x' }), 1],
    ['PATCH with a key', (client) => client.patch('http://a.test/', { json: 1, idempotencyKey: 'auto' }), 1],
    ['PUT of a stream', (client) => client.put('http://a.test/', { body: new Blob(['x']).stream() }), 1],
  ])('is for idempotent methods whose body can be sent again: %s', async (_what, ask, requests) => {
    const slow = { after: 500, gives: answer('') };
    const { clock, client, sent } = hedged({ after: 100 }, [slow, slow]);
    const call = ask(client);
    await clock.advance(1000);
    await call;
    expect(sent).toHaveLength(requests);
  });

  it('waits for the other when one fails or is answered 500, and gives the first failure when both do', async () => {
    const error = (code: string) => new NetworkError('gone', { code });
    const cases = hedged({ after: 10 }, [
      { after: 20, gives: error('ERR_RESET') },
      { after: 50, gives: answer('good') },
      { after: 20, gives: answer('bad', 503) },
      { after: 50, gives: answer('good') },
      { after: 20, gives: error('ERR_RESET') },
      { after: 50, gives: error('ERR_CLOSED') },
      { after: 20, gives: answer('bad', 503) },
      { after: 50, gives: error('ERR_CLOSED') },
    ]);
    const ends: unknown[] = [];
    for (let i = 0; i < 4; i += 1) {
      const call = get(cases.client).then(
        ({ status }) => status,
        ({ code }: { code: string }) => code,
      );
      await cases.clock.advance(100);
      ends.push(await call);
    }
    expect(ends).toEqual([200, 200, 'ERR_RESET', 503]);
    expect(cases.clock.pending).toBe(0);
  });

  it('fails at once with a failure that comes before its time: that is for retry', async () => {
    const { clock, client, sent } = hedged({ after: 100 }, [
      { after: 5, gives: new NetworkError('no', { code: 'ERR_RESET' }) },
    ]);
    const call = rejection(get(client));
    await clock.advance(5);
    expect(await call).toMatchObject({ code: 'ERR_RESET' });
    expect(sent).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it('stops all that run when the caller stops, or the client is destroyed', async () => {
    const slow = { after: 10_000, gives: answer('slow') };
    const { clock, client, sent } = hedged({ after: 100 }, [slow, slow, slow, slow]);
    const controller = new AbortController();
    const stopped = rejection(get(client, { signal: controller.signal }));
    await clock.advance(150);
    controller.abort('enough');
    expect(await stopped).toBe('enough');
    const ended = rejection(get(client));
    await clock.advance(150);
    await client.destroy();
    expect(await ended).toMatchObject({ code: 'ERR_CLIENT_CLOSED' });
    await new Promise((resolve) => setImmediate(resolve));
    expect(sent).toHaveLength(4);
    expect(sent.every(({ stopped: why }) => why !== undefined)).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('lets go of the body of the one that lost', async () => {
    const [late, won] = [streamed(), streamed()];
    const clock = new FakeClock();
    let count = 0;
    const handler: Handler = async () => {
      count += 1;
      const isFirst = count === 1;
      // One that minds no signal, as a handler of a user's own may.
      await clock.sleep(isFirst ? 1000 : 10);
      return isFirst ? late.response : won.response;
    };
    const client = new Client({ clock, handler: HandlerStack.create(handler).push(hedge({ after: 100 })) });
    const call = get(client, { stream: true });
    await clock.advance(110);
    await call;
    expect(late.released).not.toHaveBeenCalled();
    await clock.advance(1000);
    expect(late.released).toHaveBeenCalledTimes(1);
    expect(won.released).not.toHaveBeenCalled();
  });

  it('tells onHeaders of one head', async () => {
    const { clock, client } = hedged({ after: 100 }, [
      { after: 300, gives: answer('slow') },
      { after: 50, gives: answer('fast') },
    ]);
    const onHeaders = vi.fn();
    const call = get(client, { onHeaders });
    await clock.advance(500);
    expect(await (await call).text()).toBe('fast');
    expect(onHeaders).toHaveBeenCalledTimes(1);
  });

  it('takes from the budget of retry, or from one of its own', async () => {
    const slow = () => ({ after: 500, gives: answer('slow') });
    const run = async (options: RequestOptions) => {
      const { clock, client, sent } = hedged({ after: 100 }, Array.from({ length: 200 }, slow));
      const calls = Array.from({ length: 30 }, () => get(client, options));
      await clock.advance(1000);
      await Promise.all(calls);
      return sent.length - 30;
    };
    expect(await run({})).toBe(10);
    expect(await run({ retry: { limit: 1, budget: { min: 3, ratio: 0 } } })).toBe(3);
    expect(await run({ retry: { limit: 1, budget: false } })).toBe(30);
  });

  it.each<[what: string, settings: unknown, message: string]>([
    ['nothing', undefined, 'hedge takes { after, max }, got undefined'],
    ['no time', {}, "hedge.after must be a duration such as '200ms', or a percentile such as 'p95', got undefined"],
    ['0', { after: 0 }, 'hedge.after must be longer than 0, got 0'],
    ['a negative time', { after: -1 }, 'hedge.after must not be negative'],
    ['NaN', { after: Number.NaN }, 'hedge.after must be milliseconds or text'],
    ['p100', { after: 'p100' }, 'got "p100"'],
    ['half a hedge', { after: 1, max: 0.5 }, 'hedge.max must be a whole number of 1 or more, got 0.5'],
  ])('refuses %s', (_what, settings, message) => {
    expect(() => hedge(settings as HedgeOptions)).toThrow(message);
  });
});

/** Park and Miller's generator, so that each run is the same. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** The 99th percentile of calls one after another, in milliseconds, and how many requests a call took. */
async function measured(layer: HedgeOptions | undefined, seed: number, calls: number) {
  const clock = new FakeClock();
  const random = seeded(seed);
  let sent = 0;
  const handler: Handler = async (_request, options) => {
    sent += 1;
    // Three in a hundred are slow.
    await clock.sleep(
      Math.round(random() < 0.03 ? 500 + random() * 500 : 10 + random() * 10),
      options.signal || undefined,
    );
    return new HttpResponse(200);
  };
  const stack = HandlerStack.create(handler);
  const client = new Client({ clock, handler: layer === undefined ? stack : stack.push(hedge(layer), 'hedge') });
  const times: number[] = [];
  for (let i = 0; i < calls; i += 1) {
    const started = clock.now();
    let isOver = false;
    const call = get(client).then(() => {
      isOver = true;
      times.push(clock.now() - started);
    });
    while (!isOver) await clock.advance(5);
    await call;
  }
  times.sort((a, b) => a - b);
  expect(clock.pending).toBe(0);
  return { p99: times[Math.ceil(times.length * 0.99) - 1]!, requests: sent / calls };
}

describe('a server of which some answers are slow', () => {
  it.each<[after: HedgeOptions['after']]>([['p95'], ['50ms']])(
    'has half the 99th percentile at most, for under 5 % more requests: %s',
    async (after) => {
      for (const seed of [1, 42]) {
        const plain = await measured(undefined, seed, 1000);
        const cut = await measured({ after }, seed, 1000);
        expect(plain.p99).toBeGreaterThan(500);
        expect(cut.p99).toBeLessThan(plain.p99 / 2);
        expect(cut.requests).toBeLessThan(1.05);
      }
    },
    60_000,
  );
});

describe.each(everyTransport)('over %s', (_name, serve) => {
  it('a second request takes the place of one that hangs', async () => {
    let asked = 0;
    await using site = await serve(async () => {
      asked += 1;
      if (asked === 1) await new Promise(() => undefined);
      return { body: 'second' };
    });
    const handler = HandlerStack.create(site.handler).push(hedge({ after: 20 }), 'hedge');
    const client = new Client({ handler });
    expect(await client.get(`${site.origin}/`).text()).toBe('second');
    expect(asked).toBe(2);
    // Nothing is left that `close` would have to wait for.
    await client.close();
  });
});
