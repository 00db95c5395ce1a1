import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { Client } from '../../src/client/client.ts';
import { FakeClock } from '../../src/testing/fake-clock.ts';
import type { UpgradeOptions } from '../../src/websocket/index.ts';
import { builtUrl } from '../support/built.ts';
import { certificates } from '../support/certificates.ts';
import { binary, close, frame, more, OPCODE, ping, pong, text } from '../support/websocket-frames.ts';
import { startPeer } from '../support/websocket-peer.ts';
import { connections, DEFLATE } from './connections.ts';

const { connect, endAfter } = connections();

describe('receive', () => {
  it('gives text and bytes, in order', async () => {
    const { socket, peer } = await connect();
    await peer.write(text('héllo'), binary(Buffer.of(1, 2, 255)), text(''));
    expect(await socket.receive()).toEqual({ type: 'text', data: 'héllo' });
    expect(await socket.receive()).toEqual({ type: 'binary', data: new Uint8Array([1, 2, 255]) });
    expect(await socket.receive()).toEqual({ type: 'text', data: '' });
  });

  it('gives frames that came in one piece with the 101 first', async () => {
    const { socket, peer } = await connect({}, { behind: Buffer.concat([text('one'), text('two').subarray(0, 3)]) });
    await peer.write(text('two').subarray(3), text('three'));
    const data = [await socket.receive(), await socket.receive(), await socket.receive()].map((one) => one?.data);
    expect(data).toEqual(['one', 'two', 'three']);
  });

  it('gives a fragmented message whole, with pings between its fragments answered', async () => {
    const { socket, peer } = await connect();
    await peer.write(text('frag', { fin: false }), ping('now'), more('', { fin: false }), more('ments'));
    expect(await socket.receive()).toEqual({ type: 'text', data: 'fragments' });
    expect(await peer.next()).toMatchObject({ opcode: OPCODE.pong, payload: Buffer.from('now') });
  });

  it('times out and leaves the connection usable, again and again', async () => {
    const clock = new FakeClock();
    const { socket, peer } = await connect({ clock });
    for (const timeout of [100, '2s']) {
      const waiting = socket.receive({ timeout });
      waiting.catch(() => undefined);
      await clock.advance(2000);
      await expect(waiting).rejects.toMatchObject({ name: 'TimeoutError', phase: 'read', code: 'ERR_TIMEOUT_READ' });
    }
    await peer.write(text('late'));
    expect(await socket.receive({ timeout: 100 })).toEqual({ type: 'text', data: 'late' });
    expect(clock.pending).toBe(0);
  });

  it('stops at its signal, and leaves the connection usable', async () => {
    const { socket, peer } = await connect();
    const controller = new AbortController();
    const waiting = socket.receive({ signal: controller.signal });
    controller.abort(new Error('not now'));
    await expect(waiting).rejects.toThrow('not now');
    await expect(socket.receive({ signal: controller.signal })).rejects.toThrow('not now');
    await peer.write(text('later'));
    expect(await socket.receive()).toEqual({ type: 'text', data: 'later' });
  });

  it('serves several readers in the order they asked', async () => {
    const { socket, peer } = await connect();
    const waiting = [socket.receive(), socket.receive()];
    await peer.write(text('1'), text('2'));
    expect((await Promise.all(waiting)).map((one) => one?.data)).toEqual(['1', '2']);
  });

  it('gives what came before the end, then undefined', async () => {
    const { socket, peer } = await connect();
    await peer.write(text('last'), close(1000));
    expect(await socket.receive()).toEqual({ type: 'text', data: 'last' });
    expect(await socket.receive()).toBeUndefined();
    expect(await socket.receive({ timeout: 1 })).toBeUndefined();
  });

  it('is what a loop does, until the end', async () => {
    const { socket, peer } = await connect();
    await peer.write(text('a'), text('b'), text('c'), close(1000));
    const data: unknown[] = [];
    for await (const message of socket) {
      data.push(message.data);
      if (data.length === 1) break;
    }
    for await (const message of socket) data.push(message.data);
    expect(data).toEqual(['a', 'b', 'c']);
  });

  it('refuses a timeout that is none', async () => {
    const { socket } = await connect();
    await expect(socket.receive({ timeout: 'soon' })).rejects.toBeInstanceOf(TypeError);
  });
});

