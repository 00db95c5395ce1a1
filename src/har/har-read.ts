/**
 * Reads an archive, also of another tool or edited by hand: what is missing and can be done without is forgiven, what cannot
 * is an error that names the entry.
 */
import { HttpHeaders, isToken } from '../message/headers.ts';
import { HttpRequest } from '../message/request.ts';
import { HttpResponse } from '../message/response.ts';
import type { Har, HarEntry } from './har-format.ts';

/** Latin-1 without control characters: what a field line can carry (RFC 9110 section 5.5). */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** @param name of the file, for messages. @throws TypeError for a text that is no archive */
export function parseHar(text: string, name: string): Har {
  let value: unknown;
  try {
    // Some tools write a byte order mark.
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    const words = (cause as Error).message.replace(/ in JSON.*$| \.\.\.[\s\S]*$|, [\s\S]*is not valid JSON$/, '');
    throw new TypeError(`${name} is no JSON: ${words}; was it cut off, or edited by hand?`);
  }
  const log = field(value, 'log');
  const entries = field(log, 'entries');
  if (!Array.isArray(entries)) throw new TypeError(`${name} is no HAR: it has no list log.entries (HAR 1.2)`);
  for (const [index, entry] of entries.entries()) checkEntry(entry, `entry ${index} of ${name}`);
  return value as Har;
}

/** @throws TypeError naming the entry for a request that cannot be made, or an answer that cannot be read */
function checkEntry(entry: unknown, where: string): void {
  const request = field(entry, 'request');
  const method = field(request, 'method');
  if (typeof method !== 'string' || !isToken(method)) {
    throw new TypeError(`${where} has no request.method that is a token, such as "GET"`);
  }
  const url = field(request, 'url');
  if (typeof url !== 'string' || !URL.canParse(url)) throw new TypeError(`${where} has no absolute request.url`);
  const status = field(field(entry, 'response'), 'status') ?? 0;
  if (status !== 0 && (!Number.isInteger(status) || (status as number) < 100 || (status as number) > 999)) {
    throw new TypeError(`${where} has no response.status from 100 to 999, or 0 for none: ${JSON.stringify(status)}`);
  }
  const content = field(field(entry, 'response'), 'content');
  const text = field(content, 'text');
  if (text !== undefined && typeof text !== 'string') {
    throw new TypeError(`${where} has a response.content.text that is no string`);
  }
  if (field(content, 'encoding') === 'base64') bytesOf(text ?? '', `${where}: response.content.text`);
}

/** The request of an entry, as it was written. */
export function requestOfHar({ request }: HarEntry): HttpRequest {
  const text = field(field(request, 'postData'), 'text');
  const isCoded = field(field(request, 'postData'), '_encoding') === 'base64';
  const body = typeof text !== 'string' ? null : isCoded ? bytesOf(text, 'request.postData.text') : text;
  const type = field(field(request, 'postData'), 'mimeType');
  const headers = headersOfHar(field(request, 'headers'));
  const typed =
    body === null || headers.has('content-type') || typeof type !== 'string' || type === ''
      ? headers
      : headers.withAdded('Content-Type', type);
  return new HttpRequest(request.method, request.url, typed, body === null ? null : toBytes(body));
}

/**
 * The answer of an entry, as a handler below `decodeContent` would give it; `undefined` when none came. Its body is decoded,
 * and then says nothing of its coding, unless the archive has it as it was sent.
 */
export function responseOfHar(entry: HarEntry): HttpResponse | undefined {
  const { request, response } = entry;
  const status = Number(field(response, 'status') ?? 0);
  if (status === 0) return undefined;
  const content = field(response, 'content');
  const text = field(content, 'text');
  const isBase64 = field(content, 'encoding') === 'base64';
  const body = typeof text !== 'string' ? new Uint8Array(0) : isBase64 ? bytesOf(text, 'text') : toBytes(text);
  const given = headersOfHar(field(response, 'headers'));
  const isWhole = field(entry, '_error') === undefined && field(content, '_part') !== true;
  // In these cases the head describes the bytes as they are here, or no bytes at all.
  const isAsSent = request.method === 'HEAD' || field(content, '_coded') === true || !isWhole;
  // What is empty after its coding is undone had some bytes.
  const isEmpty = body.byteLength === 0 && !(Number(field(response, 'bodySize')) > 0);
  const headers = isAsSent || isEmpty ? given : headersOf(given, body.byteLength);
  const trailers = headersOfHar(field(response, '_trailers'));
  const reason = field(response, 'statusText');
  return new HttpResponse(
    status,
    headers,
    body,
    versionOf(field(response, 'httpVersion')),
    typeof reason === 'string' && VALUE.test(reason) ? reason : undefined,
    trailers.size > 0 ? { trailers } : {},
  );
}

/** A body that is decoded, whose secrets are masked, or that a person has changed has another length than the wire's. */
function headersOf(given: HttpHeaders, size: number): HttpHeaders {
  if (given.has('content-encoding')) return given.without('Content-Encoding', 'Content-Length');
  const length = given.get('content-length');
  return length === null || Number(length) === size ? given : given.with('Content-Length', String(size));
}

/** Header lines of an entry, without what only other versions of HTTP, or other tools, write there. */
export function headersOfHar(given: unknown): HttpHeaders {
  const lines: [string, string][] = [];
  for (const pair of Array.isArray(given) ? given : []) {
    const name = field(pair, 'name');
    const value = field(pair, 'value');
    // The pseudo-headers of HTTP/2 begin with a colon, which no token does.
    if (typeof name !== 'string' || !isToken(name) || typeof value !== 'string') continue;
    // Chromium joins the lines of `Set-Cookie` by a line end.
    for (const one of value.split('\n')) {
      const line = one.trim();
      if (VALUE.test(line)) lines.push([name, line]);
    }
  }
  return new HttpHeaders(lines);
}

/** `HTTP/1.1`, `h2`, `http/2.0`, `HTTP/2`, `unknown`. */
function versionOf(given: unknown): string {
  const digits = typeof given === 'string' ? /^(?:http\/|h)(\d(?:\.\d)?)$/i.exec(given)?.[1] : undefined;
  if (digits === undefined) return '1.1';
  return digits.startsWith('1') ? digits : digits.slice(0, 1);
}

function toBytes(body: string | Uint8Array): Uint8Array {
  return typeof body === 'string' ? new TextEncoder().encode(body) : body;
}

/** @throws TypeError for text that is no base64 */
function bytesOf(base64: string, where: string): Uint8Array {
  let text: string;
  try {
    text = atob(base64);
  } catch {
    throw new TypeError(`${where} is no base64`);
  }
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

/** An own member of what may be anything: archives are input. */
function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}
