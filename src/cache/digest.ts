/** Digests for keys, so that no credential stands in one. */
import { BoundedMap } from '../runtime/bounded-map.ts';

const encoder = new TextEncoder();
/** Remembered, because the same few credentials and headers come again and again. */
const known = new BoundedMap<string, string>(500);

/** 128 bits of SHA-256 as 32 hexadecimal digits; at once when the text was asked for lately. */
export function digestOf(text: string): string | Promise<string> {
  return known.use(text) ?? compute(text);
}

async function compute(text: string): Promise<string> {
  const digest = await digestBytes(encoder.encode(text));
  known.set(text, digest);
  return digest;
}

export async function digestBytes(bytes: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
  return Array.from(digest.subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
