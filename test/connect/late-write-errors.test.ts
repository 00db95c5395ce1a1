/** The writes of a socket that are followed, over sockets that behave as those of a runtime do. */
import type { Socket } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { holdWriteErrors } from '../../src/connect/late-write-errors.ts';

type Done = (error?: Error | null) => void;

describe('a socket that writes again by itself once it is connected, as that of Bun does', () => {
  /** Its first write is held back, and goes through the method of the instance again, with the callback that it got. */
  const connecting = () => {
    let isConnected = false;
    const written: unknown[] = [];
    const socket = {
      written,
      _write(chunk: unknown, encoding: BufferEncoding, done: Done): void {
        if (isConnected) {
          written.push(chunk);
          done();
          return;
        }
        isConnected = true;
        this._write(chunk, encoding, done);
      },
      _writev(chunks: unknown, done: Done): void {
        if (isConnected) {
          written.push(chunks);
          done();
          return;
        }
        isConnected = true;
        this._writev(chunks, done);
      },
    };
    holdWriteErrors(socket as unknown as Socket);
    return socket;
  };

  it.each([
    ['one chunk', (socket: ReturnType<typeof connecting>, done: Done) => socket._write('x', 'latin1', done)],
    ['several', (socket: ReturnType<typeof connecting>, done: Done) => socket._writev('x', done)],
  ])('calls back once: %s', (_, write) => {
    const socket = connecting();
    const done = vi.fn();
    write(socket, done);
    expect([socket.written, done.mock.calls]).toEqual([['x'], [[undefined]]]);
  });
});
