import { describe, expect, it, vi } from 'vitest';
import { Client, HandlerStack, type HttpRequest, HttpResponse } from '../../src/index.ts';
import { HttpHeaders } from '../../src/message/headers.ts';
import { allowedAt, dueAfter, NEVER, sane, timeOf } from '../../src/resilience/gcra.ts';
import { type RateLimitOptions, rateLimit } from '../../src/resilience/index.ts';
import { limitsOf } from '../../src/resilience/learned-limits.ts';
import { FakeClock } from '../../src/testing/fake-clock.ts';
import { everyTransport } from '../support/every-transport.ts';
import { rejection } from '../support/fake-handler.ts';
import { flows, holdsTo, limited, mostWithin } from './limited.ts';

describe('gcra', () => {
  const rate = { limit: 3, interval: 1000, burst: 2 };
  it('lets a burst go, and then one for each spacing', () => {
    let due = NEVER;
    const gone: number[] = [];
    for (let now = 0; now < 2000; now += 1) {
      while (allowedAt(due, rate) <= now) {
        gone.push(now);
        due = dueAfter(due, now, rate);
      }
    }
    expect(gone).toEqual([0, 0, 334, 667, 1000, 1334, 1667]);
  });

  it('does not make up for a delay', () => {
    expect(dueAfter({ base: 100, steps: 1 }, 5000, rate)).toEqual({ base: 5000, steps: 1 });
    expect(dueAfter({ base: 4666.5, steps: 1 }, 5000, rate)).toEqual({ base: 4666.5, steps: 2 });
  });

  it('waits one spacing at most when the clock was set back', () => {
    const due = sane({ base: 1_000_000, steps: 0 }, 10, rate);
    expect(allowedAt(due, rate)).toBeCloseTo(10 + 1000 / 3);
    expect(timeOf(due, rate)).toBeCloseTo(10 + 2000 / 3);
  });
});

