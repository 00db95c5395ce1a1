/**
 * Ends connections in the ways a server can: in order, at once, or with a reset. A TLS socket cannot send a reset itself, so
 * that servers tell here which TCP socket is under it.
 */
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { systemClock } from '../time/clock.ts';

const tcpSockets = new WeakMap<Duplex, Socket>();

/**
 * Bytes have to be read before the reset that follows them: libuv reports both at once as an ordinary end, and then a
 * test of resets would test an early FIN instead. One wait is not enough for a client in this process: on a busy machine
 * the timer is due before the sockets are polled. Between two waits they are. Always in real time, because this is about
 * the kernel and not about the script.
 */
const WAITS_BEFORE_RESET = 3;
const MS_OF_A_WAIT = 2;

/** Says which TCP socket is under a TLS socket. */
export function setTcpSocket(socket: Duplex, tcp: Socket): void {
  tcpSockets.set(socket, tcp);
}

/** Sends what is written, then FIN, and lets go of the socket. */
export function closeSocket(socket: Duplex | null): void {
  if (socket instanceof Socket) socket.destroySoon();
  else socket?.destroy();
}

/** Sends a TCP reset (RFC 9293 section 3.5.3). A unix socket knows none: its peer sees an ordinary close. */
export async function resetSocket(socket: Duplex | null): Promise<void> {
  const tcp = socket && (tcpSockets.get(socket) ?? socket);
  if (!(tcp instanceof Socket)) {
    socket?.destroy();
    return;
  }
  const waits = tcp.bytesWritten > 0 ? WAITS_BEFORE_RESET : 0;
  for (let i = 0; i < waits; i++) await systemClock.sleep(MS_OF_A_WAIT);
  if (tcp.remotePort !== undefined) tcp.resetAndDestroy();
  socket?.destroy();
}
