/**
 * What a caller of `client.fetch` gave. The platform's own `Request` is built from it, so that what the platform refuses
 * is refused in the platform's words (WHATWG Fetch section 5.4), and what it normalises comes out normalised.
 */

import type { RequestBody } from '../message/body.ts';
import type { HttpHeaders } from '../message/headers.ts';
import { maskUrl, type Redact } from '../message/redact.ts';
import { bareRecord } from '../options/option-record.ts';
import { kindOf } from '../runtime/kind-of.ts';
import { isSignal } from '../time/stop.ts';
import { bodyOfInit, standInFor } from './fetch-body.ts';

/** What the first argument of `fetch` may be. */
export type FetchInput = string | URL | Request;
/** What the second argument of `fetch` may be, with the member that runtimes need for a streamed body. */
export type FetchInit = RequestInit & { duplex?: 'half' };

/** What the client would add to a request: where relative URLs lead, and headers. */
export interface FetchDefaults {
  readonly base: string | undefined;
  readonly headers: HttpHeaders;
  /** Names that are masked beside the built-in ones. */
  readonly redact?: Redact | undefined;
}

/** Arguments that the platform has checked. */
export interface FetchArguments {
  /** As it was given: what the client refuses in a URL, it sees. */
  readonly url: string;
  /** Has the method, the headers and the words; its body is an empty one when `body` has the real one. */
  readonly request: Request;
  /** The body of the init; `undefined` when there is none, or that of a `Request`. */
  readonly body: RequestBody | undefined;
  /** What an abort before anything else cancels. */
  readonly stream: ReadableStream | null;
  readonly signal: AbortSignal | undefined;
}

// WHATWG Fetch section 5.4: the members of the RequestInit dictionary; `dispatcher` is Node's own. WebIDL sections 3.2.17 and
// 3.6: any other member is ignored, and so are arguments behind the init. A library must not fail here for what it may give to
// every other fetch, which is why this door alone refuses neither.
const MEMBERS = [
  'method',
  'headers',
  'body',
  'referrer',
  'referrerPolicy',
  'mode',
  'credentials',
  'cache',
  'redirect',
  'integrity',
  'keepalive',
  'signal',
  'duplex',
  'priority',
  'window',
  'dispatcher',
] as const;

/** All of them: what is left out, the platform may read from a prototype that somebody polluted. */
const DEFAULTS: RequestInit = Object.freeze({
  method: 'GET',
  headers: {},
  body: null,
  referrer: 'about:client',
  referrerPolicy: '',
  mode: 'cors',
  credentials: 'same-origin',
  cache: 'default',
  redirect: 'follow',
  integrity: '',
  keepalive: false,
  window: null,
});

/** @throws TypeError as the platform's fetch does */
export function readFetchArguments(input: FetchInput, given: unknown, defaults: FetchDefaults): FetchArguments {
  const source = input instanceof Request ? input : undefined;
  const init = membersOf(given);
  refuseDispatcher(init);
  const signal = signalOf(init, source);
  const body = init.body === undefined || init.body === null ? undefined : bodyOfInit(init.body);
  const stream = init.body instanceof ReadableStream ? init.body : null;
  // Its signal would follow ours by a listener of its own, and the platform's takes no other class's signals.
  const checked = bareRecord({ ...(source ? undefined : DEFAULTS), ...init, signal: null }) as FetchInit;
  if (body !== undefined) checked.body = standInFor(init.body);
  if (source !== undefined) {
    const request = new Request(source, checked);
    return { url: request.url, request, body, stream: stream ?? request.body, signal };
  }
  const text = input instanceof URL ? input.href : `${input as string}`;
  const request = platformRequest(forPlatform(text, defaults.base), checked, text, defaults.redact);
  // Without a base, what is relative is so to the page, where there is one.
  const url = defaults.base !== undefined || URL.canParse(text) ? text : request.url;
  return { url, request, body, stream, signal };
}

/** Own members of a record, so that a polluted prototype is never read; of another object (a `Request`) what it shows. */
function membersOf(given: unknown): FetchInit & { dispatcher?: unknown } {
  const members: Record<string, unknown> = bareRecord({});
  if (given === undefined || given === null) return members;
  if (typeof given !== 'object' && typeof given !== 'function') {
    throw new TypeError(`the init of fetch must be an object, got ${kindOf(given)}`);
  }
  const isRecord = Object.getPrototypeOf(given) === Object.prototype;
  for (const name of MEMBERS) {
    if (isRecord && !Object.hasOwn(given, name)) continue;
    const value = (given as Record<string, unknown>)[name];
    if (value !== undefined) members[name] = value;
  }
  return members;
}

/** Refused, not ignored: whoever gives one relies on where the request goes. */
function refuseDispatcher(init: { dispatcher?: unknown }): void {
  if (init.dispatcher === undefined || init.dispatcher === null) return;
  throw new TypeError(
    "init.dispatcher is for Node's own fetch; give the client what it is to send through: undiciHandler({ dispatcher })",
  );
}

/** By shape: those of other classes, such as npm's `abort-controller`, are taken as every option `signal` takes them. */
function signalOf(init: FetchInit, source: Request | undefined): AbortSignal | undefined {
  if (init.signal === undefined) return source?.signal;
  if (init.signal === null) return undefined;
  if (isSignal(init.signal)) return init.signal;
  throw new TypeError(`init.signal must be an AbortSignal or null, got ${kindOf(init.signal)}`);
}

/** The platform's words of a URL that it cannot parse, and their cause, hold the whole URL. */
function platformRequest(url: string, init: FetchInit, text: string, redact: Redact | undefined): Request {
  try {
    return new Request(url, init);
  } catch (error) {
    if (URL.canParse(url)) throw error;
    throw new TypeError(`Failed to parse URL from ${maskUrl(text, redact)}`);
  }
}

/** The URL as the platform takes it: absolute, and without credentials, of which the client makes an `Authorization`. */
function forPlatform(text: string, base: string | undefined): string {
  if (base === undefined && !text.includes('@')) return text;
  let url: URL;
  try {
    url = new URL(text, base);
  } catch {
    return text;
  }
  if (url.username !== '' || url.password !== '') {
    url.username = '';
    url.password = '';
  }
  return url.href;
}
