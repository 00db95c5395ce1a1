/** Watches a connection between two requests: what comes over it then answers nothing (RFC 9112 section 9.2). */
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
 * Calls back when Node has asked the system for whatever may lie behind an answer. One read ends at 64 KiB, and one turn of
 * the event loop after 32 reads: the first immediate may come too early, the second cannot.
 */
export function afterRead(callback: () => void): () => void {
  let immediate = setImmediate(() => {
    immediate = setImmediate(callback);
  });
  return () => clearImmediate(immediate);
}
