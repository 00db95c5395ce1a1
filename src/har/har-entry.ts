/** One exchange as an entry of an archive, secrets masked: pure, of what was seen. */
import { callOf } from '../call/call.ts';
import { isTransferError } from '../message/errors.ts';
import { HttpHeaders } from '../message/headers.ts';
import { MASK, secretKeysOf } from '../message/redact.ts';
import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse, ResponseFacts, Timings } from '../message/response.ts';
import { VERSION } from '../runtime/version.ts';
import type {
  Har,
  HarContent,
  HarCookie,
  HarEntry,
  HarError,
  HarPair,
  HarRequest,
  HarResponse,
  HarTimings,
} from './har-format.ts';
import { type HarMasker, textOf } from './har-mask.ts';

/** A body as far as it is kept. */
export interface HarBody {
  /** `undefined`: not kept. */
  readonly bytes: Uint8Array | undefined;
  /** The bytes are still under the content coding that the head names. */
  readonly isCoded: boolean;
  /** Bytes that came off the wire, when that is known. */
  readonly wireSize: number | undefined;
  /** Its reader left before the end. */
  readonly isPart?: boolean;
  /** Why it is not kept. */
  readonly comment?: string | undefined;
}

/** What was seen of one exchange. */
export interface Exchanged {
  readonly request: HttpRequest;
  /** The number of its call. */
  readonly callNumber?: number | undefined;
  readonly requestBody: Uint8Array | undefined;
  readonly response: HttpResponse | undefined;
  readonly body: HarBody;
  readonly error: unknown;
  readonly facts: ResponseFacts | undefined;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Milliseconds from the start to the end, by whoever looked on. */
  readonly elapsed: number;
}

const NOTHING: HarBody = { bytes: undefined, isCoded: false, wireSize: undefined };

/** An archive without entries (HAR 1.2). */
export function emptyHar(): Har {
  return { log: { version: '1.2', creator: { name: 'sluice', version: VERSION }, entries: [] } };
}

/** The entry of an exchange. Members that begin with `_` are ours, as HAR 1.2 has it for what it does not know. */
export function harEntry(exchanged: Exchanged, masker: HarMasker): HarEntry {
  const { request, callNumber, requestBody, response, body, error, facts, startedAt, elapsed } = exchanged;
  const { attempt = 1, hop = 0 } = callOf(request) ?? {};
  const timings = harTimings(facts?.timings ?? {}, elapsed);
  const { blocked, dns, connect, send, wait, receive } = timings;
  // Without `ssl`, which HAR counts into `connect`.
  const time = [blocked, dns, connect, send, wait, receive].reduce((sum, one) => sum + Math.max(0, one), 0);
  const failed = error === undefined ? undefined : harError(error, masker);
  const sent = harRequest(request, requestBody, masker);
  return {
    startedDateTime: new Date(startedAt).toISOString(),
    time: rounded(time),
    request: response === undefined ? sent : { ...sent, httpVersion: httpVersion(response.protocolVersion) },
    response: response === undefined ? noResponse(failed) : harResponse(response, body, masker, failed),
    cache: {},
    timings,
    ...(callNumber !== undefined && { _call: callNumber }),
    _attempt: attempt,
    _hop: hop,
    ...(facts?.handler !== undefined && { _handler: facts.handler }),
    ...(failed !== undefined && { _error: failed }),
  };
}