describe('send', () => {
  it('masks each frame with a key of its own', async () => {
    const { socket, peer } = await connect();
    await Promise.all([socket.send('hello'), socket.send('hello')]);
    const [one, two] = [await peer.next(), await peer.next()];
    expect(one).toMatchObject({ opcode: OPCODE.text, fin: true, rsv: 0, payload: Buffer.from('hello') });
    expect(one!.mask).toHaveLength(4);
    expect(one!.mask!.equals(two!.mask!)).toBe(false);
  });

  it('leaves the mask out where the caller insists', async () => {
    const { socket, peer } = await connect();
    await socket.send('bare', { mask: false });
    expect(await peer.next()).toMatchObject({ mask: undefined, payload: Buffer.from('bare') });
    const { socket: other, peer: far } = await connect({ mask: false });
    await other.send('bare');
    await far.write(ping());
    await other.send('masked', { mask: true });
    expect(await far.next()).toMatchObject({ mask: undefined });
    const rest = [await far.next(), await far.next()];
    expect(rest.map((one) => [one!.opcode, one!.mask === undefined])).toContainEqual([OPCODE.text, false]);
  });

  it.each([
    ['text', 'text', undefined, OPCODE.text],
    ['text as bytes', 'text', true, OPCODE.binary],
    ['a Uint8Array', new TextEncoder().encode('text'), undefined, OPCODE.binary],
    ['bytes as text', new TextEncoder().encode('text'), false, OPCODE.text],
    ['an ArrayBuffer', new TextEncoder().encode('text').buffer, undefined, OPCODE.binary],
    ['a DataView', new DataView(new TextEncoder().encode('text').buffer), undefined, OPCODE.binary],
    ['a Blob', new Blob(['te', 'xt']), undefined, OPCODE.binary],
  ])('takes %s', async (_, data, isBinary, opcode) => {
    const { socket, peer } = await connect();
    await socket.send(data, { binary: isBinary });
    expect(await peer.next()).toMatchObject({ opcode, payload: Buffer.from('text') });
  });

  it('leaves the bytes it was given as they are', async () => {
    const { socket } = await connect();
    const bytes = new Uint8Array([1, 2, 3]);
    await socket.send(bytes);
    expect(bytes).toEqual(new Uint8Array([1, 2, 3]));
  });

  it('keeps the order of a Blob among others', async () => {
    const { socket, peer } = await connect();
    await Promise.all([socket.send(new Blob(['1'])), socket.send('2'), socket.send(new Blob(['3']))]);
    const payloads = [await peer.next(), await peer.next(), await peer.next()].map((one) => String(one!.payload));
    expect(payloads).toEqual(['1', '2', '3']);
  });

  it('sends fragments, between which pings may go', async () => {
    const { socket, peer } = await connect();
    const pinged = (async () => {
      await socket.send('a', { fin: false });
      void socket.ping('between').catch(() => undefined);
      await socket.send('b', { fin: false });
      await socket.send('c');
    })();
    await pinged;
    const frames = [await peer.next(), await peer.next(), await peer.next(), await peer.next()];
    expect(frames.map((one) => [one!.opcode, one!.fin, String(one!.payload)])).toEqual([
      [OPCODE.text, false, 'a'],
      [OPCODE.ping, true, 'between'],
      [OPCODE.continuation, false, 'b'],
      [OPCODE.continuation, true, 'c'],
    ]);
  });

  it('tells how much the kernel has not taken, and resolves when it has', async () => {
    const { socket, peer } = await connect();
    peer.socket.pause();
    let sent = 0;
    const chunk = new Uint8Array(1024 * 1024);
    const sending = Array.from({ length: 32 }, () => socket.send(chunk).then(() => (sent += 1)));
    await vi.waitFor(() => expect(sent).toBeGreaterThan(0));
    expect(socket.bufferedAmount).toBeGreaterThan(0);
    expect(sent).toBeLessThan(32);
    expect(socket.bufferedAmount).toBe((32 - sent) * chunk.byteLength);
    peer.socket.resume();
    await Promise.all(sending);
    expect(socket.bufferedAmount).toBe(0);
  });

  it.each([
    ['a number', 5],
    ['null', null],
    ['a record', { a: 1 }],
    ['a list', [1]],
  ])('refuses %s', async (_, data) => {
    const { socket } = await connect();
    await expect(socket.send(data as unknown as string)).rejects.toBeInstanceOf(TypeError);
    expect(socket.state).toBe('open');
  });

  it('refuses bytes as text that are none', async () => {
    const { socket } = await connect();
    await expect(socket.send(Buffer.of(0xc0), { binary: false })).rejects.toThrow(/valid UTF-8/);
  });

  it('rejects what the connection did not take any more', async () => {
    const { socket, peer } = await connect();
    peer.socket.pause();
    const sending = Array.from({ length: 32 }, () => socket.send(new Uint8Array(1024 * 1024)).catch((e: unknown) => e));
    await sending[0];
    peer.reset();
    expect((await Promise.all(sending)).at(-1)).toMatchObject({ name: 'NetworkError', code: 'ERR_SEND' });
    expect(socket.bufferedAmount).toBe(0);
  });

  it('rejects once it is closed, with how that was', async () => {
    const { socket, peer } = await connect();
    await peer.write(close(4000, 'kicked'));
    await socket.closed;
    await expect(socket.send('x')).rejects.toMatchObject({
      name: 'NetworkError',
      code: 'ERR_CLOSED',
      message: expect.stringContaining('closed (4000 "kicked")'),
    });
    await expect(socket.ping()).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    await expect(socket.pong()).rejects.toMatchObject({ code: 'ERR_CLOSED' });
  });
});

