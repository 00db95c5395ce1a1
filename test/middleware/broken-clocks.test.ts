/** A clock of the caller's that throws while a layer reads it: the call fails with that, and nothing of it is held on to. */
import { describe, expect, it, vi } from 'vitest';
import { type CacheStore, makeCache, memoryCache } from '../../src/cache/index.ts';
import { followCaller } from '../../src/call/caller-stop.ts';
import { har } from '../../src/har/index.ts';
import {
  Client,
  type ClientOptions,
  type Handler,
  HandlerStack,
  HttpResponse,
  isTransferError,
  type Middleware,
  oauth2,
  type RequestOptions,
} from '../../src/index.ts';
import { Content } from '../../src/message/content.ts';
import { breaker, coalesce, hedge, rateLimit } from '../../src/resilience/index.ts';
import { FakeClock } from '../../src/testing/fake-clock.ts';
import { atEachLook, BrokenClock, brokenWays } from '../support/broken-clock.ts';

/** `whole` ends, `open` stays open after its first chunk, and of `none` not even the head comes. */
type Answer = readonly [status: number, body: 'whole' | 'open' | 'none', headers?: Record<string, string>];

/** An origin that counts what it has under way: requests without an answer, and bodies that nobody has let go of. */
function origin(...answers: Answer[]) {
  const seen = { held: 0, asked: 0 };
  const letGo = () => void (seen.held -= 1);
  const handler: Handler = async (request, options) => {
    const [status, kind, headers = {}] = answers[Math.min(seen.asked, answers.length - 1)]!;
    seen.asked += 1;
    seen.held += 1;
    if (kind === 'none') {
      return new Promise((_resolve, reject) => {
        let isOver = false;
        const abort = (reason: unknown): void => {
          if (!isOver) letGo();
          isOver = true;
          reject(reason);
        };
        followCaller({ abort }, request, options);
      });
    }
    return new HttpResponse(status, headers, new Content(undefined, bodyOf(kind === 'whole', letGo)));
  };
  return { seen, handler };
}

function bodyOf(isWhole: boolean, letGo: () => void): ReadableStream<Uint8Array> {
  let chunks = 0;
  const source: UnderlyingDefaultSource<Uint8Array> = {
    pull(controller) {
      chunks += 1;
      if (chunks === 1) return controller.enqueue(new Uint8Array(8));
      if (!isWhole) return new Promise(() => undefined);
      letGo();
      return controller.close();
    },
    cancel: letGo,
  };
  return new ReadableStream(source, { highWaterMark: 0 });
}

/** A store that answers a turn later, or never. */
function storeOf(isAnswering: boolean): CacheStore {
  const entries = new Map();
  const later = async <T>(value: T): Promise<T> => {
    await new Promise<void>(isAnswering ? (resolve) => void setImmediate(resolve) : () => undefined);
    return value;
  };
  return {
    get: (key) => later(entries.get(key)),
    set: (key, entry) => later(void entries.set(key, entry)),
    delete: (key) => later(void entries.delete(key)),
    keys: () => later([...entries.keys()]),
  };
}

/** Calls over one clock that fails now and then, and what they go through. */
interface Row {
  readonly answers: readonly Answer[];
  readonly layer?: () => Middleware;
  readonly client?: () => ClientOptions;
  readonly options?: RequestOptions;
  /** Calls that are made together. Default 1. */
  readonly together?: number;
  /** Leaves a body without reading it. */
  readonly leaves?: boolean;
}

const OK: Answer = [200, 'whole'];
const KEPT: Answer = [200, 'whole', { 'Cache-Control': 'max-age=60' }];
const LEARNT: Answer = [200, 'whole', { 'RateLimit-Policy': '"a";q=2;w=10', RateLimit: '"a";r=1;t=10' }];
const stream = { stream: true } as const;
const never = () => new Promise<never>(() => undefined);
const token = async () => ({ access_token: 'a', expires_in: 3600 });

