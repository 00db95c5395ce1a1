/** Where HTTP/2's connections come from, who waits for them, and what happens when there are none. */
import { createServer as createTcpServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { http2Handler } from '../../../src/handlers/http2/http2.ts';
import { HttpRequest } from '../../../src/message/request.ts';
import type { HttpResponse } from '../../../src/message/response.ts';
import type { RequestOptions } from '../../../src/options/options.ts';
import type { Transport } from '../../../src/stack/handler.ts';
import { startServer } from '../../../src/testing/server.ts';
import { certificates } from '../../support/certificates.ts';
import { frames, startFrames, startHttp2 } from '../../support/http2-peer.ts';

const { ca, server: pem } = await certificates();
const made: Transport[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(made.splice(0).map((handler) => handler.destroy?.()));
});

function fresh(): Transport {
  const handler = http2Handler();
  made.push(handler);
  return handler;
}

function get(url: string, options: RequestOptions = {}, handler = fresh()): Promise<HttpResponse> {
  return handler(new HttpRequest('GET', url), { version: '2', ca: ca.cert, ...options });
}

async function failed(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  const reason = await promise.then(() => undefined).catch((error: unknown) => error);
  expect(reason, 'the promise must reject').toBeInstanceOf(Error);
  return reason as Error & Record<string, unknown>;
}

/** A port of 127.0.0.1 where nobody listens. */
async function closedPort(): Promise<number> {
  const server = createTcpServer();
  const port = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function listening(server: ReturnType<typeof createTcpServer>): Promise<number> {
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)),
  );
}

describe('http2Handler alone', () => {
  it('takes plain text under auto over a node:http of its own', async () => {
    await using server = await startServer();
    const response = await get(server.url('/echo'), { version: 'auto' });
    expect([response.status, response.protocolVersion, response.facts.handler]).toEqual([200, '1.1', 'node']);
  });

  it.each<[string, HttpRequest, RequestOptions]>([
    ["version '1.1'", new HttpRequest('GET', 'http://h.test/'), { version: '1.1' }],
    ['CONNECT', new HttpRequest('CONNECT', 'http://h.test/'), {}],
  ])('refuses %s before anything is dialled', async (words, request, options) => {
    const error = await failed(fresh()(request, { version: '2', ...options }));
    expect(error).toMatchObject({ name: 'RequestError', code: 'ERR_UNSUPPORTED', request });
    expect(error.message).toContain(words);
  });
});

describe('settings that cannot be used', () => {
  it('reject the request with the option that is wrong', async () => {
    const error = await failed(get('https://h.test/', { ca: '/does/not/exist.pem' }));
    expect(error).toMatchObject({ name: 'RequestError', code: 'ERR_TLS_OPTIONS' });
    expect((error.request as HttpRequest).url).toBe('https://h.test/');
  });

  it('reject the request with the variable that is wrong', async () => {
    vi.stubEnv('https_proxy', 'gopher://p.test');
    vi.stubEnv('no_proxy', '');
    const error = await failed(get('https://h.test/'));
    expect(error).toMatchObject({ name: 'RequestError', code: 'ERR_PROXY_OPTIONS' });
    expect((error.request as HttpRequest).url).toBe('https://h.test/');
  });
});

describe('what ALPN agrees on', () => {
  it('is what tls.alpn lists, when the caller does', async () => {
    await using peer = await startHttp2({ tls: true, listener: (_, response) => response.end() });
    expect((await get(peer.url(), { tls: { alpn: ['h2'] } })).protocolVersion).toBe('2');
    const other = await failed(get(peer.url(), { tls: { alpn: ['http/1.1'] } }));
    expect(other.name).toBe('ConnectError');
  });

  it.each<[string, number]>([
    ['2', 0],
    ['auto', 200],
  ])("is HTTP/1.1 with a server that knows no ALPN: version '%s'", async (version, status) => {
    const server = createTlsServer({ ...pem }, (socket) => {
      socket.on('error', () => undefined);
      socket.on('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'));
    });
    const port = await listening(server);
    const options: RequestOptions = { version: version as '2' };
    const outcome = get(`https://localhost:${port}/`, options).then((response) => response.status);
    if (status === 0) {
      const error = await failed(outcome);
      expect(error).toMatchObject({ name: 'ConnectError', code: 'ERR_ALPN' });
      expect(error.message).toContain(`localhost:${port}`);
    } else expect(await outcome).toBe(status);
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('who waits for a connection', () => {
  it('still gets it when another one that waited is aborted', async () => {
    await using peer = await startHttp2({ tls: true, listener: (_, response) => response.end('hello') });
    const handler = fresh();
    // The transport is loaded with the first request: from here on a request waits for its connection alone.
    await failed(get(`http://127.0.0.1:${await closedPort()}/`, {}, handler));
    const stop = new AbortController();
    const left = failed(get(peer.url(), { signal: stop.signal }, handler));
    const stays = get(peer.url(), {}, handler);
    stop.abort(new Error('enough'));
    expect((await left).message).toBe('enough');
    expect(await (await stays).text()).toBe('hello');
    expect(peer.total).toBe(1);
  });

  it.each([true, false])('is told once that there is none, with keepAlive: %s', async (keepAlive) => {
    const url = `http://127.0.0.1:${await closedPort()}/`;
    const handler = fresh();
    const errors = await Promise.all([0, 1].map(() => failed(get(url, { keepAlive }, handler))));
    expect(errors.map(({ code }) => code)).toEqual(['ERR_CONNECT_REFUSED', 'ERR_CONNECT_REFUSED']);
  });
});

describe('close', () => {
  it('does not wait for a body that nobody reads', async () => {
    await using peer = await startFrames((stream) => [frames.headers(stream), frames.data(stream, 'abc')]);
    const handler = fresh();
    const response = await get(peer.url, { stream: true }, handler);
    await handler.close?.();
    expect(await failed(response.text())).toMatchObject({ code: 'ERR_CLIENT_CLOSED' });
  });
});
