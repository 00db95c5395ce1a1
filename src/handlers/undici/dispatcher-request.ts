/** The request in the form in which a dispatcher of the caller's gets it: one that mocks and interceptors can read too. */
import { isUtf8 } from 'node:buffer';
import type { Target } from '../../message/uri.ts';
import { PIECE } from '../exchange/body-pieces.ts';
import type { DispatchOptions } from './request.ts';

/** Called when a chunk of the body went out, and when the last one did. */
export interface Sending {
  onBodySent(chunk: Uint8Array): void;
  onRequestSent(): void;
}

type GivenBody = Uint8Array | AsyncIterable<Uint8Array> | null;

/** Nothing inherited: undici would read what is not set from `Object.prototype`. */
export function dispatcherOptions(
  { path, method, headers, body, reset }: DispatchOptions,
  { origin }: Target,
  sending: Sending,
): object {
  return { __proto__: null, origin, path, method, headers: fieldsOf(headers), body: bodyOf(body, sending), reset };
}

/**
 * A record of names and values, which interceptors spread; as a list where a record would change the order of the lines.
 * @param raw name, value, name, value, ...
 */
function fieldsOf(raw: readonly string[]): object {
  const fields: Record<string, string | string[]> = Object.create(null);
  let last: string | undefined;
  for (let i = 0; i < raw.length; i += 2) {
    const [name, value] = [raw[i]!, raw[i + 1]!];
    const before = fields[name];
    if (/^\d+$/.test(name) || (before !== undefined && last !== name)) return [...raw];
    fields[name] = before === undefined ? value : [before, value].flat();
    last = name;
  }
  return fields;
}

/** A short text as a string, which is what mocks and snapshots compare; undici writes the same bytes. */
function bodyOf(body: GivenBody, sending: Sending): unknown {
  if (body === null || !(body instanceof Uint8Array)) return body && counted(body, sending);
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return bytes.length > 0 && bytes.length <= PIECE && isUtf8(bytes) ? bytes.toString() : bytes;
}

/**
 * Counts what goes out. undici 7 does not report it to the new interface; but when it asks for a chunk, the one before is
 * out.
 */
async function* counted(chunks: AsyncIterable<Uint8Array>, sending: Sending): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of chunks) {
    yield chunk;
    sending.onBodySent(chunk);
  }
  sending.onRequestSent();
}
