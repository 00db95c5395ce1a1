import { Readable } from 'node:stream';
import { brotliCompressSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Client } from '../../../src/client/client.ts';
import { http2Handler } from '../../../src/handlers/http2/http2.ts';
import { HttpRequest } from '../../../src/message/request.ts';
import type { HttpResponse } from '../../../src/message/response.ts';
import type { RequestOptions, TransferStats } from '../../../src/options/options.ts';
import type { Transport } from '../../../src/stack/handler.ts';
import { HandlerStack } from '../../../src/stack/handler-stack.ts';
import { startServer } from '../../../src/testing/server.ts';
import { certificates } from '../../support/certificates.ts';
import { startHttpProxy } from '../../support/http-proxy.ts';
import { frames, type Http2Peer, startFrames, startHttp2 } from '../../support/http2-peer.ts';

const { ca } = await certificates();
const made: Transport[] = [];

function fresh(): Transport {
  const handler = http2Handler();
  made.push(handler);
  return handler;
}

afterEach(async () => {
  await Promise.all(made.splice(0).map((handler) => handler.destroy?.()));
});

function get(url: string, options: RequestOptions = {}, handler = fresh()): Promise<HttpResponse> {
  return handler(new HttpRequest('GET', url), { version: '2', ca: ca.cert, ...options });
}

async function failed(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  const reason = await promise.then(() => undefined).catch((error: unknown) => error);
  expect(reason, 'the promise must reject').toBeInstanceOf(Error);
  return reason as Error & Record<string, unknown>;
}

/** Answers with what came: its body whole. */
function echoing(peer: Http2Peer): void {
  peer.server.on('request', (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method, url, headers } = request;
      response.end(JSON.stringify({ method, url, headers, body: Buffer.concat(chunks).length }));
    });
  });
}

