import { Readable } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { Client } from '../../src/client/client.ts';
import '../../src/default-stack.ts';
import { HttpRequest } from '../../src/message/request.ts';
import { HttpResponse } from '../../src/message/response.ts';
import type { RequestOptions } from '../../src/options/options.ts';
import { Pool, type PoolOptions } from '../../src/pool/pool.ts';
import type { PoolItem, PoolRequests, PoolResult } from '../../src/pool/pool-options.ts';
import { HandlerStack } from '../../src/stack/handler-stack.ts';
import { startServer } from '../../src/testing/server.ts';
import { Gates, ok, poolClient, turn, urls } from './pool-client.ts';

const failing = (reason: unknown) => poolClient(() => Promise.reject(reason));

describe('the source', () => {
  it.each<[string, () => PoolRequests]>([
    ['an array', () => ['http://a.test/0', 'http://a.test/1']],
    ['a set', () => new Set(['http://a.test/0', 'http://a.test/1'])],
    [
      'a generator',
      function* () {
        yield 'http://a.test/0';
        yield 'http://a.test/1';
      },
    ],
    [
      'an async generator',
      async function* () {
        yield 'http://a.test/0';
        yield 'http://a.test/1';
      },
    ],
    ['a record', () => ({ first: 'http://a.test/0', second: 'http://a.test/1' })],
  ])('may be %s', async (_, make) => {
    const client = poolClient();
    const keys: unknown[] = [];
    await new Pool(client, make(), { fulfilled: (_response, key) => void keys.push(key) }).promise();
    expect(client.asked).toEqual(['http://a.test/0', 'http://a.test/1']);
    expect([
      [0, 1],
      ['first', 'second'],
    ]).toContainEqual(keys);
  });

  it.each([
    ['a string', 'http://a.test/'],
    ['a URL', new URL('http://a.test/')],
    ['a request', new HttpRequest('GET', 'http://a.test/')],
    ['null', null],
    ['a number', 5],
    ['a promise', Promise.resolve([])],
    ['a function', () => []],
  ])('is refused when it is %s', (_, requests) => {
    expect(() => new Pool(poolClient(), requests as never)).toThrow(/requests must be an iterable.*got/);
  });

  it('may be empty', async () => {
    const pool = new Pool(poolClient(), []);
    await pool.promise();
    expect(pool.stats).toMatchObject({ done: 0, failed: 0, running: 0, waiting: 0 });
  });

  it('is not touched before the pool is used', async () => {
    const open = vi.fn(() => [][Symbol.iterator]());
    new Pool(poolClient(), { [Symbol.iterator]: open });
    await turn();
    expect(open).not.toHaveBeenCalled();
  });

  it.each([
    ['synchronous', false],
    ['asynchronous', true],
  ])('is pulled only when a slot is free, when %s', async (_, isAsync) => {
    const gates = new Gates();
    let pulled = 0;
    function* some() {
      for (const url of urls(10)) {
        pulled += 1;
        yield url;
      }
    }
    async function* later() {
      yield* some();
    }
    const pool = new Pool(poolClient(gates.answer), isAsync ? later() : some(), { concurrency: 3 });
    const done = pool.promise();
    await turn();
    expect(pulled).toBe(3);
    await gates.open('http://a.test/1');
    expect(pulled).toBe(4);
    for (const url of urls(10)) await gates.open(url);
    await done;
    expect(pulled).toBe(10);
  });

  it('is asked for one item at a time when it is asynchronous', async () => {
    let open = 0;
    let most = 0;
    let left = 20;
    const source: AsyncIterable<string> = {
      [Symbol.asyncIterator]: () => ({
        async next() {
          most = Math.max(most, ++open);
          await turn();
          open -= 1;
          left -= 1;
          return left < 0 ? { done: true, value: undefined } : { done: false, value: 'http://a.test/' };
        },
      }),
    };
    const pool = new Pool(poolClient(), source, { concurrency: 5 });
    await pool.promise();
    expect([most, pool.stats.done]).toEqual([1, 20]);
  });

  it('that throws stops the pool with its error, and aborts what runs', async () => {
    const gates = new Gates();
    const problem = new Error('no more');
    const reasons: unknown[] = [];
    const client = poolClient((url, options) => {
      const signal = options.signal as AbortSignal;
      signal.addEventListener('abort', () => reasons.push(signal.reason));
      return gates.answer(url, options);
    });
    function* source(): Generator<string> {
      yield 'http://a.test/0';
      throw problem;
    }
    await expect(new Pool(client, source()).promise()).rejects.toBe(problem);
    expect(reasons).toEqual([problem]);
    await turn();
    expect(client.running).toBe(0);
  });

  it('that rejects stops the pool with its error', async () => {
    const problem = new Error('no more');
    async function* source(): AsyncGenerator<string> {
      yield 'http://a.test/0';
      throw problem;
    }
    await expect(new Pool(poolClient(), source()).promise()).rejects.toBe(problem);
  });
});

