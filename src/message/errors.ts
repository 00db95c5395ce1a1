/**
 * Everything a call can reject with, except the caller's own abort reason and a `TypeError` for a mistake in options.
 *
 *     TransferError                  the call failed; what is common to all
 *     ├─ RequestError                the request could not be sent as it is
 *     ├─ NetworkError                the network failed: there is no usable response
 *     │  ├─ ConnectError             no connection: DNS, refused, unreachable, TLS, proxy, blocked address
 *     │  └─ TimeoutError             a phase took longer than its option allows
 *     └─ ResponseError               there is a response, and it is no use
 *        ├─ BadResponseError         its status says so
 *        │  ├─ ClientError           400 to 499
 *        │  └─ ServerError           500 and above
 *        ├─ RedirectError            it points where we may not go
 *        │  └─ TooManyRedirectsError it points on once too often
 *        └─ BodyError                its body is truncated, undecodable, too large or not what it says
 *
 * `code` is stable and tells cases apart within a class. No error shows a secret: URLs, headers and bodies are masked.
 */
import { charsetOf, decodeText } from './content.ts';
import { withoutSecretsOf } from './echoes.ts';
import { positiveErrno } from './error-codes.ts';
import type { TimeoutPhase, TransferErrorJSON } from './error-json.ts';
import { HttpHeaders } from './headers.ts';
import { own } from './own.ts';
import { printable } from './printable.ts';
import { dataOf, type Problem, problemOf } from './problem.ts';
import { maskHeaders, maskUrl, type Redact } from './redact.ts';
import type { HttpRequest } from './request.ts';
import type { HttpResponse, ResponseFacts } from './response.ts';
import type { SchemaIssue } from './standard-schema.ts';

export type { TimeoutPhase, TransferErrorJSON } from './error-json.ts';

/** What an error is made from beside its message. */
export interface TransferErrorInit {
  /** What was sent. */
  request?: HttpRequest | undefined;
  /** What came back. */
  response?: HttpResponse | undefined;
  /** Stable, `ERR_...`. */
  code?: string | undefined;
  /** The error below this one. */
  cause?: unknown;
  /** How often the request was sent, 0 for never. Default: what the call of the request knows, else 1. */
  attempts?: number | undefined;
  /** Milliseconds from the call until the failure. Default: until now, when the request belongs to a call, else 0. */
  elapsed?: number | undefined;
}

const BRAND = Symbol.for('sluice.error');

/** What an error knows beside its plain facts. */
interface Parts {
  request: HttpRequest | undefined;
  response: HttpResponse | undefined;
  redirects: HttpResponse['redirects'] | undefined;
  transfer: ResponseFacts | undefined;
  issues?: readonly SchemaIssue[] | undefined;
}

let partsOf: (error: TransferError) => Parts;

/** The call failed: what is common to all errors that a call rejects with. `code` says what happened, in one word. */
export class TransferError extends Error {
  /** Stable, `ERR_...`: see the table in docs/errors.md. */
  static readonly code: string = 'ERR_TRANSFER';
  /** Stable, `ERR_...`: see the table in docs/errors.md. */
  readonly code: string;
  /** How often the request was sent; 0 when nothing was even tried. */
  attempts = 1;
  /** Milliseconds from the call until the failure. */
  elapsed = 0;
  // Private, behind accessors: Node's crash printer, and loggers that walk an error, show its own properties as they
  // are, and these hold URLs with their secrets, bodies, and what is internal.
  readonly #parts: Parts;

  static {
    partsOf = (error) => error.#parts;
  }

  /**
   * @param fact what happened, in words; method and URL are put before it
   * @param init the request, or all that is known
   */
  constructor(fact: string, init: TransferErrorInit | HttpRequest = {}) {
    const given: TransferErrorInit = isRequest(init) ? { request: init } : init;
    const [request, cause] = [own(given, 'request'), own(given, 'cause')];
    super(described(fact, request), cause === undefined ? undefined : { cause });
    this.#parts = { request, response: undefined, redirects: undefined, transfer: undefined };
    this.code = own(given, 'code') ?? (new.target as typeof TransferError).code;
    // From the call of the request: layers see the error before the client does, which never sees one of a streamed body.
    this.attempts = own(given, 'attempts') ?? request?.call?.attempt ?? this.attempts;
    this.elapsed = own(given, 'elapsed') ?? request?.call?.elapsed ?? this.elapsed;
  }