describe('what is sent', () => {
  it.each([true, false])('speaks HTTP/2, over TLS %s', async (tls) => {
    await using peer = await startHttp2({ tls });
    echoing(peer);
    const response = await get(peer.url('/a?b'));
    expect(response).toMatchObject({ status: 200, statusText: '', protocolVersion: '2' });
    const { headers } = await response.json<{ headers: Record<string, string> }>();
    expect(headers).toEqual({
      ':method': 'GET',
      ':path': '/a?b',
      ':authority': peer.origin.replace(/^https?:\/\//, ''),
      ':scheme': tls ? 'https' : 'http',
    });
  });

  it('leaves out what is about a connection of HTTP/1.1', async () => {
    await using peer = await startHttp2();
    echoing(peer);
    const sent = {
      Connection: 'close, X-Hop',
      'X-Hop': '1',
      'Keep-Alive': 'timeout=5',
      'Proxy-Connection': 'close',
      'Transfer-Encoding': 'chunked',
      TE: 'gzip, trailers',
      Host: 'other.test',
      'X-Own': ['a', 'b'],
      Cookie: ['a=1', 'b=2'],
    };
    const response = await fresh()(new HttpRequest('GET', peer.url(), sent), { version: '2' });
    const { headers } = await response.json<{ headers: Record<string, string> }>();
    expect(headers).toEqual({
      ':method': 'GET',
      ':path': '/',
      ':authority': 'other.test',
      ':scheme': 'http',
      te: 'trailers',
      'x-own': 'a, b',
      cookie: 'a=1; b=2',
    });
  });

  it.each([
    ['bytes', () => new Uint8Array(3_000_000)],
    ['a stream', () => Readable.from(Array.from({ length: 30 }, () => new Uint8Array(100_000)))],
  ])('sends a body of %s as the server takes it', async (_, body) => {
    await using peer = await startHttp2();
    echoing(peer);
    const seen: number[] = [];
    const progress = ({ direction, transferred }: { direction: string; transferred: number }) =>
      void (direction === 'upload' && seen.push(transferred));
    const client = new Client({ version: '2', progress });
    expect(await client.post(peer.url(), { body: body() }).json()).toMatchObject({ method: 'POST', body: 3_000_000 });
    expect(seen.at(-1)).toBe(3_000_000);
    await client.close();
  });

  it('holds a body back while the server does not read', async () => {
    await using peer = await startHttp2();
    peer.server.on('stream', (stream) => stream.pause());
    let given = 0;
    const endless = async function* () {
      for (;;) {
        given += 16_384;
        yield new Uint8Array(16_384);
      }
    };
    const stop = new AbortController();
    const request = new HttpRequest('POST', peer.url(), {}, endless());
    const waiting = failed(fresh()(request, { version: '2', signal: stop.signal }));
    await vi.waitFor(() => expect(given).toBeGreaterThan(60_000));
    await new Promise((resolve) => setImmediate(resolve));
    expect(given).toBeLessThan(1_000_000);
    stop.abort(new Error('enough'));
    expect((await waiting).message).toBe('enough');
  });

  it.each([
    ['Upgrade', new HttpRequest('GET', 'https://h.test/', { Upgrade: 'websocket' })],
    ['CONNECT', new HttpRequest('CONNECT', 'https://h.test/')],
  ])('says that it cannot send %s', (name, request) => {
    expect(http2Handler().supports?.(request, { version: '2' })).toContain(name);
  });
});

describe('what comes', () => {
  it('gives lines in order, repeated ones too, and reads past informational answers', async () => {
    await using peer = await startHttp2();
    peer.server.on('stream', (stream) => {
      stream.additionalHeaders({ ':status': 103, link: '</a>' });
      stream.respond({ ':status': 201, 'x-b': '1', 'set-cookie': ['a=1', 'b=2'], 'x-a': '2' }, { endStream: true });
    });
    const seen: HttpResponse[] = [];
    const response = await get(peer.url(), { onInformation: (one) => seen.push(one) });
    expect([...response.headers].slice(0, 4)).toEqual([
      ['x-b', '1'],
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2'],
      ['x-a', '2'],
    ]);
    expect(seen.map(({ status, headers }) => [status, headers.get('link')])).toEqual([[103, '</a>']]);
  });

  it.each(['HEAD', 'GET'])('takes an answer without a body: %s', async (method) => {
    await using peer = await startHttp2();
    peer.server.on('stream', (stream) =>
      stream.respond(method === 'HEAD' ? { 'content-length': '5' } : { ':status': 304, 'content-length': '5' }, {
        endStream: true,
      }),
    );
    for (const stream of [false, true]) {
      const response = await fresh()(new HttpRequest(method, peer.url()), { version: '2', stream });
      expect((await response.bytes()).length).toBe(0);
    }
  });

  it('holds a server back whose body nobody reads, and no other stream', async () => {
    await using peer = await startHttp2();
    let written = 0;
    peer.server.on('stream', (stream, head) => {
      stream.on('error', () => undefined);
      stream.respond();
      if (head[':path'] === '/small') {
        stream.end('small');
        return;
      }
      const write = (): void => {
        for (let more = true; more && !stream.destroyed; written += 65_536) more = stream.write(new Uint8Array(65_536));
      };
      stream.on('drain', write);
      write();
    });
    const handler = fresh();
    const large = await get(peer.url('/large'), { stream: true }, handler);
    await vi.waitFor(() => expect(written).toBeGreaterThan(900_000));
    expect(await (await get(peer.url('/small'), {}, handler)).text()).toBe('small');
    expect(written).toBeLessThan(3_000_000);
    await large.discard();
    await vi.waitFor(async () => expect([...peer.sessions][0]?.state.effectiveLocalWindowSize).toBeDefined());
  });

  it('names a head larger than maxHeaderSize', async () => {
    await using peer = await startHttp2({
      listener: (_, response) => response.writeHead(200, { x: 'a'.repeat(20_000) }).end(),
    });
    expect(await failed(get(peer.url()))).toMatchObject({ name: 'NetworkError', code: 'ERR_HEADERS_TOO_LARGE' });
    expect((await get(peer.url(), { maxHeaderSize: 30_000 })).status).toBe(200);
  });

  it('names a body larger than maxResponseSize', async () => {
    await using peer = await startHttp2({ listener: (_, response) => response.end('a'.repeat(2000)) });
    expect(await failed(get(peer.url(), { maxResponseSize: 1000 }))).toMatchObject({ code: 'ERR_BODY_TOO_LARGE' });
  });

  it('tells onStats what it took, and onHeaders of the head', async () => {
    await using peer = await startHttp2({ listener: (_, response) => response.end('hello') });
    const seen: TransferStats[] = [];
    const onHeaders = vi.fn();
    const client = new Client({ version: '2', onStats: (one) => seen.push(one), onHeaders });
    await client.get(peer.url());
    expect(seen).toMatchObject([{ handler: 'http2', bytesReceived: 5 }]);
    expect(onHeaders).toHaveBeenCalledOnce();
    await client.close();
  });

  it('follows redirects with cookies and decodes, as over HTTP/1.1', async () => {
    await using peer = await startHttp2({ tls: true });
    peer.server.on('request', (request, response) => {
      if (request.url === '/') response.writeHead(302, { location: '/next', 'set-cookie': 'a=1' }).end();
      else response.writeHead(200, { 'content-encoding': 'br' }).end(brotliCompressSync(`${request.headers.cookie}`));
    });
    const client = new Client({ version: 'auto', ca: ca.cert, cookies: true });
    const response = await client.get(peer.url());
    expect(await response.text()).toBe('a=1');
    expect(response.redirects).toHaveLength(1);
    await client.close();
  });
});

describe('what ends before its time', () => {
  it.each([
    ['PROTOCOL_ERROR', 1, 'ERR_PROTOCOL'],
    ['CANCEL', 8, 'ERR_RESET'],
    ['ENHANCE_YOUR_CALM', 11, 'ERR_RESET'],
    ['HTTP_1_1_REQUIRED', 13, 'ERR_PROTOCOL'],
    ['NO_ERROR', 0, 'ERR_RESET'],
  ])('names a reset before the head: %s', async (name, code, ours) => {
    await using peer = await startFrames((stream) => [frames.reset(stream, code)]);
    const error = await failed(get(peer.url));
    expect(error).toMatchObject({ name: 'NetworkError', code: ours });
    expect(error.message).toContain(name);
    expect(peer.heads).toHaveLength(1);
  });

  it.each([0, 2, 8])('rejects a body that a reset with code %i cut, buffered and streamed', async (code) => {
    await using peer = await startFrames((stream) => [
      frames.headers(stream),
      frames.data(stream, 'part'),
      frames.reset(stream, code),
    ]);
    const cut = { name: 'BodyError', code: 'ERR_BODY_TRUNCATED' };
    const message = expect.stringMatching(/: the body ended before it was complete, after 4 bytes$/);
    expect(await failed(get(peer.url))).toMatchObject({ ...cut, message });
    const streamed = get(peer.url, { stream: true }).then((response) => response.text());
    expect(await failed(streamed)).toMatchObject({ ...cut, message });
  });

  it('takes a complete answer though the rest of the request is not wanted', async () => {
    await using peer = await startFrames((stream) => [
      frames.headers(stream),
      frames.data(stream, 'no more', true),
      frames.reset(stream, 0),
    ]);
    const endless = async function* () {
      for (;;) yield new Uint8Array(16_384);
    };
    const response = await fresh()(new HttpRequest('POST', peer.url, {}, endless()), { version: '2' });
    expect(await response.text()).toBe('no more');
  });

  it.each([
    ['shorter', 'part', 'ERR_BODY_TRUNCATED', 'ended before it was complete: 4 of 10 bytes came'],
    ['longer', 'more than that', expect.stringMatching(/^ERR_BODY_/), ''],
  ])('rejects a body %s than its length', async (_, text, code, words) => {
    await using peer = await startFrames((stream) => [
      frames.headers(stream, { 'content-length': '10' }),
      frames.data(stream, text, true),
    ]);
    const error = await failed(get(peer.url));
    expect(error).toMatchObject({ name: 'BodyError', code });
    expect(error.message).toContain(words);
  });

  it('names a server that does not speak it', async () => {
    await using server = await startServer();
    expect(await failed(get(server.url('/')))).toMatchObject({ name: 'NetworkError', code: 'ERR_PROTOCOL' });
  });

  it('ends the stream and not the connection when it is aborted', async () => {
    await using peer = await startHttp2();
    const closed: number[] = [];
    peer.server.on('stream', (stream, head) => {
      stream.on('error', () => undefined).on('close', () => closed.push(stream.rstCode ?? -1));
      if (head[':path'] === '/ok') stream.respond({}, { endStream: true });
    });
    const handler = fresh();
    const stop = new AbortController();
    const waiting = failed(get(peer.url(), { signal: stop.signal }, handler));
    await vi.waitFor(() => expect(peer.sessions.size).toBe(1));
    await get(peer.url('/ok'), {}, handler);
    stop.abort(new Error('enough'));
    expect((await waiting).message).toBe('enough');
    await vi.waitFor(() => expect(closed).toContain(8));
    await get(peer.url('/ok'), {}, handler);
    expect(peer.total).toBe(1);
  });

  it.each([
    ['headers', { headersTimeout: 50 }, []],
    ['read', { readTimeout: 50 }, [frames.headers(1)]],
  ])('times the phase %s', async (phase, options, answer) => {
    await using peer = await startFrames(() => answer);
    expect(await failed(get(peer.url, options))).toMatchObject({ name: 'TimeoutError', phase });
  });

  it('ends what is under way on destroy, and lets it finish on close', async () => {
    await using peer = await startHttp2();
    peer.server.on('stream', (stream, head) => {
      stream.on('error', () => undefined);
      if (head[':path'] === '/slow') setTimeout(() => stream.respond({ ':status': 204 }, { endStream: true }), 30);
    });
    const handler = fresh();
    const hanging = failed(get(peer.url(), {}, handler));
    await vi.waitFor(() => expect(peer.sessions.size).toBe(1));
    await handler.destroy?.();
    expect(await hanging).toMatchObject({ code: 'ERR_CLIENT_CLOSED' });
    const other = fresh();
    const slow = get(peer.url('/slow'), {}, other);
    await vi.waitFor(() => expect(peer.total).toBe(2));
    await other.close?.();
    expect((await slow).status).toBe(204);
    await vi.waitFor(() => expect(peer.sessions.size).toBe(0));
  });
});

describe('the choice of the version', () => {
  it.each(['auto', '2'] as const)('takes HTTP/2 where the server agrees: %s', async (version) => {
    await using peer = await startHttp2({
      tls: true,
      listener: (request, response) => response.end(request.httpVersion),
    });
    const client = new Client({ version, ca: ca.cert });
    expect(await client.get(peer.url()).text()).toBe('2.0');
    await client.close();
  });

  it('goes through a tunnel of an HTTP proxy', async () => {
    await using peer = await startHttp2({ tls: true, listener: (_, response) => response.end('through') });
    const proxy = await startHttpProxy();
    const response = await get(peer.url(), { proxy: proxy.url });
    expect(await response.text()).toBe('through');
    expect(proxy.seen.map(({ kind }) => kind)).toEqual(['connect']);
    await Promise.all(made.splice(0).map((handler) => handler.destroy?.()));
    await proxy.close();
  });

  it('takes HTTP/1.1 under auto, and does not ask again', async () => {
    await using server = await startServer({
      tls: (await certificates()).server,
    });
    const seen: string[] = [];
    const client = new Client({ version: 'auto', ca: ca.cert, onStats: ({ handler }) => seen.push(handler) });
    for (let i = 0; i < 3; i++) {
      const response = await client.get(server.url('/text', 'localhost'));
      expect(response.protocolVersion).toBe('1.1');
    }
    expect(seen).toEqual(['undici', 'undici', 'undici']);
    expect(server.totalConnections).toBeLessThanOrEqual(2);
    await client.close();
  });

  it("names a server that does not offer HTTP/2, for '2'", async () => {
    await using server = await startServer({
      tls: (await certificates()).server,
    });
    const error = await failed(get(server.url('/text', 'localhost')));
    expect(error).toMatchObject({ name: 'ConnectError', code: 'ERR_ALPN' });
  });

  it('goes over HTTP/1.1 when the server requires it, under auto', async () => {
    await using peer = await startHttp2({ tls: true, allowHTTP1: true });
    peer.server.on('stream', (stream) => stream.on('error', () => undefined).close(13));
    peer.server.on('request', (request, response) => {
      if (request.httpVersion === '1.1') response.end('over 1.1');
    });
    const client = new Client({ version: 'auto', ca: ca.cert });
    expect(await client.get(peer.url()).text()).toBe('over 1.1');
    await client.close();
  });
});

describe('connections', () => {
  it('opens another connection when the server allows no more streams, and waits while it is made', async () => {
    await using peer = await startHttp2({ settings: { maxConcurrentStreams: 5 } });
    let running = 0;
    let most = 0;
    peer.server.on('stream', (stream) => {
      most = Math.max(most, ++running);
      setImmediate(() => {
        running -= 1;
        stream.respond({}, { endStream: true });
      });
    });
    const handler = fresh();
    await get(peer.url(), {}, handler);
    await Promise.all(Array.from({ length: 200 }, () => get(peer.url(), {}, handler)));
    expect(peer.total).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(5 * peer.total);
  });

  it('uses a connection once with keepAlive: false', async () => {
    await using peer = await startHttp2({ listener: (_, response) => response.end() });
    const handler = fresh();
    await Promise.all([1, 2].map(() => get(peer.url(), { keepAlive: false }, handler)));
    await get(peer.url(), { keepAlive: false }, handler);
    expect(peer.total).toBe(3);
    await vi.waitFor(() => expect(peer.sessions.size).toBe(0));
  });

  it('sends what the server refused again, whatever its method', async () => {
    let refusals = 0;
    await using peer = await startFrames((stream) =>
      ++refusals <= 3 ? [frames.reset(stream, 7)] : [frames.headers(stream, {}, true)],
    );
    const response = await fresh()(new HttpRequest('POST', peer.url, {}, 'order'), { version: '2' });
    expect(response.status).toBe(200);
    expect(peer.heads).toHaveLength(4);
  });

  it('gives up on a server that refuses without end', async () => {
    await using peer = await startFrames((stream) => [frames.reset(stream, 7)]);
    expect(await failed(get(peer.url))).toMatchObject({ name: 'NetworkError', code: 'ERR_RESET' });
    expect(peer.heads.length).toBeLessThan(10);
  });

  it('sends what a GOAWAY leaves out again over a new connection, and not what it took', async () => {
    await using peer = await startFrames((stream, connection) => {
      if (connection > 1) return [frames.headers(stream, {}, true)];
      return stream < 5 ? [] : [frames.goaway(1, 11)];
    });
    const handler = fresh();
    const sent = await Promise.allSettled([1, 2, 3].map(() => get(peer.url, {}, handler)));
    expect(sent.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    expect(peer.heads).toEqual(['1.1', '1.3', '1.5', '2.1', '2.3']);
  });

  it('does not send a request again whose connection broke', async () => {
    await using peer = await startFrames((_, __, socket) => {
      socket.destroy();
      return [];
    });
    expect(await failed(get(peer.url))).toMatchObject({ name: 'NetworkError' });
    expect(peer.connections).toBe(1);
  });

  it.each([
    ['GET', ['1.1', '1.3', '2.1']],
    ['POST', ['1.1', '1.3']],
  ])('sends %s as it may be sent when a kept connection turns out dead', async (method, heads) => {
    await using peer = await startFrames((stream, connection, socket) => {
      if (stream > 1) socket.destroy();
      return stream > 1 ? [] : [frames.headers(stream, { 'x-connection': `${connection}` }, true)];
    });
    const handler = fresh();
    await get(peer.url, {}, handler);
    const second = handler(new HttpRequest(method, peer.url, {}, method === 'POST' ? 'order' : null), {
      version: '2',
      ca: ca.cert,
    });
    if (method === 'GET') expect((await second).headers.get('x-connection')).toBe('2');
    else expect(await failed(second)).toMatchObject({ name: 'NetworkError' });
    expect(peer.heads).toEqual(heads);
  });

  it('takes another connection after one on which nothing came in time', async () => {
    await using peer = await startFrames((stream, connection) =>
      connection === 1 && stream > 1 ? [] : [frames.headers(stream, {}, true)],
    );
    const handler = fresh();
    await get(peer.url, {}, handler);
    expect(await failed(get(peer.url, { headersTimeout: 50 }, handler))).toMatchObject({ phase: 'headers' });
    expect((await get(peer.url, {}, handler)).status).toBe(200);
    expect(peer.heads).toEqual(['1.1', '1.3', '2.1']);
  });

  it.each([
    ['the signal', (signal: AbortSignal) => ({ signal })],
    ['headersTimeout', () => ({ headersTimeout: 50 })],
  ])('takes another connection after one on which nothing came before %s ended the wait', async (_, limit) => {
    await using peer = await startFrames((stream, connection) =>
      connection === 1 && stream > 1 ? [] : [frames.headers(stream, {}, true)],
    );
    const handler = fresh();
    await get(peer.url, {}, handler);
    const caller = new AbortController();
    const waiting = failed(get(peer.url, limit(caller.signal), handler));
    await vi.waitFor(() => expect(peer.heads).toHaveLength(2));
    caller.abort(new Error('enough'));
    await waiting;
    expect((await get(peer.url, {}, handler)).status).toBe(200);
    expect((await get(peer.url, {}, handler)).status).toBe(200);
    expect(peer.heads).toEqual(['1.1', '1.3', '2.1', '2.3']);
  });

  it('takes another connection after timeout ended a call on which nothing came', async () => {
    await using peer = await startFrames((stream, connection) =>
      connection === 1 && stream > 1 ? [] : [frames.headers(stream, {}, true)],
    );
    const client = new Client({ handler: HandlerStack.create(fresh()), version: '2' });
    await client.get(peer.url);
    expect(await failed(client.get(peer.url, { timeout: 80 }))).toMatchObject({ name: 'TimeoutError' });
    expect((await client.get(peer.url, { timeout: 5_000 })).status).toBe(200);
    expect(peer.heads).toEqual(['1.1', '1.3', '2.1']);
  });

  it('goes on over a connection that answers a PING after a wait was ended', async () => {
    await using peer = await startHttp2();
    peer.server.on('request', ({ url }, response) => void (url === '/hangs' || response.end('ok')));
    const handler = fresh();
    await get(peer.url(), {}, handler);
    const [session] = peer.sessions;
    const pinged = new Promise((resolve) => session!.once('ping', resolve));
    const caller = new AbortController();
    const waiting = failed(get(peer.url('/hangs'), { signal: caller.signal }, handler));
    await new Promise((resolve) => peer.server.once('request', resolve));
    caller.abort(new Error('enough'));
    await waiting;
    await pinged;
    await vi.waitFor(() => expect(handler.stats?.()).toMatchObject({ origins: { [peer.origin]: { connections: 1 } } }));
    expect((await get(peer.url(), {}, handler)).status).toBe(200);
    expect(peer.sessions.has(session!)).toBe(true);
  });

  it('lets the process end while a connection is idle', async () => {
    await using peer = await startHttp2({ listener: (_, response) => response.end() });
    await get(peer.url());
    const sockets = process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap');
    // The server's own end of it.
    expect(sockets.length).toBeLessThanOrEqual(1);
  });
});