describe('an item', () => {
  it('may be a URI, a URL, a request or a function', async () => {
    const client = poolClient();
    const seen: RequestOptions[] = [];
    const items: PoolItem[] = [
      'http://a.test/0',
      new URL('http://a.test/1'),
      new HttpRequest('PUT', 'http://a.test/2'),
      (options) => {
        seen.push(options);
        return client.request('GET', 'http://a.test/3', options) as Promise<HttpResponse>;
      },
    ];
    await new Pool(client, items, { options: { timeout: 5 } }).promise();
    expect(client.asked).toEqual(urls(4));
    expect(seen[0]?.timeout).toBe(5);
    expect(seen[0]?.signal).toBeInstanceOf(AbortSignal);
  });

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['a number', 3],
    ['a plain object', {}],
    ['a promise', Promise.resolve('http://a.test/')],
  ])('that is %s fails alone with a TypeError', async (_, item) => {
    const rejected = vi.fn();
    const pool = new Pool(poolClient(), ['http://a.test/', item as string, 'http://a.test/'], { rejected });
    await pool.promise();
    expect(rejected).toHaveBeenCalledExactlyOnceWith(expect.any(TypeError), 1, pool);
    expect(pool.stats).toMatchObject({ done: 3, failed: 1 });
  });

  it.each<[string, (problem: Error) => PoolItem]>([
    ['rejects', (problem) => () => Promise.reject(problem)],
    [
      'throws',
      (problem) => () => {
        throw problem;
      },
    ],
  ])('that is a function which %s fails alone', async (_, make) => {
    const problem = new Error('mine');
    const [first, second] = await Pool.batch(poolClient(), [make(problem), 'http://a.test/']);
    expect(first).toEqual({ status: 'rejected', reason: problem });
    expect(second?.status).toBe('fulfilled');
  });

  it('gets the options of every request', async () => {
    const seen: unknown[] = [];
    const client = poolClient((_, options) => {
      seen.push(options.headers);
      return ok();
    });
    await new Pool(client, urls(2), { options: { headers: { a: '1' } } }).promise();
    expect(seen).toEqual([{ a: '1' }, { a: '1' }]);
  });
});

