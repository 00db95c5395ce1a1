/** Handlers: they only send; the first that can serve a request is chosen. */
import {
  Client,
  chooseHandler,
  type Handler,
  HandlerStack,
  HttpRequest,
  HttpResponse,
  nodeHttpHandler,
  streamHandler,
  undiciHandler,
  wrapStreaming,
} from 'sluice';
import { mockHandler, startServer } from 'sluice/testing';
import { describe, expect, it, vi } from 'vitest';
import { clientOver, makers, rejection, testSite } from './site-of-all-handlers.ts';

const site = testSite();

describe.each(makers)('the %s handler, bare', (_, make) => {
  it('resolves to the answer of any status', async () => {
    const response = await make()(new HttpRequest('GET', site.server.url('/status/404')), {});
    expect([response.status, await response.text()]).toEqual([404, '404 Not Found\n']);
  });

  it('follows no redirect', async () => {
    expect((await make()(new HttpRequest('GET', site.server.url('/redirect/1')), {})).status).toBe(302);
  });

  it('keeps no cookie', async () => {
    const handler = make();
    await handler(new HttpRequest('GET', site.server.url('/cookies/set?a=b')), {});
    const response = await handler(new HttpRequest('GET', site.server.url('/cookies')), {});
    expect(await response.text()).not.toContain('b"');
  });

  it('mutates neither request nor options', async () => {
    const options = Object.freeze({ timeout: 0 });
    const request = Object.freeze(new HttpRequest('POST', site.server.url('/echo'), { 'X-A': '1' }, 'body'));
    await make()(request, options);
    expect([...request.headers]).toEqual([['X-A', '1']]);
  });

  it('rejects with the reason of a signal that aborted', async () => {
    const reason = new Error('enough');
    const pending = make()(new HttpRequest('GET', site.server.url('/stall')), { signal: AbortSignal.abort(reason) });
    expect(await rejection(pending)).toBe(reason);
  });

  it('rejects with the reason of a signal that aborts later, and leaves no listener', async () => {
    const abort = new AbortController();
    const removed = vi.spyOn(abort.signal, 'removeEventListener');
    const added = vi.spyOn(abort.signal, 'addEventListener');
    const pending = make()(new HttpRequest('GET', site.server.url('/stall')), { signal: abort.signal });
    const reason = new Error('enough');
    setTimeout(() => abort.abort(reason), 20);
    expect(await rejection(pending)).toBe(reason);
    expect(removed.mock.calls.length).toBe(added.mock.calls.length);
  });

  it('resolves at the head with stream, before the body is complete', async () => {
    const response = await make()(new HttpRequest('GET', site.server.url('/stall-in-body?length=100&sent=10')), {
      stream: true,
    });
    expect(response.status).toBe(200);
    await response.discard();
  });

  it('rejects with an error of the tree when nobody listens', async () => {
    const gone = await startServer();
    await gone.close();
    const error = await rejection(make()(new HttpRequest('GET', gone.url('/')), {}));
    expect([error.name, error['code'], error['errno']]).toEqual(['ConnectError', 'ERR_CONNECT_REFUSED', 111]);
  });

  it('keeps a connection for the next request to the origin', async () => {
    await using server = await startServer();
    const handler = make();
    for (let i = 0; i < 3; i++) {
      await (await handler(new HttpRequest('GET', server.url('/json')), {})).bytes();
      // Node's fetch takes a connection again a turn after its answer: one that asks at once gets another.
      await new Promise(setImmediate);
    }
    expect(server.totalConnections).toBe(1);
  });
});

describe('chooseHandler', () => {
  it.each([
    ['a buffered request', {}, 'undici'],
    ['a streamed body', { stream: true }, 'stream'],
    ['expect', { expect: true, body: 'x' }, 'node'],
  ] as const)('sends %s through the right transport', async (_, options, expected) => {
    const seen = vi.fn();
    const client = new Client({ baseUri: site.server.origin });
    const response = await client.request('POST', '/echo', { ...options, onStats: (s) => seen(s.handler) });
    await response.bytes();
    expect(seen).toHaveBeenCalledWith(expected);
    await client.close();
  });

  it('sends a sink through the stream handler', async () => {
    const seen = vi.fn();
    const client = new Client({ baseUri: site.server.origin, onStats: (s) => seen(s.handler) });
    await client.get('/bytes/10', { sink: new WritableStream() });
    expect(seen).toHaveBeenCalledWith('stream');
    await client.close();
  });

  it('gives a RequestError with every reason when none can', async () => {
    const error = await rejection(new Client().request('CONNECT', site.server.origin));
    expect([error.name, error['code']]).toEqual(['RequestError', 'ERR_UNSUPPORTED']);
    expect(error.message).toMatch(/undici: .*node: /);
  });

  it.each([
    ['undici', undiciHandler, { version: '2' }],
    ['undici', undiciHandler, { onInformation: () => undefined }],
    ['node', nodeHttpHandler, { version: '2' }],
    ['stream', streamHandler, { version: '2' }],
  ] as const)('is not needed for %s alone to refuse an option that it cannot honour', async (_, make, options) => {
    const client = clientOver(make as () => Handler, site.server);
    expect((await rejection(client.get('json', options))).name).toBe('RequestError');
  });

  it('is what a default stack ends with', () => {
    expect(String(new HandlerStack(chooseHandler()))).toBe('undici|stream|node');
  });

  it('goes on through node:http when undici meets a 100 that nobody asked for', async () => {
    await using client = new Client({ baseUri: site.server.origin });
    expect((await client.get('/unexpected-continue')).status).toBe(200);
  });

  it('serves OPTIONS * ', async () => {
    await using client = new Client({ baseUri: site.server.origin });
    const response = await client.request('OPTIONS', '*');
    expect(response.status).toBe(200);
  });
});

