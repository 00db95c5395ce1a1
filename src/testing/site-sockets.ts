/**
 * Ends connections in the ways a server can: politely, at once, or with a reset. A TLS socket cannot send a reset
 * itself, so servers say here which TCP socket carries it.
 */
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { systemClock } from '../time/clock.ts';

const carriers = new WeakMap<Duplex, Socket>();

/**
 * Bytes have to be read before the reset that follows them: libuv tells of both at once as of an ordinary end, and then
 * a test of resets would test an early FIN instead. One wait is not enough for a client in this process: on a busy
 * machine its timer is due before the sockets are looked at. Between two waits they are. Real time always, for this is
 * about the kernel and not about the script.
 */
const WAITS_BEFORE_RESET = 3;
const MS_OF_A_WAIT = 2;

/** Says that `socket` (TLS) travels on `carrier` (TCP). */
export function setCarrier(socket: Duplex, carrier: Socket): void {
  carriers.set(socket, carrier);
}

/** Sends what is written, then FIN, and lets go of the socket. */
export function closeSocket(socket: Duplex | null): void {
  if (socket instanceof Socket) socket.destroySoon();
  else socket?.destroy();
}

/** Sends a TCP reset (RFC 9293 section 3.5.3). A unix socket knows none: its peer sees an ordinary close. */
export async function resetSocket(socket: Duplex | null): Promise<void> {
  const carrier = socket && (carriers.get(socket) ?? socket);
  if (!(carrier instanceof Socket)) {
    socket?.destroy();
    return;
  }
  const waits = carrier.bytesWritten > 0 ? WAITS_BEFORE_RESET : 0;
  for (let i = 0; i < waits; i++) await systemClock.sleep(MS_OF_A_WAIT);
  if (carrier.remotePort !== undefined) carrier.resetAndDestroy();
  socket?.destroy();
}
