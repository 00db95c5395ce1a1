/** Connections between a client and a test's own peer, which end with the test that made them. */
import { constants, deflateRawSync } from 'node:zlib';
import { afterEach } from 'vitest';
import { Client } from '../../src/client/client.ts';
import type { UpgradeOptions, WebSocketConnection } from '../../src/websocket/index.ts';
import { type PeerOptions, startPeer, type WebSocketPeer } from '../support/websocket-peer.ts';

export interface Connected {
  readonly socket: WebSocketConnection;
  readonly peer: WebSocketPeer;
  readonly client: Client;
  readonly open: () => number;
}

export interface Connections {
  connect(options?: UpgradeOptions, server?: PeerOptions): Promise<Connected>;
  /** What is to end with the test, after what was opened later. */
  endAfter(end: () => Promise<unknown>): void;
}

/** To be called once in a file. */
export function connections(): Connections {
  const opened: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const end of opened.splice(0).reverse()) await end();
  });
  return {
    endAfter: (end) => void opened.push(end),
    async connect(options, server) {
      const peers = await startPeer(server);
      const client = new Client();
      opened.push(
        () => peers.close(),
        () => client.destroy(),
      );
      const [socket, peer] = await Promise.all([client.upgrade(peers.url, options), peers.accept()]);
      return { socket, peer, client, open: () => peers.open };
    },
  };
}

/** A server that compresses. */
export const DEFLATE: PeerOptions = { lines: () => ['Sec-WebSocket-Extensions: permessage-deflate'] };

/** Zeros as a server compresses them (RFC 7692 section 7.2.1). */
export function grownBytes(size: number): Uint8Array {
  return deflateRawSync(Buffer.alloc(size), { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
}
