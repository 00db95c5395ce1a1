/** What errors of undici mean that have no code of their own, or a code with several meanings. */

const LOST: ReadonlySet<unknown> = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/** Whether the connection ended, for whatever reason. */
export function isConnectionLost(cause: Error): boolean {
  return LOST.has((cause as { code?: unknown }).code);
}

/** Whether an answer of this status ends with its head, whatever length it says (RFC 9112 section 6.3). */
export function isBodyless(status: number): boolean {
  return status === 204 || status === 304;
}

/** Whether undici waited in vain for as many bytes as `Content-Length` says: also where there can be none. */
export function isLengthMismatch(cause: Error): boolean {
  return (cause as { code?: unknown }).code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH';
}

/** Whether a 101 came that nobody asked for. undici says so in words, or by an assertion where the head has no `Upgrade`. */
export function isUnaskedSwitch(cause: Error): boolean {
  const { code, message } = cause as Error & { code?: unknown };
  if (code === 'ERR_ASSERTION') return /\bupgrade\b/.test(message);
  return code === 'UND_ERR_SOCKET' && message === 'bad upgrade';
}

/** What is read of a connection here. */
interface Reading {
  readonly socket: { readonly bytesRead: number } | undefined;
  readonly route: { readonly settings: { readonly maxHeaderSize: number } };
}

/** Bytes that may have been read together with the end of a head, at most: its body may have come already. */
const READ_AHEAD = 262_144;

/**
 * The error of a head that is too large by its reason phrase: undici counts the header lines against `maxHeaderSize`, and
 * of a phrase that came in pieces it hands on the last.
 * @param before bytes that had come when the request was sent
 */
export function phraseOverflow({ socket, route }: Reading, before: number): Error | undefined {
  const read = (socket?.bytesRead ?? 0) - before;
  if (read <= route.settings.maxHeaderSize + READ_AHEAD) return undefined;
  return Object.assign(new Error(`${read} bytes came`), { code: 'HPE_HEADER_OVERFLOW' });
}
