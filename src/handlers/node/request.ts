/**
 * Writes a request for node:http: its head as it was given, its framing exact, over a connection that we bring. HTTP/2 uses
 * `requestPath` and `checkFraming` too.
 */

import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import { type DialSettings, forwarderOf } from '../../connect/dial.ts';
import { absoluteForm, hopHeaders } from '../../connect/forwarding.ts';
import { openOver } from '../../connect/given-socket-agent.ts';
import type { ProxyServer } from '../../connect/rules/proxy-url.ts';
import { RequestError } from '../../message/errors.ts';
import { checkHead } from '../../message/framing.ts';
import { BODILESS } from '../../message/methods.ts';
import type { HttpRequest } from '../../message/request.ts';
import type { Target } from '../../message/uri.ts';
import type { RequestOptions } from '../../options/options.ts';
import { declaredLength } from '../exchange/callbacks.ts';

/**
 * The request line's target. `OPTIONS http://host/*` asks about the server as a whole and is sent as `OPTIONS *`
 * (RFC 9112 section 3.2.4); a resource that is really called `*` is written `/%2A`.
 */
export function requestPath(request: HttpRequest, target: Target): string {
  return request.method === 'OPTIONS' && target.path === '/*' ? '*' : target.path;
}

/**
 * @throws RequestError for a head that cannot be sent (`checkHead`), and for a body that was read already
 *   (`ERR_BODY_USED`)
 */
export function checkFraming(request: HttpRequest, { trailers }: RequestOptions): void {
  checkHead(request, trailers);
  if (!request.body?.used) return;
  const fact = 'the body is a stream that was already read; give a function that returns a fresh one to send it again';
  throw new RequestError(fact, { request, code: 'ERR_BODY_USED', attempts: 0 });
}

/** Opens the request; nothing is written before its body begins or its head is flushed. */
export function openExchange(
  request: HttpRequest,
  target: Target,
  settings: DialSettings,
  socket: Socket,
): ClientRequest {
  const { headers, method } = request;
  const closes = !settings.keepAlive || /\bclose\b/i.test(headers.get('connection') ?? '');
  const forwarder = forwarderOf(socket);
  const fields = headFields(request, target, forwarder);
  const path = requestPath(request, target);
  const isUpperCase = method === method.toUpperCase();
  const sent = openOver({
    carrier: socket,
    server: target,
    isKept: !closes,
    method,
    path: forwarder === undefined ? path : absoluteForm(target, path),
    lines: isUpperCase ? fields : undefined,
    maxHeaderSize: settings.maxHeaderSize,
  });
  // Node drops what is beyond 2000 lines in silence; maxHeaderSize is the limit, and an error.
  sent.maxHeadersCount = 0;
  if (!isUpperCase) keepCase(sent, method, fields);
  return sent;
}

/** The lines of the head: the caller's as they are, and those that HTTP/1.1 needs beside them. */
function headFields(request: HttpRequest, target: Target, forwarder: ProxyServer | undefined): string[] {
  const { body, method } = request;
  const headers = hopHeaders(request.headers, forwarder);
  // toRaw() shares its lines with the request.
  const fields = [...headers.toRaw()];
  // RFC 9112 section 3.2, RFC 9110 section 7.2: every request has a `Host`, and it should come first.
  if (!headers.has('host')) fields.unshift('Host', target.host);
  if (headers.has('content-length') || headers.has('transfer-encoding')) return fields;
  const length = declaredLength(request);
  if (length === undefined) fields.push('Transfer-Encoding', 'chunked');
  else if (body !== null || !BODILESS.has(method)) fields.push('Content-Length', String(length));
  return fields;
}

/**
 * Sends a method as it is written. Methods are case-sensitive (RFC 9110 section 9.1), and node:http makes them upper case.
 * But it reads the property `method` again when it writes the head, unless the head was given to it at once; that is why
 * the lines are set one by one here, at the price that those of one name come to stand together.
 */
function keepCase(sent: ClientRequest, method: string, fields: readonly string[]): void {
  sent.method = method;
  sent.useChunkedEncodingByDefault = false;
  const lines = new Map<string, { name: string; values: string[] }>();
  for (let i = 0; i < fields.length; i += 2) {
    const [name, value] = [fields[i]!, fields[i + 1]!];
    const known = lines.get(name.toLowerCase());
    if (known === undefined) lines.set(name.toLowerCase(), { name, values: [value] });
    else known.values.push(value);
  }
  for (const { name, values } of lines.values()) sent.setHeader(name, values);
}
