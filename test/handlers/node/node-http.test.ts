import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type NodeHandlerSettings, nodeHttpHandler } from '../../../src/handlers/node/node-http.ts';
import { RequestBody } from '../../../src/message/body.ts';
import { HttpRequest } from '../../../src/message/request.ts';
import type { HttpResponse } from '../../../src/message/response.ts';
import type { Progress, RequestOptions } from '../../../src/options/options.ts';
import type { Transport } from '../../../src/stack/handler.ts';
import { FakeClock } from '../../../src/testing/fake-clock.ts';
import { overlongBody, plainResponse, smuggledSecondResponse, staleKeepAlive } from '../../../src/testing/faults.ts';
import { type Script, type ScriptedServer, startScriptedServer } from '../../../src/testing/scripted-server.ts';
import { startServer, type TestServer } from '../../../src/testing/server.ts';
import { builtUrl } from '../../support/built.ts';
import { rejection } from '../../support/fake-handler.ts';

const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

function handlerOf(settings?: NodeHandlerSettings): Transport {
  const handler = nodeHttpHandler(settings);
  closing.push(async () => handler.destroy?.());
  return handler;
}

async function site(): Promise<TestServer> {
  const server = await startServer();
  closing.push(() => server.close());
  return server;
}

async function playing(script: Script | ((connection: number) => Script)): Promise<ScriptedServer> {
  const server = await startScriptedServer(script);
  closing.push(() => server.close());
  return server;
}

/** What a request looks like on the wire. */
async function wire(make: (url: string) => HttpRequest, options: RequestOptions = {}, path = '/'): Promise<string> {
  const server = await playing([{ expect: 'request' }, { send: plainResponse() }]);
  await handlerOf()(make(server.url(path)), options);
  return server.received[0]!.toString('latin1');
}

const OK = plainResponse('ok');
const again: Script = [{ expect: 'request' }, { send: OK }];

describe('the request of nodeHttpHandler on the wire', () => {
  it.each<[string, string, ConstructorParameters<typeof HttpRequest>[2], string | null, RegExp]>([
    ['GET without a body', 'GET', null, null, /^(?!.*(content-length|transfer-encoding))/is],
    ['DELETE without a body', 'DELETE', null, null, /^(?!.*(content-length|transfer-encoding))/is],
    ['GET with Content-Length: 0', 'GET', { 'Content-Length': '0' }, null, /\r\nContent-Length: 0\r\n/],
    ['POST without a body', 'POST', null, null, /\r\nContent-Length: 0\r\n/],
    ['QUERY without a body', 'QUERY', null, null, /\r\nContent-Length: 0\r\n/],
    ['POST with a body', 'POST', null, 'hello', /\r\nContent-Length: 5\r\n.*\r\n\r\nhello$/s],
    ['GET with a body', 'GET', null, 'hello', /\r\nContent-Length: 5\r\n.*\r\n\r\nhello$/s],
    [
      'a length that was given',
      'PUT',
      { 'content-length': '5' },
      'hello',
      /\r\ncontent-length: 5\r\n.*\r\n\r\nhello$/s,
    ],
    [
      'chunks that were asked for',
      'PUT',
      { 'Transfer-Encoding': 'chunked' },
      'hello',
      /\r\n\r\n5\r\nhello\r\n0\r\n\r\n$/,
    ],
  ])('frames %s', async (_, method, headers, body, expected) => {
    expect(await wire((url) => new HttpRequest(method, url, headers, body))).toMatch(expected);
  });

  it('sends a body of unknown length in chunks, without the empty one that would end it', async () => {
    const body = () => ['ab', '', 'c'];
    const sent = await wire((url) => new HttpRequest('POST', url, null, body));
    expect(sent).toMatch(/\r\nTransfer-Encoding: chunked\r\n/);
    // Node 26 joins what is written in one turn.
    expect(sent).toMatch(/\r\n\r\n(?:2\r\nab\r\n1\r\nc|3\r\nabc)\r\n0\r\n\r\n$/);
  });

  it('keeps the case of a method', async () => {
    const sent = await wire((url) => new HttpRequest('patch', url, { 'X-A': ['1', '2'] }, 'hello'));
    expect(sent).toMatch(/^patch \/ HTTP\/1\.1\r\nHost: 127/);
    expect(sent).toContain('\r\nX-A: 1\r\nX-A: 2\r\n');
  });

  it('asks about the whole server with OPTIONS *, and about a resource of that name with %2A', async () => {
    const options = (path: string) => wire((url) => new HttpRequest('OPTIONS', url), {}, path);
    expect(await options('/*')).toMatch(/^OPTIONS \* HTTP\/1\.1\r\n/);
    expect(await options('/%2A')).toMatch(/^OPTIONS \/%2A HTTP\/1\.1\r\n/);
    expect(await wire((url) => new HttpRequest('GET', url), {}, '/*')).toMatch(/^GET \/\* HTTP\/1\.1\r\n/);
  });

  it('keeps a Host of the caller', async () => {
    expect(await wire((url) => new HttpRequest('GET', url, { Host: 'a.test' }))).toMatch(
      /^GET \/ HTTP\/1\.1\r\nHost: a\.test\r\n/,
    );
  });

  it('asks for the end of a connection that is not kept alive', async () => {
    expect(await wire((url) => new HttpRequest('GET', url), { keepAlive: false })).toContain(
      '\r\nConnection: close\r\n',
    );
  });
});

