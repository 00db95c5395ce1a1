/** A response as an immutable value, whose body is read from memory as often as wanted, or from a stream once. */
import { refuseSurplus, refuseUnknownNames } from '../runtime/arguments.ts';
import { ofThisCopy } from '../runtime/kind-of.ts';
import type { Answered } from './answered.ts';
import { toBytes } from './bytes.ts';
import { comparedByBody } from './compared.ts';
import { type Content, charsetOf, chunksOf, decodeText, type NodeStream, toNodeStream } from './content.ts';
import { contentFrom } from './content-from.ts';
import { cookiesOf } from './cookie-values.ts';
import { withoutSecretsOf } from './echoes.ts';
import { BodyError } from './errors.ts';
import { type HeadersInit, HttpHeaders } from './headers.ts';
import { INSPECT, type Inspect, inspected } from './inspected.ts';
import { jsonText, type ParseJson } from './json.ts';
import { parseEvents, parseNdjson, splitLines } from './line-readers.ts';
import { type Links, linksOf } from './links.ts';
import { own } from './own.ts';
import {
  type EventOptions,
  eventsOf,
  type HeldText,
  heldText,
  type LineOptions,
  mapped,
  parsedOr,
  type ReadEvents,
  type ServerSentEvent,
  withData,
} from './readers.ts';
import { checkedReason, checkedStatus, reasonPhrase } from './reason-phrases.ts';
import { checkedVersion, type HttpRequest } from './request.ts';
import { changedFacts, changedNames } from './response-changes.ts';
import type { RedirectHop, ResponseBodyInit, ResponseChanges, ResponseFacts, Timings } from './response-facts.ts';
import { validated } from './schema-check.ts';
import { type ServerTiming, serverTimingsOf } from './server-timing.ts';
import { shownResponse } from './shown-response.ts';
import {
  checkSchema,
  type SchemaIssue,
  type SchemaOutput,
  type StandardSchema,
  schemaFirst,
} from './standard-schema.ts';
import { whyUnreadable } from './unreadable.ts';
import { isNullBodyStatus, partsOfWeb, webResponseOf } from './web-response.ts';
import { streamOfBytes } from './web-stream.ts';

export type { RedirectHop, ResponseBodyInit, ResponseChanges, ResponseFacts, Timings } from './response-facts.ts';

const DRAIN_BYTES = 65_536; // A rest of at most so many is read rather than its connection closed.
const MADE_OF = 'a response takes a status, headers, a body, a version, a reason and facts';
const NO_HOPS: readonly RedirectHop[] = [];

/** A response as an immutable value. Its body is read from memory any number of times, or from a stream once. */
export class HttpResponse implements Answered {
  readonly status: number;
  readonly statusText: string;
  readonly headers: HttpHeaders;
  readonly protocolVersion: string;
  /** The final URL, after redirects; `''` for a response that nobody asked for. */
  readonly url: string;
  /** The redirects that were followed, first one first. */
  readonly redirects: readonly RedirectHop[];
  /** How many times the request was sent for this answer. */
  readonly attempts: number;
  readonly timings: Timings;
  /** Where the body went, when a `sink` took it. */
  readonly sink: unknown;
  // Private: whatever walks the fields of a response would meet the request's URL with its secrets.
  readonly #facts: ResponseFacts;
  readonly #content: Content;

  /**
   * @param status 100 to 999, default 200
   * @param reason default: the registered phrase for the status
   * @throws RangeError for another status, TypeError for bad headers, a version that is no number, or an unknown body
   */
  constructor(
    status = 200,
    headers?: HeadersInit | null,
    body?: ResponseBodyInit,
    protocolVersion = '1.1',
    reason?: string,
    facts: ResponseFacts = {},
  ) {
    if (arguments.length > 6) refuseSurplus(arguments, 6, MADE_OF);
    this.status = checkedStatus(status);
    this.statusText = reason === undefined ? reasonPhrase(status) : checkedReason(reason);
    this.headers =
      headers instanceof HttpHeaders ? headers : headers == null ? HttpHeaders.empty : new HttpHeaders(headers);
    this.protocolVersion = protocolVersion === '1.1' ? protocolVersion : checkedVersion(protocolVersion);
    this.url = own(facts, 'url') ?? '';
    this.redirects = own(facts, 'redirects') ?? NO_HOPS;
    this.attempts = own(facts, 'attempts') ?? 1;
    this.timings = own(facts, 'timings') ?? {};
    this.sink = own(facts, 'sink');
    this.#facts = facts;
    this.#content = contentFrom(body);
  }

