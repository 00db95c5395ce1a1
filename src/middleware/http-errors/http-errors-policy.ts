/**
 * What the message of a bad answer says, as pure functions: which error, and a summary of the body that is bounded,
 * printable, on one line, and shows no secret of the request.
 */

import type { Masker } from '../../call/masker.ts';
import { charsetOf, decodeText } from '../../message/content.ts';
import { methodMeant } from '../../message/methods.ts';
import { isPlain, withoutInvisible } from '../../message/printable.ts';
import { problemOf, wordsOf } from '../../message/problem.ts';
import type { HttpResponse } from '../../message/response.ts';

/** Bytes of an error body that are looked at, and held when it is a stream. */
export const ERROR_BODY_BYTES = 65_536;

/** `Content-Type`s whose bodies are for people or logs to read. One without a type is judged by its content. */
const TEXT_TYPE = /^text\/|[/+](?:json|xml|yaml|javascript)\b|\/(?:x-ndjson|json-seq|x-www-form-urlencoded|graphql)\b/i;
/** Not text: control characters other than white space, what no charset could read, private use. */
const UNPRINTABLE = /[\p{Co}\p{Cs}\uFFFD]|(?!\s)\p{Cc}/u;
/** `client error 404 Not Found`, which is the fact of the error. */
export function statusLine(response: HttpResponse): string {
  // RFC 9110 section 15: a client treats a status of 600 and more as a 5xx.
  const label = response.status < 400 ? 'unwanted status' : response.status < 500 ? 'client error' : 'server error';
  const reason = cut(oneLine(response.statusText).replace(/[^\x20-\x7e\xa0-\xff]/g, '?'), 120);
  return reason === '' ? `${label} ${response.status}` : `${label} ${response.status} ${reason}`;
}

/** Bad Request, Method Not Allowed, Not Implemented: what a server says of a method that it does not know. */
const UNKNOWN_METHOD: ReadonlySet<number> = new Set([400, 405, 501]);

/** What to write in place of a method in the wrong case, when that may be what the answer complains of. */
export function methodHint(method: string, status: number): string | undefined {
  const meant = UNKNOWN_METHOD.has(status) ? methodMeant(method) : undefined;
  return meant && `methods are case-sensitive (RFC 9110 §9.1): write '${meant}' for '${method}'`;
}

/**
 * The body's beginning as text of at most `length` characters; `undefined` when it is not text, or not in memory.
 * @param complete whether the bytes are the whole body, as far as it is known
 */
export function summaryOf(response: HttpResponse, length: number, masker: Masker, complete = true): string | undefined {
  if (length === 0 || response.sink !== undefined) return undefined;
  const bytes = response.bytesNow();
  const type = response.headers.get('content-type');
  if (bytes === undefined || bytes.byteLength === 0 || (type !== null && !TEXT_TYPE.test(type))) return undefined;
  const isPart = !complete || bytes.byteLength > ERROR_BODY_BYTES;
  const begin = bytes.byteLength > ERROR_BODY_BYTES ? bytes.subarray(0, ERROR_BODY_BYTES) : bytes;
  const text = decode(begin, charsetOf(type), isPart);
  if (!isPlain(text) && UNPRINTABLE.test(text)) return undefined;
  const problem = isPart ? undefined : problemOf(text, type);
  const words = problem === undefined ? '' : oneLine(wordsOf(problem, response.statusText));
  if (words !== '') return cut(masker.mask(words), length);
  const masked = masker.mask(oneLine(text));
  const shown = isPart ? masked.slice(0, Math.max(0, masked.length - masker.longest())) : masked;
  return shown === '' ? undefined : cut(shown, length, isPart);
}

/** A sequence that a cut divided is left out, not shown as a replacement character. */
function decode(bytes: Uint8Array, charset: string | undefined, isPart: boolean): string {
  if (!isPart) return decodeText(bytes, charset);
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(charset);
  } catch {
    decoder = new TextDecoder();
  }
  return decoder.decode(bytes, { stream: true });
}

/** White space that is more than one space between two words. */
const LOOSE = /[^\S ]| {2}|^ | $/;

/** White space as single spaces: a body must not write lines of its own into a log. */
function oneLine(text: string): string {
  const visible = withoutInvisible(text);
  return LOOSE.test(visible) ? visible.replace(/\s+/g, ' ').trim() : visible;
}

function cut(text: string, length: number, isPart = false): string {
  if (text.length <= length && !isPart) return text;
  // Never between the halves of a surrogate pair.
  return `${text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '')} (truncated...)`;
}
