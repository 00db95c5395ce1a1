/** The end of a connection whose place another one takes: the server has seen it before the other begins. */
import type { Socket } from 'node:net';
import { startTimer, systemClock } from '../../time/clock.ts';

/** Milliseconds for the server to close its side. */
const PATIENCE = 1000;

/** Closes our side, and is over once the server has closed its own: it never sees one connection more than it may. */
export function closeInTurn(socket: Socket): void {
  // Somebody waits for it, so it holds the process, and what is left of it must be read.
  socket.ref();
  socket.on('error', () => undefined);
  socket.once(
    'close',
    startTimer(systemClock, PATIENCE, () => socket.destroy(), true),
  );
  socket.end();
  socket.resume();
}
