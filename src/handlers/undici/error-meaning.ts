/** What undici's errors say about a connection. */

const LOST: ReadonlySet<unknown> = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/** It ended without an answer. */
export function isConnectionLost(cause: Error): boolean {
  return LOST.has((cause as { code?: unknown }).code);
}

/** RFC 9112 §6.3: an answer of this status ends with its head, whatever length it says. */
export function isBodyless(status: number): boolean {
  return status === 204 || status === 304;
}

/** undici waits for the bytes of such a length, and ends the connection. */
export function isLengthMismatch(cause: Error): boolean {
  return (cause as { code?: unknown }).code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH';
}

/** A 101 nobody asked for: told in words or, where the head does not say to what it switches, by a check of undici's own. */
export function isUnaskedSwitch(cause: Error): boolean {
  const { code, message } = cause as Error & { code?: unknown };
  if (code === 'ERR_ASSERTION') return /\bupgrade\b/.test(message);
  return code === 'UND_ERR_SOCKET' && message === 'bad upgrade';
}

/** A connection, as far as it is asked here. */
interface Reading {
  readonly socket: { readonly bytesRead: number } | undefined;
  readonly route: { readonly settings: { readonly maxHeaderSize: number } };
}

/** What was read together with the end of a head, at most: its body, which may have come already. */
const READ_AHEAD = 262_144;

/**
 * undici counts the lines of a head against `maxHeaderSize` and not its reason phrase, of which it gives the last piece.
 * @param before bytes that had come when the request was sent
 */
export function phraseOverflow({ socket, route }: Reading, before: number): Error | undefined {
  const read = (socket?.bytesRead ?? 0) - before;
  if (read <= route.settings.maxHeaderSize + READ_AHEAD) return undefined;
  return Object.assign(new Error(`${read} bytes came`), { code: 'HPE_HEADER_OVERFLOW' });
}
