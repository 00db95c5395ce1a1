/** A clock of the caller's that throws once the connection is open: what waits by it ends, and so does a close. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Client } from '../../src/index.ts';
import { type Clock, systemClock } from '../../src/time/clock.ts';
import { BrokenClock } from '../support/broken-clock.ts';
import { close, text } from '../support/websocket-frames.ts';
import { connections } from './connections.ts';

const { connect } = connections();

/** The system's clock, whose sleeps fail from when it is told to. */
function breaking(how: 'sleep throws' | 'sleep rejects') {
  const broken = new BrokenClock(how, 1, false);
  let present: Clock = systemClock;
  const clock: Clock = { now: () => present.now(), sleep: (ms, signal) => present.sleep(ms, signal) };
  const fail = (): void => {
    present = broken;
  };
  return { clock, fail, fault: broken.fault };
}

describe.each(['sleep throws', 'sleep rejects'] as const)('a clock whose %s', (how) => {
  it.each(['receive', 'ping'] as const)('ends a %s that has a timeout, and leaves the connection', async (method) => {
    const { clock, fail, fault } = breaking(how);
    const { socket, peer } = await connect({ clock });
    fail();
    const waiting = method === 'ping' ? socket.ping('', { timeout: 60_000 }) : socket.receive({ timeout: 60_000 });
    await expect(waiting).rejects.toBe(fault);
    await peer.write(text('on'));
    expect(await socket.receive()).toEqual({ type: 'text', data: 'on' });
  });

  it.each(['the caller', 'the server'])('ends the connection that %s closes', async (who) => {
    const { clock, fail, fault } = breaking(how);
    const { socket, peer } = await connect({ clock, closeTimeout: 60_000 });
    fail();
    if (who === 'the server') await peer.write(close());
    else await socket.close();
    await socket.closed;
    expect(socket.error).toMatchObject({ name: 'RequestError', code: 'ERR_CALLBACK', cause: fault });
    await peer.gone;
  });
});

it('leaves no connection open whose clock throws at the 101', async () => {
  const fault = new Error('the clock broke');
  let isBroken = false;
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  const gone = new Promise((resolve) => {
    server.on('connection', (socket) => socket.on('error', () => undefined).on('close', resolve));
  });
  server.on('upgrade', ({ headers }, socket) => {
    isBroken = true;
    const key = `${headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash('sha1').update(key).digest('base64');
    const lines = ['HTTP/1.1 101 x', 'Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Accept: ${accept}`];
    socket.on('end', () => socket.end()).resume();
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  });
  await once(server, 'listening');
  const failing: Clock = {
    now: () => {
      if (isBroken) throw fault;
      return systemClock.now();
    },
    sleep: () => new Promise(() => undefined),
  };
  const { port } = server.address() as AddressInfo;
  const client = new Client();
  await expect(client.upgrade(`ws://127.0.0.1:${port}/`, { clock: failing })).rejects.toBe(fault);
  await gone;
});
