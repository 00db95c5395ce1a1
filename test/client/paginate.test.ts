import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, expectTypeOf, it } from 'vitest';
import { Client, type ClientOptions } from '../../src/client/client.ts';
import type { PaginateOptions } from '../../src/client/paginate.ts';
import type { HttpRequest } from '../../src/message/request.ts';
import { HttpResponse } from '../../src/message/response.ts';
import type { RequestOptions } from '../../src/options/options.ts';
import { HandlerStack } from '../../src/stack/handler-stack.ts';
import { FakeClock } from '../../src/testing/index.ts';

type Answer = (request: HttpRequest, options: RequestOptions) => HttpResponse | Promise<HttpResponse>;

/** A page of items with a link to the next one. */
function page(items: unknown, next?: string): HttpResponse {
  return HttpResponse.json(items, { headers: next === undefined ? {} : { Link: `<${next}>; rel="next"` } });
}

function site(answer: Answer, options: ClientOptions = {}) {
  const asked: HttpRequest[] = [];
  const given: RequestOptions[] = [];
  const handler = HandlerStack.create(async (request, merged) => {
    asked.push(request);
    given.push(merged);
    return answer(request, merged);
  });
  const client = new Client({ handler, baseUri: 'http://a.test/', ...options });
  return { client, asked, given, urls: () => asked.map(({ url }) => url) };
}

/** Three pages of two numbers, linked. */
const three: Answer = ({ url }) => {
  const n = Number(new URL(url).searchParams.get('page') ?? 1);
  return page([n * 2 - 1, n * 2], n < 3 ? `?page=${n + 1}` : undefined);
};

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