describe('compression', () => {
  it('is for messages from the threshold on, unless one says', async () => {
    const { socket, peer } = await connect({ compression: { threshold: 100 } }, DEFLATE);
    await socket.send('x'.repeat(99));
    await socket.send('x'.repeat(100));
    await socket.send('x', { compress: true });
    await socket.send('x'.repeat(1000), { compress: false });
    const rsv = [];
    for (let i = 0; i < 4; i++) rsv.push((await peer.next())!.rsv);
    expect(rsv).toEqual([0, 4, 4, 0]);
  });

  it('of a fragmented message is decided by its first fragment', async () => {
    const { socket, peer } = await connect({ compression: true }, DEFLATE);
    await socket.send('a', { fin: false });
    await socket.send('b', { compress: false });
    expect([(await peer.next())!.rsv, (await peer.next())!.rsv]).toEqual([4, 0]);
  });

  it('is none where the server did not agree', async () => {
    const { socket, peer } = await connect({ compression: true });
    await socket.send('x'.repeat(5000), { compress: true });
    expect(await peer.next()).toMatchObject({ rsv: 0, payload: Buffer.alloc(5000, 'x') });
  });

  it('keeps the order of large and small messages', async () => {
    const { socket, peer } = await connect({ compression: true }, DEFLATE);
    const sending = [socket.send('x'.repeat(200_000)), socket.send('small'), socket.send('y'.repeat(5000))];
    void socket.close(1000);
    await Promise.all(sending);
    const frames = [await peer.next(), await peer.next(), await peer.next(), await peer.next()];
    expect(frames.map((one) => [one!.opcode, one!.rsv])).toEqual([
      [OPCODE.text, 4],
      [OPCODE.text, 0],
      [OPCODE.text, 4],
      [OPCODE.close, 0],
    ]);
  });

  it('that a server uses without having agreed breaks the protocol', async () => {
    const { socket, peer } = await connect({ compression: true });
    await peer.write(text('x', { rsv: 4 }));
    expect(await socket.receive()).toBeUndefined();
    expect((await peer.next())!.payload.readUInt16BE()).toBe(1002);
  });

  it('that cannot be read is closed with 1007', async () => {
    const { socket, peer } = await connect({ compression: true }, DEFLATE);
    await peer.write(text(Buffer.from('ffffffff', 'hex'), { rsv: 4 }));
    expect((await peer.next())!.payload.readUInt16BE()).toBe(1007);
    peer.end();
    expect(await socket.closed).toEqual({ code: 1007, reason: 'invalid compressed data', clean: false });
    expect(socket.error).toMatchObject({ name: 'NetworkError', code: 'ERR_PROTOCOL' });
  });
});