  /** The request that failed, as it was sent last. */
  get request(): HttpRequest | undefined {
    return this.#parts.request;
  }

  set request(request: HttpRequest | undefined) {
    this.#parts.request = request;
  }

  /** What the handler measured until then, for `onStats`. @internal */
  get transfer(): ResponseFacts | undefined {
    return this.#parts.transfer;
  }

  /** @internal */
  set transfer(facts: ResponseFacts | undefined) {
    this.#parts.transfer = facts;
  }

  /** The names of the classes this error is of, for another copy of this package. @internal */
  get [BRAND](): readonly string[] {
    const names: string[] = [];
    // Not by `instanceof`: what watches a program may have put an `Error` of its own in the place of the global one.
    const base: unknown = Object.getPrototypeOf(TransferError.prototype);
    for (let proto = Object.getPrototypeOf(this); proto !== null && proto !== base; ) {
      names.push(proto.name);
      proto = Object.getPrototypeOf(proto);
    }
    return names;
  }

  /** Plain data, secrets masked, from which `TransferError.fromJSON` makes the error again. */
  toJSON(): TransferErrorJSON {
    const { name, message, code, attempts, elapsed, stack, request } = this;
    const json: TransferErrorJSON = { name, message, code, attempts, elapsed, stack };
    if (request !== undefined) {
      const redact = redactOf(request);
      const headers = [...maskHeaders(request.headers, redact)];
      json.request = { method: request.method, url: maskUrl(request.url, redact), headers };
    }
    const cause = own(this, 'cause');
    if (cause instanceof Error) json.cause = { name: cause.name, message: cause.message };
    return json;
  }

  /** The error that `toJSON` wrote, with its class, code and facts; its messages are plain data. */
  static fromJSON(json: TransferErrorJSON): TransferError {
    const known = Object.hasOwn(classes, json.name) ? classes[json.name as keyof typeof classes] : TransferError;
    const { name: _, cause: given, message, stack, code, request, response, redirects, ...facts } = json;
    const cause = given === undefined ? undefined : Object.assign(new Error(given.message), { name: given.name });
    const error = Object.setPrototypeOf(new TransferError(message, { code, cause }), known.prototype) as TransferError;
    Object.assign(error, facts);
    Object.defineProperty(error, 'stack', { value: stack, enumerable: false, configurable: true, writable: true });
    Object.assign(partsOf(error), { request, response, redirects });
    return error;
  }
}

/**
 * The request could not be sent as it is: a relative URI, a body that fails midway, an option no handler can honour.
 */
export class RequestError extends TransferError {
  static override readonly code: string = 'ERR_REQUEST';
}

/** The network failed: no usable response came. PSR-18's network exception. */
export class NetworkError extends TransferError {
  static override readonly code: string = 'ERR_NETWORK';
  /** The system's positive error number, where there is one. */
  readonly errno: number | undefined;

  constructor(fact: string, init: TransferErrorInit | HttpRequest = {}) {
    super(fact, init);
    this.errno = positiveErrno(own(this, 'cause'), this.code);
  }

  override toJSON(): TransferErrorJSON {
    return { ...super.toJSON(), errno: this.errno };
  }
}

/** There is no connection: DNS, refused, unreachable, TLS, proxy, or an address that is not allowed. */
export class ConnectError extends NetworkError {
  static override readonly code: string = 'ERR_CONNECT';
}

/** A phase took longer than its option allows. */
export class TimeoutError extends NetworkError {
  static override readonly code: string = 'ERR_TIMEOUT';
  /** Which wait took too long. */
  readonly phase: TimeoutPhase;

  /** Without a phase, as one made by hand may be, it is of the whole call, and its code `ERR_TIMEOUT`. */
  constructor(fact: string, init: TransferErrorInit & { phase?: TimeoutPhase | undefined } = {}) {
    const phase = own(init, 'phase');
    super(fact, phase === undefined ? init : { code: `ERR_TIMEOUT_${phase.toUpperCase()}`, ...init });
    this.phase = phase ?? 'total';
  }