describe('a body of nodeHttpHandler that is not what it should be', () => {
  it.each<[string, () => HttpRequest, string]>([
    ['shorter than its Content-Length', () => upload({ 'Content-Length': '9' }, () => ['hello']), 'ERR_BODY_LENGTH'],
    [
      'longer than its Content-Length',
      () => upload({ 'Content-Length': '3' }, () => ['ab', 'cdef']),
      'ERR_BODY_LENGTH',
    ],
    ['in memory and of another length', () => upload({ 'Content-Length': '3' }, 'hello'), 'ERR_BODY_LENGTH'],
    ['of a length that is none', () => upload({ 'Content-Length': 'many' }, 'hello'), 'ERR_REQUEST'],
    [
      'shorter than it said',
      () =>
        upload(
          null,
          RequestBody.fromFactory(() => ['a'], 5),
        ),
      'ERR_BODY_LENGTH',
    ],
    ['failing midway', () => upload(null, failing), 'ERR_BODY_SOURCE'],
    ['made of numbers', () => upload(null, () => [1] as never), 'ERR_BODY_SOURCE'],
  ])('is a RequestError when it is %s, and the connection is closed', async (_, make, code) => {
    const server = await site();
    const request = make().with({ url: server.url('/echo') });
    expect(await rejection(handlerOf()(request, {}))).toMatchObject({ name: 'RequestError', code, request });
    await server.allClosed();
  });

  it('names what the source of a body threw', async () => {
    const server = await site();
    const error = await rejection(handlerOf()(upload(null, failing).with({ url: server.url('/echo') }), {}));
    expect(error.message).toContain('the disk is gone');
    expect(error.cause).toMatchObject({ message: 'the disk is gone' });
  });

  it('is a RequestError when it was read before, and nothing is sent', async () => {
    const server = await site();
    const request = new HttpRequest('POST', server.url('/echo'), null, ['once']);
    await handlerOf()(request, {});
    expect(await rejection(handlerOf()(request, {}))).toMatchObject({ name: 'RequestError', code: 'ERR_BODY_USED' });
    expect(server.requests).toHaveLength(1);
  });
});

describe('answers of nodeHttpHandler while the body is sent', () => {
  it.each([
    ['in memory', () => new Uint8Array(20_000_000)],
    ['from a source', () => endless],
  ])('delivers a 413 to a body %s, stops it, and leaves the connection', async (_, body) => {
    const server = await site();
    const request = new HttpRequest('POST', server.url('/early-413'), null, body());
    const response = await handlerOf()(request, {});
    expect([response.status, await response.text()]).toEqual([413, 'too much\n']);
    await server.allClosed();
  });

  it('waits for a 100 before it sends what it was asked to', async () => {
    const server = await site();
    const response = await handlerOf()(
      upload({ Expect: '100-continue' }, 'hello').with({ url: server.url('/continue') }),
      {},
    );
    expect(await response.json()).toMatchObject({ continued: true, body: 'hello' });
  });

  it('sends no body that is refused', async () => {
    const server = await playing([{ expect: 'head' }, { send: 'HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n' }]);
    const response = await handlerOf()(upload({ Expect: '100-continue' }, 'hello').with({ url: server.url() }), {});
    expect(response.status).toBe(417);
    expect(server.received[0]!.toString()).toMatch(/\r\n\r\n$/);
  });

  it('sends it after a second when no 100 comes', async () => {
    const clock = new FakeClock();
    const server = await playing([{ expect: 'head' }, { expect: 'body', bytes: 5 }, { send: OK }]);
    const sent = handlerOf()(upload({ Expect: '100-continue' }, 'hello').with({ url: server.url() }), { clock });
    await vi.waitFor(() => expect(server.received[0]?.toString()).toMatch(/\r\n\r\n$/));
    await clock.advance(999);
    expect(server.received[0]!.toString()).toMatch(/\r\n\r\n$/);
    await clock.advance(1);
    expect((await sent).status).toBe(200);
  });

  it('tells of informational answers, and not of them as the answer', async () => {
    const server = await site();
    const seen: [number, string | null][] = [];
    const onInformation = (response: HttpResponse) => void seen.push([response.status, response.headers.get('link')]);
    const response = await handlerOf()(new HttpRequest('GET', server.url('/early-hints')), { onInformation });
    expect([response.status, seen]).toEqual([200, [[103, expect.stringContaining('preload')]]]);
  });

  it('does not take an upgrade that nobody asked for', async () => {
    const head = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n';
    const server = await playing([{ expect: 'head' }, { send: head }]);
    const error = await rejection(handlerOf()(new HttpRequest('GET', server.url()), {}));
    expect(error).toMatchObject({ name: 'NetworkError', code: 'ERR_PROTOCOL' });
  });
});

