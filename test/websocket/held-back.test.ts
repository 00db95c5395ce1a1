/** Servers that send more than anybody reads: held back, in bounded memory, and never in the way of an end. */
import { describe, expect, it, vi } from 'vitest';
import type { UpgradeOptions } from '../../src/websocket/index.ts';
import { binary, close, frame, OPCODE, ping, text } from '../support/websocket-frames.ts';
import { connections, DEFLATE, grownBytes } from './connections.ts';

const { connect } = connections();

describe('maxPayload', () => {
  it('counts what is decompressed: a bomb does not go off', async () => {
    const { socket, peer } = await connect({ compression: true, maxPayload: 1_000_000 }, DEFLATE);
    await peer.write(binary(grownBytes(200_000_000), { rsv: 4 }));
    expect((await peer.next())!.payload.readUInt16BE()).toBe(1009);
    peer.end();
    expect(await socket.closed).toMatchObject({ code: 1009 });
  });
});

describe('pings', () => {
  it('of a server that reads no pongs fill no memory', async () => {
    const { socket, peer } = await connect();
    peer.socket.pause();
    const flood = Buffer.concat(Array.from({ length: 1000 }, () => ping('x'.repeat(125))));
    for (let i = 0; i < 100; i++) await peer.write(flood);
    await vi.waitFor(() => expect(socket.bufferedAmount).toBeLessThanOrEqual(128 * 125));
    peer.socket.resume();
    await peer.write(ping('end'));
    for (let last = ''; last !== 'end'; ) last = String((await peer.next())!.payload);
  });
});

describe.each([
  ['plain', {}, binary(Buffer.alloc(500_000))],
  ['compressed', { compression: true }, frame({ opcode: OPCODE.binary, rsv: 4, payload: grownBytes(500_000) })],
] as const)('a server that is held back, %s, because nobody reads', (_, asked, piece) => {
  /** Two pieces fill the queue but for some bytes: the pong says that they were read. */
  async function heldBack(options: UpgradeOptions = {}) {
    const connected = await connect({ ...asked, ...options }, 'compression' in asked ? DEFLATE : {});
    const pieces = Array.from({ length: 400 }, () => piece);
    void connected.peer.write(piece, piece, ping('read'), ...pieces);
    expect(await connected.peer.next()).toMatchObject({ opcode: OPCODE.pong });
    for (let i = 0; i < 20; i += 1) await new Promise<void>((resolve) => setImmediate(resolve));
    return connected;
  }
  const outcome = { code: 1006, reason: '', clean: false };

  it('does not keep destroy waiting, with a reason or without', async () => {
    const { socket, peer } = await heldBack();
    expect(await socket.destroy()).toEqual(outcome);
    await peer.gone;
    expect(socket.state).toBe('closed');
    const other = await heldBack();
    const reason = new Error('enough');
    expect(await other.socket.destroy(reason)).toEqual(outcome);
    await expect(other.socket.receive()).rejects.toBe(reason);
  });

  it('does not keep the destroy of its client waiting', async () => {
    const { socket, client } = await heldBack();
    await client.destroy();
    expect(await socket.closed).toEqual(outcome);
  });

  it('does not keep the signal waiting, whose listener goes', async () => {
    const controller = new AbortController();
    const removed = vi.spyOn(controller.signal, 'removeEventListener');
    const { socket } = await heldBack({ signal: controller.signal });
    controller.abort(new Error('stop'));
    expect(await socket.closed).toEqual(outcome);
    expect(removed).toHaveBeenCalled();
  });

  it('does not keep destroy waiting after the server has gone', async () => {
    const { socket, peer } = await heldBack();
    peer.socket.destroySoon();
    await new Promise<void>((resolve) => setImmediate(resolve));
    expect(await socket.destroy()).toMatchObject({ code: 1006 });
  });
});

describe('back-pressure', () => {
  it('holds a server back while nobody reads, in bounded memory', async () => {
    const { socket, peer } = await connect();
    const chunk = binary(Buffer.alloc(65_536, 7));
    let written = 0;
    const writing = (async () => {
      for (let i = 0; i < 1000; i++) {
        await peer.write(chunk);
        written += 1;
      }
    })();
    let before = -1;
    await vi.waitFor(
      () => {
        const isStill = before === written;
        before = written;
        expect(isStill).toBe(true);
      },
      { interval: 100, timeout: 10_000 },
    );
    // 64 MiB were to be written; what is not in the kernel's buffers is at most what the queue holds.
    expect(written).toBeLessThan(500);
    for (let i = 0; i < 1000; i++) expect((await socket.receive())?.data).toHaveLength(65_536);
    await writing;
  });

  it('holds small messages back too, and compressed ones that grow', async () => {
    const { socket, peer } = await connect(
      { compression: true },
      {
        lines: () => ['Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover'],
      },
    );
    const grown = grownBytes(1_000_000);
    const before = process.memoryUsage().rss;
    await peer.write(...Array.from({ length: 400 }, () => binary(grown, { rsv: 4 })));
    for (let i = 0; i < 20; i++) await new Promise<void>((resolve) => setImmediate(resolve));
    expect((process.memoryUsage().rss - before) / 1e6).toBeLessThan(150);
    for (let i = 0; i < 400; i++) expect((await socket.receive())?.data).toHaveLength(1_000_000);
  });

  it('of an end that waits behind messages loses none of them', async () => {
    const { socket, peer } = await connect();
    const count = 5000;
    await peer.write(...Array.from({ length: count }, (_, i) => text(String(i))), close(1000));
    peer.end();
    const data: unknown[] = [];
    for await (const message of socket) data.push(message.data);
    expect(data).toEqual(Array.from({ length: count }, (_, i) => String(i)));
    expect(await socket.closed).toMatchObject({ code: 1000 });
  });
});