  /**
   * A response with a JSON body, for a handler of yours or a test.
   * @param init `status`, by default 200, `statusText` and `headers`; `Content-Type` is `application/json` unless given
   * @throws TypeError for what cannot be written as JSON
   * @example new Client({ handler: async () => HttpResponse.json({ name: 'Ada' }) })
   */
  static json(value: unknown, init: ResponseInit = {}): HttpResponse {
    refuseUnknownNames('HttpResponse.json', init, ['status', 'statusText', 'headers'], 'field');
    const { status, statusText, headers } = { __proto__: null, ...init } as ResponseInit;
    const lines = new HttpHeaders(headers);
    const typed = lines.has('content-type') ? lines : lines.withAdded('Content-Type', 'application/json');
    return new HttpResponse(status, typed, jsonText(value, 'the value of HttpResponse.json'), '1.1', statusText);
  }

  /**
   * Ours from the platform's `Response`, whose body it takes over.
   * @throws TypeError for what is no `Response`, one of an error or an opaque one, or one whose body was read before
   */
  static from(response: Response): HttpResponse {
    return new HttpResponse(...partsOfWeb(response));
  }

  /** The request that was answered. */
  get request(): HttpRequest | undefined {
    return own(this.#facts, 'request');
  }

  /** What the cache did for this call; `undefined` without one. */
  get cache(): ResponseFacts['cache'] {
    return Object.hasOwn(this.#facts, 'cache') ? this.#facts.cache : undefined;
  }

  /** @internal */
  get facts(): ResponseFacts {
    return this.#facts;
  }

  /** Whether the status is one of success (200 to 299). */
  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  /** Name to value of the cookies this response sets, whatever their attributes. */
  get cookies(): Record<string, string> {
    return cookiesOf(this.headers);
  }

  /** The links of `Link` (RFC 8288), by relation type: `response.links.next?.url`; iterated, all of them. */
  get links(): Links {
    return linksOf(this.headers, this.url);
  }

  /** What the server says about its own time in `Server-Timing`, in milliseconds. */
  get serverTimings(): readonly ServerTiming[] {
    return serverTimingsOf([this.headers, this.trailers].flatMap((lines) => lines.getAll('server-timing')));
  }

  /**
   * Fields that came behind the body (RFC 9110 section 6.5), without those that have no business there. Empty until a
   * streamed body was read to its end, and over fetch, which does not show them.
   */
  get trailers(): HttpHeaders {
    const given = own(this.#facts, 'trailers');
    return (typeof given === 'function' ? given() : given) ?? HttpHeaders.empty;
  }

  /** Whether the body is still to be read from a stream. */
  get streamed(): boolean {
    return this.#content.source !== undefined;
  }

  /** Whether a streamed body was read or handed out. A buffered one can be read any number of times. */
  get bodyUsed(): boolean {
    return this.#content.used;
  }

  /** The body as a web stream. A buffered body gives a fresh one each time. */
  get body(): ReadableStream<Uint8Array> {
    return this.toWeb();
  }

  /** Shared by the copies of this response. @internal */
  get content(): Content {
    return this.#content;
  }

  /** A changed copy over the same body, unless that is changed; the same instance when nothing is. @throws TypeError */
  with(changes: ResponseChanges): HttpResponse {
    const names = changedNames(changes);
    // `body` is never compared: its getter would take the stream.
    const held = (name: keyof ResponseChanges): unknown =>
      name === 'trailers' ? this.trailers : own(Object.hasOwn(this, name) ? this : this.#facts, name as 'url');
    if (!names.some((name) => changes[name] !== undefined && held(name) !== changes[name])) return this;
    const status = own(changes, 'status') ?? this.status;
    const body = own(changes, 'body');
    return new HttpResponse(
      status,
      own(changes, 'headers') ?? this.headers,
      body === undefined ? this.#content : body,
      own(changes, 'protocolVersion') ?? this.protocolVersion,
      own(changes, 'statusText') ?? (status === this.status ? this.statusText : undefined),
      changedFacts(this.#facts, changes, names),
    );
  }

  withHeader(name: string, value: string | number | readonly string[]): HttpResponse {
    if (this.headers.holds(name, value)) return this;
    return this.with({ headers: this.headers.with(name, value) });
  }

  withAddedHeader(name: string, value: string | number | readonly string[]): HttpResponse {
    return this.with({ headers: this.headers.withAdded(name, value) });
  }

  withoutHeader(name: string): HttpResponse {
    return this.with({ headers: this.headers.without(name) });
  }

  /** @throws BodyError when a streamed body was read before (`ERR_BODY_USED`), went to a sink, or fails on the way */
  async bytes(): Promise<Uint8Array> {
    this.#content.wasRead = true;
    return this.bytesNow() ?? this.#content.buffer(() => this.#refuse());
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    const bytes = await this.bytes();
    return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  }

  async blob(): Promise<Blob> {
    const type = this.headers.get('content-type') ?? '';
    return new Blob([(await this.bytes()) as Uint8Array<ArrayBuffer>], { type });
  }

  /** Decoded by the charset of `Content-Type`, UTF-8 without one. */
  async text(): Promise<string> {
    return this.#decode(await this.bytes());
  }

  /**
   * The body parsed as JSON, and checked by a Standard Schema (zod, valibot, arktype) when one is given: its output.
   * @throws BodyError (`ERR_BODY_JSON`) when the body is not JSON, (`ERR_BODY_SCHEMA`, with `issues`) when it does not fit
   */
  async json<T = unknown>(): Promise<T>;
  async json<S extends StandardSchema>(schema: S): Promise<SchemaOutput<S>>;
  async json(schema?: StandardSchema): Promise<unknown> {
    if (schema !== undefined) checkSchema(schema, 'json()');
    const value = this.#parse(await this.bytes());
    return schema === undefined ? value : this.#fitting(schema, value);
  }

  /** The JSON value, without a promise when the body is in memory. @internal */
  jsonNow<T>(): T | Promise<T> {
    const bytes = this.bytesNow();
    this.#content.wasRead = true;
    return bytes === undefined ? this.json<T>() : (this.#parse(bytes) as T);
  }

  /** The buffered body, or `undefined` for a streamed one. @throws BodyError when it went to a sink. @internal */
  bytesNow(): Uint8Array | undefined {
    if (this.sink !== undefined) throw this.#refuse();
    return this.#content.bytes;
  }

  /** Parses `multipart/form-data` and `application/x-www-form-urlencoded`. @throws BodyError for anything else */
  async formData(): Promise<FormData> {
    const bytes = (await this.bytes()) as Uint8Array<ArrayBuffer>;
    const type = this.headers.get('content-type') ?? '';
    try {
      return await new Response(bytes, { headers: { 'content-type': type } }).formData();
    } catch (cause) {
      throw this.#error(`the body is no form (Content-Type: ${type || 'none'})`, 'ERR_BODY_FORM', cause);
    }
  }

  /** The body as a Node stream. */
  stream(): NodeJS.ReadableStream & NodeStream {
    const bytes = this.bytesNow();
    return toNodeStream(bytes ?? this.#content.takeNode(() => this.#refuse())) as NodeJS.ReadableStream & NodeStream;
  }

  /** The body as a web stream; see `body`. */
  toWeb(): ReadableStream<Uint8Array> {
    const bytes = this.bytesNow();
    return bytes === undefined ? this.#content.takeWeb(() => this.#refuse()) : streamOfBytes(bytes);
  }

  /** The platform's `Response` with this head and body; it takes over a body that is a stream. @throws as `bytes` does */
  toResponse(): Response {
    const facts = { ...this, redirected: this.redirects.length > 0 };
    return webResponseOf(facts, isNullBodyStatus(this.status) ? null : (this.bytesNow() ?? this.toWeb()));
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    const bytes = this.bytesNow();
    if (bytes === undefined) {
      for await (const chunk of chunksOf(this.#content.take(() => this.#refuse()))) yield toBytes(chunk);
    } else if (bytes.byteLength > 0) yield bytes;
  }

  /**
   * Server-sent events (WHATWG HTML section 9.2), as they arrive; with `reconnect` over as many connections as it takes.
   * With a schema `data` is JSON: its output.
   * @throws BodyError (`ERR_BODY_LINE`) for more than `maxLineLength` characters, and as `json` does
   */
  events(options?: EventOptions): AsyncGenerator<ServerSentEvent, void, undefined>;
  events<S extends StandardSchema>(
    schema: S,
    options?: EventOptions,
  ): AsyncGenerator<ServerSentEvent<SchemaOutput<S>>, void, undefined>;
  events(first?: StandardSchema | EventOptions, more?: EventOptions): AsyncGenerator<ServerSentEvent<unknown>, void> {
    const [schema, options] = schemaFirst(first, more, 'events()');
    const read: ReadEvents<HttpResponse> = (from, stream) => parseEvents(from, from.#held(options, 'events()'), stream);
    const events = eventsOf(this, options, this.request?.call?.reconnector, read);
    if (schema === undefined) return events;
    const fail = (cause: unknown) => this.#error('the data of an event is not JSON', 'ERR_BODY_JSON', cause);
    return withData(events, (data) => this.#fitting(schema, parsedOr(data, this.#parseJson, fail)));
  }

  /** Lines without their ends, as they arrive. @throws BodyError (`ERR_BODY_LINE`) for one beyond `maxLineLength` */
  lines(options?: LineOptions): AsyncGenerator<string, void, undefined> {
    return splitLines(this, this.#held(options), charsetOf(this.headers.get('content-type')));
  }

  /** One JSON value for each line that is not blank; with a schema its output. @throws BodyError as `lines` and `json` */
  ndjson<T = unknown>(options?: LineOptions): AsyncGenerator<T, void, undefined>;
  ndjson<S extends StandardSchema>(schema: S, options?: LineOptions): AsyncGenerator<SchemaOutput<S>, void, undefined>;
  ndjson(first?: StandardSchema | LineOptions, more?: LineOptions): AsyncGenerator<unknown, void, undefined> {
    const [schema, options] = schemaFirst(first, more, 'ndjson()');
    const fail = (line: number, cause: unknown) =>
      this.#error(`line ${line} of the body is not JSON`, 'ERR_BODY_JSON', cause);
    const values = parseNdjson(this.lines(options), fail, this.#parseJson);
    return schema === undefined ? values : mapped(values, (value) => this.#fitting(schema, value));
  }

  /** Lets go of a streamed body that nobody will read. Harmless on any other. */
  async discard(): Promise<void> {
    this.#content.discard(this.isShort);
  }

  /** @internal */
  get isShort(): boolean {
    const length = this.headers.get('content-length');
    return length !== null && Number(length) <= DRAIN_BYTES;
  }

  /** Secrets masked; never the body's content. */
  toJSON(): Record<string, unknown> {
    const hide = (text: string) => withoutSecretsOf(this.request, text);
    return shownResponse(this, this.request?.call?.redact, hide, this.#content.read);
  }

  [INSPECT](_depth?: number, options?: unknown, inspect?: Inspect): string {
    return inspected('HttpResponse', this.toJSON(), options, inspect);
  }

  /** The caller's `parseJson`, which the call brings along. */
  get #parseJson(): ParseJson {
    return this.#facts.request?.call?.parseJson ?? JSON.parse;
  }

  #decode(bytes: Uint8Array): string {
    return decodeText(bytes, charsetOf(this.headers.get('content-type')));
  }

  #parse(bytes: Uint8Array): unknown {
    // RFC 8259 section 8.1: JSON between systems is UTF-8, whatever a charset parameter says; other encodings are
    // honoured when they are named, because servers of that kind exist.
    try {
      return this.#parseJson(this.#decode(bytes));
    } catch (cause) {
      const found = bytes.byteLength === 0 ? 'is empty' : 'is not JSON';
      const type = this.headers.get('content-type') ?? 'none';
      throw this.#error(`the body ${found}, Content-Type: ${type}`, 'ERR_BODY_JSON', cause);
    }
  }

  #fitting(schema: StandardSchema, value: unknown): Promise<unknown> {
    const { request } = this;
    return validated(schema, value, request?.call?.redact, (fact, issues, cause) =>
      this.#error(withoutSecretsOf(request, fact), 'ERR_BODY_SCHEMA', cause, issues),
    );
  }

  #held(options: LineOptions | undefined, reader: 'lines()' | 'events()' = 'lines()'): HeldText {
    return heldText(options, reader, (fact) => this.#error(fact, 'ERR_BODY_LINE'));
  }

  #refuse(): Error {
    const { fact, code } = whyUnreadable(this.sink);
    return this.#error(fact, code);
  }

  #error(fact: string, code: string, cause?: unknown, issues?: readonly SchemaIssue[]): BodyError {
    return new BodyError(fact, { request: this.request, response: this, code, cause, issues });
  }
}

comparedByBody(ofThisCopy(HttpResponse.prototype));
