/**
 * Ends connections in the ways a server can: politely, at once, or with a reset. A TLS socket cannot send a reset
 * itself, so servers say here which TCP socket carries it.
 */
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { systemClock } from '../clock.ts';

const carriers = new WeakMap<Duplex, Socket>();

/**
 * How long bytes have to be read before the reset that follows them. libuv tells of bytes and a reset that arrive
 * together as of an ordinary end, and then a test of resets would test an early FIN instead. Real time always: it is
 * about the kernel and not about the script.
 */
const MS_BEFORE_RESET = 5;

/** Says that `socket` (TLS) travels on `carrier` (TCP). */
export function setCarrier(socket: Duplex, carrier: Socket): void {
  carriers.set(socket, carrier);
}

/** Sends what is written, then FIN, and lets go of the socket. */
export function closeSocket(socket: Duplex | null): void {
  if (socket instanceof Socket) socket.destroySoon();
  else socket?.destroy();
}

/** Sends a TCP reset (RFC 9293 3.5.3). A unix socket knows none: its peer sees an ordinary close. */
export async function resetSocket(socket: Duplex | null): Promise<void> {
  const carrier = socket && (carriers.get(socket) ?? socket);
  if (!(carrier instanceof Socket)) {
    socket?.destroy();
    return;
  }
  if (carrier.bytesWritten > 0) await systemClock.sleep(MS_BEFORE_RESET);
  if (carrier.remotePort !== undefined) carrier.resetAndDestroy();
  socket?.destroy();
}