describe('client.paginate', () => {
  it('gives the items of every page that is linked', async () => {
    const { client, urls } = site(three);
    const items = client.paginate<number>('n');
    expectTypeOf(items).toExtend<AsyncIterable<number>>();
    expect(await all(items)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(urls()).toEqual(['http://a.test/n', 'http://a.test/n?page=2', 'http://a.test/n?page=3']);
  });

  it('asks for nothing before somebody wants an item, and for no page too early', async () => {
    const { client, asked } = site(three);
    const items = client.paginate('n');
    expect(asked).toHaveLength(0);
    await items.next();
    await items.next();
    expect(asked).toHaveLength(1);
    await items.next();
    expect(asked).toHaveLength(2);
  });

  it.each<[PaginateOptions<number>, number[], number]>([
    [{ maxPages: 2 }, [1, 2, 3, 4], 2],
    [{ maxItems: 3 }, [1, 2, 3], 2],
    [{ maxItems: 4 }, [1, 2, 3, 4], 2],
    [{ maxItems: 0 }, [], 0],
    [{ maxPages: 0 }, [], 0],
    [{ maxItems: Number.POSITIVE_INFINITY }, [1, 2, 3, 4, 5, 6], 3],
  ])('keeps to %o', async (options, items, pages) => {
    const { client, asked } = site(three);
    expect(await all(client.paginate('n', options))).toEqual(items);
    expect(asked).toHaveLength(pages);
  });

  it('sends the query of the call with the first page alone: then the link has the last word', async () => {
    const { client, urls } = site(({ url }) => (url.includes('cursor') ? page([2]) : page([1], '?page=2&cursor=x')), {
      query: { v: 1 },
    });
    await all(client.paginate('n', { query: { page: 1, limit: 5 } }));
    expect(urls()).toEqual(['http://a.test/n?v=1&page=1&limit=5', 'http://a.test/n?v=1&page=2&cursor=x']);
  });

  it('takes a template for the first page', async () => {
    const { client, urls } = site(three);
    await all(client.paginate('{name}{?page}', { uriVars: { name: 'n', page: 2 } }));
    expect(urls()).toEqual(['http://a.test/n?page=2', 'http://a.test/n?page=3']);
  });

  it('finds items and next as it is told, in options over those of the page before', async () => {
    const { client, urls } = site(({ url }) => {
      const cursor = new URL(url).searchParams.get('cursor') ?? 'a';
      return HttpResponse.json({ list: [cursor], after: cursor === 'c' ? null : cursor === 'a' ? 'b' : 'c' });
    });
    const next = async (response: HttpResponse) => {
      const { after } = await response.json<{ after: string | null }>();
      return after && { query: { cursor: after } };
    };
    const items = async (response: HttpResponse) => (await response.json<{ list: string[] }>()).list;
    expect(await all(client.paginate<string>('n', { query: { limit: 1 }, items, next: next as never }))).toEqual([
      'a',
      'b',
      'c',
    ]);
    expect(urls()).toEqual(
      ['?limit=1', '?limit=1&cursor=b', '?limit=1&cursor=c'].map((query) => `http://a.test/n${query}`),
    );
  });

  it('reads the items of a stream as they come', async () => {
    const { client } = site(() => new HttpResponse(200, {}, '1\n2\n3\n'));
    const items = (response: HttpResponse) => response.ndjson<number>();
    expect(await all(client.paginate('n', { items, stream: true }))).toEqual([1, 2, 3]);
  });

  it('waits between pages on the clock, and not before the first', async () => {
    const clock = new FakeClock();
    const { client, asked } = site(three, { clock });
    const walk = all(client.paginate('n', { delay: '2s' }));
    await clock.advance(0);
    expect(asked).toHaveLength(1);
    await clock.advance(1999);
    expect(asked).toHaveLength(1);
    await clock.advance(1);
    expect(asked).toHaveLength(2);
    await clock.advance(2000);
    expect(await walk).toHaveLength(6);
    expect(clock.pending).toBe(0);
  });
});

describe('the credentials of paginate', () => {
  const options: PaginateOptions<number> = {
    auth: ['ada', 'pw'],
    headers: { 'X-Key': 'k', Accept: 'application/json', Cookie: 'sid=1' },
    cookies: { c: '1' },
  };
  const own: ClientOptions = { headers: { 'X-Client': 'c', 'User-Agent': 'me' }, query: { api_key: 'q' } };

  it('stay on the origin', async () => {
    const { client, asked } = site(three, own);
    await all(client.paginate('n', options));
    expect(new Set(asked.map(({ headers }) => headers.get('authorization') !== null && headers.get('x-key')))).toEqual(
      new Set(['k']),
    );
    expect(asked.every(({ url }) => url.includes('api_key=q'))).toBe(true);
  });

  it('are dropped elsewhere, and never come back', async () => {
    const { client, asked } = site(({ url }) => {
      if (url.startsWith('http://b.test')) return page([2], 'http://a.test/last');
      return url.includes('last') ? page([3]) : page([1], 'http://eve:pw@b.test/n?x=1');
    }, own);
    expect(await all(client.paginate('n', options))).toEqual([1, 2, 3]);
    const [, away, back] = asked;
    expect([away?.url, back?.url]).toEqual(['http://b.test/n?x=1', 'http://a.test/last']);
    const lines = { 'User-Agent': 'me', Accept: 'application/json' };
    for (const request of [away, back]) {
      const kept = [...request!.headers].filter(([name]) => name !== 'Accept-Encoding');
      expect(Object.fromEntries(kept)).toEqual(lines);
    }
  });

  it('of the URI are for all pages of its origin', async () => {
    const { client, asked } = site(three);
    await all(client.paginate('http://ada:pw@a.test/n'));
    expect(asked.map(({ headers }) => headers.get('authorization'))).toEqual(Array(3).fill('Basic YWRhOnB3'));
  });

  it('never follow a redirect of the first page to where its links lead', async () => {
    const { client, asked } = site(({ url }) => {
      if (url === 'http://a.test/n') return new HttpResponse(302, { Location: 'http://b.test/n' });
      return url.includes('page') ? page([2]) : page([1], '?page=2');
    });
    await all(client.paginate('n', { auth: { bearer: 'secret-token' } }));
    expect(asked.map(({ url, headers }) => [url, headers.get('authorization')])).toEqual([
      ['http://a.test/n', 'Bearer secret-token'],
      ['http://b.test/n', null],
      ['http://b.test/n?page=2', null],
    ]);
  });

  it('do not leave baseUri where allowAbsoluteUrls forbids it', async () => {
    const { client } = site(() => page([1], 'http://b.test/'), { allowAbsoluteUrls: false });
    await expect(all(client.paginate('n'))).rejects.toMatchObject({ code: 'ERR_URI' });
  });
});

describe('what ends paginate', () => {
  it.each<[string, Answer, PaginateOptions<unknown>]>([
    ['the same page', () => page([1], ''), {}],
    ['a fragment of it', () => page([1], '#next'), {}],
    ['the page before', ({ url }) => page([1], url.endsWith('b') ? '/n' : '/b'), {}],
    ['options that change nothing', () => page([1]), { next: () => ({}) }],
    ['the same body', () => page([1]), { json: { q: 1 }, next: () => ({ json: { q: 1 } }) }],
  ])('is %s, with an error after its items', async (_, answer, options) => {
    const { client } = site(answer);
    const seen: unknown[] = [];
    const walk = (async () => {
      for await (const item of client.paginate('n', options)) seen.push(item);
    })();
    await expect(walk).rejects.toMatchObject({ name: 'ResponseError', code: 'ERR_PAGE_LOOP' });
    await expect(walk).rejects.toThrow('one that was read before');
    expect(seen.length).toBeGreaterThan(0);
  });

  it.each<[string, string, PaginateOptions<unknown>]>([
    ['that is no URI', 'http://[::bad', {}],
    [
      'that is no URI, beside one about another resource',
      'http://a.test/b>; rel=next; anchor="/x", <http://[::bad',
      {},
    ],
    ['of another scheme', 'file:///etc/passwd', {}],
    ['with a backslash', '\\\\b.test', { next: () => '\\\\b.test' }],
    ['that next gives and is no URI', '', { next: () => 'http://[::bad' }],
  ])('is a next page %s, with an error after its items', async (_, next, options) => {
    const { client, asked } = site(() => page([1], next));
    const seen: unknown[] = [];
    const walk = (async () => {
      for await (const item of client.paginate('n', options)) seen.push(item);
    })();
    await expect(walk).rejects.toMatchObject({ name: 'ResponseError', code: 'ERR_URI' });
    await expect(walk).rejects.toThrow('the next page cannot be asked for');
    expect([seen, asked.length]).toEqual([[1], 1]);
  });

  it.each<[string, PaginateOptions<never>, Answer, string]>([
    ['a negative limit', { maxItems: -1 }, three, 'maxItems must be a whole number, 0 or more, got -1'],
    ['half a page', { maxPages: 1.5 }, three, 'maxPages must be a whole number'],
    ['a negative wait', { delay: -1 }, three, 'option delay must not be negative'],
    [
      'items that are no function',
      { items: 'list' as never },
      three,
      'items must be a function of the response, got string',
    ],
    ['a next that is no function', { next: 5 as never }, three, 'next must be a function of the response, got number'],
    [
      'items that give no list',
      { items: () => 5 as never },
      three,
      'items must give a list or another iterable, got number',
    ],
    [
      'a next that gives a number',
      { next: () => 5 as never },
      three,
      'next must give a URI, options or nothing, got number',
    ],
    ['a page that is no list', {}, () => page({ list: [] }), 'give items, which finds the list in a page'],
    ['a wrong option', { timeout: 'soon' as never }, three, 'option timeout'],
    ['an answer of 404', {}, () => new HttpResponse(404), '404'],
    ['an items that throws', { items: () => JSON.parse('{') }, three, 'JSON'],
  ])('is %s', async (_, options, answer, message) => {
    await expect(all(site(answer).client.paginate('n', options))).rejects.toThrow(message);
  });

  it('is the signal, while a page is under way', async () => {
    const abort = new AbortController();
    const { client } = site(({ url }, { signal }) =>
      url.includes('page') ? new Promise((_, reject) => signal && reject(signal.reason)) : page([1], '?page=2'),
    );
    const items = client.paginate('n', { signal: abort.signal });
    await items.next();
    abort.abort('enough');
    await expect(items.next()).rejects.toBe('enough');
  });

  it('is a return while a page is under way, at once', async () => {
    const { client } = site(() => new Promise(() => undefined));
    const items = client.paginate('n');
    const pending = items.next();
    expect(await items.return?.()).toEqual({ done: true, value: undefined });
    expect(await pending).toEqual({ done: true, value: undefined });
    expect(await items.next()).toEqual({ done: true, value: undefined });
  });

  it('is a return before anything was asked for, which lets go of what was to be sent', async () => {
    const body = new Readable({ read: () => undefined });
    const pages = new Client({ handler: async () => new HttpResponse() }).paginate('http://a.example/', { body });
    expect(await pages.return()).toEqual({ done: true, value: undefined });
    expect(body.destroyed).toBe(true);
    expect(await pages.next()).toEqual({ done: true, value: undefined });
  });

  it('is a break, which lets go of the stream', async () => {
    let isCancelled = false;
    const { client } = site(() => {
      const pull = (controller: ReadableStreamDefaultController) => controller.enqueue(new TextEncoder().encode('1\n'));
      return new HttpResponse(200, {}, new ReadableStream({ pull, cancel: () => void (isCancelled = true) }));
    });
    for await (const _ of client.paginate('n', { items: (r) => r.ndjson(), stream: true })) break;
    expect(isCancelled).toBe(true);
  });
});

describe('over sockets', () => {
  const servers: Server[] = [];
  afterEach(() => servers.splice(0).forEach((server) => void server.close()));

  async function listening(answer: (request: IncomingMessage) => { next?: string; items: unknown[] }): Promise<string> {
    const server = createServer((request, response) => {
      const { next, items } = answer(request);
      if (next !== undefined) response.setHeader('Link', `<${next}>; rel=next`);
      response.end(JSON.stringify(items));
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it('another port is another origin', async () => {
    const other = await listening(({ headers }) => ({ items: [headers.authorization ?? 'none'] }));
    const first = await listening(({ headers }) => ({ items: [headers.authorization], next: `${other}/n` }));
    await using client = new Client({ baseUri: first, headers: { Authorization: 'Bearer abcdefgh' } });
    expect(await all(client.paginate('n'))).toEqual(['Bearer abcdefgh', 'none']);
  });
});