describe('wrapStreaming', () => {
  it('sends streamed calls to the second handler, all others to the first', async () => {
    const buffered = mockHandler([new HttpResponse(200, {}, 'buffered')]);
    const streaming = mockHandler([new HttpResponse(200, {}, 'streaming')]);
    const client = new Client({ handler: HandlerStack.create(wrapStreaming(buffered, streaming)) });
    expect(await client.get('http://example.test/').text()).toBe('buffered');
    expect(await client.get('http://example.test/', { stream: true }).text()).toBe('streaming');
  });
});

describe('fetch as a transport', () => {
  it('takes an app’s own fetch, with no socket', async () => {
    const { fetchHandler } = await import('sluice');
    const app = async (request: Request | string | URL, init?: RequestInit) => {
      const asked = new Request(request, init);
      return new Response(`${asked.method} ${new URL(asked.url).pathname} ${await asked.text()}`, { status: 201 });
    };
    const client = new Client({ handler: HandlerStack.create(fetchHandler(app as typeof fetch)) });
    const response = await client.post('http://app.test/x', { body: 'hi' });
    expect([response.status, await response.text()]).toEqual([201, 'POST /x hi']);
  });

  it('takes Content-Encoding and Content-Length out, since fetch decodes', async () => {
    const client = clientOver(makers[3]![1], site.server);
    const response = await client.get('gzip');
    expect([response.headers.has('content-encoding'), response.headers.has('content-length')]).toEqual([false, false]);
    expect(await response.json()).toBeTruthy();
  });

  it.each([
    ['decodeContent: false', { decodeContent: false }],
    ['proxy', { proxy: 'http://127.0.0.1:9' }],
    ['denyPrivateNetwork', { denyPrivateNetwork: true }],
    ['maxHeaderSize', { maxHeaderSize: 1000 }],
    ['ca', { ca: '-----BEGIN CERTIFICATE-----' }],
    ['verify: false', { verify: false }],
    ['socketPath', { socketPath: '/tmp/none' }],
    ['localAddress', { localAddress: '127.0.0.1' }],
    ['forceIpResolve', { forceIpResolve: 'v4' }],
    ['lookup', { lookup: async () => '127.0.0.1' }],
    ['version', { version: '2' }],
  ] as const)('%s is a RequestError, never ignored', async (_, options) => {
    const error = await rejection(clientOver(makers[3]![1], site.server).get('json', options as never));
    expect(error.name).toBe('RequestError');
  });

  it('defaults that it cannot honour are no error', async () => {
    expect((await clientOver(makers[3]![1], site.server).get('json')).status).toBe(200);
  });
});

describe.each([
  ['undici', undiciHandler],
  ['node', nodeHttpHandler],
  ['stream', streamHandler],
  ['chooseHandler', chooseHandler],
] as const)('the life of a client over %s', (_, make) => {
  it('close releases the connections, and a later request opens anew', async () => {
    const client = clientOver(make as () => Handler, site.server);
    await (await client.get('json')).bytes();
    await client.close();
    expect((await client.get('json')).status).toBe(200);
    await client.close();
  });

  it('await using closes', async () => {
    {
      await using client = clientOver(make as () => Handler, site.server);
      await (await client.get('json')).bytes();
    }
    await site.server.allClosed();
    expect(site.server.connections).toBe(0);
  });

  it('keepAlive: false uses a connection once', async () => {
    await using client = clientOver(make as () => Handler, site.server, { keepAlive: false });
    const before = site.server.totalConnections;
    for (let i = 0; i < 3; i++) await (await client.get('json')).bytes();
    expect(site.server.totalConnections - before).toBe(3);
  });
});
