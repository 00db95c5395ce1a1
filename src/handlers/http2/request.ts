/** Heads as HTTP/2 has them (RFC 9113 section 8.3), to and from node:http2. */

import { type ClientHttp2Stream, constants, type OutgoingHttpHeaders, sensitiveHeaders } from 'node:http2';
import type { HttpHeaders } from '../../message/headers.ts';
import { BODILESS } from '../../message/methods.ts';
import type { HttpRequest } from '../../message/request.ts';
import type { Target } from '../../message/uri.ts';
import { declaredLength } from '../exchange/callbacks.ts';
import { requestPath } from '../node/request.ts';

/** RFC 9113 §8.2.2: they speak of a connection of HTTP/1.1; and two that go elsewhere. */
const CONNECTION: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
  'host',
  'proxy-authorization',
]);

/** Lower-cased, several lines of a name joined (RFC 9110 section 5.3), without what is about the connection. */
export function requestHead(request: HttpRequest, target: Target): OutgoingHttpHeaders {
  const { headers, method, body } = request;
  const head: OutgoingHttpHeaders = Object.create(null);
  head[constants.HTTP2_HEADER_METHOD] = method;
  head[constants.HTTP2_HEADER_SCHEME] = target.protocol.slice(0, -1);
  head[constants.HTTP2_HEADER_AUTHORITY] = headers.get('host') ?? target.host;
  head[constants.HTTP2_HEADER_PATH] = requestPath(request, target);
  const named = nominated(headers.get('connection'));
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    if (CONNECTION.has(key) || named.has(key)) continue;
    if (key === 'te') {
      if (/\btrailers\b/i.test(value)) head['te'] = 'trailers';
      continue;
    }
    const before = head[key];
    // RFC 9113 §8.2.3
    head[key] = before === undefined ? value : `${String(before)}${key === 'cookie' ? '; ' : ', '}${value}`;
  }
  const length = declaredLength(request);
  if (length !== undefined && head['content-length'] === undefined && (body !== null || !BODILESS.has(method))) {
    head['content-length'] = String(length);
  }
  // RFC 7541 §7.1.3: never in a table that another request could be compared with.
  if ('authorization' in head) (head as Record<symbol, unknown>)[sensitiveHeaders] = ['authorization'];
  return head;
}

/** Lower-cased; several lines of a name stay apart. */
export function requestTrailers(trailers: HttpHeaders): OutgoingHttpHeaders {
  const fields: OutgoingHttpHeaders = Object.create(null);
  for (const name of trailers.keys()) fields[name.toLowerCase()] = trailers.getAll(name);
  return fields;
}

/** RFC 9110 §7.6.1: what `Connection` names is for the connection too. */
function nominated(connection: string | null): ReadonlySet<string> {
  if (connection === null) return NONE;
  return new Set(connection.split(',').map((name) => name.trim().toLowerCase()));
}

const NONE: ReadonlySet<string> = new Set();

/**
 * The lines of an answer without its pseudo-header, and their size (RFC 9113 section 8.3.2).
 * @param raw the lines as they came, which node:http2 gives beside the record that it makes of them
 */
export function answerHead(raw: readonly string[]): { readonly fields: string[]; readonly size: number } {
  const fields: string[] = [];
  let size = 0;
  for (let i = 0; i < raw.length; i += 2) {
    const [name, value] = [raw[i]!, raw[i + 1]!];
    size += name.length + value.length + LINE;
    if (!name.startsWith(':')) fields.push(name, value);
  }
  return { fields, size };
}

/** What a line has beside its name and its value in HTTP/1.1, so that `maxHeaderSize` means the same. */
const LINE = 4;

/** node:http2 emits `end` for a stream that was reset too; only what comes before the reset is the server's word. */
export function whenWhole(stream: ClientHttp2Stream, told: () => void): void {
  const push = stream.push;
  stream.push = (chunk, encoding) => {
    if (chunk === null && !stream.closed && !stream.destroyed) told();
    return push.call(stream, chunk, encoding);
  };
}
