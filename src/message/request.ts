/** A request as an immutable value: a layer that changes it hands a copy on, so that no other layer is surprised. */

import { refuseSurplus, refuseUnknownNames } from '../runtime/arguments.ts';
import { kindOf, ofThisCopy } from '../runtime/kind-of.ts';
import type { RequestBody } from './body.ts';
import { type BodyInit, bodyFrom } from './body-from.ts';
import { type HeadersInit, HttpHeaders, isToken } from './headers.ts';
import { INSPECT, type Inspect, inspected } from './inspected.ts';
import type { Message } from './message.ts';
import type { MessageCall } from './message-call.ts';
import { own } from './own.ts';
import { maskUrl } from './redact.ts';

/** The fields that `with` may change. */
export interface RequestChanges {
  /** Case-sensitive. */
  method?: string | undefined;
  /** The absolute URL. */
  url?: string | URL | undefined;
  /** In place of all headers. */
  headers?: HeadersInit | undefined;
  /** In place of the body; `null` is none. */
  body?: BodyInit | null | undefined;
  /** Such as `'1.1'`. */
  protocolVersion?: string | undefined;
}

const TAKES = 'a request is made of a method, a URI, headers, a body and a version; options are given to who sends it';
const CHANGES: readonly (keyof RequestChanges)[] = ['method', 'url', 'headers', 'body', 'protocolVersion'];

// A line of the head ends at any of these; the rest of the C0 block and DEL have no business in a URI (RFC 3986
// section 2).
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that are refused
const CONTROL = /[\u0000-\u001f\u007f]/;

/** What a request knows beside its value. */
interface PartOfCall {
  /** The call this request belongs to. Not part of its value. @internal */
  call: MessageCall | undefined;
}

/** Keeps the call in a private field: nothing that walks, copies or prints the fields of a request sees it. */
class CallHolder {
  #call: MessageCall | undefined;

  get call(): MessageCall | undefined {
    return this.#call;
  }

  set call(call: MessageCall | undefined) {
    this.#call = call;
  }
}

// By its interface alone: a private field in the type would keep a `Readonly<HttpRequest>` from being an `HttpRequest`.
/** A request as an immutable value: `with...` gives a changed copy. Layers get one, and `client.send` takes one. */
export class HttpRequest extends (CallHolder as new () => PartOfCall) implements Message<HttpRequest> {
  /** Case-sensitive, kept as given (RFC 9110 section 9.1). */
  readonly method: string;
  /** The absolute URL once the client has resolved it; what was given until then. */
  readonly url: string;
  readonly headers: HttpHeaders;
  /** What is sent with it, if anything. */
  readonly body: RequestBody | null;
  /** `'1.1'` unless told otherwise. */
  readonly protocolVersion: string;

  /**
   * @throws TypeError for an empty method or one that is no token, a version that is no number, a control character in
   * the URI or a header, a header value that is no string, a body of an unknown kind, an argument more than these.
   */
  constructor(
    method: string,
    uri: string | URL,
    headers?: HeadersInit | null,
    body?: BodyInit | null,
    protocolVersion = '1.1',
  ) {
    super();
    if (arguments.length > 5) refuseSurplus(arguments, 5, TAKES);
    this.method = checkedMethod(method);
    this.url = checkedUri(uri);
    this.headers =
      headers instanceof HttpHeaders ? headers : headers == null ? HttpHeaders.empty : new HttpHeaders(headers);
    this.body = body == null ? null : bodyFrom(body);
    this.protocolVersion = protocolVersion === '1.1' ? protocolVersion : checkedVersion(protocolVersion);
  }

  /** A copy with the changes; the same instance when nothing changes. @throws TypeError for a name that is none of them */
  with(changes: RequestChanges): HttpRequest {
    refuseUnknownNames('HttpRequest.with', changes, CHANGES, 'field');
    const method = own(changes, 'method') ?? this.method;
    const url = String(own(changes, 'url') ?? this.url);
    const headers = own(changes, 'headers') ?? this.headers;
    const asked = own(changes, 'body');
    const body = asked === undefined ? this.body : asked;
    const version = own(changes, 'protocolVersion') ?? this.protocolVersion;
    if (
      method === this.method &&
      url === this.url &&
      headers === this.headers &&
      body === this.body &&
      version === this.protocolVersion
    ) {
      return this;
    }
    const copy = new HttpRequest(method, url, headers, body, version);
    copy.call = this.call;
    return copy;
  }

