/**
 * Turns what a transport threw into an error of `errors.ts`: the one table (`error-codes.ts`) says what a code means, the
 * phase says what that means for the caller: never connected, not fully sent, sent but lost, or cut after the head. So the
 * same fault is the same error over every transport, whatever the libraries under them call it.
 */

import { isStopReason } from '../call/caller-stop.ts';
import { flattened, redactOf, safeCause, safeText } from '../call/redacted-cause.ts';
import { withoutSecretsOf } from '../message/echoes.ts';
import { type Classified, classifyCode, codeOf } from '../message/error-codes.ts';
import {
  BodyError,
  ConnectError,
  isTransferError,
  NetworkError,
  RequestError,
  TimeoutError,
  type TimeoutPhase,
  TransferError,
} from '../message/errors.ts';
import { cutShort } from '../message/framing.ts';
import { own } from '../message/own.ts';
import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import { targetOf } from '../message/uri.ts';
import { bareRecord } from '../options/option-record.ts';
import type { RequestOptions } from '../options/options.ts';
import { isDecoderFault } from '../semantics/codings.ts';
import { isClockFault } from '../time/guarded-clock.ts';

/** How far an exchange had come when it failed. */
export interface FailureContext {
  request: HttpRequest;
  options: RequestOptions;
  /** `send` until the last byte of the request is out, `headers` until the head, `body` after it. */
  phase: 'queue' | 'connect' | 'send' | 'headers' | 'body';
  response?: HttpResponse | undefined;
  /** Bytes of the body that came, where they can be counted, and how many its head promised. */
  received?: number | undefined;
  expected?: number | undefined;
}

/** Where a connection was to lead. */
export interface HostPort {
  readonly hostname: string;
  readonly port: number;
}

/**
 * Codes of the kind `connect` that can also come over a connection that stands, as when a route vanishes. After the
 * phase `connect` they are failures of the exchange.
 */
const LATER_THAN_CONNECT = new Set(['ERR_UNREACHABLE', 'ERR_RESOURCES', 'ERR_LOCAL_ADDRESS', 'ERR_SOCKET_PATH']);

/** The error to reject with. What is already one of ours, the caller's abort reason and a `TypeError` stay as they are. */
export function failure(cause: unknown, context: FailureContext): Error {
  const { request, options } = context;
  // The order of the questions matters: ours and the caller's own errors first, then what the code says by itself, and
  // only then how far the exchange had come.
  if (isTransferError(cause)) return cause.request === undefined ? withRequest(cause, request) : cause;
  if (isReason(cause, request, options) || isClockFault(cause)) return cause as Error;
  const flat = flattened(cause);
  const code = codeOf(flat);
  if (cause instanceof TypeError && code === undefined) return cause;
  const known = code === undefined ? undefined : classifyCode(code);
  const safe = safeCause(flat, request, redactOf(request, options));
  if (known?.kind === 'request') return unsendable(known, context, safe);
  if (known?.kind === 'timeout') return systemTimeout(known, context, safe);
  if (context.response !== undefined && known === undefined && isDecoderFault(flat))
    return undecodable(request, context.response, safe);
  if (context.response !== undefined) return bodyFailure(code, known, context, context.response, safe);
  if (context.phase === 'queue' || context.phase === 'connect')
    return connecting(flat, known, targetOf(request.url), request, safe);
  return afterConnect(flat, known, context, safe);
}

/** The error of a phase that took longer than its option allows. */
export function timeoutFailure(
  phase: TimeoutPhase,
  limit: number,
  request: HttpRequest,
  response?: HttpResponse,
): TimeoutError {
  const { hostname, port } = targetOf(request.url);
  const after = response === undefined ? '' : ` after the head (status ${response.status})`;
  const facts: Record<TimeoutPhase, string> = {
    queue: `no connection to ${hostPort(hostname, port)} became free within queueTimeout (${limit} ms)`,
    connect: connectTimeoutFact({ hostname, port }, limit),
    headers: `no response head came within headersTimeout (${limit} ms)`,
    read: `no bytes came${after} for readTimeout (${limit} ms)`,
    total: `the call took longer than timeout (${limit} ms)`,
  };
  return new TimeoutError(facts[phase], { request, phase });
}

/** The error of a dial that failed, before it is known for which request. */
export function connectFailure(cause: unknown, target: HostPort): NetworkError | RequestError {
  if (isTransferError(cause)) return cause as NetworkError;
  const flat = flattened(cause);
  const code = codeOf(flat);
  const known = code === undefined ? undefined : classifyCode(code);
  const safe = safeCause(flat, undefined, undefined);
  if (known?.kind === 'request') return new RequestError(detailed(known.fact, safe), { code: known.code, cause: safe });
  if (known?.kind === 'timeout') {
    return new TimeoutError(`${known.fact}: ${reached(flat, target)} (the limit of the system, not connectTimeout)`, {
      phase: 'connect',
      cause: safe,
    });
  }
  return connecting(flat, known, target, undefined, safe);
}