/** The request as it was sent, its cookies by their names alone. */
export function harRequest(request: HttpRequest, body: Uint8Array | undefined, masker: HarMasker): HarRequest {
  const { method, headers, body: given } = request;
  const type = headers.get('content-type');
  const url = masker.url(request.url.replace(/#.*$/s, ''));
  return {
    method,
    url,
    httpVersion: httpVersion(request.protocolVersion),
    cookies: headers.getAll('cookie').flatMap((line) => line.split(/;\s*/).map((pair) => cookieOf(pair))),
    headers: pairs(masker.headers(headers)),
    queryString: queryOf(request.url, masker),
    ...(body !== undefined && body.byteLength > 0 && { postData: postData(masker.body(body, type), type) }),
    headersSize: -1,
    bodySize: body?.byteLength ?? (given === null ? 0 : (given.length ?? -1)),
  };
}

/** The answer, and beside it the code of an error that came after the head. */
function harResponse(
  response: HttpResponse,
  body: HarBody,
  masker: HarMasker,
  failed: HarError | undefined,
): HarResponse {
  const { status, statusText, headers, protocolVersion, trailers } = response;
  const location = headers.get('location');
  return {
    status,
    statusText: masker.text(statusText),
    httpVersion: httpVersion(protocolVersion),
    cookies: headers.getSetCookie().map((line) => setCookieOf(line)),
    headers: pairs(masker.headers(headers)),
    content: contentOf(headers, body, masker),
    redirectURL: location === null ? '' : masker.url(location),
    headersSize: -1,
    bodySize: body.wireSize ?? -1,
    ...(trailers.size > 0 && { _trailers: pairs(masker.headers(trailers)) }),
    ...(failed !== undefined && { _error: failed.code }),
  };
}

/** What browsers write for a request that was not answered. */
function noResponse(failed: HarError | undefined): HarResponse {
  return {
    status: 0,
    statusText: '',
    httpVersion: '',
    cookies: [],
    headers: [],
    content: contentOf(HttpHeaders.empty, NOTHING, undefined),
    redirectURL: '',
    headersSize: -1,
    bodySize: -1,
    ...(failed !== undefined && { _error: failed.code }),
  };
}

/** The body as far as it may be shown: as text where it is text, else in base64. Sizes are those of the real bytes. */
function contentOf(headers: HttpHeaders, body: HarBody, masker: HarMasker | undefined): HarContent {
  const type = headers.get('content-type');
  const mimeType = type ?? 'x-unknown';
  const { bytes, isCoded, isPart, wireSize, comment } = body;
  if (bytes === undefined || masker === undefined) {
    return { size: wireSize ?? 0, mimeType, ...(comment !== undefined && { comment }) };
  }
  const safe = masker.body(bytes, type);
  const text = textOf(safe, type);
  // HAR's `compression`: bytes that the content coding saved; negative where it made the body longer.
  const saved = isCoded || wireSize === undefined ? 0 : bytes.byteLength - wireSize;
  return {
    size: bytes.byteLength,
    ...(saved !== 0 && headers.has('content-encoding') && { compression: saved }),
    mimeType,
    text: text ?? base64Of(safe),
    ...(text === undefined && { encoding: 'base64' as const }),
    ...(isCoded && { _coded: true }),
    ...(isPart && { _part: true }),
  };
}

/** The body of the request; HAR has no base64 for it, which is why `_encoding` says so. */
function postData(bytes: Uint8Array, type: string | null): NonNullable<HarRequest['postData']> {
  const text = textOf(bytes, type);
  const mimeType = type ?? '';
  return text === undefined ? { mimeType, text: base64Of(bytes), _encoding: 'base64' } : { mimeType, text };
}

/** Of an error only what its class, code and words tell; both are masked where they were made, and here once more. */
function harError(error: unknown, masker: HarMasker): HarError {
  if (!(error instanceof Error)) return { name: 'Error', message: masker.text(String(error)), code: 'ERR_ABORTED' };
  const message = masker.text(error.message);
  if (!isTransferError(error)) return { name: error.name, message, code: 'ERR_ABORTED' };
  const { phase, errno } = error.toJSON();
  return {
    name: error.name,
    message,
    code: error.code,
    ...(phase !== undefined && { phase }),
    ...(errno !== undefined && { errno }),
  };
}

/**
 * HAR counts TLS into `connect`, and -1 stands for a phase that did not happen. The phases add up to the time of the
 * whole.
 */
function harTimings(timings: Timings, elapsed: number): HarTimings {
  const { queue, dns, connect, tls, send, firstByte } = timings;
  const dialled = connect === undefined && tls === undefined ? undefined : (connect ?? 0) + (tls ?? 0);
  const before = [queue, dns, dialled, send].reduce<number>((sum, one) => sum + (one ?? 0), 0);
  // Clocks differ by a little: no phase may become negative.
  const total = Math.max(elapsed, timings.total ?? 0, before);
  const head = firstByte === undefined ? total : Math.min(Math.max(firstByte, before), total);
  return {
    blocked: rounded(queue ?? -1),
    dns: rounded(dns ?? -1),
    connect: rounded(dialled ?? -1),
    ssl: rounded(tls ?? -1),
    send: rounded(send ?? 0),
    wait: rounded(head - before),
    receive: rounded(total - head),
  };
}

/** To a microsecond, which is more than a clock tells. */
function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

/** Parameters of the query, secret ones masked. */
function queryOf(url: string, masker: HarMasker): HarPair[] {
  const at = url.indexOf('?');
  if (at === -1) return [];
  const query = new URLSearchParams(url.slice(at + 1).replace(/#.*$/s, ''));
  const isSecret = secretKeysOf(query.keys(), masker.redact);
  return [...query].map(([name, value]) => ({ name, value: isSecret(name) ? MASK : masker.text(value) }));
}

/** A cookie's value is always a secret. */
function cookieOf(pair: string): HarCookie {
  const name = pair.includes('=') ? pair.slice(0, pair.indexOf('=')).trim() : '';
  return { name, value: MASK };
}

/** The attributes that HAR has a place for. */
function setCookieOf(line: string): HarCookie {
  const [pair = '', ...attributes] = line.split(/;\s*/);
  const cookie = cookieOf(pair);
  for (const attribute of attributes) {
    const [name = '', value = ''] = attribute.split('=', 2);
    const lower = name.trim().toLowerCase();
    if (lower === 'path') cookie.path = value;
    else if (lower === 'domain') cookie.domain = value;
    else if (lower === 'httponly') cookie.httpOnly = true;
    else if (lower === 'secure') cookie.secure = true;
  }
  return cookie;
}

function pairs(lines: readonly (readonly [string, string])[]): HarPair[] {
  return lines.map(([name, value]) => ({ name, value }));
}

function httpVersion(version: string): string {
  return `HTTP/${version}`;
}

/** In pieces, because a call has a limit of arguments; each is a multiple of 3 bytes, so that they can be joined. */
function base64Of(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let at = 0; at < bytes.byteLength; at += 8_190) {
    pieces.push(btoa(String.fromCharCode(...bytes.subarray(at, at + 8_190))));
  }
  return pieces.join('');
}
