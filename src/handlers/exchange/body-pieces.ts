/** A large body in pieces: its progress can be seen, and each begins the wait for the head anew. */

/** Bytes up to which a body in memory goes out in one write, when nobody follows its progress. */
export const ONE_WRITE = 1_048_576;
export const PIECE = 65_536;

export async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < bytes.byteLength; at += PIECE) yield bytes.subarray(at, at + PIECE);
}

/** The same chunks, large ones in pieces. */
export async function* inPieces(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of chunks) {
    if (chunk.byteLength <= PIECE) yield chunk;
    else yield* pieces(chunk);
  }
}
