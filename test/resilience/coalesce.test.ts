import { describe, expect, it, vi } from 'vitest';
import { callOf } from '../../src/call/call.ts';
import {
  Client,
  type ClientOptions,
  CookieJar,
  HandlerStack,
  type HttpRequest,
  HttpResponse,
  type RequestOptions,
} from '../../src/index.ts';
import { coalesce } from '../../src/resilience/index.ts';
import { everyTransport } from '../support/every-transport.ts';
import { rejection, streamed } from '../support/fake-handler.ts';

/** A client whose requests wait until a test answers them. */
function coalescing(options: ClientOptions = {}) {
  const waiting: {
    request: HttpRequest;
    answer(response: HttpResponse): void;
    fail(error: unknown): void;
    signal: AbortSignal | undefined;
  }[] = [];
  const handler = HandlerStack.create(
    (request, given) =>
      new Promise((answer, fail) => {
        const signal = callOf(request)?.signal;
        signal?.addEventListener('abort', () => fail(signal.reason));
        waiting.push({ request, answer, fail, signal: given.signal || signal });
      }),
  ).push(coalesce(), 'coalesce');
  return { client: new Client({ handler, ...options }), waiting };
}

const flows = () => new Promise((resolve) => setImmediate(resolve));
const URL_A = 'http://a.test/a';

