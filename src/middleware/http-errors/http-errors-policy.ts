/**
 * What the message of a bad answer says, as pure functions: which error, and a summary of the body that is bounded,
 * printable, on one line, and shows no secret of the request.
 */

import { charsetOf } from '../../message/content.ts';
import { longestFirst, secretsOf, withoutSecrets } from '../../message/echoes.ts';
import type { MultipartPart } from '../../message/multipart-parts.ts';
import { withoutInvisible } from '../../message/printable.ts';
import { problemOf, wordsOf } from '../../message/problem.ts';
import { isSecretKey, MASK, maskText, type Redact } from '../../message/redact.ts';
import type { HttpRequest } from '../../message/request.ts';
import type { HttpResponse } from '../../message/response.ts';
import type { RequestOptions } from '../../options/options.ts';

/** Bytes of an error body that are looked at, and held when it is a stream. */
export const ERROR_BODY_BYTES = 65_536;

/** `Content-Type`s whose bodies are for people or logs to read. One without a type is judged by its content. */
const TEXT_TYPE = /^text\/|[/+](?:json|xml|yaml|javascript)\b|\/(?:x-ndjson|json-seq|x-www-form-urlencoded|graphql)\b/i;
/** Not text: control characters other than white space, what no charset could read, private use. */
const UNPRINTABLE = /[\p{Co}\p{Cs}\uFFFD]|(?!\s)\p{Cc}/u;
/** The value of a member of a JSON text, whose end may be cut off. */
const JSON_MEMBER = /"([^"\\]{1,64})"(\s*:\s*)(?:"(?:[^"\\]|\\.)*"?|[^\s",[\]{}]+)/g;
const FORM_FIELD = /(^|[&?;\s])([\w.[\]%-]{1,64})=([^&;\s"'<>]*)/g;

/** `client error 404 Not Found`, which is the fact of the error. */
export function statusLine(response: HttpResponse): string {
  // RFC 9110 §15: a client treats a status of 600 and more as a 5xx.
  const label = response.status < 400 ? 'unwanted status' : response.status < 500 ? 'client error' : 'server error';
  const reason = cut(oneLine(response.statusText).replace(/[^\x20-\x7e\xa0-\xff]/g, '?'), 120);
  return reason === '' ? `${label} ${response.status}` : `${label} ${response.status} ${reason}`;
}

/** The masks of one exchange. */
export interface Hider {
  /** The text without the secrets that it may echo. */
  readonly hide: (text: string) => string;
  /** Characters of the longest secret: so much before a cut may be half of one, which no mask finds. */
  readonly longest: number;
}

/**
 * The body's beginning as text of at most `length` characters; `undefined` when it is none, or not in memory.
 * @param complete whether the bytes are the whole body, as far as it is known
 */
export function summaryOf(
  response: HttpResponse,
  length: number,
  { hide, longest }: Hider,
  complete = true,
): string | undefined {
  if (length === 0 || response.sink !== undefined) return undefined;
  const bytes = response.bytesNow();
  const type = response.headers.get('content-type');
  if (bytes === undefined || bytes.byteLength === 0 || (type !== null && !TEXT_TYPE.test(type))) return undefined;
  const isPart = !complete || bytes.byteLength > ERROR_BODY_BYTES;
  const text = decode(bytes.subarray(0, ERROR_BODY_BYTES), charsetOf(type), isPart);
  if (UNPRINTABLE.test(text)) return undefined;
  const problem = isPart ? undefined : problemOf(text, type);
  const words = problem === undefined ? '' : oneLine(wordsOf(problem, response.statusText));
  if (words !== '') return cut(hide(words), length);
  const masked = hide(oneLine(text));
  const shown = isPart ? masked.slice(0, Math.max(0, masked.length - longest)) : masked;
  return shown === '' ? undefined : cut(shown, length, isPart);
}

/**
 * Masks what must not be shown of one exchange in a text that may echo it.
 * @param requests as it was asked, and as it was sent with what inner layers have added
 */
export function hiderOf(requests: readonly (HttpRequest | undefined)[], options: RequestOptions): Hider {
  const known = [...new Set(requests)].filter((request) => request !== undefined);
  const redact: Redact = [...(known[0]?.call?.redact ?? []), ...(options.redact || [])];
  const secrets = longestFirst([
    ...known.flatMap((request) => secretsOf(request, redact)),
    ...optionSecrets(options, redact),
  ]);
  const values = known.flatMap((request) => [...request.headers.values()]);
  const longest = Math.max(0, ...[...values, ...secrets].map((value) => value.length));
  const hide = (text: string) => maskMembers(maskText(withoutSecrets(secrets, text), redact), redact);
  return { hide, longest };
}

/** Servers that refuse an input like to repeat it: `{"password":"..."}`, `token=...`. */
export function maskMembers(text: string, redact: Redact): string {
  return text
    .replace(JSON_MEMBER, (whole, key: string, colon: string) =>
      isSecretKey(key, redact) ? `"${key}"${colon}"${MASK}"` : whole,
    )
    .replace(FORM_FIELD, (whole, mark: string, key: string) =>
      isSecretKey(key, redact) ? `${mark}${key}=${MASK}` : whole,
    );
}

/** The secrets that options hold in plain text: credentials, and the parts of a form whose name says so. */
export function optionSecrets(options: RequestOptions, redact: Redact): string[] {
  return [...authSecrets(options.auth), ...partSecrets(options.multipart, redact)];
}

function authSecrets(auth: RequestOptions['auth']): string[] {
  if (Array.isArray(auth)) return [String(auth[1])];
  if (typeof auth === 'object' && auth !== null && Object.hasOwn(auth, 'bearer'))
    return [(auth as { bearer: string }).bearer];
  return [];
}

/** RFC 7578 §4.2: a part's value stands on lines of its own, so that its name is not beside it where it is echoed. */
function partSecrets(parts: RequestOptions['multipart'], redact: Redact): string[] {
  if (!Array.isArray(parts)) return [];
  return parts.flatMap((part: Partial<MultipartPart>) => {
    const { name, contents } = Object.assign(Object.create(null) as Partial<{ name: string; contents: unknown }>, part);
    return typeof contents === 'string' && isSecretKey(String(name), redact) ? [contents] : [];
  });
}

/** A sequence that a cut divided is left out, not shown as a replacement character. */
function decode(bytes: Uint8Array, charset: string | undefined, isPart: boolean): string {
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(charset);
  } catch {
    decoder = new TextDecoder();
  }
  return decoder.decode(bytes, { stream: isPart });
}

/** White space as single spaces: a body must not write lines of its own into a log. */
function oneLine(text: string): string {
  return withoutInvisible(text).replace(/\s+/g, ' ').trim();
}

function cut(text: string, length: number, isPart = false): string {
  if (text.length <= length && !isPart) return text;
  // Never between the halves of a surrogate pair.
  return `${text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '')} (truncated...)`;
}
