/** A connection between two requests: whatever comes over it then is no answer to anything (RFC 9112 section 9.2). */
import type { Socket } from 'node:net';

const EVENTS = ['data', 'end', 'error'] as const;

/** Calls `spoiled` for each thing that comes over a connection that has nothing to say. The returned function ends that. */
export function watchQuiet(socket: Socket, spoiled: () => void): () => void {
  for (const event of EVENTS) socket.on(event, spoiled);
  return () => {
    for (const event of EVENTS) socket.removeListener(event, spoiled);
  };
}

/**
 * Calls back once the system was asked for what may lie behind an answer. One read ends at 64 KiB and one turn of the
 * event loop after 32 of them, so that the first immediate may come too early, and the second cannot.
 */
export function afterRead(callback: () => void): () => void {
  let immediate = setImmediate(() => {
    immediate = setImmediate(callback);
  });
  return () => clearImmediate(immediate);
}
