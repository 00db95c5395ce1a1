/** Advisories about WebSocket: frames, handshakes and compression of a hostile server. */
import { deflateRawSync } from 'node:zlib';
import { expect } from 'vitest';
import { Client } from '../../../src/client/client.ts';
import type { UpgradeOptions, WebSocketConnection } from '../../../src/websocket/index.ts';
import { rejection } from '../../support/fake-handler.ts';
import { binary, frame, more, OPCODE, text } from '../../support/websocket-frames.ts';
import { type PeerOptions, startPeer, type WebSocketPeer } from '../../support/websocket-peer.ts';
import type { Advisory } from './bench.ts';

const MIB = 1024 * 1024;

async function connected(
  run: (socket: WebSocketConnection, peer: WebSocketPeer) => Promise<void>,
  options: UpgradeOptions = {},
  server: PeerOptions = {},
): Promise<void> {
  const peers = await startPeer(server);
  const client = new Client();
  try {
    const [socket, peer] = await Promise.all([client.upgrade(peers.url, options), peers.accept()]);
    await run(socket, peer);
  } finally {
    await client.destroy();
    await peers.close();
  }
}

const isClosed = async (socket: WebSocketConnection, code: number) => {
  await socket.receive().catch(() => undefined);
  expect(await socket.closed).toMatchObject({ code });
};

export const webSocketAdvisories: readonly Advisory[] = [
  {
    id: 'CVE-2026-1528',
    client: 'undici',
    flaw: 'a length of 64 bits overflowed and crashed the process',
    test: 'a length of 64 bits closes the connection, with 1009 or 1002',
    async check() {
      for (const length of [2n ** 62n, 2n ** 53n, 2n ** 63n + 5n]) {
        await connected(async (socket, peer) => {
          await peer.write(binary('x', { length }));
          await socket.receive().catch(() => undefined);
          expect([1002, 1009]).toContain((await socket.closed).code);
        });
      }
    },
  },
  {
    id: 'CVE-2026-1526',
    client: 'undici',
    flaw: 'a compressed message was inflated without a limit',
    test: 'a compressed bomb is closed with 1009 at maxPayload',
    check: () =>
      connected(
        async (socket, peer) => {
          const bomb = deflateRawSync(Buffer.alloc(64 * MIB));
          await peer.write(frame({ opcode: OPCODE.binary, payload: bomb, rsv: 4 }));
          await isClosed(socket, 1009);
        },
        { compression: true, maxPayload: MIB },
        { lines: () => ['Sec-WebSocket-Extensions: permessage-deflate'] },
      ),
  },
  {
    id: 'CVE-2026-2229',
    client: 'undici',
    flaw: 'a server_max_window_bits out of range crashed the process',
    test: 'an extension that the server answers with nonsense fails the handshake',
    async check() {
      for (const bits of ['7', '16', '999', '-1', 'x', '']) {
        const lines = () => [`Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=${bits}`];
        const call = connected(async () => undefined, { compression: true }, { lines });
        expect((await rejection(call)).name, bits).toMatch(/Error$/);
      }
    },
  },
  {
    id: 'CVE-2026-12151',
    client: 'undici',
    flaw: 'fragments without an end, each small, were all kept',
    test: 'fragments count together: their sum is bounded by maxPayload',
    check: () =>
      connected(
        async (socket, peer) => {
          const one = more('x'.repeat(1000), { fin: false });
          await peer.write(text('x', { fin: false }), ...Array.from({ length: 100 }, () => one));
          await isClosed(socket, 1009);
        },
        { maxPayload: 50_000 },
      ),
  },
  {
    id: 'CVE-2026-1527',
    client: 'undici',
    flaw: 'line ends in the upgrade option were sent as they were',
    test: 'a subprotocol or header with a line end is refused before a connection',
    async check() {
      const peers = await startPeer();
      const client = new Client();
      for (const options of [{ protocols: 'chat\r\nX-Injected: 1' }, { headers: { 'X-A': 'a\r\nX-Injected: 1' } }]) {
        expect(await rejection(client.upgrade(peers.url, options))).toMatchObject({ name: 'TypeError' });
      }
      expect(peers.requests).toEqual([]);
      await client.destroy();
      await peers.close();
    },
  },
];