describe('concurrency', () => {
  it('is 25 by default', async () => {
    const client = poolClient(() => turn().then(() => ok()));
    const pool = new Pool(client, urls(60));
    await pool.promise();
    expect([client.peak, pool.stats.concurrency]).toEqual([25, 25]);
  });

  it.each([1, 2, 7, 50])('of %i is reached and never passed', async (concurrency) => {
    const client = poolClient(() => turn().then(() => ok()));
    await new Pool(client, urls(60), { concurrency }).promise();
    expect(client.peak).toBe(concurrency);
  });

  it.each<[unknown, ErrorConstructor]>([
    [0, RangeError],
    [-1, RangeError],
    [1.5, RangeError],
    [Number.NaN, TypeError],
    ['5', TypeError],
    [true, TypeError],
  ])('of %s is refused', (concurrency, kind) => {
    const make = () => new Pool(poolClient(), [], { concurrency: concurrency as number });
    expect(make).toThrow(kind);
    expect(make).toThrow(/concurrency must be a whole number from 1/);
  });

  it('may be a function of how many slots are taken', async () => {
    const gates = new Gates();
    const asked: number[] = [];
    let allowed = 1;
    const client = poolClient(gates.answer);
    const pool = new Pool(client, urls(6), {
      concurrency: (pending) => {
        asked.push(pending);
        return allowed;
      },
    });
    const done = pool.promise();
    await turn();
    expect(client.running).toBe(1);
    allowed = 3;
    await gates.open('http://a.test/0');
    expect(client.running).toBe(3);
    allowed = 1;
    await gates.open('http://a.test/1');
    await gates.open('http://a.test/2');
    expect(client.running).toBe(1);
    expect(asked[0]).toBe(0);
    for (const url of urls(6)) await gates.open(url);
    await done;
    expect(client.asked).toHaveLength(6);
  });

  it('of 0 from the function starts nothing until something settles', async () => {
    const gates = new Gates();
    const client = poolClient(gates.answer);
    const answers = [2, 2, 0, 2];
    const done = new Pool(client, urls(3), { concurrency: () => answers.shift() ?? 2 }).promise();
    await turn();
    expect(client.running).toBe(2);
    await gates.open('http://a.test/0');
    await gates.open('http://a.test/1');
    expect(client.asked).toHaveLength(3);
    await gates.open('http://a.test/2');
    await done;
  });

  it.each([
    ['0 while nothing runs', 0, /concurrency\(0\) gave 0 while nothing ran/],
    ['NaN', Number.NaN, /must return a number of 0 or more, got NaN/],
    ['a negative number', -2, /must return a number of 0 or more, got -2/],
  ])('that is a function which gives %s stops the pool', async (_, answer, message) => {
    await expect(new Pool(poolClient(), urls(2), { concurrency: () => answer }).promise()).rejects.toThrow(message);
  });

  it('that is a function which throws stops the pool with its error', async () => {
    const problem = new Error('mine');
    const concurrency = () => {
      throw problem;
    };
    await expect(new Pool(poolClient(), urls(2), { concurrency }).promise()).rejects.toBe(problem);
  });
});

describe('callbacks', () => {
  it('get the outcome, the key and the pool', async () => {
    const problem = new Error('down');
    const fulfilled = vi.fn();
    const rejected = vi.fn();
    const client = poolClient((url) => (url.endsWith('1') ? Promise.reject(problem) : ok('body')));
    const pool = new Pool(client, urls(2), { fulfilled, rejected });
    await pool.promise();
    expect(fulfilled).toHaveBeenCalledExactlyOnceWith(expect.any(HttpResponse), 0, pool);
    expect(rejected).toHaveBeenCalledExactlyOnceWith(problem, 1, pool);
  });

  it.each(['fulfilled', 'rejected'] as const)('%s is awaited before its slot is free', async (name) => {
    const client = name === 'fulfilled' ? poolClient() : failing(new Error('down'));
    let finish = () => {};
    const callback = vi.fn(() => new Promise<void>((resolve) => void (finish = resolve)));
    const done = new Pool(client, urls(2), { concurrency: 1, [name]: callback }).promise();
    await turn();
    expect(client.asked).toHaveLength(1);
    finish();
    await turn();
    expect(client.asked).toHaveLength(2);
    finish();
    await done;
  });

  it.each(['fulfilled', 'rejected'] as const)('%s that throws stops the pool and releases everything', async (name) => {
    const gates = new Gates();
    const problem = new Error('mine');
    const closed = vi.fn();
    function* source() {
      try {
        for (;;) yield 'http://a.test/slow';
      } finally {
        closed();
      }
    }
    const client = poolClient((url, options) => {
      if (client.asked.length < 2) return gates.answer(url, options);
      return name === 'fulfilled' ? ok() : Promise.reject(new Error('down'));
    });
    const callback = () => {
      throw problem;
    };
    const pool = new Pool(client, source(), { concurrency: 2, [name]: callback });
    await expect(pool.promise()).rejects.toBe(problem);
    await turn();
    expect(closed).toHaveBeenCalledOnce();
    expect(client.running).toBe(0);
    const asked = client.asked.length;
    await turn();
    expect(client.asked).toHaveLength(asked);
  });

  it('that is no function is refused', () => {
    expect(() => new Pool(poolClient(), [], { fulfilled: 'x' as never })).toThrow(/fulfilled must be a function/);
  });

  it('are not called for what the stop aborted', async () => {
    const gates = new Gates();
    const rejected = vi.fn();
    const pool = new Pool(poolClient(gates.answer), urls(2), { rejected });
    const done = pool.promise();
    await turn();
    pool.cancel(new Error('enough'));
    await expect(done).rejects.toThrow('enough');
    await turn();
    expect(rejected).not.toHaveBeenCalled();
  });
});

