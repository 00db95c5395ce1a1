/** Reads the body of an answer whose length is known, such as the missing part of a stored one, and no more than that. */
import { copyOf, Pieces, toBytes } from '../message/bytes.ts';
import { chunksOf } from '../message/content.ts';
import type { HttpResponse } from '../message/response.ts';

/** The bytes, for whoever keeps them; `undefined` when there are fewer or more. @throws what the body fails with */
export async function exactBytes({ content }: HttpResponse, count: number): Promise<Uint8Array | undefined> {
  if (content.bytes !== undefined) return content.bytes.byteLength === count ? copyOf(content.bytes) : undefined;
  if (content.used || content.source === undefined) return undefined;
  const pieces = new Pieces();
  for await (const chunk of chunksOf(content.take(alreadyRead))) {
    pieces.add(toBytes(chunk));
    if (pieces.size > count) return undefined;
  }
  return pieces.size === count ? copyOf(pieces.bytes()) : undefined;
}

export function alreadyRead(): Error {
  return new TypeError('the body was read before it came to the cache');
}