describe('progress over nodeHttpHandler', () => {
  it('counts what the socket took, and what came', async () => {
    const server = await site();
    const seen: Progress[] = [];
    const body = new Uint8Array(300_000);
    const progress = (one: Progress) => void seen.push(one);
    await handlerOf()(new HttpRequest('POST', server.url('/bytes/1000'), null, body), { progress });
    const uploads = seen.filter(({ direction }) => direction === 'upload');
    expect(uploads.length).toBeGreaterThan(2);
    expect(uploads.at(-1)).toEqual({ direction: 'upload', transferred: 300_000, total: 300_000 });
    expect(seen.at(-1)).toMatchObject({ direction: 'download' });
  });

  it.each(['progress', 'onInformation'])('ends with an error when %s throws', async (option) => {
    const server = await site();
    const cause = new Error('no more');
    const options = {
      [option]: () => {
        throw cause;
      },
    };
    const error = await rejection(handlerOf()(new HttpRequest('GET', server.url('/early-hints')), options));
    expect(error).toMatchObject({ code: 'ERR_CALLBACK', cause });
    await server.allClosed();
  });
});

describe('connections of nodeHttpHandler', () => {
  it('sends again what a stale connection never answered', async () => {
    const server = await playing((n) => (n === 0 ? staleKeepAlive() : again));
    const handler = handlerOf();
    await handler(new HttpRequest('GET', server.url()), {});
    expect((await handler(new HttpRequest('PUT', server.url(), null, () => ['again']), {})).status).toBe(200);
    expect(server.received[1]!.toString()).toContain('again');
  });

  it.each<[string, (url: string) => HttpRequest]>([
    ['a POST', (url) => new HttpRequest('POST', url, null, 'order')],
    ['a body that is gone', (url) => new HttpRequest('PUT', url, null, ['once'])],
  ])('does not send %s again', async (_, make) => {
    const server = await playing((n) => (n === 0 ? staleKeepAlive() : again));
    const handler = handlerOf();
    await handler(new HttpRequest('GET', server.url()), {});
    expect(await rejection(handler(make(server.url()), {}))).toMatchObject({ name: 'NetworkError', code: 'ERR_RESET' });
    expect(server.totalConnections).toBe(1);
  });

  it('does not send again over a fresh connection', async () => {
    const server = await playing([{ expect: 'head' }, { reset: true }]);
    await rejection(handlerOf()(new HttpRequest('GET', server.url()), {}));
    expect(server.totalConnections).toBe(1);
  });

  it.each<[string, Script]>([
    ['bytes beyond its length', overlongBody()],
    ['a second response', smuggledSecondResponse()],
  ])('never reads %s as another answer', async (_, script) => {
    const server = await playing((n) => (n === 0 ? script : again));
    const handler = handlerOf();
    await handler(new HttpRequest('GET', server.url()), {}).catch(() => undefined);
    const response = await handler(new HttpRequest('GET', server.url()), {});
    expect([await response.text(), server.totalConnections]).toEqual(['ok', 2]);
  });

  it('drops an idle connection that speaks unasked', async () => {
    const late: Script = [
      { expect: 'head' },
      { send: OK },
      { wait: 20 },
      { send: plainResponse('smuggled') },
      { expect: 'end' },
    ];
    const server = await playing((n) => (n === 0 ? late : again));
    const handler = handlerOf();
    await handler(new HttpRequest('GET', server.url()), {});
    await server.allClosed();
    expect(await (await handler(new HttpRequest('GET', server.url()), {})).text()).toBe('ok');
  });

  it('shares no connection between requests with different settings', async () => {
    const server = await site();
    const handler = handlerOf();
    for (const options of [{}, { connectTimeout: 5000 }, {}])
      await handler(new HttpRequest('GET', server.url('/json')), options);
    expect(server.totalConnections).toBe(2);
  });

  it('opens no more than it may to one origin, and serves those who wait in their order', async () => {
    const server = await site();
    const handler = handlerOf({ connections: 2 });
    const answered: number[] = [];
    const get = async (n: number) => {
      await handler(new HttpRequest('GET', server.url('/json')), {});
      answered.push(n);
    };
    await Promise.all([0, 1, 2, 3, 4, 5].map(get));
    expect([answered, server.totalConnections]).toEqual([[0, 1, 2, 3, 4, 5], 2]);
  });

  it('ends what runs and what waits with the reason it is destroyed for', async () => {
    const server = await site();
    const handler = handlerOf({ connections: 1 });
    const running = rejection(handler(new HttpRequest('GET', server.url('/stall')), {}));
    const waiting = rejection(handler(new HttpRequest('GET', server.url('/json')), {}));
    await vi.waitFor(() => expect(server.requests).toHaveLength(1));
    const cause = new Error('enough');
    await handler.destroy?.(cause);
    const closed = expect.objectContaining({ name: 'NetworkError', code: 'ERR_CLIENT_CLOSED', cause });
    expect(await Promise.all([running, waiting])).toEqual([closed, closed]);
    await server.allClosed();
  });

  it('waits no longer than queueTimeout for a place', async () => {
    const server = await site();
    const handler = handlerOf({ connections: 1 });
    const stop = new AbortController();
    const first = rejection(handler(new HttpRequest('GET', server.url('/stall')), { signal: stop.signal }));
    await vi.waitFor(() => expect(server.requests).toHaveLength(1));
    const error = await rejection(handler(new HttpRequest('GET', server.url('/json')), { queueTimeout: 50 }));
    expect(error).toMatchObject({ name: 'TimeoutError', phase: 'queue', code: 'ERR_TIMEOUT_QUEUE' });
    stop.abort();
    await first;
    expect((await handler(new HttpRequest('GET', server.url('/json')), {})).status).toBe(200);
  });

  it('refuses a number of connections that is none', () => {
    expect(() => nodeHttpHandler({ connections: 0 })).toThrow(TypeError);
  });

  it('answers what runs once it is closed, and connects anew for what comes later', async () => {
    const server = await site();
    const handler = handlerOf();
    const running = handler(new HttpRequest('GET', server.url('/delay/50')), {});
    await vi.waitFor(() => expect(server.requests).toHaveLength(1));
    await handler.close?.();
    expect((await running).status).toBe(200);
    await server.allClosed();
    expect((await handler(new HttpRequest('GET', server.url('/json')), {})).status).toBe(200);
    expect(server.totalConnections).toBe(2);
    await handler.close?.();
    await server.allClosed();
  });

  it('keeps no process alive with an idle connection', async () => {
    const server = await site();
    const script = `
      const { nodeHttpHandler } = await import('${builtUrl('src/handlers/node/node-http.ts')}');
      const { HttpRequest } = await import('${builtUrl('src/message/request.ts')}');
      const response = await nodeHttpHandler()(new HttpRequest('GET', ${JSON.stringify(server.url('/json'))}), {});
      console.log(response.status);`;
    const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      timeout: 10_000,
    });
    expect((await run).stdout).toBe('200\n');
  });
});