describe('promise()', () => {
  it('is the same promise each time, and starts the pool once', async () => {
    const client = poolClient();
    const pool = new Pool(client, urls(3));
    expect(pool.promise()).toBe(pool.promise());
    await pool.promise();
    expect(client.asked).toHaveLength(3);
  });

  it('resolves although requests failed', async () => {
    const pool = new Pool(failing(new Error('down')), urls(3));
    await expect(pool.promise()).resolves.toBeUndefined();
    expect(pool.stats).toMatchObject({ done: 3, failed: 3 });
  });

  it('lets go of streamed responses that nobody reads', async () => {
    const cancelled = vi.fn();
    const body = () => new ReadableStream<Uint8Array>({ cancel: cancelled });
    await new Pool(
      poolClient(() => new HttpResponse(200, {}, body())),
      urls(2),
    ).promise();
    await turn();
    expect(cancelled).toHaveBeenCalledTimes(2);
  });
});

describe('for await', () => {
  it('gives results as they complete', async () => {
    const gates = new Gates();
    const problem = new Error('down');
    const client = poolClient((url, options) =>
      url.endsWith('2') ? Promise.reject(problem) : gates.answer(url, options),
    );
    const results: PoolResult[] = [];
    const loop = (async () => {
      for await (const result of new Pool(client, urls(3))) results.push(result);
    })();
    await turn();
    await gates.open('http://a.test/1');
    await gates.open('http://a.test/0');
    await loop;
    expect(results.map(({ key }) => key)).toEqual([2, 1, 0]);
    expect(results[0]).toMatchObject({ error: problem, response: undefined, request: { url: 'http://a.test/2' } });
    expect(results[1]).toMatchObject({
      error: undefined,
      response: { status: 200 },
      request: { url: 'http://a.test/1' },
    });
  });

  it('keeps the slot of a result that was not taken', async () => {
    let pulled = 0;
    function* source() {
      for (; pulled < 100; ) yield urls(100)[pulled++]!;
    }
    const iterator = new Pool(poolClient(), source(), { concurrency: 4 })[Symbol.asyncIterator]();
    await iterator.next();
    await turn();
    expect(pulled).toBe(5);
    await iterator.next();
    await turn();
    expect(pulled).toBe(6);
    let rest = 0;
    for await (const _ of iterator) rest += 1;
    expect(rest).toBe(98);
  });

  it('left early aborts what runs and closes the source', async () => {
    const closed = vi.fn();
    function* source() {
      try {
        for (;;) yield 'http://a.test/';
      } finally {
        closed();
      }
    }
    const gates = new Gates();
    const client = poolClient((url, options) => (client.asked.length === 1 ? ok() : gates.answer(url, options)));
    for await (const _ of new Pool(client, source(), { concurrency: 3 })) break;
    await turn();
    expect(closed).toHaveBeenCalledOnce();
    expect(client.running).toBe(0);
  });

  it('throws what stopped the pool', async () => {
    const problem = new Error('mine');
    const pool = new Pool(poolClient(), urls(5), {
      fulfilled: () => {
        throw problem;
      },
    });
    await expect(
      (async () => {
        for await (const _ of pool);
      })(),
    ).rejects.toBe(problem);
  });

  it('gives the very item with each result', async () => {
    const items = ['http://a.test/', new URL('http://b.test/'), new HttpRequest('GET', 'http://c.test/'), () => ok()];
    const found = new Map<unknown, unknown>();
    for await (const { key, item } of new Pool(poolClient(), items)) found.set(key, item);
    expect(items.map((_, key) => found.get(key))).toEqual(items);
  });

  it.each([
    ['a status', '/missing', {}],
    ['an answer', '/found', {}],
    ['a connection that breaks off', '/broken', {}],
    ['too many redirects', '/loop', {}],
    ['too many redirects of retried calls', '/loop', { retry: 1, delay: 0 }],
  ])('names what was asked when it redirects to %s', async (_, path, options) => {
    const site = await startServer({
      listener: (req, res) => {
        if (req.url === '/loop' || req.url?.startsWith('/to')) {
          res.writeHead(302, { Location: req.url === '/loop' ? '/loop' : req.url.slice(3) }).end();
        } else if (req.url === '/broken') req.socket.destroy();
        else res.writeHead(req.url === '/found' ? 200 : 404).end();
      },
    });
    await using client = new Client({ baseUri: site.origin });
    const given = path === '/loop' ? path : `/to${path}`;
    const items = [given, new URL(given, site.origin), site.url(given), () => client.get(given, options)];
    for await (const { request } of new Pool(client, items, { options })) expect(request?.url).toBe(site.url(given));
    await site.close();
  });

  it('names the request that was made earlier', async () => {
    const request = new HttpRequest('DELETE', 'http://a.test/');
    for await (const result of new Pool(poolClient(), [request])) expect(result.request).toBe(request);
  });

  it('shares results among loops', async () => {
    const pool = new Pool(
      poolClient(() => turn().then(() => ok())),
      urls(20),
      { concurrency: 2 },
    );
    const keys: unknown[] = [];
    const loop = async () => {
      for await (const { key } of pool) keys.push(key);
    };
    await Promise.all([loop(), loop()]);
    expect(keys).toHaveLength(20);
    expect(new Set(keys).size).toBe(20);
  });
});

