/**
 * Cuts a large body into pieces, which the transports of Node send one by one: `progress` sees each, and each that the
 * socket has taken begins the wait for the response head anew, so that a slow upload does not run into `headersTimeout`.
 */

/** Bytes up to which a body in memory goes out in one write, when nobody follows its progress. */
export const ONE_WRITE = 1_048_576;
/** Bytes of one piece: as much as Node's file streams read at a time. */
export const PIECE = 65_536;

export async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < bytes.byteLength; at += PIECE) yield bytes.subarray(at, at + PIECE);
}

/** The same chunks, those that are larger than a piece cut. */
export async function* inPieces(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of chunks) {
    if (chunk.byteLength <= PIECE) yield chunk;
    else yield* pieces(chunk);
  }
}
