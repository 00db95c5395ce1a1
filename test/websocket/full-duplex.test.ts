/** 100 000 messages each way at once, over one connection. */
import { afterEach, describe, expect, it } from 'vitest';
import { Client } from '../../src/client/client.ts';
import type { WebSocketConnection } from '../../src/websocket/index.ts';
import { close, text } from '../support/websocket-frames.ts';
import { type PeerServer, startPeer, type WebSocketPeer } from '../support/websocket-peer.ts';

const COUNT = 100_000;
const BATCH = 500;
const client = new Client();
let peers: PeerServer | undefined;

afterEach(async () => {
  await peers?.close();
});

const message = (from: string, i: number): string => `${from} ${i} ${'x'.repeat(i % 50)}`;

/** A loop is cheaper than an `expect` for each of them. */
function firstWrong(from: string, i: number, data: unknown): void {
  if (data !== message(from, i)) expect([i, data]).toEqual([i, message(from, i)]);
}

async function peerSends(peer: WebSocketPeer): Promise<void> {
  for (let i = 0; i < COUNT; i += BATCH) {
    await peer.write(...Array.from({ length: BATCH }, (_, j) => text(message('server', i + j))));
  }
}

async function peerReceives(peer: WebSocketPeer): Promise<void> {
  for (let i = 0; i < COUNT; i++) firstWrong('client', i, (await peer.next())?.payload.toString());
}

async function clientSends(socket: WebSocketConnection): Promise<void> {
  for (let i = 0; i < COUNT; i += BATCH) {
    await Promise.all(Array.from({ length: BATCH }, (_, j) => socket.send(message('client', i + j))));
  }
}

async function clientReceives(socket: WebSocketConnection): Promise<void> {
  for (let i = 0; i < COUNT; i++) firstWrong('server', i, (await socket.receive())?.data);
}

async function connect(): Promise<[WebSocketConnection, WebSocketPeer]> {
  peers = await startPeer();
  return Promise.all([client.upgrade(peers.url), peers.accept()]);
}

async function end(socket: WebSocketConnection, peer: WebSocketPeer): Promise<void> {
  await peer.write(close(1000));
  expect(await socket.receive()).toBeUndefined();
  expect(await socket.closed).toEqual({ code: 1000, reason: '', clean: true });
  expect(socket.bufferedAmount).toBe(0);
}

describe(`${COUNT} messages each way at once`, () => {
  it('all arrive, in order', async () => {
    const [socket, peer] = await connect();
    await Promise.all([peerSends(peer), peerReceives(peer), clientSends(socket), clientReceives(socket)]);
    await end(socket, peer);
  }, 60_000);

  it('take bounded memory while our reader sleeps', async () => {
    const [socket, peer] = await connect();
    const sending = peerSends(peer);
    const before = process.memoryUsage().rss;
    await Promise.all([peerReceives(peer), clientSends(socket)]);
    expect((process.memoryUsage().rss - before) / 1e6).toBeLessThan(100);
    await Promise.all([sending, clientReceives(socket)]);
    await end(socket, peer);
  }, 60_000);
});
