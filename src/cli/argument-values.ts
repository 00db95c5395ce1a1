/** From the text of one argument to its value; each names the option, what it got and what it expected. */

import type { DigestName } from '../download/download-options.ts';
import type { MultipartPart } from '../message/multipart-parts.ts';
import { maskUrl } from '../message/redact.ts';
import { type Duration, milliseconds } from '../time/duration.ts';
import { UsageError } from './usage-error.ts';

/** A whole number of at least `min`. */
export function wholeNumber(text: string, name: string, min: number, max = Number.MAX_SAFE_INTEGER): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  const bounds = max === Number.MAX_SAFE_INTEGER ? `from ${min}` : `from ${min} to ${max}`;
  throw new UsageError(`${name} expects a whole number ${bounds}, got ${JSON.stringify(text)}`);
}

/** Milliseconds of `2s`, `250ms`, `1m30s`; digits alone are milliseconds, as everywhere in the library. */
export function duration(text: string, name: string): number {
  try {
    const value: Duration = /^\d+$/.test(text) ? Number(text) : text;
    return milliseconds(value, name);
  } catch {
    const expected = 'a length of time such as 2s, 250ms or 1m30s (digits alone are milliseconds)';
    throw new UsageError(`${name} expects ${expected}, got ${JSON.stringify(text)}`);
  }
}

/** Bytes of each unit: powers of 1000, and with an `i` of 1024 (IEC 80000-13). */
const SIZES: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  m: 1e6,
  g: 1e9,
  ki: 2 ** 10,
  mi: 2 ** 20,
  gi: 2 ** 30,
};

/** Bytes of `500000`, `10MB`, `10MiB`. */
export function byteSize(text: string, name: string): number {
  const [, digits, unit = ''] = /^(\d+)([kmg]i?)?b?$/i.exec(text) ?? [];
  const bytes = Number(digits) * SIZES[unit.toLowerCase()]!;
  if (bytes > 0 && Number.isSafeInteger(bytes)) return bytes;
  throw new UsageError(`${name} expects a size such as 500000, 10MB or 10MiB, got ${JSON.stringify(text)}`);
}

/** A host of one's own machine, with or without a port. */
const LOOPBACK = /^(?:(?:[\w-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?(?=[/?#]|$)/i;
/** A name with a dot in it, or an address, with or without a port. */
const HOST = /^(?:[\p{L}\p{N}-]+\.)+[\p{L}\p{N}-]+(?::\d{1,5})?(?=[/?#]|$)/u;

/** A URL of http or https. Without a scheme it is http for the own machine, and https for any other host. */
export function httpUrl(text: string): string {
  const url = LOOPBACK.test(text) ? `http://${text}` : HOST.test(text) ? `https://${text}` : text;
  if (/^https?:\/\/[^/?#]/i.test(url) && URL.canParse(url)) return url;
  throw new UsageError(`expected an absolute URL such as http://example.com/, got ${quoted(text)}`);
}

/** An argument in a message, as text; it may be meant as a URL with a password, or a token, in it. */
export function quoted(text: string): string {
  return JSON.stringify(maskUrl(text));
}

/** `Name: value`. */
export function headerLine(text: string): [name: string, value: string] {
  const colon = text.indexOf(':');
  const name = text.slice(0, colon).trim();
  if (colon > 0 && /^[!#$%&'*+.^_`|~\w-]+$/.test(name)) return [name, text.slice(colon + 1).trim()];
  // Never the text itself: a header without its colon may be a credential.
  throw new UsageError("-H expects 'Name: value', got text that has no name before a colon");
}

/** `key=value`; the value may be empty and may have more equals signs. */
export function pair(text: string, name: string): [key: string, value: string] {
  const equals = text.indexOf('=');
  if (equals > 0) return [text.slice(0, equals), text.slice(equals + 1)];
  throw new UsageError(`${name} expects key=value, got ${JSON.stringify(text.slice(0, 40))}`);
}

/** `user:password`, cut at the first colon (RFC 7617 section 2). */
export function credentials(text: string): [user: string, password: string] {
  const colon = text.indexOf(':');
  if (colon >= 0) return [text.slice(0, colon), text.slice(colon + 1)];
  throw new UsageError('--auth expects user:password, got text without a colon');
}

/** A positive number, or `auto`. */
export function concurrency(text: string, name: string): number | 'auto' {
  if (text === 'auto') return 'auto';
  if (/^\d+$/.test(text)) return wholeNumber(text, name, 1, 10_000);
  throw new UsageError(`${name} expects a whole number from 1 to 10000, or auto, got ${JSON.stringify(text)}`);
}

/** `name=value`, or `name=@file`; `;type=TYPE` and `;filename=NAME` may follow the file. */
export function formPart(text: string): MultipartPart {
  const [name, value] = pair(text, '-F');
  if (!value.startsWith('@')) return { name, contents: value };
  const [path = '', ...more] = value.slice(1).split(/;(?=(?:type|filename)=)/);
  if (path === '') throw new UsageError(`-F ${name}=@ expects the path of a file behind the @`);
  const settings = Object.fromEntries(more.map((one) => pair(one, '-F')));
  const { type, filename } = settings as { type?: string; filename?: string };
  return { name, path, ...(type !== undefined && { type }), ...(filename !== undefined && { filename }) };
}

/** The name of a method (RFC 9110 section 9.1). */
export function methodName(text: string): string {
  if (/^[!#$%&'*+.^_`|~\w-]+$/.test(text)) return text;
  throw new UsageError(`-X expects the name of a method such as PURGE, got ${JSON.stringify(text.slice(0, 40))}`);
}

/** The address of a proxy; its password is not repeated. */
export function proxyUrl(text: string): string {
  if (/^(?:https?|socks(?:4a?|5h?)):\/\/[^/]/i.test(text) && URL.canParse(text)) return text;
  throw new UsageError(`--proxy expects a URL such as http://proxy.example:3128 or socks5://..., got ${quoted(text)}`);
}

/** Digits of each hash: a checksum that was cut off is found before anything is downloaded. */
const HEX_DIGITS: Readonly<Record<DigestName, number>> = { md5: 32, sha1: 40, sha256: 64, sha384: 96, sha512: 128 };

/** `sha256=HEX`. */
export function checksum(text: string): [name: DigestName, hex: string] {
  const [name, hex] = pair(text, '--checksum');
  if (Object.hasOwn(HEX_DIGITS, name)) {
    const digits = HEX_DIGITS[name as DigestName];
    if (hex.length === digits && /^[\da-f]+$/i.test(hex)) return [name as DigestName, hex];
    throw new UsageError(`--checksum ${name} expects ${digits} hex digits, got ${JSON.stringify(hex.slice(0, 140))}`);
  }
  const names = Object.keys(HEX_DIGITS).join(', ');
  throw new UsageError(`--checksum expects NAME=HEX with one of ${names}, got ${JSON.stringify(name.slice(0, 40))}`);
}
