import { spawn } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { HttpRequest } from '../../src/message/request.ts';
import type { Lookup } from '../../src/options/options.ts';
import type { Transport } from '../../src/stack/handler.ts';
import { FakeClock } from '../../src/testing/fake-clock.ts';
import { startServer, type TestServer } from '../../src/testing/server.ts';
import { handlers } from '../support/proxy-rows.ts';

const closing: (() => Promise<unknown> | undefined | unknown)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

const resolving =
  (...addresses: string[]): Lookup =>
  (_, __, callback) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );

async function serverAt(port: number): Promise<TestServer> {
  const server = await startServer({ port });
  closing.push(server.close);
  return server;
}

/**
 * An address that takes no connection and refuses none: a process that is stopped, behind a queue that is full. The
 * system drops what comes then, as a network that leads nowhere does.
 */
async function blackHole(host: string): Promise<number> {
  const script = `require('net').createServer().listen({port:0,host:'${host}',backlog:1},function(){console.log(this.address().port)})`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  closing.push(() => new Promise((resolve) => child.once('exit', resolve) && child.kill('SIGKILL')));
  const port = Number(String(await new Promise((resolve) => child.stdout.once('data', resolve))));
  child.kill('SIGSTOP');
  const fillers: Socket[] = Array.from({ length: 8 }, () => connect(port, host).on('error', () => undefined));
  closing.push(() => Promise.all(fillers.map((socket) => socket.destroy())));
  await new Promise((resolve) => fillers[0]!.once('connect', resolve));
  return port;
}

describe.each(Object.entries(handlers))('addresses over %s', (_, make) => {
  const fresh = (): Transport => {
    const handler = make();
    closing.push(async () => handler.close?.());
    return handler;
  };

  it('reaches a dual-stack name whose IPv6 never answers in less than 500 ms', async () => {
    const port = await blackHole('::1');
    const server = await serverAt(port);
    const clock = new FakeClock();
    const answer = fresh()(new HttpRequest('GET', server.url('/json', 'dual.test')), {
      proxy: false,
      clock,
      lookup: resolving('::1', '127.0.0.1'),
    });
    // The limit of the phase, and the head start of the first address.
    await vi.waitFor(() => expect(clock.pending).toBe(2), { timeout: 10_000 });
    await clock.advance(249);
    expect(server.totalConnections).toBe(0);
    await clock.advance(1);
    expect((await answer).status).toBe(200);
    expect(clock.now()).toBeLessThan(500);
  });

  it('reaches the second address of a name when the first is dead', async () => {
    const server = await startServer({ host: '127.0.0.2' });
    closing.push(server.close);
    const url = `http://two.test:${server.port}/json`;
    const response = await fresh()(new HttpRequest('GET', url), {
      proxy: false,
      lookup: resolving('127.0.0.1', '127.0.0.2'),
    });
    expect(response.status).toBe(200);
  });

  it('dials one family when it is told to', async () => {
    const server = await startServer();
    closing.push(server.close);
    const options = { proxy: false, lookup: resolving('::1', '127.0.0.1') } as const;
    const request = new HttpRequest('GET', server.url('/json', 'dual.test'));
    const [handler, other] = [fresh(), fresh()];
    expect((await handler(request, { ...options, forceIpResolve: 'v4' })).status).toBe(200);
    await expect(other(request, { ...options, forceIpResolve: 'v6' })).rejects.toMatchObject({ name: 'ConnectError' });
  });

  it('takes a lookup that returns a promise', async () => {
    const server = await startServer();
    closing.push(server.close);
    const request = new HttpRequest('GET', server.url('/json', 'promised.test'));
    expect((await fresh()(request, { proxy: false, lookup: async () => '127.0.0.1' })).status).toBe(200);
  });
});
