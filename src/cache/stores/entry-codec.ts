/** An entry as bytes: a line of JSON with its head, then its body. */
import { type CacheEntry, isEntry } from '../entry.ts';

/** The format and its version. An entry of another version is not read. */
const FORM = 'sluice-cache-1';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** A body apart from its head, for stores that keep them apart. */
export interface EncodedEntry {
  readonly head: string;
  readonly body: Uint8Array;
}

/** Head and body of an entry; the head repeats the key and the length, by which `decodeParts` knows it again. */
export function encodeParts(key: string, { body, ...head }: CacheEntry): EncodedEntry {
  return { head: JSON.stringify({ form: FORM, key, length: body.byteLength, ...head }), body };
}

/** @throws Error when the bytes are not an entry, belong to another key, or are cut off */
export function decodeParts(key: string, { head, body }: EncodedEntry): CacheEntry {
  const { form, key: own, length, ...entry } = JSON.parse(head) as Record<string, unknown>;
  if (form !== FORM) throw new Error(`it is not of the form ${FORM}`);
  if (own !== key) throw new Error('it is the entry of another key');
  if (length !== body.byteLength) throw new Error(`it has ${body.byteLength} bytes of a body of ${String(length)}`);
  const checked: unknown = { ...entry, body };
  if (!isEntry(checked)) throw new Error('a part of its head is missing');
  return checked;
}

/** The entry as one run of bytes. */
export function encodeEntry(key: string, entry: CacheEntry): Uint8Array {
  const { head, body } = encodeParts(key, entry);
  const line = encoder.encode(`${head}\n`);
  const bytes = new Uint8Array(line.byteLength + body.byteLength);
  bytes.set(line);
  bytes.set(body, line.byteLength);
  return bytes;
}

/** @throws Error as `decodeParts` does */
export function decodeEntry(key: string, bytes: Uint8Array): CacheEntry {
  const end = bytes.indexOf(10);
  if (end === -1) throw new Error('it has no head');
  return decodeParts(key, { head: decoder.decode(bytes.subarray(0, end)), body: bytes.slice(end + 1) });
}

/** The key in the first line of an encoded entry; `undefined` when the text is not an entry. */
export function keyIn(bytes: Uint8Array): string | undefined {
  try {
    const end = bytes.indexOf(10);
    const head = JSON.parse(decoder.decode(bytes.subarray(0, end === -1 ? undefined : end))) as { key?: unknown };
    return typeof head.key === 'string' ? head.key : undefined;
  } catch {
    return undefined;
  }
}