  override toJSON(): TransferErrorJSON {
    return { ...super.toJSON(), phase: this.phase };
  }
}

/** There is a response, and it is no use. */
export class ResponseError extends TransferError {
  static override readonly code: string = 'ERR_RESPONSE';

  constructor(fact: string, init: TransferErrorInit & { response: HttpResponse }) {
    super(fact, Object.hasOwn(init, 'request') ? init : { request: init.response.request, ...init });
    partsOf(this).response = init.response;
  }

  /** The request that was answered. Only an error made by hand, of a response made by hand, has none. */
  override get request(): HttpRequest {
    return partsOf(this).request!;
  }

  override set request(request: HttpRequest) {
    partsOf(this).request = request;
  }

  /** The answer that is at fault. */
  get response(): HttpResponse {
    return partsOf(this).response!;
  }

  override toJSON(): TransferErrorJSON {
    const { status, statusText, url, headers } = this.response;
    const redact = redactOf(this.request);
    const hide = (text: string) => withoutSecretsOf(this.request, text);
    const lines = [...maskHeaders(headers, redact)].map(([name, value]): [string, string] => [name, hide(value)]);
    const response = { status, statusText: hide(statusText), url: maskUrl(url, redact), headers: lines };
    return { ...super.toJSON(), response };
  }
}

/** The status is 400 or more. */
export class BadResponseError extends ResponseError {
  static override readonly code: string = 'ERR_BAD_RESPONSE';

  /**
   * The body of the answer: its JSON value, or its text when its type does not say JSON or it is not valid JSON.
   * `undefined` when it is empty, or not in memory.
   */
  get data(): unknown {
    return dataOf(heldText(this.response), typeOf(this.response), this.request?.call?.parseJson);
  }

  /** Problem details (RFC 9457) of an answer of the type `application/problem+json`. */
  get problem(): Problem | undefined {
    return problemOf(heldText(this.response), typeOf(this.response));
  }
}

/** 400 to 499: the server says the request is at fault. */
export class ClientError extends BadResponseError {
  static override readonly code: string = 'ERR_CLIENT_ERROR';
}

/** 500 and above: the server says it is at fault. */
export class ServerError extends BadResponseError {
  static override readonly code: string = 'ERR_SERVER_ERROR';
}

/** A redirect to a target that may not be followed. */
export class RedirectError extends ResponseError {
  static override readonly code: string = 'ERR_REDIRECT';
}

/** One redirect more than `allowRedirects.max`. */
export class TooManyRedirectsError extends RedirectError {
  static override readonly code: string = 'ERR_TOO_MANY_REDIRECTS';
  constructor(
    fact: string,
    init: TransferErrorInit & { response: HttpResponse; redirects?: HttpResponse['redirects'] },
  ) {
    super(fact, init);
    partsOf(this).redirects = own(init, 'redirects') ?? init.response.redirects;
  }

  /** The hops that were followed. */
  get redirects(): HttpResponse['redirects'] {
    return partsOf(this).redirects!;
  }

  override toJSON(): TransferErrorJSON {
    const redact = redactOf(this.request);
    return { ...super.toJSON(), redirects: this.redirects.map((hop) => ({ ...hop, url: maskUrl(hop.url, redact) })) };
  }
}

/** The body is truncated, cannot be decoded, is too large, or is not what it was asked to be. */
export class BodyError extends ResponseError {
  static override readonly code: string = 'ERR_BODY';
  /** The system's positive number for what cut or broke the body; `undefined` when its content is at fault. */
  readonly errno: number | undefined;

  constructor(
    fact: string,
    init: TransferErrorInit & { response: HttpResponse; issues?: readonly SchemaIssue[] | undefined },
  ) {
    super(fact, init);
    this.errno = positiveErrno(own(this, 'cause'), this.code);
    partsOf(this).issues = own(init, 'issues');
  }