describe('the limits of nodeHttpHandler', () => {
  it('stops at the head of a body that says it is too large', async () => {
    const server = await site();
    const received: Progress[] = [];
    const options = { maxResponseSize: 10, progress: (one: Progress) => void received.push(one) };
    const error = await rejection(handlerOf()(new HttpRequest('GET', server.url('/bytes/100000')), options));
    expect(error).toMatchObject({ name: 'BodyError', code: 'ERR_BODY_TOO_LARGE', response: { status: 200 } });
    expect(received).toEqual([]);
    await server.allClosed();
  });

  it.each<[string, RequestOptions, string]>([
    ["version '2'", { version: '2' }, 'GET'],
    ['CONNECT', {}, 'CONNECT'],
  ])('says that it cannot do %s', (words, options, method) => {
    expect(nodeHttpHandler().supports?.(new HttpRequest(method, 'http://a.test/'), options)).toContain(words);
  });

  it('says nothing of what it can do', () => {
    const options: RequestOptions = { proxy: false, version: '1.1', verify: false, stream: true, expect: true };
    expect(nodeHttpHandler().supports?.(new HttpRequest('OPTIONS', 'http://a.test/*'), options)).toBeUndefined();
  });
});

function upload(
  headers: Record<string, string> | null,
  body: ConstructorParameters<typeof HttpRequest>[3],
): HttpRequest {
  return new HttpRequest('POST', 'http://a.test/', headers, body);
}

async function* failing(): AsyncGenerator<string> {
  yield 'the first piece';
  throw new Error('the disk is gone');
}

async function* endless(): AsyncGenerator<Uint8Array> {
  for (;;) yield new Uint8Array(65_536);
}