describe('Pool.batch', () => {
  it('gives settled results in input order', async () => {
    const problem = new Error('down');
    const client = poolClient(async (url) => {
      if (url.endsWith('0')) await turn();
      if (url.endsWith('1')) throw problem;
      return ok(url);
    });
    const results = await Pool.batch(client, urls(3));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(results[1]).toEqual({ status: 'rejected', reason: problem });
    expect(results[0]?.status === 'fulfilled' && (await results[0].value.text())).toBe('http://a.test/0');
  });

  it('gives a record for a record, in its order', async () => {
    const client = poolClient(async (url) => {
      if (url.endsWith('0')) await turn();
      return ok(url);
    });
    const results = await Pool.batch(client, { slow: 'http://a.test/0', fast: 'http://a.test/1' });
    expect(Object.keys(results)).toEqual(['slow', 'fast']);
    expect(results.slow.status).toBe('fulfilled');
  });

  it('calls the callbacks too', async () => {
    const fulfilled = vi.fn();
    await Pool.batch(poolClient(), urls(2), { fulfilled });
    expect(fulfilled).toHaveBeenCalledTimes(2);
  });

  it('puts added requests behind the others', async () => {
    const results = await Pool.batch(
      poolClient((url) => ok(url)),
      urls(2),
      { concurrency: 1, fulfilled: (_response, key, pool) => key === 0 && pool.add('http://a.test/more') },
    );
    const bodies = results.map((result) => result.status === 'fulfilled' && result.value.text());
    expect(await Promise.all(bodies)).toEqual(['http://a.test/0', 'http://a.test/1', 'http://a.test/more']);
  });

  it('rejects with what stopped the pool, or with a mistake in its options', async () => {
    await expect(Pool.batch(poolClient(), urls(1), { signal: AbortSignal.abort('no') })).rejects.toBe('no');
    await expect(Pool.batch(poolClient(), urls(1), { concurrency: 0 })).rejects.toBeInstanceOf(RangeError);
    await expect(Pool.batch({} as never, urls(1))).rejects.toBeInstanceOf(TypeError);
  });
});

