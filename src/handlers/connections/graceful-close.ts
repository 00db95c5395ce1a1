/** Closes an idle connection whose slot a request waits for, so that the server sees its end before the next one begins. */
import type { Socket } from 'node:net';
import { startTimer, systemClock } from '../../time/clock.ts';

/** Milliseconds that the server has to close its side. */
const PATIENCE = 1000;

/**
 * Ends our side and waits until the server has ended its own. A socket that is destroyed at once would free its slot before
 * the server knows, which would then see one connection more than the limit.
 */
export function closeGracefully(socket: Socket): void {
  // An idle socket does not keep the process alive; now a request waits for its end.
  socket.ref();
  // Without a listener an error would end the process, and this connection is of no interest any more.
  socket.on('error', () => undefined);
  socket.once(
    'close',
    startTimer(systemClock, PATIENCE, () => socket.destroy(), true),
  );
  socket.end();
  // The end of the server's side is noticed only once everything before it has been read.
  socket.resume();
}
