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

/** Follows a socket's writes; costs one call for each. Reading has to go on, as it does under a parser. */
export function holdWriteErrors(socket: Socket): void {
  const { _write: write, _writev: writev } = socket;
  // A stream has one write under way at a time. A socket that is not connected yet may write again with our own callback,
  // as in Bun: it must not become the callback that it calls.
  let done: Written = ignore;
  const written: Written = (error) => {
    const isHeld = error && GONE.has((error as { code?: unknown }).code) && !socket.readableEnded && !socket.destroyed;
    if (isHeld) untilRead(socket, () => done(error));
    else done(error);
  };
  socket._write = (chunk: unknown, encoding: BufferEncoding, callback: Written) => {
    if (callback !== written) done = callback;
    write.call(socket, chunk, encoding, written);
  };
  if (writev === undefined) return;
  socket._writev = (chunks, callback) => {
    if (callback !== written) done = callback;
    writev.call(socket, chunks, written);
  };
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
