/** Closes a connection whose slot somebody waits for, so that the server sees its end before the next one begins. */
import type { Socket } from 'node:net';
import { startTimer, systemClock } from '../../time/clock.ts';

/** Milliseconds that the server has to close its side. */
const PATIENCE = 1000;

/**
 * Ends our side and waits until the server has ended its own. A socket that is destroyed at once would free its slot before
 * the server knows, which would then see one connection more than the limit.
 */
export function closeGracefully(socket: Socket): void {
  // A request waits for this, so it holds the process. The server's end shows only when what came before is read.
  socket.ref();
  socket.on('error', () => undefined);
  socket.once(
    'close',
    startTimer(systemClock, PATIENCE, () => socket.destroy(), true),
  );
  socket.end();
  socket.resume();
}