  /** Of `ERR_BODY_SCHEMA`: what does not fit, as the schema's library says it. They may hold values of the body. */
  get issues(): readonly SchemaIssue[] {
    return partsOf(this).issues ?? [];
  }

  override toJSON(): TransferErrorJSON {
    return { ...super.toJSON(), errno: this.errno };
  }
}

const classes = {
  TransferError,
  RequestError,
  NetworkError,
  ConnectError,
  TimeoutError,
  ResponseError,
  BadResponseError,
  ClientError,
  ServerError,
  RedirectError,
  TooManyRedirectsError,
  BodyError,
};

for (const [name, known] of Object.entries(classes)) {
  // On the prototype, so that bundlers may rename the class and `stack` still starts with its name.
  Object.defineProperty(known.prototype, 'name', { value: name, configurable: true, writable: true });
}

function guard<K extends keyof typeof classes>(
  name: K,
): (value: unknown) => value is InstanceType<(typeof classes)[K]> {
  return (value): value is InstanceType<(typeof classes)[K]> =>
    value instanceof classes[name] ||
    (typeof value === 'object' &&
      value !== null &&
      ((value as { [BRAND]?: readonly string[] })[BRAND]?.includes(name) ?? false));
}

/**
 * Guards that recognise the errors of another copy of this package too, where `instanceof` would not. They never throw.
 */
export const isTransferError = guard('TransferError');
/** Whether it is a `RequestError`, of any copy of this package: the request could not be sent. Never throws. */
export const isRequestError = guard('RequestError');
/** Whether it is a `NetworkError`, of any copy of this package: no usable response came. Never throws. */
export const isNetworkError = guard('NetworkError');
/** Whether it is a `ConnectError`, of any copy of this package: there was no connection. Never throws. */
export const isConnectError = guard('ConnectError');
/** Whether it is a `TimeoutError`, of any copy of this package: a wait took too long. Never throws. */
export const isTimeoutError = guard('TimeoutError');
/** Whether it is a `ResponseError`, of any copy of this package: a response came and is no use. Never throws. */
export const isResponseError = guard('ResponseError');
/** Whether it is a `BadResponseError`, of any copy of this package: a status of 400 or more. Never throws. */
export const isBadResponseError = guard('BadResponseError');
/** Whether it is a `ClientError`, of any copy of this package: a status of 400 to 499. Never throws. */
export const isClientError = guard('ClientError');
/** Whether it is a `ServerError`, of any copy of this package: a status of 500 or more. Never throws. */
export const isServerError = guard('ServerError');
/** Whether it is a `RedirectError`, of any copy of this package: a redirect was not followed. Never throws. */
export const isRedirectError = guard('RedirectError');
/** Whether it is a `TooManyRedirectsError`, of any copy of this package. Never throws. */
export const isTooManyRedirectsError = guard('TooManyRedirectsError');
/** Whether it is a `BodyError`, of any copy of this package: the body was of no use. Never throws. */
export const isBodyError = guard('BodyError');

/** The body as text, as far as it is in memory; `''` for none. One that `fromJSON` made has no body. */
function heldText(response: HttpResponse): string {
  if (typeof response.bytesNow !== 'function' || response.sink !== undefined) return '';
  return decodeText(response.bytesNow() ?? new Uint8Array(0), charsetOf(typeOf(response)));
}

function typeOf({ headers }: HttpResponse): string | null {
  return headers instanceof HttpHeaders ? headers.get('content-type') : null;
}

/** The same error with an answer that says more, such as how it was reached. */
export function withAnswer(error: ResponseError, response: HttpResponse): void {
  partsOf(error).response = response;
}

function isRequest(init: TransferErrorInit | HttpRequest): init is HttpRequest {
  return Object.hasOwn(init, 'method') && Object.hasOwn(init, 'url');
}

function redactOf(request: HttpRequest | undefined): Redact | undefined {
  return request?.call?.redact;
}

function described(fact: string, request: HttpRequest | undefined): string {
  // A fact may repeat what the server has written: its problem details, a header, the keys of its JSON.
  const shown = printable(fact);
  return request === undefined ? shown : `${request.method} ${maskUrl(request.url, redactOf(request))}: ${shown}`;
}
