import { describe, expect, it } from 'vitest';
import { memoryCache } from '../../src/cache/index.ts';
import {
  Client,
  HandlerStack,
  HttpResponse,
  isServerError,
  type RequestOptions,
  TransferError,
} from '../../src/index.ts';
import type { Handler } from '../../src/stack/handler.ts';

const URL_ = 'http://site.test/';

/** A handler that must not be asked. */
function origin() {
  const asked: string[] = [];
  const handler: Handler = async (request) => {
    asked.push(request.url);
    return new HttpResponse(200, { 'Cache-Control': 'max-age=60' }, 'the origin');
  };
  return { asked, handler };
}

describe('only-if-cached where there is no cache', () => {
  it.each<[what: string, client: RequestOptions]>([
    ['none', {}],
    ['one that is off', { cache: false }],
    ['a word in its place', { cache: 'reload' }],
  ])('asks nobody: %s', async (_what, options) => {
    const { asked, handler } = origin();
    const client = new Client({ ...options, handler: HandlerStack.create(handler) });
    const response = await client.get(URL_, { cache: 'only-if-cached', httpErrors: false });
    expect([response.status, response.cache, await response.text(), asked]).toEqual([504, undefined, '', []]);
    expect(await client.get(URL_).text()).toBe('the origin');
  });

  it('as a header is for the caches on the way, and is sent', async () => {
    // RFC 9111 §5.2.1.7 binds caches, and this client has none.
    const { asked, handler } = origin();
    const sent: (string | null)[] = [];
    const client = new Client({
      handler: HandlerStack.create((request, options) => {
        sent.push(request.headers.get('cache-control'));
        return handler(request, options);
      }),
    });
    const headers = { 'Cache-Control': 'only-if-cached' };
    expect(await client.get(URL_, { headers }).text()).toBe('the origin');
    expect(await (await client.fetch(URL_, { headers })).text()).toBe('the origin');
    expect([sent, asked.length]).toEqual([['only-if-cached', 'only-if-cached'], 2]);
  });

  it('is an error of the call that says why', async () => {
    const client = new Client({ handler: HandlerStack.create(origin().handler) });
    const error = await client.get(URL_, { cache: 'only-if-cached' }).catch((reason: unknown) => reason);
    expect(isServerError(error) && error.message).toMatch(/504.*only-if-cached asks nobody else/);
  });

  it.each<[what: string, stack: (handler: Handler) => HandlerStack | Handler]>([
    ['no layers', (handler) => new HandlerStack(handler)],
    ['a plain function', (handler) => handler],
    ['layers, and no place for a cache', (handler) => HandlerStack.create(handler).remove('cache')],
  ])('asks nobody with %s', async (_what, stack) => {
    const { asked, handler } = origin();
    const client = new Client({ handler: stack(handler), httpErrors: false });
    const seen: number[] = [];
    const onHeaders = ({ status }: HttpResponse) => void seen.push(status);
    expect((await client.get(URL_, { cache: 'only-if-cached', onHeaders })).status).toBe(504);
    expect([asked, seen]).toEqual([[], [504]]);
    expect((await client.get(URL_)).status).toBe(200);
  });

  it.each<[what: string, put: (stack: HandlerStack, layer: ReturnType<typeof memoryCache>['layer']) => void]>([
    ['behind the place', (stack, layer) => stack.after('cookies', layer, 'mine')],
    ['next to the handler', (stack, layer) => stack.push(layer, 'mine')],
    [
      'within a layer of its own',
      (stack, layer) => stack.push((next) => layer((request, options) => next(request, options))),
    ],
  ])('a cache that was pushed by hand answers: %s', async (_what, put) => {
    const { asked, handler } = origin();
    const stack = HandlerStack.create(handler);
    put(stack, memoryCache().layer);
    const client = new Client({ handler: stack, httpErrors: false });
    expect((await client.get(URL_, { cache: 'only-if-cached' })).status).toBe(504);
    expect(await client.get(URL_).text()).toBe('the origin');
    const stored = await client.get(URL_, { cache: 'only-if-cached' });
    expect([stored.cache?.status, await stored.text(), asked.length]).toEqual(['hit', 'the origin', 1]);
  });

  it('RFC 9111 5.2.1.7: the header alone is for the caches on the way', async () => {
    const { asked, handler } = origin();
    const client = new Client({ handler: HandlerStack.create(handler) });
    await client.get(URL_, { headers: { 'Cache-Control': 'only-if-cached' } });
    expect(asked).toHaveLength(1);
  });

  it.each([[{}], [{ cache: memoryCache() }]])(
    'WHATWG fetch 4.6: is a network error in client.fetch',
    async (options) => {
      const { asked, handler } = origin();
      const client = new Client({ ...options, handler: HandlerStack.create(handler) });
      const init = { cache: 'only-if-cached', mode: 'same-origin' } as const;
      const error = await client.fetch(URL_, init).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(TypeError);
      const { cause } = error as Error;
      expect(cause instanceof TransferError && cause.code).toBe('ERR_NOT_CACHED');
      expect(asked).toEqual([]);
    },
  );

  it('blocks for nobody in requestSync', () => {
    const client = new Client({ httpErrors: false });
    expect(client.requestSync('GET', 'http://127.0.0.1:1/', { cache: 'only-if-cached' }).status).toBe(504);
  });
});