describe('maxPayload', () => {
  it.each([
    ['a frame', text('x'.repeat(101))],
    ['a length alone', frame({ opcode: OPCODE.binary, length: 101 })],
    ['a length beyond all numbers', frame({ opcode: OPCODE.binary, length: 2n ** 62n })],
    ['fragments', Buffer.concat([text('x'.repeat(60), { fin: false }), more('x'.repeat(60))])],
  ])('is for %s: closed with 1009', async (_, bytes) => {
    const { socket, peer } = await connect({ maxPayload: 100 });
    await peer.write(text('x'.repeat(100)), bytes);
    expect((await socket.receive())?.data).toHaveLength(100);
    expect(await socket.receive()).toBeUndefined();
    expect((await peer.next())!.payload.readUInt16BE()).toBe(1009);
    peer.end();
    expect(await socket.closed).toMatchObject({ code: 1009, clean: false });
    expect(socket.error).toMatchObject({
      code: 'ERR_MESSAGE_TOO_LARGE',
      message: expect.stringContaining('maxPayload (100 bytes)'),
    });
  });

  it('false is no limit', async () => {
    const { socket, peer } = await connect({ maxPayload: false });
    await peer.write(binary(Buffer.alloc(1000)));
    expect((await socket.receive())?.data).toHaveLength(1000);
  });
});

describe('pings', () => {
  it('resolve with the payload of their pong', async () => {
    const { socket, peer } = await connect();
    const waiting = socket.ping('hello');
    const asked = await peer.next();
    expect(asked).toMatchObject({ opcode: OPCODE.ping, payload: Buffer.from('hello') });
    expect(asked!.mask).toBeDefined();
    await peer.write(pong('unsolicited'), pong('hello'));
    expect(await waiting).toEqual(new Uint8Array(Buffer.from('hello')));
  });

  it('may be empty, and are matched in order', async () => {
    const { socket, peer } = await connect();
    const waiting = [socket.ping(), socket.ping('a'), socket.ping('b')];
    await peer.write(pong(), pong('b'));
    const payloads = (await Promise.all(waiting)).map((one) => Buffer.from(one).toString());
    expect(payloads).toEqual(['', 'b', 'b']);
  });

  it('time out, stop at a signal, and end with the connection', async () => {
    const clock = new FakeClock();
    const { socket, peer } = await connect({ clock });
    const controller = new AbortController();
    const waits = [
      socket.ping('1', { timeout: 50 }),
      socket.ping('2', { signal: controller.signal }),
      socket.ping('3'),
    ].map((one) => one.catch((error: unknown) => error));
    await clock.advance(50);
    controller.abort(new Error('enough'));
    expect(await waits[0]).toMatchObject({ phase: 'read' });
    expect(await waits[1]).toMatchObject({ message: 'enough' });
    expect(socket.state).toBe('open');
    peer.reset();
    expect(await waits[2]).toMatchObject({ name: 'NetworkError', code: 'ERR_CLOSED' });
  });

  it.each([
    ['of more than 125 bytes', 'x'.repeat(126), /125 bytes .*got 126/],
    ['of another kind', 5, /must be text or bytes, got number/],
  ])('%s are refused', async (_, data, fact) => {
    const { socket } = await connect();
    await expect(socket.ping(data as string)).rejects.toThrow(fact);
    await expect(socket.pong(data as string)).rejects.toThrow(TypeError);
  });

  it('of the server are told to onPing and answered', async () => {
    const seen: string[] = [];
    const { peer } = await connect({ onPing: (data) => seen.push(Buffer.from(data).toString()) });
    await peer.write(ping('x'));
    expect(await peer.next()).toMatchObject({ opcode: OPCODE.pong, payload: Buffer.from('x') });
    expect(seen).toEqual(['x']);
  });

  it('of the server are for onPing to answer without autoPong', async () => {
    const { peer } = await connect({
      autoPong: false,
      onPing: (data, socket) => void (data.byteLength > 0 && socket.pong('mine')),
    });
    await peer.write(ping(), ping('x'));
    expect(await peer.next()).toMatchObject({ opcode: OPCODE.pong, payload: Buffer.from('mine') });
    expect(peer.unread).toEqual([]);
  });

  it('close with 1011 when onPing throws', async () => {
    const { socket, peer } = await connect({
      onPing: () => {
        throw new Error('oops');
      },
    });
    await peer.write(ping());
    expect((await peer.next())!.payload.readUInt16BE()).toBe(1011);
    await peer.write(close(1011));
    expect(await socket.closed).toEqual({ code: 1011, reason: '', clean: true });
    expect(socket.error).toMatchObject({ code: 'ERR_CALLBACK', cause: { message: 'oops' } });
  });

  it('close with 1011 when the promise of onPing rejects', async () => {
    const { socket, peer } = await connect({ onPing: () => Promise.reject(new Error('oops')) as never });
    await peer.write(ping());
    await vi.waitFor(() => expect(socket.error).toMatchObject({ code: 'ERR_CALLBACK', cause: { message: 'oops' } }));
    socket.destroy();
  });
});

