import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { UndiciDispatcher } from '../../../src/handlers/undici/dispatcher.ts';
import { Client, HandlerStack, HttpRequest, undiciHandler } from '../../../src/index.ts';
import type { RequestOptions } from '../../../src/options/options.ts';
import * as faults from '../../../src/testing/faults.ts';
import { startScriptedServer } from '../../../src/testing/scripted-server.ts';
import { startServer, type TestServer } from '../../../src/testing/server.ts';
import { undicis } from '../../support/undicis.ts';

let server: TestServer;
const opened: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  server = await startServer();
});
afterEach(() => Promise.all(opened.splice(0).map((one) => one.close())));
afterAll(() => server.close());

function kept<T extends { close(): Promise<void> }>(dispatcher: T): T {
  opened.push(dispatcher);
  return dispatcher;
}

function clientOver(dispatcher: UndiciDispatcher): Client {
  return new Client({ handler: HandlerStack.create(undiciHandler({ dispatcher })), baseUri: server.origin });
}

describe.each(undicis)('dispatchers of undici %s', (_, undici) => {
  const { Agent, interceptors } = undici;

  it.each([
    ['an Agent', () => new Agent()],
    ['a Pool', () => new undici.Pool(server.origin, { connections: 1 })],
    ['a Client', () => new undici.Client(server.origin)],
    ['a RetryAgent', () => new undici.RetryAgent(new Agent())],
    ['an EnvHttpProxyAgent', () => new undici.EnvHttpProxyAgent()],
  ])('send: %s', async (_kind, make) => {
    const client = clientOver(kept(make()));
    expect(await client.post('/echo', { json: { a: 1 } }).json()).toMatchObject({ method: 'POST', body: '{"a":1}' });
    expect(await (await client.get('/bytes/100000', { stream: true })).bytes()).toHaveLength(100_000);
  });

  it('answer from a MockAgent, which compares path, headers and text', async () => {
    const agent = kept(new undici.MockAgent());
    agent.disableNetConnect();
    const post = { path: '/users?a=1', method: 'POST', body: '{"name":"Ann"}', headers: { 'x-a': 'b' } };
    agent
      .get('http://api.example')
      .intercept(post)
      .reply(201, { id: 7 }, { headers: { 'X-Id': ['7', '8'] } });
    const client = clientOver(agent);
    const url = 'http://api.example/users?a=1';
    const response = await client.post(url, { json: { name: 'Ann' }, headers: { 'X-A': 'b' } });
    expect(response.status).toBe(201);
    expect(response.statusText).toBe('Created');
    expect(await response.json()).toEqual({ id: 7 });
    expect(response.headers.getAll('x-id')).toEqual(['7', '8']);
    expect(() => agent.assertNoPendingInterceptors()).not.toThrow();
    await expect(client.get('http://api.example/none')).rejects.toThrow(/Mock dispatch not matched for path '\/none'/);
  });

  it('give the error that a MockAgent was told', async () => {
    const agent = kept(new undici.MockAgent());
    const reset = Object.assign(new Error('cut'), { code: 'ECONNRESET' });
    agent.get('http://api.example').intercept({ path: '/' }).replyWithError(reset);
    await expect(clientOver(agent).get('http://api.example/')).rejects.toMatchObject({
      code: 'ERR_RESET',
      cause: reset,
    });
  });

  it('record and play back with a SnapshotAgent', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-snapshot-'));
    try {
      const snapshotPath = join(folder, 'snapshots.json');
      const record = new undici.SnapshotAgent({ mode: 'record', snapshotPath });
      const url = server.url('/echo');
      const first = await clientOver(record).post(url, { body: 'hello' }).json();
      await record.close();
      server.clear();
      const playback = kept(new undici.SnapshotAgent({ mode: 'playback', snapshotPath }));
      expect(await clientOver(playback).post(url, { body: 'hello' }).json()).toEqual(first);
      expect(server.requests).toHaveLength(0);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('take interceptors: what they change of a head is what arrives', async () => {
    server.enqueue((_request, response) => {
      response.writeHead(200, { 'Content-Encoding': 'gzip', 'X-Case': 'kept' });
      response.end(gzipSync('hello'));
    });
    const client = clientOver(kept(new Agent()).compose(interceptors.decompress()));
    const response = await client.get('/', { headers: { 'Accept-Encoding': 'gzip' } });
    expect(await response.text()).toBe('hello');
    expect(response.headers.has('content-encoding')).toBe(false);
    expect(response.headers.get('x-case')).toBe('kept');
  });

  it('take interceptors: redirects and attempts are theirs', async () => {
    const dispatcher = kept(new Agent()).compose(
      interceptors.retry({ minTimeout: 1 }),
      interceptors.redirect({ maxRedirections: 3 }),
    );
    server.clear();
    server.enqueue(
      (_request, response) => void response.writeHead(302, { Location: '/flaky' }).end(),
      (_request, response) => void response.writeHead(503).end(),
      (_request, response) => void response.writeHead(200, { 'X-A': 'b' }).end('found'),
    );
    const response = await clientOver(dispatcher).get('/start', { allowRedirects: false });
    expect([await response.text(), response.headers.get('x-a')]).toEqual(['found', 'b']);
    expect(server.requests.map(({ url }) => url)).toEqual(['/start', '/flaky', '/flaky']);
  });

  it('take interceptors: an answer of a cache is one', async () => {
    const client = clientOver(kept(new Agent()).compose(interceptors.cache()));
    server.clear();
    server.enqueue((_request, response) => void response.writeHead(200, { 'Cache-Control': 'max-age=60' }).end('once'));
    expect(await client.get('/cached').text()).toBe('once');
    const copy = await client.get('/cached', { stream: true });
    expect([await copy.text(), copy.headers.has('age')]).toEqual(['once', true]);
    expect(server.requests).toHaveLength(1);
  });

  it('take an interceptor that spreads the headers', async () => {
    const dispatcher = kept(new Agent()).compose(
      (dispatch) => (options, handler) =>
        dispatch({ ...options, headers: { ...(options.headers as object), authorization: 'Bearer x' } }, handler),
    );
    const echo = await clientOver(dispatcher)
      .get('/echo', { headers: { 'X-A': ['1', '2'] } })
      .json();
    expect(echo).toMatchObject({ headers: { authorization: 'Bearer x', 'x-a': '1, 2' } });
  });

  it('are sent lines of one name apart from each other as they are', async () => {
    const lines = [
      ['X-A', '1'],
      ['X-B', '2'],
      ['X-A', '3'],
    ] as const;
    const handler = undiciHandler({ dispatcher: kept(new Agent()) });
    const response = await handler(new HttpRequest('GET', server.url('/echo'), lines), {});
    const { rawHeaders } = await response.json<{ rawHeaders: [string, string][] }>();
    expect(rawHeaders.filter(([name]) => name.startsWith('X-'))).toEqual(lines);
  });

  it('stay open when the handler is closed', async () => {
    const agent = kept(new Agent());
    const client = clientOver(agent);
    await client.get('/json');
    await client.close();
    expect((await clientOver(agent).get('/json')).status).toBe(200);
  });

  it('leave a kept connection that turned out dead to the interceptor retry', async () => {
    const agent = () => kept(new Agent({ connections: 1 }));
    const twice = async (dispatcher: UndiciDispatcher) => {
      const play = (connection: number) =>
        connection === 0
          ? faults.staleKeepAlive()
          : [{ expect: 'head' as const }, { send: faults.plainResponse('again') }];
      await using scripted = await startScriptedServer(play);
      const handler = undiciHandler({ dispatcher });
      await handler(new HttpRequest('GET', scripted.url('/1')), {});
      return (await handler(new HttpRequest('GET', scripted.url('/2')), {})).text();
    };
    await expect(twice(agent())).rejects.toMatchObject({ name: 'NetworkError', code: 'ERR_RESET' });
    expect(await twice(agent().compose(interceptors.retry({ minTimeout: 1 })))).toBe('again');
  });

  it('that are closed fail the request', async () => {
    const agent = new Agent();
    await agent.close();
    await expect(clientOver(agent).get('/json')).rejects.toMatchObject({ code: 'ERR_CLIENT_CLOSED' });
  });

  it('name a connection that there is not', async () => {
    await using gone = await startServer();
    const url = gone.url('/');
    await gone.close();
    const error = { name: 'ConnectError', code: 'ERR_CONNECT_REFUSED' };
    await expect(clientOver(kept(new Agent())).get(url)).rejects.toMatchObject(error);
  });
});

describe('undiciHandler({ dispatcher })', () => {
  it.each<[keyof RequestOptions, RequestOptions]>([
    ['proxy', { proxy: 'http://proxy.example' }],
    ['verify', { verify: false }],
    ['ca', { ca: 'x' }],
    ['lookup', { lookup: () => undefined }],
    ['socketPath', { socketPath: '/tmp/x.sock' }],
    ['connections', { connections: 2 }],
    ['denyPrivateNetwork', { denyPrivateNetwork: true }],
    ['maxHeaderSize', { maxHeaderSize: 100 }],
    ['version', { version: '2' }],
    ['trailers', { trailers: { 'X-A': 'b' } }],
    ['onInformation', { onInformation: () => undefined }],
  ])('refuses option %s, and its supports says so', async (name, options) => {
    const handler = undiciHandler({ dispatcher: { dispatch: () => expect.unreachable() } });
    const request = new HttpRequest('GET', 'http://h.test/');
    expect(handler.supports?.(request, options)).toContain(`undici: option ${name}`);
    await expect(handler(request, options)).rejects.toMatchObject({ code: 'ERR_UNSUPPORTED' });
  });

  it('takes keepAlive: false, which a request can say', () => {
    const handler = undiciHandler({ dispatcher: { dispatch: () => true } });
    expect(handler.supports?.(new HttpRequest('GET', 'http://h.test/'), { keepAlive: false })).toBeUndefined();
  });

  it.each<[string, unknown, object | undefined]>([
    [
      'option dispatcher must be a dispatcher of undici 7 or 8, such as new Agent(), got null',
      { dispatcher: null },
      {},
    ],
    ['got an object without dispatch()', { dispatcher: {} }, undefined],
    ['got undefined; without one call undiciHandler()', { connections: 2 }, undefined],
    ['write undiciHandler({ dispatcher })', { dispatch: () => true }, undefined],
    ['connections cannot be set beside dispatcher', { dispatcher: { dispatch: () => true } }, { connections: 2 }],
    ['proxy cannot be set beside dispatcher', { dispatcher: { dispatch: () => true }, proxy: 'x' }, undefined],
  ])('throws a TypeError: %s', (words, given, settings) => {
    const make = () => undiciHandler(given as { dispatcher: UndiciDispatcher }, settings);
    expect(make).toThrow(TypeError);
    expect(make).toThrow(words);
  });

  it('gives a dispatcher nothing that is inherited', async () => {
    const seen: object[] = [];
    const dispatcher: UndiciDispatcher = {
      dispatch(options, handler) {
        seen.push(options, handler);
        throw new Error('seen');
      },
    };
    const request = new HttpRequest('POST', 'http://h.test/', {}, 'x');
    await expect(undiciHandler({ dispatcher })(request, {})).rejects.toThrow('seen');
    for (const one of seen) expect('toString' in one, Object.keys(one).join()).toBe(false);
  });

  it('tells a handler of the first interface too', async () => {
    const dispatcher: UndiciDispatcher = {
      dispatch(_options, handler) {
        const old = handler as Record<string, (...given: unknown[]) => unknown>;
        old['onConnect']!(() => undefined);
        old['onHeaders']!(200, [Buffer.from('X-A'), Buffer.from('b')], () => undefined, 'Fine');
        old['onData']!(Buffer.from('body'));
        old['onComplete']!(null);
        return true;
      },
    };
    const response = await undiciHandler({ dispatcher })(new HttpRequest('GET', 'http://h.test/'), {});
    expect([response.status, response.statusText, response.headers.get('x-a')]).toEqual([200, 'Fine', 'b']);
    expect(await response.text()).toBe('body');
  });
});
