/**
 * Ends connections in the ways a server can: politely, at once, or with a reset. A TLS socket cannot send a reset
 * itself, so servers say here which TCP socket carries it.
 */
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

const carriers = new WeakMap<Duplex, Socket>();

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
export function resetSocket(socket: Duplex | null): void {
  const carrier = socket && (carriers.get(socket) ?? socket);
  if (carrier instanceof Socket && carrier.remotePort !== undefined) carrier.resetAndDestroy();
  socket?.destroy();
}
