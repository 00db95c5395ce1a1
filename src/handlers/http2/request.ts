/** The heads of requests and responses in the form of HTTP/2 (RFC 9113 section 8.3), to and from node:http2. */

import { type ClientHttp2Stream, constants, type OutgoingHttpHeaders, sensitiveHeaders } from 'node:http2';
import type { HttpHeaders } from '../../message/headers.ts';
import { BODILESS } from '../../message/methods.ts';
import type { HttpRequest } from '../../message/request.ts';
import type { Target } from '../../message/uri.ts';
import { bareRecord } from '../../options/option-record.ts';
import { rememberLast } from '../../options/remember-last.ts';
import { declaredLength } from '../exchange/callbacks.ts';
import { requestPath } from '../node/request.ts';

/**
 * Fields that are not sent. Most are about a connection of HTTP/1.1 (RFC 9113 section 8.2.2); `Host` becomes `:authority`,
 * and `Proxy-Authorization` is for a proxy, which only sees a tunnel here.
 */
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

/** The fields of a head as they are sent. */
interface SentFields {
  readonly fields: Readonly<Record<string, string>>;
  /** What `Host` says, which is sent as `:authority`. */
  readonly host: string | null;
}

/** Names in lower case, several lines of a name joined (RFC 9110 section 5.3), without what is about the connection. */
export function requestHead(request: HttpRequest, target: Target): OutgoingHttpHeaders {
  const { headers, method, body } = request;
  const { fields, host } = sentFields(headers);
  const head: OutgoingHttpHeaders = bareRecord({
    [constants.HTTP2_HEADER_METHOD]: method,
    [constants.HTTP2_HEADER_SCHEME]: target.protocol.slice(0, -1),
    [constants.HTTP2_HEADER_AUTHORITY]: host ?? target.host,
    [constants.HTTP2_HEADER_PATH]: requestPath(request, target),
  });
  Object.assign(head, fields);
  const length = body === null && BODILESS.has(method) ? undefined : declaredLength(request);
  if (length !== undefined && head['content-length'] === undefined) head['content-length'] = String(length);
  // Never put into the table of HPACK: by the size of later requests somebody could guess at it (RFC 7541 section 7.1.3).
  if ('authorization' in head) (head as Record<symbol, unknown>)[sensitiveHeaders] = ['authorization'];
  return head;
}

/** Most requests of a client have the same headers: what is sent of those is made once. */
const sentFields = rememberLast((headers: HttpHeaders): SentFields => {
  const fields: Record<string, string> = Object.create(null);
  const nominated = connectionOptions(headers.get('connection'));
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    if (CONNECTION.has(key) || nominated.has(key)) continue;
    if (key === 'te') {
      // `trailers` is the only value of it that HTTP/2 allows (RFC 9113 section 8.2.2).
      if (/\btrailers\b/i.test(value)) fields['te'] = 'trailers';
      continue;
    }
    const before = fields[key];
    // Lines of `Cookie` are joined with a semicolon instead of a comma (RFC 9113 section 8.2.3).
    fields[key] = before === undefined ? value : `${before}${key === 'cookie' ? '; ' : ', '}${value}`;
  }
  return { fields, host: headers.get('host') };
});

/** Names in lower case; several lines of a name stay apart. */
export function requestTrailers(trailers: HttpHeaders): OutgoingHttpHeaders {
  const fields: OutgoingHttpHeaders = Object.create(null);
  for (const name of trailers.keys()) fields[name.toLowerCase()] = trailers.getAll(name);
  return fields;
}

/** The fields that `Connection` names, which are about the connection as well (RFC 9110 section 7.6.1). */
function connectionOptions(connection: string | null): ReadonlySet<string> {
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

/** Bytes of a line beside name and value in HTTP/1.1 (`: ` and CRLF), so that `maxHeaderSize` means the same in HTTP/2. */
const LINE = 4;

/**
 * Calls `told` when the server has ended its side of the stream in the regular way. The event `end` does not tell:
 * node:http2 emits it also for a stream that was reset, whose body is cut short. It pushes the `null` that ends a Readable
 * in both cases; after a reset the stream is closed by then.
 */
export function whenWhole(stream: ClientHttp2Stream, told: () => void): void {
  const push = stream.push;
  stream.push = (chunk, encoding) => {
    if (chunk === null && !stream.closed && !stream.destroyed) told();
    return push.call(stream, chunk, encoding);
  };
}
