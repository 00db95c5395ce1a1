/**
 * What the routes of the test site share: the shape of a route, the call it answers, and how it reads and writes.
 * Kept apart from the tables of routes so that each table reads as a list of behaviours.
 */
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Clock } from '../time/clock.ts';
import type { SiteState } from './site-state.ts';

/** One request on its way through a route. */
export interface SiteCall {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** The path exactly as it was sent: not decoded, dot segments kept. */
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly state: SiteState;
  readonly routes: readonly SiteRoute[];
  readonly clock: Clock;
}

/** One row of the site's table. A segment `:name` takes one decoded segment, a last `*` takes the rest. */
export interface SiteRoute {
  readonly path: string;
  /** Methods that are served, 405 for the others; GET brings HEAD along. Absent: every method. */
  readonly methods?: readonly string[];
  readonly about: string;
  answer(call: SiteCall): void | Promise<void>;
}

/** Status, headers and type of an answer whose body is known whole. */
export interface SiteAnswer {
  readonly status?: number;
  readonly reason?: string;
  readonly type?: string;
  readonly headers?: OutgoingHttpHeaders;
}

/** A request that the site refuses, with the status to say so. */
export class SiteRefusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = 'SiteRefusal';
  }
}

/** The most the site keeps of one request body. */
const MAX_BODY = 256 * 1024 * 1024;
/** Responses whose client waits for a `100`; only a server that hands `checkContinue` over puts any in here. */
const awaitingContinue = new WeakSet<ServerResponse>();

/** Says that no `100 (Continue)` was sent for this exchange yet: the route decides about it (RFC 9110 section 10.1.1). */
export function deferContinue(res: ServerResponse): void {
  awaitingContinue.add(res);
}

/** Sends the `100` that a client may be waiting for before it sends its body. @returns whether one was sent */
export function inviteBody(call: Pick<SiteCall, 'res'>): boolean {
  if (!awaitingContinue.delete(call.res)) return false;
  call.res.writeContinue();
  return true;
}

/** The whole request body. Rejects when the client goes away before its end. */
export async function readBody(call: SiteCall, limit = MAX_BODY): Promise<Buffer> {
  inviteBody(call);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of call.req.iterator({ destroyOnReturn: false })) {
    size += (chunk as Buffer).length;
    if (size > limit) throw new SiteRefusal(413, `the body is longer than ${limit} bytes`);
    chunks.push(chunk as Buffer);
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
}

/** Reads the request body to its end without keeping it: a close with unread bytes would become a reset. */
export async function discardBody(call: Pick<SiteCall, 'req' | 'res'>): Promise<void> {
  inviteBody(call);
  for await (const _ of call.req.iterator({ destroyOnReturn: false }));
}

/** Sends a body that is known whole, with its length. */
export function sendBytes(call: SiteCall, body: string | Uint8Array, answer: SiteAnswer = {}): void {
  const { status = 200, reason, type = 'text/plain; charset=utf-8', headers } = answer;
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const all = { 'Content-Type': type, 'Content-Length': bytes.length, ...headers };
  if (reason === undefined) call.res.writeHead(status, all);
  else call.res.writeHead(status, reason, all);
  call.res.end(bytes);
}

/** Sends a value as a line of JSON. */
export function sendJson(call: SiteCall, value: unknown, answer: SiteAnswer = {}): void {
  sendBytes(call, `${JSON.stringify(value)}\n`, { type: 'application/json', ...answer });
}

/** Writes the pieces as fast as the client reads them. Answers whether the client is still there at the end. */
export async function writePieces(call: SiteCall, pieces: Iterable<string | Uint8Array>): Promise<boolean> {
  const { req, res } = call;
  if (req.method === 'HEAD') return !res.destroyed;
  for (const piece of pieces) {
    if (res.destroyed) return false;
    if (!res.write(piece)) await drained(res);
  }
  return !res.destroyed;
}

/** Writes one piece and waits until the system has it; what is closed or reset next comes after it on the wire. */
export function writeOut(call: Pick<SiteCall, 'res'>, piece: string | Uint8Array): Promise<void> {
  const { res } = call;
  return new Promise((resolve) => {
    res.once('close', resolve);
    res.write(piece, () => {
      res.off('close', resolve);
      resolve();
    });
  });
}

/** Resolves when more can be written, or nothing can be any more. */
function drained(res: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      res.off('drain', done);
      res.off('close', done);
      resolve();
    };
    res.on('drain', done);
    res.on('close', done);
  });
}

/** A whole number from a segment or a query value; `fallback` when it was not given. */
export function wholeNumber(text: string | null | undefined, name: string, max: number, fallback?: number): number {
  if ((text === null || text === undefined || text === '') && fallback !== undefined) return fallback;
  if (!/^\d{1,15}$/.test(text ?? '') || Number(text) > max) {
    throw new SiteRefusal(400, `${name} must be a whole number up to ${max}, not ${JSON.stringify(text ?? null)}`);
  }
  return Number(text);
}

/** A field value as its UTF-8 bytes: node:http writes each UTF-16 unit as one byte. Control characters are refused. */
export function fieldValue(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused (RFC 9110 section 5.5)
  if (/[\x00-\x08\x0a-\x1f\x7f]/.test(text)) throw new SiteRefusal(400, 'a control character in a header value');
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** What came in, as JSON can carry it. */
export function describeRequest(call: SiteCall, body: Uint8Array): Record<string, unknown> {
  const { req } = call;
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return {
    method: req.method,
    url: req.url,
    path: call.path,
    query: [...call.query],
    headers: headerMap(req.rawHeaders),
    rawHeaders: headerPairs(req.rawHeaders),
    body: bytes.toString('utf8'),
    bodyBase64: bytes.toString('base64'),
    bodyBytes: bytes.length,
    trailers: headerPairs(req.rawTrailers),
    httpVersion: req.httpVersion,
    remotePort: req.socket.remotePort ?? null,
  };
}

/** Node's flat list as pairs, in the order of the wire. */
function headerPairs(raw: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let i = 0; i < raw.length; i += 2) pairs.push([raw[i]!, raw[i + 1]!]);
  return pairs;
}

/**
 * Lower-cased names; values of one name joined as RFC 9110 section 5.3 allows, cookies as RFC 6265 section 5.4 writes
 * them.
 */
export function headerMap(raw: readonly string[]): Record<string, string> {
  const map = new Map<string, string>();
  for (const [name, value] of headerPairs(raw)) {
    const key = name.toLowerCase();
    const before = map.get(key);
    map.set(key, before === undefined ? value : before + (key === 'cookie' ? '; ' : ', ') + value);
  }
  return Object.fromEntries(map);
}