const rows: Record<string, Row> = {
  'the body of an error': { answers: [[500, 'open']], client: () => ({ httpErrors: true }), options: stream },
  'a retry': { answers: [[503, 'open'], OK], options: { retry: 2, ...stream } },
  'the numbers of a transfer': { answers: [OK], options: { onStats: () => undefined, ...stream } },
  'a hedge': { answers: [[200, 'none'], OK], layer: () => hedge({ after: 50 }), options: stream },
  'a hedge by percentile': { answers: [OK], layer: () => hedge({ after: 'p95' }), options: stream },
  'a hedge of failures': { answers: [[500, 'whole']], layer: () => hedge({ after: 50, max: 3 }), options: stream },
  'a hedge beside a retry': {
    answers: [[200, 'none'], OK],
    layer: () => hedge({ after: 50 }),
    options: { retry: 2, ...stream },
  },
  'a rate': { answers: [OK], layer: () => rateLimit({ limit: 1, interval: '1s' }), together: 3 },
  'a learnt rate': { answers: [LEARNT], layer: () => rateLimit({ learn: true }), together: 3, options: stream },
  'a shared rate': { answers: [OK], layer: () => rateLimit({ store: { consume: token } }), together: 3 },
  'a shared rate that hangs': { answers: [OK], layer: () => rateLimit({ store: { consume: never } }), together: 3 },
  'a breaker': { answers: [OK], layer: () => breaker(), options: stream },
  'a breaker of failures': { answers: [[500, 'whole']], layer: () => breaker(), options: stream },
  'a call that stands for others': { answers: [OK], layer: () => coalesce(), together: 3 },
  'a HAR': { answers: [OK], layer: () => har().layer, options: stream },
  'a HAR of bodies in memory': { answers: [OK], layer: () => har({ bodies: true }).layer },
  'a cache': { answers: [KEPT], client: () => ({ cache: memoryCache() }), options: stream },
  'a cache of bodies in memory': { answers: [KEPT], client: () => ({ cache: memoryCache() }) },
  'a cache of others': { answers: [KEPT], client: () => ({ cache: memoryCache() }), together: 3 },
  'a cache of bodies that are left': {
    answers: [[404, 'open', { 'Cache-Control': 'max-age=60' }]],
    client: () => ({ cache: memoryCache() }),
    options: stream,
    leaves: true,
  },
  'a cache over a store': { answers: [KEPT], client: () => ({ cache: makeCache(storeOf(true)) }), options: stream },
  'a cache over a store that hangs': { answers: [KEPT], client: () => ({ cache: makeCache(storeOf(false)) }) },
  'a token': { answers: [OK], client: () => ({ auth: oauth2({ refresh: token }) }) },
  'a token that does not come': { answers: [OK], client: () => ({ auth: oauth2({ refresh: never }) }), together: 3 },
};

/** What came of a call: one that ends with the fault, however that is wrapped, or as it would without. */
async function outcomeOf(call: Promise<unknown>, { fault }: BrokenClock): Promise<unknown> {
  try {
    await call;
    return 'done';
  } catch (error) {
    if (error === fault || (error as Error).cause === fault) return fault;
    return isTransferError(error) ? 'done' : error;
  }
}

/** The time is told so many times more, and then fails `times`. */
function failing(clock: FakeClock, after = 0, times = 1): void {
  const now = vi.spyOn(clock, 'now');
  for (let i = 0; i < after; i += 1) now.mockImplementationOnce(() => 1_000_000);
  for (let i = 0; i < times; i += 1) {
    now.mockImplementationOnce(() => {
      throw new Error('the clock broke');
    });
  }
}

async function turns(): Promise<void> {
  for (let i = 0; i < 4; i += 1) await new Promise(setImmediate);
}

describe.each(Object.entries(rows))('a clock that fails under %s', (_name, row) => {
  it.each(brokenWays)('ends the call, which leaves nothing behind: %s, %s', async (how, _when, once) => {
    const { answers, layer, client, options, together = 1, leaves = false } = row;
    await atEachLook(how, once, async (clock) => {
      const { seen, handler } = origin(...answers);
      const stack = HandlerStack.create(handler);
      if (layer !== undefined) stack.push(layer(), 'layer');
      const asking = new Client({ httpErrors: false, handler: stack, ...client?.() });
      const get = () => {
        const call = asking.get('http://a.test/', { ...options, clock });
        return outcomeOf(leaves ? call.then((response) => response.discard()) : call.text(), clock);
      };
      const outcomes = await Promise.all(Array.from({ length: together }, get));
      await turns();
      expect(seen.held, 'requests and bodies that are held').toBe(0);
      clock.mend();
      expect(await get(), 'the next call').toBe('done');
      return outcomes.find((one) => one !== 'done') ?? 'done';
    });
  });
});