/**
 * The error of a dial that took longer than `connectTimeout`, before it is known for which request.
 * @param through the proxy on the way, as messages call it
 */
export function connectTimeoutFailure(
  limit: number,
  target: HostPort,
  through?: string,
  code = 'ERR_TIMEOUT_CONNECT',
): TimeoutError {
  return new TimeoutError(connectTimeoutFact(target, limit, through), { phase: 'connect', code });
}

/**
 * The error of a blocked address. It says nothing of what is there: open, closed and silent ports must not be told apart.
 */
export function blockedFailure(target: HostPort): ConnectError {
  const fact = `${hostPortText(target)} is not to be reached: denyPrivateNetwork allows public addresses and what its allow list names`;
  return new ConnectError(fact, { code: 'ERR_ADDRESS_BLOCKED' });
}

/** The same error for a request: one dial may fail several, and each needs its own. */
export function withRequest<T>(error: T, request: HttpRequest): T {
  if (!(error instanceof TransferError) || error.request !== undefined) return error;
  const { code, attempts, elapsed } = error;
  // Only now is it known whose secrets the words of another library may repeat.
  const cause = safeCause(own(error, 'cause'), request, request.call?.redact);
  const fact = withoutSecretsOf(request, error.message);
  const init = { request, code, cause, attempts, elapsed };
  if (error instanceof TimeoutError) return new TimeoutError(fact, { ...init, phase: error.phase }) as T;
  const Class = error.constructor as new (fact: string, init: object) => T;
  return new Class(fact, init);
}

/**
 * No connection was made. `cause` is read for the address that was dialled, `safe` is what the error may show of it.
 */
function connecting(
  cause: unknown,
  known: Classified | undefined,
  target: HostPort,
  request: HttpRequest | undefined,
  safe: unknown,
): ConnectError {
  const where = reached(cause, target);
  if (known?.kind === 'connect')
    return new ConnectError(`${known.fact} (${where})`, { request, code: known.code, cause: safe });
  // A server that hangs up during the handshake: there never was a connection to send on.
  const lost = known?.code === 'ERR_RESET' || known?.code === 'ERR_CLOSED' || known?.code === 'ERR_SEND';
  const fact = lost ? 'the connection was closed while it was being made' : `no connection: ${safeText(safe)}`;
  return new ConnectError(`${fact} (${where})`, {
    request,
    code: lost ? 'ERR_RESET' : (known?.code ?? 'ERR_CONNECT'),
    cause: safe,
  });
}

/**
 * There was a connection, and no response head came over it. A code that only dialling can produce, such as a refused
 * connection, wins over the phase that the transport reports.
 */
function afterConnect(
  cause: unknown,
  known: Classified | undefined,
  context: FailureContext,
  safe: unknown,
): NetworkError {
  const { request, phase } = context;
  if (known?.kind === 'connect' && !LATER_THAN_CONNECT.has(known.code)) {
    return connecting(cause, known, targetOf(request.url), request, safe);
  }
  // Two different lengths in one head (RFC 9112 section 6.3): undici reports a fault of the body, which is not there yet.
  if (known?.kind === 'body') {
    const fact = detailed('the response does not follow HTTP (RFC 9112)', safe);
    return new NetworkError(fact, { request, code: 'ERR_PROTOCOL', cause: safe });
  }
  if (known?.code === 'ERR_PROTOCOL' || known?.code === 'ERR_HEADERS_TOO_LARGE') {
    const limit = known.code === 'ERR_HEADERS_TOO_LARGE' ? ` (${context.options.maxHeaderSize ?? 16_384} bytes)` : '';
    return new NetworkError(detailed(known.fact + limit, safe), { request, code: known.code, cause: safe });
  }
  if (known === undefined) return new NetworkError(`the exchange failed: ${safeText(safe)}`, { request, cause: safe });
  if (phase === 'send') {
    return new NetworkError('the connection broke before the request was sent in full', {
      request,
      code: 'ERR_SEND',
      cause: safe,
    });
  }
  const isClosed = known.code === 'ERR_CLOSED' || isHangUp(cause);
  if (isClosed) {
    return new NetworkError('the server closed the connection before a response came', {
      request,
      code: 'ERR_CLOSED',
      cause: safe,
    });
  }
  // The request was out already: a write that fails this late means that the connection was reset.
  const isReset = known.code === 'ERR_RESET' || known.code === 'ERR_SEND';
  const code = isReset ? 'ERR_RESET' : known.code;
  const fact = isReset ? 'the connection was reset before a response came' : known.fact;
  return new NetworkError(fact, { request, code, cause: safe });
}

