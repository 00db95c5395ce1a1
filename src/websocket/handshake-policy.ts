/** The opening handshake (RFC 6455 section 4.1) as pure functions: the headers of the request, and what a 101 must say. */
import { createHash } from 'node:crypto';
import { RequestError, ResponseError } from '../message/errors.ts';
import type { HttpHeaders } from '../message/headers.ts';
import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import { agreeOnDeflate, type Compression } from './compression.ts';

/** What this connection may come to speak. */
export interface Offer {
  readonly protocols: readonly string[];
  readonly compression: Compression | undefined;
}

/** What both sides have agreed on. */
export interface Agreement {
  /** `''` for none. */
  readonly protocol: string;
  /** As the server wrote them, `''` for none. */
  readonly extensions: string;
  readonly compression: Compression | undefined;
}

/**
 * The fixed text that a server adds to the key (RFC 6455 section 1.3). One that does not speak WebSocket does not know it.
 */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** `Sec-WebSocket-Accept`: the proof that the server has read this key, and that the answer is not from a cache. */
export function acceptOf(key: string): string {
  return createHash('sha1')
    .update(key + GUID)
    .digest('base64');
}

/**
 * The request with the headers of a handshake.
 * @throws RequestError when the caller's headers ask for extensions, which nobody here could speak
 */
export function asking(request: HttpRequest, offer: Offer, key: string): HttpRequest {
  if (request.headers.has('sec-websocket-extensions')) {
    const fact = 'Sec-WebSocket-Extensions is written by upgrade itself; see its compression option';
    throw new RequestError(fact, { request, attempts: 0 });
  }
  let headers = request.headers
    .with('Upgrade', 'websocket')
    .with('Connection', 'Upgrade')
    .with('Sec-WebSocket-Version', '13')
    .with('Sec-WebSocket-Key', key);
  if (offer.protocols.length > 0) headers = headers.with('Sec-WebSocket-Protocol', offer.protocols.join(', '));
  if (offer.compression !== undefined) headers = headers.with('Sec-WebSocket-Extensions', offer.compression.offer());
  return request.with({ headers });
}

/**
 * Reads what a 101 agrees to.
 * @throws ResponseError (`ERR_UPGRADE`) for a response that does not answer this handshake
 */
export function agreementOf(response: HttpResponse, request: HttpRequest, offer: Offer, key: string): Agreement {
  const { headers } = response;
  const refuse = (fact: string): ResponseError =>
    new ResponseError(`the server's handshake is not valid (RFC 6455 §4.1): ${fact}`, {
      request,
      response,
      code: 'ERR_UPGRADE',
    });
  const upgrade = headers.get('upgrade');
  if (upgrade?.toLowerCase() !== 'websocket') throw refuse(`Upgrade must be websocket, got ${shown(upgrade)}`);
  if (!tokensOf(headers, 'connection').some((token) => token.toLowerCase() === 'upgrade')) {
    throw refuse(`Connection must hold upgrade, got ${shown(headers.get('connection'))}`);
  }
  if (headers.get('sec-websocket-accept') !== acceptOf(key)) {
    throw refuse('Sec-WebSocket-Accept does not fit our Sec-WebSocket-Key; is something between us and the server?');
  }
  const protocol = protocolOf(headers, tokensOf(request.headers, 'sec-websocket-protocol'), refuse);
  const extensions = headers.get('sec-websocket-extensions') ?? '';
  try {
    return { protocol, extensions, compression: agreeOnDeflate(extensions, offer.compression) };
  } catch (error) {
    throw refuse(`Sec-WebSocket-Extensions ${shown(extensions)}: ${(error as Error).message}`);
  }
}

/** The subprotocol that the server chose: one that was offered, or none (RFC 6455 section 4.2.2, item 5). */
function protocolOf(headers: HttpHeaders, offered: readonly string[], refuse: (fact: string) => Error): string {
  const lines = headers.getAll('sec-websocket-protocol');
  const [protocol = ''] = lines;
  if (lines.length > 1) throw refuse('Sec-WebSocket-Protocol stands there twice');
  if (lines.length === 0 || offered.includes(protocol)) return protocol;
  const asked = offered.length === 0 ? 'none was offered' : `offered were ${offered.join(', ')}`;
  throw refuse(`the server chose the subprotocol ${shown(protocol)}; ${asked}`);
}

/** The members of a comma-separated field (RFC 9110 section 5.6.1). */
function tokensOf(headers: HttpHeaders, name: string): string[] {
  return (headers.get(name) ?? '')
    .split(',')
    .map((token) => token.trim())
    .filter((token) => token !== '');
}

/** A value from the server for a message: cut short, without control characters. */
function shown(value: string | null): string {
  return value === null ? 'none' : JSON.stringify(value.slice(0, 200).replace(/[^\x20-\x7e]/g, '?'));
}