describe('rateLimit', () => {
  it.each<[what: string, calls: number, settings: RateLimitOptions, limit: number, window: number]>([
    ['3 in a second', 1000, { limit: 3, interval: 1000 }, 3, 1000],
    ['7 in 100 ms', 1000, { limit: 7, interval: 100 }, 7, 100],
    ['10 in a second and a burst of 5', 1000, { limit: 10, interval: '1s', burst: 5 }, 14, 1000],
  ])(
    'holds to %s, in any window, for %i calls',
    (_what, many, settings, limit, window) => holdsTo(limit, window, many, settings),
    60_000,
  );

  it('spaces evenly, and a request after a pause goes at once', async () => {
    const { clock, times, client } = limited(rateLimit({ limit: 1, interval: '1s' }));
    const get = () => client.get('http://a.test/');
    const calls = [get(), get(), get()];
    await clock.advance(999);
    expect(times).toEqual([0]);
    await clock.advance(1);
    expect(times).toEqual([0, 1000]);
    await clock.advance(5000);
    await Promise.all([...calls, get()]);
    expect(times).toEqual([0, 1000, 2000, 6000]);
  });

  it('counts each origin apart, or what a function says, and nothing for undefined', async () => {
    const one = limited(rateLimit({ limit: 1, interval: '1s' }));
    await Promise.all([one.client.get('http://a.test/'), one.client.get('http://b.test/')]);
    expect(one.times).toEqual([0, 0]);
    const per = ({ headers }: HttpRequest) => headers.get('x-tenant') ?? undefined;
    const other = limited(rateLimit({ per, limit: 1, interval: '1s' }));
    const get = (tenant: string) => other.client.get('http://a.test/', { headers: { 'X-Tenant': tenant } });
    const calls = [
      get('a'),
      get('b'),
      get('a'),
      other.client.get('http://a.test/'),
      other.client.get('http://a.test/'),
    ];
    await other.clock.advance(1000);
    await Promise.all(calls);
    expect(other.times).toEqual([0, 0, 0, 0, 1000]);
  });

  it('lets a call leave that is stopped, which takes no turn', async () => {
    const { clock, times, client } = limited(rateLimit({ limit: 1, interval: '1s' }));
    const controller = new AbortController();
    const first = client.get('http://a.test/');
    const stopped = rejection(client.get('http://a.test/', { signal: controller.signal }));
    const cancelled = client.get('http://a.test/');
    const late = rejection(client.get('http://a.test/', { timeout: '500ms' }));
    const last = client.get('http://a.test/');
    await flows();
    controller.abort('enough');
    cancelled.cancel('me too');
    expect(await stopped).toBe('enough');
    expect(await rejection(cancelled)).toBe('me too');
    await clock.advance(1000);
    expect(await late).toMatchObject({ code: 'ERR_TIMEOUT_TOTAL' });
    await Promise.all([first, last]);
    expect(times).toEqual([0, 1000]);
    expect(clock.pending).toBe(0);
  });

  it('lets all leave when the client is destroyed', async () => {
    const { clock, client } = limited(rateLimit({ limit: 1, interval: '1h' }));
    await client.get('http://a.test/');
    const waiting = Promise.all([rejection(client.get('http://a.test/')), rejection(client.get('http://a.test/'))]);
    await flows();
    await client.destroy();
    expect((await waiting).map((error) => (error as { code?: string }).code)).toEqual(
      Array.from({ length: 2 }, () => 'ERR_CLIENT_CLOSED'),
    );
    expect(clock.pending).toBe(0);
  });

  it('costs no promise while there is a turn', () => {
    const promise = Promise.resolve(new HttpResponse(200));
    const layer = rateLimit({ limit: 1, interval: '1s' })(() => promise);
    expect(layer({ url: 'http://a.test/' } as HttpRequest, {})).toBe(promise);
  });

  it('counts each attempt and each hop where it is pushed', async () => {
    const answers = [new HttpResponse(503), new HttpResponse(302, { Location: '/b' }), new HttpResponse(200)];
    const { clock, times, client } = limited(rateLimit({ limit: 1, interval: '1s' }), () => answers.shift()!);
    const call = client.get('http://a.test/', { retry: { limit: 1, delay: () => 1 } });
    await clock.advance(2000);
    expect((await call).status).toBe(200);
    expect(times).toEqual([0, 1000, 2000]);
  });

  it.each<[what: string, settings: unknown, message: string]>([
    ['nothing', undefined, 'rateLimit takes { per, limit, interval, burst, learn, store }, got undefined'],
    ['an empty record', {}, 'rateLimit needs limit and interval, learn: true or a store'],
    ['a negative limit', { limit: -1, interval: 1 }, 'rateLimit.limit must be a number above 0, got -1'],
    ['a limit of 0', { limit: 0, interval: 1 }, 'rateLimit.limit must be a number above 0, got 0'],
    ['NaN', { limit: Number.NaN, interval: 1 }, 'rateLimit.limit must be a number above 0, got NaN'],
    ['Infinity', { limit: Number.POSITIVE_INFINITY, interval: 1 }, 'rateLimit.limit must be a number above 0'],
    ['no limit', { interval: 1 }, 'rateLimit.limit must be a number above 0, got undefined'],
    ['no interval', { limit: 1 }, "rateLimit.interval must be milliseconds or text such as '1s', got undefined"],
    ['an interval of 0', { limit: 1, interval: 0 }, 'rateLimit.interval must be longer than 0, got 0'],
    ['no interval at all', { limit: 1, interval: false }, 'rateLimit.interval must be longer than 0, got false'],
    ['a negative interval', { limit: 1, interval: -5 }, 'rateLimit.interval must not be negative'],
    ['an interval of NaN', { limit: 1, interval: Number.NaN }, 'rateLimit.interval must be milliseconds'],
    ['half a burst', { limit: 1, interval: 1, burst: 0.5 }, 'rateLimit.burst must be a whole number of 1 or more'],
    ['learn as text', { learn: 'yes' }, 'rateLimit.learn must be a boolean, got string'],
    ['a store that is none', { store: {} }, 'rateLimit.store must be a limiter of rate-limiter-flexible, got Object'],
    ['another per', { per: 'host', limit: 1, interval: 1 }, "rateLimit.per must be 'origin' or a function"],
    ['a setting that there is not', { limits: 1 }, 'rateLimit has no setting limits; there are per, limit'],
  ])('refuses %s', (_what, settings, message) => {
    const make = () => rateLimit(settings as RateLimitOptions);
    expect(make).toThrow(TypeError);
    expect(make).toThrow(message);
  });

  it('fails the call whose key is none', async () => {
    const { client } = limited(rateLimit({ per: (() => 5) as never, limit: 1, interval: 1 }));
    expect((await rejection(client.get('http://a.test/'))).message).toBe(
      'rateLimit.per must return text, or undefined for no limit, got number',
    );
  });

  it('waits one spacing at most when the clock was set back', async () => {
    const { clock, times, client } = limited(rateLimit({ limit: 1, interval: '1s' }));
    let back = 0;
    const now = clock.now.bind(clock);
    clock.now = () => now() - back;
    await clock.advance(3_600_000);
    await client.get('http://a.test/');
    back = 3_600_000;
    const next = client.get('http://a.test/');
    await clock.advance(1000);
    await next;
    expect(times).toEqual([3_600_000, 1000]);
  });
});