describe('control', () => {
  it('adds requests while it runs, under the next indexes', async () => {
    const keys: unknown[] = [];
    const client = poolClient();
    await new Pool(client, urls(2), {
      fulfilled: (_response, key, pool) => {
        keys.push(key);
        if (key === 0) pool.add('http://b.test/', 'http://c.test/');
      },
    }).promise();
    expect(keys).toEqual([0, 1, 2, 3]);
    expect(client.asked).toEqual([...urls(2), 'http://b.test/', 'http://c.test/']);
  });

  it('runs added requests before it pulls more from a source of unknown length', async () => {
    const client = poolClient();
    function* endless() {
      for (let i = 0; i < 4; i++) yield `http://a.test/${i}`;
    }
    const fulfilled = (_response: unknown, key: unknown, pool: Pool) => void (key === 0 && pool.add('http://b.test/'));
    await new Pool(client, endless(), { concurrency: 1, fulfilled }).promise();
    expect(client.asked[1]).toBe('http://b.test/');
    expect(client.asked).toHaveLength(5);
  });

  it('adds requests while an asynchronous source keeps it waiting', async () => {
    let end = () => {};
    const client = poolClient();
    const source: AsyncIterable<string> = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise((resolve) => void (end = () => resolve({ done: true, value: undefined }))),
      }),
    };
    const pool = new Pool(client, source, { concurrency: 2 });
    const done = pool.promise();
    await turn();
    pool.add('http://b.test/');
    await turn();
    expect(client.asked).toEqual(['http://b.test/']);
    end();
    await done;
  });

  it('starts an added request while the only slot would wait for an asynchronous source', async () => {
    const client = poolClient();
    let more = () => {};
    async function* source() {
      await new Promise<void>((resolve) => void (more = resolve));
      yield 'http://a.test/late';
    }
    const pool = new Pool(client, source(), { concurrency: 1 });
    const done = pool.promise();
    await turn();
    pool.add('http://a.test/added');
    await turn();
    expect(client.asked).toEqual(['http://a.test/added']);
    more();
    await done;
    expect(client.asked).toEqual(['http://a.test/added', 'http://a.test/late']);
  });

  it('stays open while it is paused, and takes requests later', async () => {
    const gates = new Gates();
    const client = poolClient(gates.answer);
    const pool = new Pool(client, urls(2));
    const ended = vi.fn();
    const done = pool.promise().then(ended);
    await turn();
    pool.pause();
    for (const url of urls(2)) await gates.open(url);
    expect([pool.stats.done, pool.stats.running]).toEqual([2, 0]);
    expect(ended).not.toHaveBeenCalled();
    pool.add('http://a.test/late');
    await turn();
    expect(client.asked).toEqual(urls(2));
    pool.resume();
    await turn();
    await gates.open('http://a.test/late');
    await done;
    expect(client.asked).toEqual([...urls(2), 'http://a.test/late']);
  });

  it.each(['cancel', 'resume'] as const)('that is empty and paused ends with %s()', async (method) => {
    const pool = new Pool(poolClient(), []);
    const done = pool.promise().then(
      () => 'ended',
      () => 'cancelled',
    );
    pool.pause();
    await turn();
    pool[method]();
    expect(await done).toBe(method === 'cancel' ? 'cancelled' : 'ended');
  });

  it('takes no more requests once it has ended', async () => {
    const pool = new Pool(poolClient(), []);
    await pool.promise();
    expect(() => pool.add('http://a.test/')).toThrow(/the pool has ended/);
  });

  it('pauses: what runs goes on, and nothing starts until it resumes', async () => {
    const gates = new Gates();
    const client = poolClient(gates.answer);
    const pool = new Pool(client, urls(4), { concurrency: 2 });
    const done = pool.promise();
    await turn();
    pool.pause();
    await gates.open('http://a.test/0');
    await gates.open('http://a.test/1');
    expect([client.asked.length, pool.stats.done]).toEqual([2, 2]);
    pool.resume();
    await turn();
    expect(client.running).toBe(2);
    for (const url of urls(4)) await gates.open(url);
    await done;
  });

  it('cancels: aborts what runs, closes the source, rejects with the reason', async () => {
    const gates = new Gates();
    const closed = vi.fn();
    function* source() {
      try {
        for (;;) yield 'http://a.test/';
      } finally {
        closed();
      }
    }
    const client = poolClient(gates.answer);
    const pool = new Pool(client, source(), { concurrency: 3 });
    const done = pool.promise();
    await turn();
    const reason = { why: 'enough' };
    pool.cancel(reason);
    await expect(done).rejects.toBe(reason);
    await turn();
    expect([client.running, pool.stats.running, closed.mock.calls.length]).toEqual([0, 0, 1]);
  });

  it('cancels with an AbortError when no reason is given', async () => {
    const pool = new Pool(poolClient(), urls(2));
    const done = pool.promise();
    pool.cancel();
    await expect(done).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('may be cancelled before it starts, and then pulls nothing', async () => {
    const client = poolClient();
    const pool = new Pool(client, urls(2));
    pool.cancel('no');
    await expect(pool.promise()).rejects.toBe('no');
    expect(client.asked).toEqual([]);
  });

  it('pulls nothing when the signal was aborted before the start', async () => {
    const open = vi.fn(() => [][Symbol.iterator]());
    const pool = new Pool(poolClient(), { [Symbol.iterator]: open }, { signal: AbortSignal.abort('late') });
    await expect(pool.promise()).rejects.toBe('late');
    expect(open).not.toHaveBeenCalled();
  });

  it('is cancelled by the signal, with its reason', async () => {
    const gates = new Gates();
    const abort = new AbortController();
    const client = poolClient(gates.answer);
    const done = new Pool(client, urls(3), { signal: abort.signal }).promise();
    await turn();
    abort.abort('stop');
    await expect(done).rejects.toBe('stop');
    await turn();
    expect(client.running).toBe(0);
  });

  it('leaves no listener on the signal', async () => {
    const abort = new AbortController();
    const add = vi.spyOn(abort.signal, 'addEventListener');
    const remove = vi.spyOn(abort.signal, 'removeEventListener');
    await new Pool(poolClient(), urls(3), { signal: abort.signal }).promise();
    expect(remove.mock.calls.length).toBe(add.mock.calls.length);
    expect(add).toHaveBeenCalled();
  });

  it('fails its requests, not itself, when the signal of their options aborts', async () => {
    const gates = new Gates();
    const abort = new AbortController();
    const pool = new Pool(poolClient(gates.answer), urls(2), { options: { signal: abort.signal } });
    const done = pool.promise();
    await turn();
    abort.abort('mine');
    await done;
    expect(pool.stats).toMatchObject({ done: 2, failed: 2 });
  });
});