describe('the end', () => {
  it('is what both sides said: we close', async () => {
    const { socket, peer, open } = await connect();
    const closing = socket.close(4001, 'böye');
    expect(socket.state).toBe('closing');
    expect((await peer.next())!.payload).toEqual(Buffer.from([0x0f, 0xa1, ...Buffer.from('böye')]));
    await peer.write(close(4001, 'böye'));
    expect(await closing).toEqual({ code: 4001, reason: 'böye', clean: true });
    expect(await socket.closed).toEqual({ code: 4001, reason: 'böye', clean: true });
    expect(socket.state).toBe('closed');
    expect(socket.error).toBeUndefined();
    await vi.waitFor(() => expect(open()).toBe(0));
  });

  it.each([
    ['1000 by default', undefined, close(1000), { code: 1000, reason: '', clean: true }],
    [
      'the code of the server, where it has another',
      4001,
      close(4002, 'no'),
      { code: 4002, reason: 'no', clean: true },
    ],
    ['our code, where the server sends none', 4001, close(), { code: 4001, reason: '', clean: true }],
  ])('is %s', async (_, code, answer, outcome) => {
    const { socket, peer } = await connect();
    const closing = socket.close(code);
    await peer.next();
    await peer.write(answer);
    expect(await closing).toEqual(outcome);
  });

  it.each([
    [close(4000, 'kicked'), { code: 4000, reason: 'kicked', clean: true }, 4000],
    [close(1001), { code: 1001, reason: '', clean: true }, 1001],
    [close(), { code: 1005, reason: '', clean: true }, undefined],
  ])('is what the server says, answered with its code', async (bytes, outcome, answered) => {
    const { socket, peer } = await connect();
    await peer.write(bytes);
    const { payload } = (await peer.next())!;
    expect(payload.length === 0 ? undefined : payload.readUInt16BE()).toBe(answered);
    expect(await socket.closed).toEqual(outcome);
    expect(socket.error).toBeUndefined();
  });

  it('without a Close is 1006, with an error that says so', async () => {
    const { socket, peer } = await connect();
    await peer.write(text('last'));
    peer.end();
    expect(await socket.closed).toEqual({ code: 1006, reason: '', clean: false });
    expect(socket.error).toMatchObject({ name: 'NetworkError', code: 'ERR_CLOSED' });
    expect((await socket.receive())?.data).toBe('last');
    expect(await socket.receive()).toBeUndefined();
  });

  it('by a reset is 1006, with its errno', async () => {
    const { socket, peer } = await connect();
    const waiting = socket.receive();
    peer.reset();
    expect(await waiting).toBeUndefined();
    expect(await socket.closed).toEqual({ code: 1006, reason: '', clean: false });
    expect(socket.error).toMatchObject({ code: 'ERR_RESET', errno: 104 });
  });

  it('counts a code that we sent where the server answers nothing', async () => {
    const { socket, peer } = await connect();
    const closing = socket.close(4001, 'bye');
    await peer.next();
    peer.end();
    expect(await closing).toEqual({ code: 4001, reason: 'bye', clean: false });
  });

  it.each([
    ['a reserved bit', text('x', { rsv: 2 }), 1002, 'RSV2 and RSV3 must be clear'],
    ['a masked frame', text('x', { mask: Buffer.of(1, 2, 3, 4) }), 1002, 'MASK must be clear'],
    ['no UTF-8', text(Buffer.of(0xff)), 1007, 'invalid UTF-8 sequence'],
    ['a reserved opcode', frame({ opcode: 3 }), 1002, 'invalid opcode 3'],
    ['an invalid code', close(1005), 1002, 'invalid status code 1005'],
  ])('by %s is the code that we sent', async (_, bytes, code, reason) => {
    const { socket, peer } = await connect();
    await peer.write(text('before'), bytes, text('after'));
    expect((await socket.receive())?.data).toBe('before');
    expect(await socket.receive()).toBeUndefined();
    const { opcode, payload } = (await peer.next())!;
    expect([opcode, payload.readUInt16BE(), payload.subarray(2).toString()]).toEqual([OPCODE.close, code, reason]);
    peer.end();
    expect(await socket.closed).toEqual({ code, reason, clean: false });
    expect(socket.error).toMatchObject({
      name: 'NetworkError',
      code: 'ERR_PROTOCOL',
      message: expect.stringContaining(reason),
    });
  });

  it('does not wait for a server for longer than closeTimeout', async () => {
    const clock = new FakeClock();
    const { socket, peer } = await connect({ clock, closeTimeout: '3s' });
    const closing = socket.close(4001);
    await peer.next();
    await clock.advance(2999);
    expect(socket.state).toBe('closing');
    await clock.advance(1);
    expect(await closing).toEqual({ code: 4001, reason: '', clean: false });
    expect(socket.error).toMatchObject({
      name: 'TimeoutError',
      message: expect.stringContaining('closeTimeout (3000 ms)'),
    });
    expect(clock.pending).toBe(0);
  });

  it('does not wait for a server that answers and does not hang up', async () => {
    const clock = new FakeClock();
    const { socket, peer } = await connect({ clock });
    peer.socket.allowHalfOpen = true;
    const closing = socket.close();
    await peer.next();
    await peer.write(close(1000));
    await vi.waitFor(() => expect(peer.socket.readableEnded).toBe(true));
    await clock.advance(10_000);
    expect(await closing).toEqual({ code: 1000, reason: '', clean: true });
    expect(socket.error).toBeUndefined();
  });

  it('comes though nobody reads what the server still sends', async () => {
    const { socket, peer } = await connect();
    const flood = Buffer.concat(Array.from({ length: 64 }, () => binary(Buffer.alloc(65_536))));
    const flooding = peer.write(flood);
    const closing = socket.close();
    await flooding;
    await peer.write(close(1000));
    expect(await closing).toMatchObject({ code: 1000, clean: true });
    expect((await socket.receive())?.type).toBe('binary');
  });

  it.each([
    [999, '', /must be 1000 to 1003, .*got 999/],
    [1005, '', /got 1005/],
    [1006, '', /got 1006/],
    [1016, '', /got 1016/],
    [2999, '', /got 2999/],
    [5000, '', /got 5000/],
    [1000.5, '', /got 1000.5/],
    [1000, 'ö'.repeat(62), /123 bytes .*got 124/],
  ])('refuses close(%s, %j)', async (code, reason, fact) => {
    const { socket } = await connect();
    await expect(socket.close(code, reason)).rejects.toThrow(fact);
    await expect(socket.close(code, reason)).rejects.toBeInstanceOf(TypeError);
    expect(socket.state).toBe('open');
  });

  it('is the same for everybody who closes, and for await using', async () => {
    const { socket, peer } = await connect();
    const twice = [socket.close(4001), socket.close(4002)];
    await peer.next();
    await peer.write(close(4001));
    expect(await Promise.all(twice)).toEqual([await socket.closed, await socket.closed]);
    await socket[Symbol.asyncDispose]();
    expect(peer.unread).toEqual([]);
  });

  it('comes at once with destroy, and what waits has the reason', async () => {
    const { socket, peer } = await connect();
    const waits = [socket.receive(), socket.ping()].map((one) => one.catch((error: unknown) => error));
    const reason = new Error('shutting down');
    expect(await socket.destroy(reason)).toEqual({ code: 1006, reason: '', clean: false });
    expect(await Promise.all(waits)).toEqual([reason, reason]);
    await expect(socket.send('x')).rejects.toBe(reason);
    await peer.gone;
  });

  it('comes with an abort of the signal of the call, which keeps no listener', async () => {
    const controller = new AbortController();
    const removed = vi.spyOn(controller.signal, 'removeEventListener');
    const first = await connect({ signal: controller.signal, timeout: '5s' });
    void first.peer.write(close(1000));
    await first.socket.closed;
    expect(removed).toHaveBeenCalled();
    const second = await connect({ signal: controller.signal, timeout: '5s' });
    const waiting = second.socket.receive();
    controller.abort(new Error('stop all'));
    await expect(waiting).rejects.toThrow('stop all');
    expect(await second.socket.closed).toMatchObject({ code: 1006 });
  });

  it('comes with the end of its client', async () => {
    const { socket, peer, client } = await connect();
    const closing = client.close();
    expect((await peer.next())!.payload.readUInt16BE()).toBe(1001);
    await peer.write(close(1001));
    await closing;
    expect(await socket.closed).toEqual({ code: 1001, reason: '', clean: true });
    const other = await connect();
    await other.client.destroy();
    expect(await other.socket.closed).toMatchObject({ code: 1006 });
    await expect(other.socket.receive()).rejects.toMatchObject({ code: 'ERR_CLIENT_CLOSED' });
  });

  it('lets the process go', async () => {
    const peers = await startPeer();
    endAfter(() => peers.close());
    void peers.accept().then(async (peer) => {
      await peer.next();
      await peer.write(close(1000));
    });
    const script = `
      import { Client } from '${builtUrl('src/index.ts')}';
      const client = new Client({ timeout: '30s' });
      const socket = await client.upgrade('${peers.url}');
      console.log(JSON.stringify(await socket.close()));`;
    const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      timeout: 12_000,
    });
    expect(JSON.parse((await run).stdout)).toEqual({ code: 1000, reason: '', clean: true });
  });
});

describe('over TLS', () => {
  const tlsPeer = async (options: UpgradeOptions) => {
    const { server } = await certificates();
    return connect(options, { tls: { key: server.key, cert: server.cert } });
  };

  it('speaks wss: with an authority that is trusted', async () => {
    const { ca } = await certificates();
    const { socket, peer } = await tlsPeer({ ca: ca.cert, compression: true });
    expect(socket.response.url).toMatch(/^https:/);
    await socket.send('secret');
    expect(await peer.next()).toMatchObject({ payload: Buffer.from('secret') });
    await peer.write(text('x'.repeat(100_000)), close(1000));
    expect((await socket.receive())?.data).toHaveLength(100_000);
    expect(await socket.closed).toEqual({ code: 1000, reason: '', clean: true });
  });

  it('refuses an authority that nobody trusts', async () => {
    const { server } = await certificates();
    const peers = await startPeer({ tls: { key: server.key, cert: server.cert } });
    endAfter(() => peers.close());
    await expect(new Client().upgrade(peers.url)).rejects.toMatchObject({
      name: 'ConnectError',
      code: 'ERR_TLS_UNTRUSTED',
    });
  });
});