describe('what a server says of its limits', () => {
  const wall = 1_800_000_000_000;
  it.each<[what: string, headers: Record<string, string>, limits: object]>([
    ['nothing', {}, {}],
    [
      'a policy and what is left',
      { 'RateLimit-Policy': '"burst";q=100;w=60', RateLimit: '"burst";r=50;t=30' },
      { burst: { quota: 100, window: 60_000, remaining: 50, reset: 30_000 } },
    ],
    [
      'two of them',
      { 'RateLimit-Policy': '"a";q=10;w=1, "b, c";q=1000;w=3600;pk=:cHM=:', RateLimit: '"a";r=9;t=1, "b, c";r=0' },
      {
        a: { quota: 10, window: 1000, remaining: 9, reset: 1000 },
        'b, c': { quota: 1000, window: 3_600_000, remaining: 0, reset: undefined },
      },
    ],
    ['a policy alone', { 'RateLimit-Policy': 'default;q=5;w=10' }, { default: { quota: 5, window: 10_000 } }],
    [
      'bytes, which are not counted',
      { 'RateLimit-Policy': '"b";q=65535;qu="content-bytes";w=10', RateLimit: '"b";r=1;t=5' },
      {},
    ],
    [
      'draft 7',
      { 'RateLimit-Policy': '100;w=60', RateLimit: 'limit=100, remaining=40, reset=12' },
      { '': { quota: 100, window: 60_000, remaining: 40, reset: 12_000 } },
    ],
    [
      'draft 6',
      { 'RateLimit-Limit': '100', 'RateLimit-Remaining': '3', 'RateLimit-Reset': '7' },
      { '': { remaining: 3, reset: 7000 } },
    ],
    [
      'a date since 1970',
      { 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': String(wall / 1000 + 5) },
      { '': { remaining: 0, reset: 5000 } },
    ],
    ['garbage', { RateLimit: '"a";r=-1, ;;;, "b', 'RateLimit-Policy': 'q=1;w=,,"' }, {}],
  ])('is read: %s', (_what, headers, limits) => {
    expect(Object.fromEntries(limitsOf(new HttpHeaders(headers), wall))).toEqual(limits);
  });
});

/** A server that counts in fixed windows, or over the last time, and answers late. */
function limitingServer(clock: FakeClock, quota: number, seconds: number, kind: Kind) {
  let seed = 7;
  const random = () => {
    seed = (seed * 16_807) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const window = seconds * 1000;
  let came: number[] = [];
  let refused = 0;
  const answer = async () => {
    const latency = Math.floor(random() * 40);
    await clock.sleep(latency / 2);
    const now = clock.now();
    const start = kind.counts === 'windows' ? Math.floor((now - 137) / window) * window + 137 : now - window;
    came = came.filter((time) => (kind.counts === 'windows' ? time >= start : time > start));
    const isOver = came.length >= quota;
    if (isOver) refused += 1;
    else came.push(now);
    const left = kind.counts === 'windows' ? start + window - now : (came[0] ?? now) + window - now;
    const headers: Record<string, string> = { 'RateLimit-Policy': `"default";q=${quota};w=${seconds}` };
    if (kind.rounds !== undefined) {
      headers['RateLimit'] = `"default";r=${quota - came.length};t=${Math[kind.rounds](left / 1000)}`;
    }
    await clock.sleep(latency / 2);
    return new HttpResponse(isOver ? 429 : 200, headers);
  };
  return { answer, refused: () => refused };
}

interface Kind {
  readonly counts: 'windows' | 'last';
  /** Absent: it announces its policy alone. */
  readonly rounds?: 'ceil' | 'floor' | 'round';
}

describe('rateLimit that learns', () => {
  it.each<[what: string, kind: Kind, settings: RateLimitOptions]>([
    ['fixed windows, rounded up', { counts: 'windows', rounds: 'ceil' }, { learn: true }],
    ['fixed windows, rounded down', { counts: 'windows', rounds: 'floor' }, { learn: true }],
    ['the last seconds, rounded', { counts: 'last', rounds: 'round' }, { learn: true }],
    [
      'the last seconds, rounded down',
      { counts: 'last', rounds: 'floor' },
      { limit: 1000, interval: '1s', burst: 100, learn: true },
    ],
    [
      'a limit of our own that is higher',
      { counts: 'windows', rounds: 'ceil' },
      { limit: 500, interval: '1s', learn: true },
    ],
  ])(
    'meets no 429 from a server that announces its policy: %s',
    async (_what, kind, settings) => {
      const clock = new FakeClock();
      const server = limitingServer(clock, 50, 2, kind);
      const handler = HandlerStack.create(server.answer).push(rateLimit(settings), 'rateLimit');
      const client = new Client({ clock, handler, httpErrors: false });
      const calls = Array.from({ length: 500 }, () => client.get('http://a.test/'));
      await flows();
      await clock.advance(50_000);
      const statuses = (await Promise.all(calls)).map(({ status }) => status);
      expect(statuses.filter((status) => status === 429)).toEqual([]);
      expect(server.refused()).toBe(0);
      expect(clock.pending).toBe(0);
    },
    60_000,
  );

  it.each<[rounds: Kind['rounds']]>([['ceil'], ['floor']])(
    'waits no longer than the window, so that its rate is nearly that of the server (%s)',
    async (rounds) => {
      const clock = new FakeClock();
      const server = limitingServer(clock, 10, 1, { counts: 'windows', rounds });
      const handler = HandlerStack.create(server.answer).push(rateLimit({ learn: true }), 'rateLimit');
      const client = new Client({ clock, handler, httpErrors: false });
      const calls = Promise.all(Array.from({ length: 100 }, () => client.get('http://a.test/')));
      await flows();
      await clock.advance(13_000);
      await calls;
      expect(server.refused()).toBe(0);
    },
  );

  it('paces by a policy that does not say what is left', async () => {
    const { clock, times, client } = limited(
      rateLimit({ learn: true }),
      () => new HttpResponse(200, { 'RateLimit-Policy': '"default";q=10;w=1' }),
    );
    const calls = Promise.all(Array.from({ length: 50 }, () => client.get('http://a.test/')));
    await flows();
    await clock.advance(10_000);
    await calls;
    expect(mostWithin(times, 1000)).toBeLessThanOrEqual(10);
  });

  it('waits as long as a 429 or a 503 asks', async () => {
    const answers = [new HttpResponse(429, { 'Retry-After': '5' }), new HttpResponse(503, { 'Retry-After': '2' })];
    const { clock, times, client } = limited(
      rateLimit({ learn: true }),
      () => answers.shift() ?? new HttpResponse(200),
    );
    const calls = [client.get('http://a.test/'), client.get('http://a.test/'), client.get('http://a.test/')];
    await flows();
    await clock.advance(7000);
    await Promise.all(calls);
    expect(times).toEqual([0, 5000, 7000]);
  });

  it('goes on at its own rate when the server says nothing', async () => {
    const { clock, times, client } = limited(rateLimit({ limit: 100, interval: '1s', burst: 100, learn: true }));
    await client.get('http://a.test/');
    await Promise.all(Array.from({ length: 99 }, () => client.get('http://a.test/')));
    expect(new Set(times)).toEqual(new Set([0]));
    expect(clock.pending).toBe(0);
  });

  it('is not held up by a first request that fails or is stopped', async () => {
    let count = 0;
    const { client } = limited(rateLimit({ learn: true }), () => {
      count += 1;
      if (count === 1) throw new Error('the network sleeps');
      return new HttpResponse(200);
    });
    const [first, second] = [rejection(client.get('http://a.test/')), client.get('http://a.test/')];
    expect((await first).message).toBe('the network sleeps');
    expect((await second).status).toBe(200);
  });
});

describe('a store that several processes share', () => {
  /** As rate-limiter-flexible: so many points in a fixed window. */
  function store(clock: FakeClock, points: number, ms: number) {
    let [from, used] = [0, 0];
    return {
      keys: new Set<string>(),
      async consume(this: { keys: Set<string> }, key: string, count = 1) {
        this.keys.add(key);
        if (clock.now() >= from + ms) [from, used] = [clock.now(), 0];
        used += count;
        if (used <= points) return { msBeforeNext: 0 };
        // No error: what it rejects with is a plain result.
        return Promise.reject({ msBeforeNext: from + ms - clock.now() });
      },
    };
  }

  it('is asked for each request, by two layers', async () => {
    const clock = new FakeClock();
    const shared = store(clock, 5, 1000);
    const times: number[] = [];
    const clients = [0, 1].map(() => {
      const handler = HandlerStack.create(async () => {
        times.push(clock.now());
        return new HttpResponse(200);
      }).push(rateLimit({ store: shared }), 'rateLimit');
      return new Client({ clock, handler });
    });
    const calls = Promise.all(Array.from({ length: 20 }, (_, i) => clients[i % 2]!.get('http://a.test/')));
    await flows();
    await clock.advance(3000);
    await calls;
    expect(mostWithin(times, 1000)).toBe(5);
    expect([...shared.keys]).toEqual(['http://a.test']);
    expect(clock.pending).toBe(0);
  });

  it.each<[what: string, consume: () => Promise<unknown>, told: string]>([
    [
      'throws',
      () => {
        throw new Error('no redis');
      },
      'no redis',
    ],
    [
      'rejects',
      async () => {
        throw new Error('no redis');
      },
      'no redis',
    ],
    ['rejects with rubbish', () => Promise.reject(undefined), 'undefined'],
    ['hangs', () => new Promise(() => undefined), 'the store of rateLimit did not answer within 2000 ms'],
  ])('fails no call when it %s: that is told, and the limit of this process holds', async (_what, consume, told) => {
    const onError = vi.fn();
    const consuming = vi.fn(consume);
    const { clock, times, client } = limited(
      rateLimit({ limit: 1, interval: '1s', store: { consume: consuming } }),
      undefined,
      { onError },
    );
    const calls = Promise.all([
      client.get('http://a.test/'),
      client.get('http://a.test/'),
      client.get('http://a.test/'),
    ]);
    await flows();
    await clock.advance(10_000);
    await calls;
    expect(mostWithin(times, 1000)).toBe(1);
    expect(String(onError.mock.calls[0]![0])).toContain(told);
    // One that hung is left alone.
    expect(consuming).toHaveBeenCalledTimes(told.includes('2000') ? 1 : 3);
    expect(clock.pending).toBe(0);
  });

  it('gives the point of a call that was stopped to the next one', async () => {
    const clock = new FakeClock();
    let grant: () => void = () => undefined;
    const consume = vi.fn(
      () =>
        new Promise<void>((resolve) => {
          grant = resolve;
        }),
    );
    const handler = HandlerStack.create(async () => new HttpResponse(200)).push(rateLimit({ store: { consume } }));
    const client = new Client({ clock, handler });
    const first = client.get('http://a.test/');
    const second = client.get('http://a.test/');
    await flows();
    first.cancel('enough');
    expect(await rejection(first)).toBe('enough');
    grant();
    expect((await second).status).toBe(200);
    expect(consume).toHaveBeenCalledTimes(1);
  });
});

describe.each(everyTransport)('over %s', (_name, serve) => {
  it('a server that announces its policy is asked as often as it allows', async () => {
    let used = 0;
    await using site = await serve(() => {
      used += 1;
      const headers = {
        'RateLimit-Policy': '"default";q=4;w=3600',
        RateLimit: `"default";r=${Math.max(0, 4 - used)};t=3600`,
      };
      return { status: used > 4 ? 429 : 200, headers };
    });
    const handler = HandlerStack.create(site.handler).push(rateLimit({ learn: true }), 'rateLimit');
    const client = new Client({ handler, httpErrors: false });
    const calls = Array.from({ length: 6 }, () => client.get(`${site.origin}/`));
    const ends = calls.map((call) =>
      call.then(
        ({ status }) => status,
        (error: Error & { code?: string }) => error.code,
      ),
    );
    await Promise.all(calls.slice(0, 4));
    await client.destroy();
    expect(await Promise.all(ends)).toEqual([200, 200, 200, 200, 'ERR_CLIENT_CLOSED', 'ERR_CLIENT_CLOSED']);
    expect(used).toBe(4);
  });
});