describe('a clock that has failed', () => {
  it('leaves the circuit to the next call that tries', async () => {
    const clock = new BrokenClock('now throws', 4, true);
    const answers = [500, 200, 200];
    const stack = HandlerStack.create(async () => new HttpResponse(answers.shift()!, {}, 'x'));
    stack.push(breaker({ threshold: 1, halfOpenAfter: 1 }), 'breaker');
    const client = new Client({ httpErrors: false, handler: stack });
    const get = () => outcomeOf(client.get('http://a.test/', { clock }).text(), clock);
    await get();
    await get();
    expect(clock.failed).toBe(1);
    expect(await get()).toBe('done');
    expect(answers).toEqual([]);
  });

  it('takes none of the failures from the memory of a circuit', async () => {
    const clock = new FakeClock(1_000_000);
    const answers = [500, 200, 500, 200];
    const stack = HandlerStack.create(async () => {
      if (answers.length === 3) failing(clock);
      return new HttpResponse(answers.shift()!, {}, 'x');
    });
    stack.push(breaker({ threshold: 2 }), 'breaker');
    const client = new Client({ httpErrors: false, handler: stack });
    const get = () => client.get('http://a.test/', { clock }).then(({ status }) => status);
    expect(await get()).toBe(500);
    await expect(get()).rejects.toThrow('the clock broke');
    expect(await get()).toBe(500);
    await expect(get()).rejects.toMatchObject({ code: 'ERR_CIRCUIT_OPEN' });
  });

  it('lets no call go before its turn', async () => {
    const clock = new FakeClock(1_000_000);
    let sent = 0;
    const stack = HandlerStack.create(async () => {
      sent += 1;
      return new HttpResponse(200, {}, 'x');
    });
    stack.push(rateLimit({ limit: 1, interval: '1s' }), 'rateLimit');
    const client = new Client({ handler: stack });
    const get = () => client.get('http://a.test/', { clock }).text();
    await get();
    failing(clock, 1);
    await expect(get()).rejects.toThrow('the clock broke');
    const third = get();
    await clock.advance(999);
    expect(sent).toBe(1);
    await clock.advance(1);
    expect(await third).toBe('x');
  });

  it('leaves what a server asked for in force', async () => {
    const clock = new FakeClock(1_000_000);
    let sent = 0;
    const stack = HandlerStack.create(async () => {
      sent += 1;
      if (sent === 1) failing(clock, 0, 2);
      return new HttpResponse(sent === 1 ? 429 : 200, { 'Retry-After': '60' }, 'x');
    });
    stack.push(rateLimit({ learn: true }), 'rateLimit');
    const client = new Client({ httpErrors: false, handler: stack });
    const get = () => client.get('http://a.test/', { clock }).text();
    await expect(get()).rejects.toThrow('the clock broke');
    const second = get();
    await clock.advance(59_000);
    expect(sent).toBe(1);
    await clock.advance(2000);
    expect(await second).toBe('x');
  });

  it('is no reason for another call to fail, whose token it counts', async () => {
    const clock = new FakeClock();
    const handler = HandlerStack.create(async () => new HttpResponse(200, {}, 'x'));
    let given = 0;
    const refresh = async () => ({ access_token: `t${++given}`, expires_in: 3600 });
    const client = new Client({ handler, auth: oauth2({ refresh }) });
    await client.get('http://a.test/', { clock });
    vi.spyOn(clock, 'now').mockImplementation(() => {
      throw new Error('the clock broke');
    });
    expect(await client.get('http://a.test/').text()).toBe('x');
    expect(await client.get('http://a.test/').text()).toBe('x');
    expect(given).toBe(2);
  });
});