describe('what a pool has taken and does not send', () => {
  /** Requests whose bodies say when they are let go of. */
  function uploads(count: number) {
    const seen = { made: 0, released: 0 };
    const one = (at: number) => {
      seen.made += 1;
      const destroy = (error: Error | null, done: (error: Error | null) => void) => {
        seen.released += 1;
        done(error);
      };
      return new HttpRequest('POST', `http://a.test/${at}`, {}, new Readable({ read: () => undefined, destroy }));
    };
    function* source() {
      for (let at = 0; at < count; at += 1) yield one(at);
    }
    return { seen, source };
  }
  const busy = new Client({ handler: () => new Promise<never>(() => undefined) });
  const quick = new Client({ handler: async () => ok() });
  const waiting: PoolOptions = { perHost: { interval: '1h' } };

  it.each<[string, (source: Generator<HttpRequest>) => Pool, (pool: Pool) => unknown]>([
    ['waits for its host', (source) => new Pool(busy, source, waiting), (pool) => pool.cancel('enough')],
    [
      'waits when a callback throws',
      (source) => new Pool(quick, source, { ...waiting, fulfilled: () => Promise.reject(new Error('mine')) }),
      () => undefined,
    ],
    ['was added', (source) => new Pool(busy, []).pause().add(...source), (pool) => pool.cancel('enough')],
    [
      'comes once nobody wants it',
      (source) => {
        const late = async function* () {
          yield source.next().value!;
          await turn();
          await turn();
          yield* source;
        };
        return new Pool(busy, late());
      },
      (pool) => pool.cancel('enough'),
    ],
  ])('is let go of: what %s', async (_, make, end) => {
    const { seen, source } = uploads(3);
    const pool = make(source());
    const ended = pool.promise().catch((reason: unknown) => reason);
    await turn();
    end(pool);
    await ended;
    for (let i = 0; i < 5; i += 1) await turn();
    expect(seen.made).toBeGreaterThan(1);
    expect(seen.released).toBe(seen.made);
  });

  it('leaves what it has not taken to the caller', async () => {
    const { seen, source } = uploads(5);
    const pool = new Pool(busy, [...source()], { concurrency: 1 });
    const ended = pool.promise().catch((reason: unknown) => reason);
    await turn();
    pool.cancel('enough');
    await ended;
    await turn();
    expect(seen).toEqual({ made: 5, released: 1 });
  });
});

