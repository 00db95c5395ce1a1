/** From our response to the platform's `Response`, and back. */
import { kindOf } from '../runtime/kind-of.ts';
import type { HttpHeaders } from './headers.ts';

/** What a `Response` shows of one of ours. */
export interface WebFacts {
  readonly status: number;
  readonly statusText: string;
  readonly headers: HttpHeaders;
  /** `''` when nobody asked for it. */
  readonly url: string;
  readonly redirected: boolean;
}

// WHATWG Fetch section 2.2.3: null body status
const WITHOUT_BODY: ReadonlySet<number> = new Set([101, 103, 204, 205, 304]);

/** Whether a `Response` of this status has no body. */
export function isNullBodyStatus(status: number): boolean {
  return WITHOUT_BODY.has(status);
}

/** A `Response` with these facts, some of which its constructor does not take. */
export function webResponseOf(facts: WebFacts, body: ReadableStream<Uint8Array> | Uint8Array | null): Response {
  const { status, statusText, url, redirected } = facts;
  // WHATWG Fetch section 5.5: the constructor takes 200 to 599.
  const isTaken = status >= 200 && status <= 599;
  const headers = [...facts.headers] as [string, string][];
  const web = new Response(body as BodyInit | null, { status: isTaken ? status : 200, statusText, headers });
  const shown: PropertyDescriptorMap = { url: { value: url.replace(/#.*$/, '') }, redirected: { value: redirected } };
  if (!isTaken) Object.assign(shown, { status: { value: status }, ok: { value: false } });
  return Object.defineProperties(web, shown);
}

/**
 * What the constructor of our response takes, of one of the platform's.
 * @throws TypeError for what is no `Response`, shows nothing, or was read before
 */
export function partsOfWeb(
  web: Response,
): [number, [string, string][], ReadableStream<Uint8Array> | null, string, string, { url: string }] {
  if (!(web instanceof Response) && Object.prototype.toString.call(web) !== '[object Response]') {
    throw new TypeError(`HttpResponse.from takes a Response, got ${kindOf(web)}`);
  }
  const { status, statusText, url, body, bodyUsed, type, headers } = web;
  if (status === 0)
    throw new TypeError(`HttpResponse.from cannot read a Response of type "${type}", which shows nothing`);
  if (bodyUsed || body?.locked) throw new TypeError('HttpResponse.from takes a Response whose body nobody has read');
  // A body that came through the platform's fetch is decoded, and its headers still say how it was sent.
  const isDecoded = type !== 'default' && headers.has('content-encoding');
  const lines = [...headers] as [string, string][];
  const kept = isDecoded ? lines.filter(([name]) => name !== 'content-encoding' && name !== 'content-length') : lines;
  return [status, kept, body, '1.1', statusText, { url }];
}
