import { mkdtemp, rm } from 'node:fs/promises';
import { Agent } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { startServer, type TestServer, type TestServerOptions } from '../../src/testing/server.ts';
import { certificates } from '../support/certificates.ts';
import { ask, exchange, getHead } from '../support/plain-client.ts';

const running: TestServer[] = [];

async function start(options?: TestServerOptions): Promise<TestServer> {
  const server = await startServer(options);
  running.push(server);
  return server;
}

afterEach(async () => {
  for (const server of running.splice(0)) await server.close();
});

describe('a test server', () => {
  it('listens on a free port of loopback and serves the site', async () => {
    const server = await start();
    expect(server.origin).toBe(`http://127.0.0.1:${server.port}`);
    expect(server.url('json')).toBe(`${server.origin}/json`);
    expect(server.url('/../x', 'localhost')).toBe(`http://localhost:${server.port}/../x`);
    expect((await ask(server.url('/status/418'))).status).toBe(418);
  });

  it('records what arrived, newest last', async () => {
    const server = await start();
    await ask(server.url('/status/200'), { headers: { 'X-One': '1' } });
    await ask(server.url('/echo?x'), { method: 'POST', body: 'hello' });
    const [first, second] = server.requests;
    expect(first).toMatchObject({ method: 'GET', url: '/status/200', headers: { 'x-one': '1' }, bodyBytes: 0 });
    expect(first?.rawHeaders.slice(0, 2)).toEqual(['X-One', '1']);
    expect(second).toMatchObject({ method: 'POST', url: '/echo?x', bodyBytes: 5, complete: true, httpVersion: '1.1' });
    expect(second?.body.toString()).toBe('hello');
    expect(second?.remotePort).not.toBe(first?.remotePort);
    server.clear();
    expect(server.requests).toHaveLength(0);
  });

  it('records bodies that its routes never read, and only so many requests', async () => {
    const server = await start({ keep: 2 });
    for (const body of ['one', 'two', 'three']) await ask(server.url('/empty'), { method: 'POST', body });
    expect(server.requests.map((request) => request.body.toString())).toEqual(['two', 'three']);
  });

  it('keeps the first MiB of a body and counts the rest', async () => {
    const server = await start();
    await ask(server.url('/status/200'), { method: 'PUT', body: Buffer.alloc(3_000_000) });
    expect(server.requests[0]).toMatchObject({ bodyBytes: 3_000_000, complete: true });
    expect(server.requests[0]?.body).toHaveLength(1024 * 1024);
  });

  it('counts the sockets that are open and says when all are closed', async () => {
    const server = await start();
    await server.allClosed();
    const agent = new Agent({ keepAlive: true });
    for (let i = 0; i < 2; i++) await ask(server.url('/json'), { agent } as object);
    expect([server.connections, server.totalConnections]).toEqual([1, 1]);
    let closed = false;
    const waiting = server.allClosed().then(() => {
      closed = true;
    });
    await ask(server.url('/json'), { agent } as object);
    expect(closed).toBe(false);
    agent.destroy();
    await waiting;
    expect([server.connections, server.totalConnections]).toEqual([0, 1]);
  });

  it('ends idle connections and silent ones when it closes', async () => {
    const server = await start();
    const silent = ask(server.url('/stall'));
    const idle = connect(server.port, '127.0.0.1');
    idle.on('error', () => undefined);
    await Promise.all([
      expect(silent).rejects.toThrow(),
      new Promise((resolve) => idle.once('close', resolve)),
      (async () => {
        while (server.requests.length === 0 || server.connections < 2) await ask(server.url('/empty'));
        await server.close();
      })(),
    ]);
    expect(server.connections).toBe(0);
    await server.close();
  });

  it('is disposed of as a resource', async () => {
    const server = await startServer();
    await server[Symbol.asyncDispose]();
    await expect(ask(server.url('/'))).rejects.toThrow('ECONNREFUSED');
  });

  it('announces a keep-alive timeout when it has one', async () => {
    const server = await start({ keepAliveTimeout: 3000 });
    const { text } = await exchange(server.port, `${getHead('/empty')}${getHead('/empty', 'Connection: close')}`);
    expect(text).toContain('Keep-Alive: timeout=3');
  });

  it('serves a listener of the caller instead of the site', async () => {
    const server = await start({ listener: (req, res) => res.end(`mine: ${req.url}`) });
    const answer = await ask(server.url('/x'), { method: 'POST', headers: { Expect: '100-continue' }, body: 'abc' });
    expect(answer.body.toString()).toBe('mine: /x');
    expect(server.requests).toHaveLength(1);
  });

  it('listens on a unix socket', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-'));
    try {
      const socketPath = join(folder, 'test.sock');
      const server = await start({ socketPath });
      expect(server).toMatchObject({ origin: 'http://localhost', port: 0, socketPath });
      expect((await ask(server.url('/status/202'), { socketPath })).status).toBe(202);
      await expect(ask(server.url('/reset-in-body'), { socketPath })).rejects.toThrow();
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('listens on ::1 with brackets in its origin', async () => {
    const server = await start({ host: '::1' });
    expect(server.origin).toBe(`http://[::1]:${server.port}`);
    expect((await ask(server.url('/json'))).status).toBe(200);
  });
});

describe('queued answers', () => {
  it('come in order and before the routes', async () => {
    const server = await start();
    server.enqueue({ status: 201, headers: { 'X-A': ['1', '2'] }, body: 'first' }, { reason: 'Fine', delay: 1 });
    const first = await ask(server.url('/status/500'), { method: 'POST', body: 'in' });
    expect(first).toMatchObject({ status: 201, headers: { 'x-a': '1, 2', 'content-length': '5' } });
    expect(server.requests[0]?.body.toString()).toBe('in');
    expect(await ask(server.url('/'))).toMatchObject({ status: 200, reason: 'Fine' });
    expect((await ask(server.url('/status/500'))).status).toBe(500);
  });

  it('may be listeners, and are forgotten by clear', async () => {
    const server = await start();
    server.enqueue((req, res) => res.end(req.method), { status: 500 });
    expect((await ask(server.url('/'))).body.toString()).toBe('GET');
    expect(server.queued).toBe(1);
    server.clear();
    expect((await ask(server.url('/json'))).status).toBe(200);
  });

  it('have no length where none may be, and the framing they are given', async () => {
    const server = await start();
    server.enqueue({ status: 204 }, { headers: { 'transfer-encoding': 'chunked' }, body: 'x' });
    expect((await ask(server.url('/'))).headers).not.toHaveProperty('content-length');
    expect((await ask(server.url('/'))).headers).not.toHaveProperty('content-length');
  });

  it.each([
    ['reset', 'reset'],
    ['close', 'fin'],
  ] as const)('%s instead of an answer, or within one', async (fault, end) => {
    const server = await start();
    server.enqueue({ fault }, { fault, body: 'part' });
    expect(await exchange(server.port, getHead())).toEqual({ text: '', end });
    const part = await exchange(server.port, getHead());
    expect(part.end).toBe(end);
    expect(part.text).toContain('Content-Length: 5\r\n');
    expect(part.text).toMatch(/\r\n\r\npart$/);
  });

  it('stall until the client gives up', async () => {
    const server = await start();
    server.enqueue({ fault: 'stall' });
    await expect(ask(server.url('/'), { signal: AbortSignal.timeout(20) })).rejects.toThrow();
    await server.allClosed();
  });

  it('invite a body that waits', async () => {
    const server = await start();
    server.enqueue({ status: 200 });
    const answer = await ask(server.url('/'), { method: 'POST', headers: { Expect: '100-continue' }, body: 'abc' });
    expect(answer.status).toBe(200);
    expect(server.requests[0]?.body.toString()).toBe('abc');
  });
});

describe('a test server over TLS', () => {
  it('serves the site, counts and closes', async () => {
    const { ca, server: pem } = await certificates();
    const server = await start({ tls: pem });
    expect(server.origin).toBe(`https://127.0.0.1:${server.port}`);
    expect((await ask(server.url('/json', 'localhost'), { ca: ca.cert })).status).toBe(200);
    await server.allClosed();
    expect(server.totalConnections).toBe(1);
  });

  it('resets the connection underneath', async () => {
    const { ca, server: pem } = await certificates();
    const server = await start({ tls: pem });
    await expect(ask(server.url('/reset-before-head'), { ca: ca.cert })).rejects.toThrow('ECONNRESET');
    await expect(ask(server.url('/reset-in-body'), { ca: ca.cert })).rejects.toMatchObject({ code: 'ECONNRESET' });
    await server.allClosed();
  });

  it('asks for a certificate of the client and records its name', async () => {
    const { ca, server: pem, client, clientByOtherCa } = await certificates();
    const server = await start({ tls: { ...pem, ca: ca.cert, requestCert: true } });
    await ask(server.url('/'), { ca: ca.cert, ...client });
    expect(server.requests[0]?.clientCertificate).toBe('client');
    await expect(ask(server.url('/'), { ca: ca.cert, ...clientByOtherCa })).rejects.toThrow();
    await expect(ask(server.url('/'), { ca: ca.cert })).rejects.toThrow();
    expect(server.requests).toHaveLength(1);
  });
});