describe('stats', () => {
  it('tell what waits, runs, is done and failed, and how many bytes came, live', async () => {
    const gates = new Gates();
    const client = poolClient((url, options) =>
      url.endsWith('0') ? Promise.reject(new Error()) : gates.answer(url, options),
    );
    const pool = new Pool(client, urls(5), { concurrency: 2 });
    const { stats } = pool;
    expect(stats).toMatchObject({ waiting: 5, running: 0, done: 0, failed: 0, bytes: 0, concurrency: 2 });
    const done = pool.promise();
    await turn();
    expect(stats).toMatchObject({ waiting: 2, running: 2, done: 1, failed: 1 });
    await gates.open('http://a.test/1', ok('12345'));
    expect(stats).toMatchObject({ waiting: 1, running: 2, done: 2, failed: 1, bytes: 5 });
    for (const url of urls(5)) await gates.open(url);
    await done;
    expect(stats).toMatchObject({ waiting: 0, running: 0, done: 5, failed: 1 });
  });

  it('tell the figures of each host', async () => {
    const client = poolClient((url) => (url.startsWith('http://b') ? Promise.reject(new Error()) : ok('123')));
    const pool = new Pool(client, [...urls(2), 'http://b.test:81/', 'http://A.test:80/', '/relative']);
    await pool.promise();
    expect(pool.stats.hosts).toEqual({
      'a.test': { waiting: 0, running: 0, done: 3, failed: 0, bytes: 9, concurrency: Number.POSITIVE_INFINITY },
      'b.test:81': { waiting: 0, running: 0, done: 1, failed: 1, bytes: 0, concurrency: Number.POSITIVE_INFINITY },
      '(baseUri)': expect.objectContaining({ done: 1 }),
    });
  });
});

describe('over a client', () => {
  it('cancels through its stack: handlers see the signal and the call rejects with the reason', async () => {
    const seen: unknown[] = [];
    const client = new Client({
      handler: HandlerStack.create(
        (_request, options) =>
          new Promise((_, reject) => {
            const signal = options.signal as AbortSignal;
            signal.addEventListener('abort', () => {
              seen.push(signal.reason);
              reject(signal.reason);
            });
          }),
      ),
    });
    const pool = new Pool(client, urls(30), { concurrency: 20 });
    const done = pool.promise();
    await turn();
    expect(pool.stats.running).toBe(20);
    pool.cancel('enough');
    await expect(done).rejects.toBe('enough');
    await turn();
    expect([seen.length, pool.stats.running]).toEqual([20, 0]);
  });

  it('counts error statuses as failures, with their bytes', async () => {
    const client = new Client({ handler: HandlerStack.create(async () => new HttpResponse(404, {}, 'gone')) });
    const pool = new Pool(client, urls(2));
    await pool.promise();
    expect(pool.stats).toMatchObject({ done: 2, failed: 2, bytes: 8 });
  });
});

describe('answers that are there at once', () => {
  const endless = function* () {
    for (let i = 0; i < 3_000_000; i += 1) yield 'http://a.test/';
  };
  const endlessly = async function* () {
    yield* endless();
  };

  it.each([
    ['a list', endless, {}],
    ['an asynchronous source', endlessly, {}],
    ['one slot', endless, { concurrency: 1 }],
    ['a limit for each host', endless, { perHost: { concurrency: 2 } }],
    ['slow callbacks', endless, { fulfilled: () => void JSON.stringify(urls(200)) }],
  ])('of %s let timers and signals have their turn', async (_, source, options) => {
    const signal = AbortSignal.timeout(30);
    const pool = new Pool(poolClient(), source(), { ...options, signal });
    await expect(pool.promise()).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(pool.stats.done).toBeLessThan(3_000_000);
  });
});

describe('a promise among the requests', () => {
  it.each<[string, (made: (() => unknown)[]) => unknown]>([
    ['a list', (made) => made.map((make) => make())],
    ['a set', (made) => new Set(made.map((make) => make()))],
    ['a record', (made) => ({ ...made.map((make) => make()) })],
    [
      'a generator',
      function* (made) {
        for (const make of made) yield make();
      },
    ],
  ])('in %s is named, and its own rejection handled', async (_, shaped) => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    try {
      const slow = async () => {
        for (let i = 0; i < 5; i += 1) await turn();
        return ok();
      };
      const items = [() => slow, ...Array.from({ length: 3 }, () => () => Promise.reject(new Error('mine')))];
      const outcomes: unknown[] = [];
      const rejected = (error: unknown) => void outcomes.push(error);
      // Their turn comes long after they have rejected.
      const pool = new Pool(poolClient(), shaped(items) as never, { rejected, concurrency: 1 });
      await pool.promise();
      await turn();
      expect(outcomes.map(String)).toEqual(
        Array(3).fill(expect.stringMatching(/TypeError.*a promise; await it first/)),
      );
      expect(unhandled).not.toHaveBeenCalled();
    } finally {
      process.off('unhandledRejection', unhandled);
    }
  });
});
