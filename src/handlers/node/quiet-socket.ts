/**
 * Watches a connection between two requests, when whatever comes over it is no answer to anything (RFC 9112 section 9.2).
 */
import type { Socket } from 'node:net';

const EVENTS = ['data', 'end', 'error'] as const;

/** Calls `spoiled` when anything comes over the connection, also its end. The returned function ends the watch. */
export function watchQuiet(socket: Socket, spoiled: () => void): () => void {
  for (const event of EVENTS) socket.on(event, spoiled);
  return () => {
    for (const event of EVENTS) socket.removeListener(event, spoiled);
  };
}

/**
 * Calls back when Node has read whatever the system has already received behind an answer. One read ends at 64 KiB, and one
 * turn of the event loop after 32 reads: the first immediate may come before the loop has read, the second cannot.
 */
export function afterRead(callback: () => void): () => void {
  let immediate = setImmediate(() => {
    immediate = setImmediate(callback);
  });
  return () => clearImmediate(immediate);
}