  /** A copy with other headers: what the layers ask for on the way of every request. @internal */
  headed(headers: HttpHeaders): HttpRequest {
    const copy = new HttpRequest(this.method, this.url, headers, this.body, this.protocolVersion);
    copy.call = this.call;
    return copy;
  }

  withHeader(name: string, value: string | number | readonly string[]): HttpRequest {
    if (this.headers.holds(name, value)) return this;
    return this.with({ headers: this.headers.with(name, value) });
  }

  withAddedHeader(name: string, value: string | number | readonly string[]): HttpRequest {
    return this.with({ headers: this.headers.withAdded(name, value) });
  }

  withoutHeader(name: string): HttpRequest {
    return this.with({ headers: this.headers.without(name) });
  }

  /** The body as UTF-8 text, `''` without one. */
  async text(): Promise<string> {
    return this.body === null ? '' : this.body.text();
  }

  /** The body parsed as JSON. */
  async json<T = unknown>(): Promise<T> {
    return JSON.parse(await this.text()) as T;
  }

  /** The body's bytes, none without one. */
  async bytes(): Promise<Uint8Array> {
    return this.body === null ? new Uint8Array(0) : this.body.toBytes();
  }

  /** Secrets masked; never the body's content. */
  toJSON(): { method: string; url: string; headers: Record<string, string | string[]>; body: unknown } {
    return {
      method: this.method,
      url: maskUrl(this.url, this.call?.redact),
      headers: this.headers.masked(this.call?.redact),
      body: this.body?.toJSON() ?? null,
    };
  }

  override toString(): string {
    return `${this.method} ${maskUrl(this.url, this.call?.redact)}`;
  }

  [INSPECT](_depth?: number, options?: unknown, inspect?: Inspect): string {
    return inspected('HttpRequest', this.toJSON(), options, inspect);
  }
}

ofThisCopy(HttpRequest.prototype);

/** RFC 9112 section 2.3: a digit, a dot and a digit; later versions are a digit alone. @internal */
export function checkedVersion(version: unknown): string {
  if (typeof version === 'string' && /^\d(?:\.\d)?$/.test(version)) return version;
  const found = typeof version === 'string' ? JSON.stringify(version.slice(0, 40)) : typeof version;
  throw new TypeError(`the HTTP version must be a number such as '1.1', got ${found}`);
}

/** The URI as text, once method and URI may stand in a request. @throws TypeError as the constructor does. @internal */
export function checkedTarget(method: unknown, uri: unknown): string {
  checkedMethod(method);
  return checkedUri(uri);
}

function checkedMethod(method: unknown): string {
  // The methods of every day need no look at each character.
  if (method === 'GET' || method === 'POST') return method;
  if (typeof method === 'string' && isToken(method)) return method;
  throw new TypeError(`method must be a token such as 'GET' (RFC 9110 §9.1), got ${JSON.stringify(method)}`);
}

/** A request is copied on its way through the layers, mostly with the URI it has: that one was searched already. */
let lastUri = '';

function checkedUri(uri: unknown): string {
  if (uri === lastUri) return lastUri;
  const text = uri instanceof URL ? uri.href : uri;
  if (typeof text !== 'string') throw new TypeError(`uri must be a string or a URL, got ${kindOf(text)}`);
  const at = text.search(CONTROL);
  if (at === -1) {
    lastUri = text;
    return text;
  }
  const code = text.charCodeAt(at).toString(16).toUpperCase().padStart(4, '0');
  throw new TypeError(
    `uri has the control character U+${code} at ${at}; encode it, got ${JSON.stringify(maskUrl(text))}`,
  );
}
