/**
 * What may stand in an archive: no secret of the request or the answer, whatever part of them repeats it. Names, order and
 * lengths of all else stay as they were.
 */

import { optionSecrets } from '../call/masker.ts';
import { charsetOf } from '../message/content.ts';
import { cookiesOf } from '../message/cookie-values.ts';
import { longestFirst, secretsOf, withoutSecrets } from '../message/echoes.ts';
import type { HttpHeaders } from '../message/headers.ts';
import { isSecretKey, MASK, maskHeaders, maskMembers, maskText, maskUrl, type Redact } from '../message/redact.ts';
import type { HttpRequest } from '../message/request.ts';
import type { RequestOptions } from '../options/options.ts';

/** A part of a multipart body: its head with the name of the field, then its content. */
const PART = /(name="([^"\r\n]{1,256})"[^\r\n]*\r\n(?:[^\r\n]+\r\n)*\r\n)([\s\S]*?)(?=\r\n--)/g;
/** An element of XML that holds text alone. */
const ELEMENT = /<([\w.-]{1,64})>([^<>]*)<\/\1>/g;

/** Characters that the value of a cookie has at least to be looked for elsewhere: shorter ones are ordinary words. */
const LEAST_COOKIE = 6;
/** Bytes that become text at once. */
const PIECE = 8_192;

/** What an exchange may show. */
export interface HarMasker {
  readonly redact: Redact;
  text(text: string): string;
  url(url: string): string;
  headers(headers: HttpHeaders): [string, string][];
  /** @param type `Content-Type`, by which the body is read */
  body(bytes: Uint8Array, type: string | null): Uint8Array;
}

/** Everything in which a secret of the exchange may stand. */
interface Secretive {
  readonly request: HttpRequest;
  readonly options: RequestOptions;
  readonly redact: Redact;
  /** Of the request, as far as it is in memory. */
  readonly body: Uint8Array | undefined;
  readonly answer: HttpHeaders | undefined;
}

/** Collects the secrets of one exchange, and masks them in whatever of it is written. */
export function harMasker({ request, options, redact: more, body, answer }: Secretive): HarMasker {
  const redact = [...(request.call?.redact ?? []), ...(options.redact || []), ...more];
  // From everything that the exchange knows to be secret; masked wherever any part of the exchange repeats it.
  const secrets = longestFirst([
    ...secretsOf(request, redact),
    ...optionSecrets(options, redact),
    ...(answer === undefined ? [] : Object.values(cookiesOf(answer)).filter(({ length }) => length >= LEAST_COOKIE)),
    ...(body === undefined ? [] : fieldSecrets(body, request.headers.get('content-type'), redact)),
  ]);
  const plain = (value: string): string => maskText(withoutSecrets(secrets, value), redact);
  const text = (value: string): string => maskMembers(plain(value), redact);
  return {
    redact,
    text,
    url: (url) => plain(maskUrl(url, redact)),
    headers: (headers) => [...maskedLines(headers, redact)].map(([name, value]) => [name, text(value)]),
    body(bytes, type) {
      if (bytes.byteLength === 0) return bytes;
      const read = textOf(bytes, type);
      if (read === undefined) return maskedBinary(bytes, secrets);
      // JSON by its values, so that escapes in a text hide no secret; anything else as text.
      const value = parsed(read);
      const safe = value === undefined ? text(maskedText(read, redact)) : maskedJson(read, value, plain, redact);
      return safe === read ? bytes : new TextEncoder().encode(safe);
    },
  };
}

/** As everywhere, but that the names and attributes of cookies stay: a jar that is fed from the archive has work to do. */
function* maskedLines(headers: HttpHeaders, redact: Redact): Generator<[string, string]> {
  for (const [name, value] of headers) {
    if (name.toLowerCase() === 'set-cookie') yield [name, value.replace(/^([^=;]*)=[^;]*/, `$1=${MASK}`)];
    else yield* maskHeaders([[name, value]], redact);
  }
}

/** What the request's own body calls secret, so that it is known where the server repeats it. */
function fieldSecrets(bytes: Uint8Array, type: string | null, redact: Redact): string[] {
  const text = textOf(bytes, type);
  if (text === undefined) return [];
  const value = parsed(text);
  const found: string[] = [];
  if (value !== undefined) {
    changed(value, redact, (one, isSecret) => {
      if (isSecret) found.push(one);
      return one;
    });
  } else if (/multipart\//i.test(type ?? '')) {
    for (const [, , name = '', content = ''] of text.matchAll(PART)) if (isSecretKey(name, redact)) found.push(content);
  } else if (/form-urlencoded/i.test(type ?? '')) {
    for (const [name, one] of new URLSearchParams(text)) if (isSecretKey(name, redact)) found.push(one);
  }
  return found.flatMap((one) => [one, encodeURIComponent(one)]);
}

/** A secret is found in bytes that are no text too. */
function maskedBinary(bytes: Uint8Array, secrets: readonly string[]): Uint8Array {
  if (secrets.length === 0) return bytes;
  const pieces: string[] = [];
  for (let at = 0; at < bytes.byteLength; at += PIECE) {
    pieces.push(String.fromCharCode(...bytes.subarray(at, at + PIECE)));
  }
  const text = pieces.join('');
  const safe = withoutSecrets(secrets, text);
  return safe === text ? bytes : Uint8Array.from(safe, (char) => char.charCodeAt(0));
}

/** The text is written anew only when something in it must not be shown. */
function maskedJson(text: string, value: unknown, plain: (text: string) => string, redact: Redact): string {
  let isChanged = false;
  const safe = changed(value, redact, (one, isSecret) => {
    const shown = isSecret ? MASK : plain(one);
    isChanged ||= shown !== one;
    return shown;
  });
  return isChanged ? JSON.stringify(safe) : text;
}

/** Fields of multipart bodies and elements of XML whose names say that they are secret. */
function maskedText(text: string, redact: Redact): string {
  return text
    .replace(PART, (whole, head: string, name: string) => (isSecretKey(name, redact) ? `${head}${MASK}` : whole))
    .replace(ELEMENT, (whole, name: string) => (isSecretKey(name, redact) ? `<${name}>${MASK}</${name}>` : whole));
}

/** A copy of a JSON value with its texts and numbers changed; all that is inside a secret member is secret. */
function changed(
  value: unknown,
  redact: Redact,
  change: (value: string, isSecret: boolean) => string,
  isSecret = false,
): unknown {
  if (typeof value === 'string') return change(value, isSecret);
  if (typeof value === 'number') {
    const text = String(value);
    const shown = change(text, isSecret);
    return shown === text ? value : shown;
  }
  if (Array.isArray(value)) return value.map((one) => changed(one, redact, change, isSecret));
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, unknown> = Object.create(null);
  for (const [name, one] of Object.entries(value)) {
    copy[name] = changed(one, redact, change, isSecret || isSecretKey(name, redact));
  }
  return copy;
}

/** The value of a JSON text; `undefined` for anything else, and for plain JSON scalars, which have no names. */
function parsed(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The text of the bytes when they are text, whatever their type says. */
export function textOf(bytes: Uint8Array, type: string | null): string | undefined {
  const charset = charsetOf(type)?.toLowerCase();
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8' && charset !== 'us-ascii') return undefined;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.includes('\u0000') ? undefined : text;
  } catch {
    return undefined;
  }
}