/** The head has been read, and the body broke: in its framing, by its size, or because the connection ended early. */
function bodyFailure(
  code: string | undefined,
  known: Classified | undefined,
  { request, options, received, expected }: FailureContext,
  response: HttpResponse,
  safe: unknown,
): BodyError {
  const init = { request, response, cause: safe };
  // The head has come already, so that it is the trailer fields that are too large (RFC 9112 section 7.1.2).
  if (known?.code === 'ERR_HEADERS_TOO_LARGE') {
    const fact = `the trailers are larger than maxHeaderSize (${options.maxHeaderSize ?? 16_384} bytes)`;
    return new BodyError(fact, { ...init, code: known.code });
  }
  if (known?.code === 'ERR_BODY_TOO_LARGE') return new BodyError(known.fact, { ...init, code: known.code });
  // HPE_INVALID_EOF_STATE is the parser's word for a chunked body that ends early (RFC 9112 section 8).
  if (known?.code === 'ERR_PROTOCOL' && code !== 'HPE_INVALID_EOF_STATE') {
    const fact = detailed('the framing of the body is broken (RFC 9112 §7.1)', safe);
    return new BodyError(fact, { ...init, code: 'ERR_BODY_FRAMING' });
  }
  return new BodyError(cutShort(received, expected), { ...init, code: 'ERR_BODY_TRUNCATED' });
}

/** A transport that decodes by itself met bytes that are none of the coding. */
function undecodable(request: HttpRequest, response: HttpResponse, cause: unknown): BodyError {
  const fact = 'the body is not of the coding that its Content-Encoding said';
  return new BodyError(fact, { request, response, code: 'ERR_BODY_ENCODING', cause });
}

/** The transport will not send it like this. */
function unsendable({ fact, code }: Classified, { request, phase }: FailureContext, cause: unknown): RequestError {
  const isUnsent = phase === 'queue' || phase === 'connect';
  return new RequestError(detailed(fact, cause), { request, code, cause, ...(isUnsent && { attempts: 0 }) });
}

/** A limit of the system or of the transport, not one of ours. */
function systemTimeout(known: Classified, context: FailureContext, safe: unknown): TimeoutError {
  const { request, phase } = context;
  const later = phase === 'body' ? 'read' : phase === 'queue' || phase === 'connect' ? 'connect' : 'headers';
  const at = known.phase === 'connect' ? later : (known.phase ?? later);
  const { hostname, port } = targetOf(request.url);
  const fact = `${known.fact}: ${hostPort(hostname, port)} (the limit of the system, not ${at}Timeout)`;
  return new TimeoutError(fact, { request, phase: at, cause: safe });
}

/**
 * Whether this is the caller's abort and not a failure: the signal's own reason, or an `AbortError` of the platform.
 * undici names its own internal aborts `AbortError` too; those are failures.
 */
function isReason(cause: unknown, request: HttpRequest, options: RequestOptions): boolean {
  if (isStopReason(cause, request, options)) return true;
  return (
    cause instanceof Error && cause.name === 'AbortError' && (cause as { code?: unknown }).code !== 'UND_ERR_ABORTED'
  );
}

/**
 * Node reports an orderly end of the connection ("socket hang up") with the code of a reset, but without a system `errno`.
 */
function isHangUp(cause: unknown): boolean {
  const error = Object(cause) as { code?: unknown; errno?: unknown };
  return own(error, 'code') === 'ECONNRESET' && own(error, 'errno') === undefined;
}

function connectTimeoutFact(target: HostPort, limit: number, through?: string): string {
  const way = through === undefined ? '' : ` through the proxy ${through}`;
  return `no connection to ${hostPort(target.hostname, target.port)}${way} within connectTimeout (${limit} ms)`;
}

/** Where the connection was to lead: the address that was dialled, when it says more than the name. */
function reached(cause: unknown, target: HostPort): string {
  const name = hostPort(target.hostname, target.port);
  const { address, port, hostname } = bareRecord<{ address?: unknown; port?: unknown; hostname?: unknown }>(
    Object(cause),
  );
  if (typeof address !== 'string' || typeof hostname === 'string') return name;
  const dialled = typeof port === 'number' ? hostPort(address, port) : address;
  return dialled === name ? name : `${name} at ${dialled}`;
}

/** Host and port as messages and the CONNECT method have them. */
export function hostPortText({ hostname, port }: HostPort): string {
  return hostPort(hostname, port);
}

/** RFC 3986 section 3.2.2: an IPv6 address stands in brackets. */
function hostPort(hostname: string, port: number): string {
  return hostname.includes(':') ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}

/** The fact, followed by the words of the cause where it has any. */
function detailed(fact: string, safe: unknown): string {
  const detail = safeText(safe);
  return detail === '' ? fact : `${fact}: ${detail}`;
}
