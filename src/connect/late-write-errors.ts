/**
 * A server that refuses an upload answers and closes. Its reset can make our next write fail before the answer has been
 * read, and Node then destroys the socket with the answer in it (RFC 9112 section 9.6 tells of the same loss). So what a
 * write fails with waits until all that the system has received was read: an answer among it is delivered.
 */
import type { Socket } from 'node:net';
import { ignore } from '../message/source.ts';

type Written = (error?: Error | null) => void;

/** The other side has gone; what it said before can still be read. Windows says `ECONNABORTED`. */
const GONE: ReadonlySet<unknown> = new Set(['EPIPE', 'ECONNRESET', 'ECONNABORTED']);

const HELD = Symbol('writes');

type HeldSocket = Socket & { [HELD]: HeldWrites };

/** Follows a socket's writes; costs one call for each. Reading has to go on, as it does under a parser. */
export function holdWriteErrors(socket: Socket): void {
  const held = socket as HeldSocket;
  held[HELD] = new HeldWrites(socket);
  held._write = write;
  if (socket._writev !== undefined) held._writev = writev;
}

/** The writes of one socket, whose own functions are kept here: those in their place are the same for all. */
class HeldWrites {
  readonly write: Socket['_write'];
  readonly writev: Socket['_writev'];
  /** Called when the write under way is done: a stream has one at a time. */
  #done: Written = ignore;
  readonly #written: Written;

  constructor(socket: Socket) {
    this.write = socket._write;
    this.writev = socket._writev;
    this.#written = (error) => {
      const isHeld =
        error && GONE.has((error as { code?: unknown }).code) && !socket.readableEnded && !socket.destroyed;
      if (isHeld) untilRead(socket, () => this.#done(error));
      else this.#done(error);
    };
  }

  /**
   * The callback that the socket is given in place of this one. A socket that is not connected yet may write again with
   * ours, as in Bun: it must not become the one that it calls.
   */
  begun(callback: Written): Written {
    if (callback !== this.#written) this.#done = callback;
    return this.#written;
  }
}

function write(this: HeldSocket, chunk: unknown, encoding: BufferEncoding, callback: Written): void {
  const held = this[HELD];
  held.write.call(this, chunk, encoding, held.begun(callback));
}

function writev(this: HeldSocket, chunks: { chunk: unknown; encoding: BufferEncoding }[], callback: Written): void {
  const held = this[HELD];
  held.writev?.call(this, chunks, held.begun(callback));
}

/** Until nothing more can come: the end of what was received, or of the socket. */
function untilRead(socket: Socket, told: () => void): void {
  let isTold = false;
  const tell = (): void => {
    if (isTold) return;
    isTold = true;
    told();
  };
  socket.once('end', tell);
  socket.once('close', tell);
}
