/** The heads of requests and responses in the form of HTTP/2 (RFC 9113 section 8.3), to and from node:http2. */

import { constants, type OutgoingHttpHeaders, sensitiveHeaders } from 'node:http2';
import type { HttpHeaders } from '../../message/headers.ts';
import { BODILESS } from '../../message/methods.ts';
import type { HttpRequest } from '../../message/request.ts';
import type { Target } from '../../message/uri.ts';
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
  /** The same as name, value, name, value, ... */
  readonly lines: readonly string[];
  /** What `Host` says, which is sent as `:authority`. */
  readonly host: string | null;
}

/** A head for node:http2: its lines, or a record where Node does not take these. */
export type RequestHead = readonly string[] | OutgoingHttpHeaders;

/** Names in lower case, several lines of a name joined (RFC 9110 section 5.3), without what is about the connection. */
export function requestHead(request: HttpRequest, target: Target): RequestHead {
  const { headers, method, body } = request;
  const { fields, lines, host } = sentFields(headers);
  const pseudo: string[] = [
    constants.HTTP2_HEADER_METHOD,
    method,
    constants.HTTP2_HEADER_SCHEME,
    target.protocol.slice(0, -1),
    constants.HTTP2_HEADER_AUTHORITY,
    host ?? target.host,
    constants.HTTP2_HEADER_PATH,
    requestPath(request, target),
  ];
  const head = pseudo.concat(lines);
  if (body !== null || !BODILESS.has(method)) {
    const length = declaredLength(request);
    if (length !== undefined && fields['content-length'] === undefined) head.push('content-length', String(length));
  }
  // Never put into the table of HPACK: by the size of later requests somebody could guess at it (RFC 7541 section 7.1.3).
  const sensitive = fields['authorization'] === undefined ? undefined : ['authorization'];
  if (TAKES_LINES) return sensitive === undefined ? head : Object.assign(head, { [sensitiveHeaders]: sensitive });
  return asRecord(head, sensitive);
}

/** Since these versions node:http2 takes the lines of a head; it makes its own text of them in one step less. */
const TAKES_LINES = takesLines(process.versions);

function takesLines({ node, bun }: NodeJS.ProcessVersions): boolean {
  const [major = 0, minor = 0] = node.split('.').map(Number);
  return bun === undefined && (major >= 24 || (major === 22 && minor >= 17));
}

function asRecord(lines: readonly string[], sensitive: string[] | undefined): OutgoingHttpHeaders {
  const head: OutgoingHttpHeaders = Object.create(null);
  for (let i = 0; i < lines.length; i += 2) head[lines[i]!] = lines[i + 1];
  if (sensitive !== undefined) (head as Record<symbol, unknown>)[sensitiveHeaders] = sensitive;
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
  return { fields, lines: Object.entries(fields).flat(), host: headers.get('host') };
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
  let size = 0;
  let start = 0;
  for (let i = 0; i < raw.length; i += 2) {
    size += raw[i]!.length + raw[i + 1]!.length + LINE;
    // RFC 9113 section 8.3: pseudo-headers stand before all others, or the head is malformed.
    if (raw[i]![0] === ':') start = i + 2;
  }
  return { fields: raw.slice(start), size };
}

/** Bytes of a line beside name and value in HTTP/1.1 (`: ` and CRLF), so that `maxHeaderSize` means the same in HTTP/2. */
const LINE = 4;