describe('coalesce', () => {
  it('makes one request of equal ones, and each caller has a response and bytes of its own', async () => {
    const { client, waiting } = coalescing();
    const calls = Array.from({ length: 50 }, () => client.get(URL_A));
    await flows();
    expect(waiting).toHaveLength(1);
    // As the transports give it: a Buffer, whose slice copies nothing.
    waiting[0]!.answer(new HttpResponse(200, { 'X-A': 'b' }, Buffer.from('hello')));
    const responses = await Promise.all(calls);
    expect(new Set(responses).size).toBe(50);
    const bytes = await responses[0]!.bytes();
    bytes.fill(0);
    expect(await Promise.all(responses.slice(1).map((response) => response.text()))).toEqual(
      Array.from({ length: 49 }, () => 'hello'),
    );
    expect(responses[7]!.headers.get('x-a')).toBe('b');
    expect(responses[7]!.url).toBe(URL_A);
    const later = client.get(URL_A);
    await flows();
    expect(waiting).toHaveLength(2);
    waiting[1]!.answer(new HttpResponse(204));
    expect((await later).status).toBe(204);
  });

  it.each<[what: string, first: RequestOptions, second: RequestOptions, requests: number]>([
    ['the same', {}, {}, 1],
    ['names of headers in another case and order', { headers: { A: '1', B: '2' } }, { headers: { b: '2', a: '1' } }, 1],
    ['other timeouts and signals', { timeout: 1000 }, { timeout: 9000, signal: new AbortController().signal }, 1],
    ['another Authorization', { headers: { Authorization: 'a' } }, { headers: { Authorization: 'b' } }, 2],
    ['another auth', { auth: { bearer: 'a' } }, { auth: { bearer: 'b' } }, 2],
    [
      'the same auth and settings, written twice',
      { auth: { bearer: 'a' }, retry: { limit: 1 } },
      { auth: { bearer: 'a' }, retry: { limit: 1 } },
      1,
    ],
    ['another jar', { cookies: new CookieJar() }, { cookies: new CookieJar() }, 2],
    ['another Cookie', { headers: { Cookie: 'a=1' } }, {}, 2],
    ['another language', { headers: { 'Accept-Language': 'de' } }, { headers: { 'Accept-Language': 'en' } }, 2],
    ['another range', { headers: { Range: 'bytes=0-1' } }, {}, 2],
    ['another query', { query: { a: 1 } }, { query: { a: 2 } }, 2],
    ['another proxy', { proxy: 'http://p.test' }, {}, 2],
    ['another limit', { maxResponseSize: 5 }, {}, 2],
    ['a stream', { stream: true }, { stream: true }, 2],
    ['onHeaders', { onHeaders: () => undefined }, {}, 2],
    ['progress', { progress: () => undefined }, { progress: () => undefined }, 2],
  ])('asks what is the same question once: %s', async (_what, first, second, requests) => {
    const { client, waiting } = coalescing();
    const calls = [client.get(URL_A, first), client.get(URL_A, second)];
    await flows();
    expect(waiting).toHaveLength(requests);
    for (const { answer } of waiting) answer(new HttpResponse(200));
    await Promise.all(calls);
  });

  it.each([['HEAD'], ['POST'], ['PUT'], ['DELETE'], ['QUERY'], ['OPTIONS']])('leaves %s alone', async (method) => {
    const { client, waiting } = coalescing();
    const calls = [client.request(method, URL_A), client.request(method, URL_A)];
    await flows();
    expect(waiting).toHaveLength(2);
    for (const { answer } of waiting) answer(new HttpResponse(200));
    await Promise.all(calls);
  });

  it('lets one caller leave alone, also the first, and stops the request with the last', async () => {
    const { client, waiting } = coalescing();
    const controller = new AbortController();
    const first = rejection(client.get(URL_A, { signal: controller.signal }));
    const second = client.get(URL_A);
    const third = client.get(URL_A, { timeout: '1h' });
    await flows();
    controller.abort('enough');
    expect(await first).toBe('enough');
    expect(callOf(waiting[0]!.request)!.aborted).toBe(false);
    second.cancel('me too');
    expect(await rejection(second)).toBe('me too');
    expect(callOf(waiting[0]!.request)!.aborted).toBe(false);
    third.cancel();
    await rejection(third);
    expect(callOf(waiting[0]!.request)!.aborted).toBe(true);
    const again = client.get(URL_A);
    await flows();
    expect(waiting).toHaveLength(2);
    waiting[1]!.answer(new HttpResponse(200, {}, 'again'));
    expect(await again.text()).toBe('again');
  });

  it('keeps the time of each caller', async () => {
    const { client, waiting } = coalescing();
    const short = rejection(client.get(URL_A, { timeout: 20 }));
    const long = client.get(URL_A);
    expect(await short).toMatchObject({ code: 'ERR_TIMEOUT_TOTAL' });
    waiting[0]!.answer(new HttpResponse(200));
    expect((await long).status).toBe(200);
    expect(waiting).toHaveLength(1);
  });

  it('fails all with the failure of the one, and the next asks anew', async () => {
    const { client, waiting } = coalescing();
    const calls = [rejection(client.get(URL_A)), rejection(client.get(URL_A))];
    await flows();
    const failure = new Error('the network sleeps');
    waiting[0]!.fail(failure);
    expect(await Promise.all(calls)).toEqual([failure, failure]);
    const again = client.get(URL_A);
    await flows();
    waiting[1]!.answer(new HttpResponse(200));
    expect((await again).status).toBe(200);
  });

  it('ends with the clients that asked', async () => {
    const { client, waiting } = coalescing();
    const calls = [rejection(client.get(URL_A)), rejection(client.get(URL_A))];
    await flows();
    await client.destroy();
    expect((await Promise.all(calls)).map((error) => (error as { code?: string }).code)).toEqual([
      'ERR_CLIENT_CLOSED',
      'ERR_CLIENT_CLOSED',
    ]);
    expect(callOf(waiting[0]!.request)!.aborted).toBe(true);
  });

  it('reads a stream that a handler gives unasked, and lets it go when nobody waits', async () => {
    const { client, waiting } = coalescing();
    const calls = [client.get(URL_A), client.get(URL_A)];
    await flows();
    waiting[0]!.answer(new HttpResponse(200, {}, new Blob(['hello']).stream()));
    expect(await Promise.all((await Promise.all(calls)).map((response) => response.text()))).toEqual([
      'hello',
      'hello',
    ]);
    const { response, released } = streamed();
    const stopped = client.get(URL_A);
    await flows();
    const late = vi.fn();
    waiting[1]!.signal?.addEventListener('abort', late);
    stopped.cancel('enough');
    await rejection(stopped);
    waiting[1]!.answer(response);
    await flows();
    expect(late).toHaveBeenCalled();
    expect(released).toHaveBeenCalledTimes(0);
  });

  it('keeps the reader of JSON and the masked names of each call', async () => {
    const { client, waiting } = coalescing({ httpErrors: false });
    const plain = client.get(URL_A);
    const own = client.get(URL_A, { parseJson: () => 'mine' });
    await flows();
    expect(waiting).toHaveLength(1);
    waiting[0]!.answer(new HttpResponse(200, {}, '{"a":1}'));
    expect(await (await plain).json()).toEqual({ a: 1 });
    expect(await (await own).json()).toBe('mine');
  });
});

describe.each(everyTransport)('over %s', (_name, serve) => {
  it('a hundred equal calls are one request, and two users are two', async () => {
    let asked = 0;
    await using site = await serve(async ({ header }) => {
      asked += 1;
      await new Promise((resolve) => setTimeout(resolve, 20));
      return { body: `for ${header('authorization') ?? 'nobody'}`, headers: { Vary: 'Authorization' } };
    });
    const handler = HandlerStack.create(site.handler).push(coalesce(), 'coalesce');
    await using client = new Client({ handler });
    const ask = (bearer: string) => client.get(`${site.origin}/`, { auth: { bearer } }).text();
    const texts = await Promise.all(Array.from({ length: 100 }, (_, i) => ask(i % 2 === 0 ? 'ada' : 'bob')));
    expect(texts).toEqual(Array.from({ length: 100 }, (_, i) => `for Bearer ${i % 2 === 0 ? 'ada' : 'bob'}`));
    expect(asked).toBe(2);
  });
});
