/**
 * The handler that a dispatcher of the caller's gets for one request. undici has two generations of handler interfaces, and
 * asks by their methods which one it has: the one of undici 8, which composed interceptors of undici 7 call too, and the
 * one of undici 7 and before. Both are here, and tell the exchange.
 */
import { connectFailure } from '../../connect/failure.ts';
import type { RawField } from '../../message/headers.ts';
import { own } from '../../message/own.ts';
import type { Target } from '../../message/uri.ts';
import { isConnectionLost } from './error-meaning.ts';
import type { UndiciExchange } from './exchange.ts';

/** A head as undici has read it: names in lower case, lines of one name in a list. */
type Fields = Readonly<Record<string, string | readonly string[] | undefined>>;

/** How undici 8 lets a handler stop a request. `rawHeaders` are there only when the answer came over a connection. */
interface Controller {
  readonly rawHeaders?: unknown;
  readonly rawTrailers?: unknown;
  abort(reason: Error): void;
  pause(): void;
  resume(): void;
}

export class DispatcherCallbacks {
  readonly #exchange: UndiciExchange;
  readonly #target: Target;
  /** A body that is handed over in one piece, until the exchange was told of it. */
  #whole: Uint8Array | undefined;
  #abort: ((reason: Error) => void) | undefined;
  #stopped: Error | undefined;

  constructor(exchange: UndiciExchange, target: Target, body: unknown) {
    this.#exchange = exchange;
    this.#target = target;
    this.#whole = body instanceof Uint8Array ? body : undefined;
  }

  /** The exchange is over before its answer. */
  stop(reason: Error = new Error('aborted')): void {
    this.#stopped = reason;
    this.#abort?.(reason);
  }

  // The callbacks of undici 8

  onRequestStart(controller: Controller): void {
    this.onConnect((reason) => controller.abort(reason));
  }

  onResponseStart(controller: Controller, status: number, fields: Fields, statusText?: string): void {
    const raw = asTheyCame(controller.rawHeaders, fields);
    if (!this.onHeaders(status, raw, () => controller.resume(), statusText)) controller.pause();
  }

  onResponseData(controller: Controller, chunk: Uint8Array): void {
    if (!this.onData(chunk)) controller.pause();
  }

  onResponseEnd(controller: Controller | null, fields?: Fields | null): void {
    this.onComplete(asTheyCame(controller?.rawTrailers, fields ?? {}));
  }

  onResponseError(_: Controller | null, cause: Error): void {
    this.onError(cause);
  }

  // The callbacks of undici 7 and before

  /** May come again, for the next attempt of an interceptor. */
  onConnect(abort: (reason: Error) => void): void {
    this.#abort = abort;
    if (this.#stopped !== undefined) abort(this.#stopped);
    else if (this.#whole !== undefined) this.#exchange.onRequestSent();
  }

  onHeaders(status: number, raw: RawField[], resume: () => void, statusText = ''): boolean {
    if (status >= 200) this.#wholeSent();
    return this.#exchange.onHeaders(status, raw, resume, statusText);
  }

  onData(chunk: Uint8Array): boolean {
    return this.#exchange.onData(chunk);
  }

  onComplete(trailers: RawField[] | null): void {
    this.#exchange.onComplete(trailers ?? []);
  }

  /** Before `onConnect` it is an error of the dispatcher's own dial, and becomes the error that ours would be. */
  onError(cause: Error): void {
    const isConnecting = this.#abort === undefined && isOfConnection(cause);
    this.#exchange.onError(isConnecting ? connectFailure(cause, this.#target) : cause);
  }

  /** That it has arrived is certain once there is an answer. */
  #wholeSent(): void {
    const whole = this.#whole;
    this.#whole = undefined;
    if (whole !== undefined && whole.byteLength > 0) this.#exchange.onBodySent(whole);
  }
}
Object.setPrototypeOf(DispatcherCallbacks.prototype, null); // undici asks for methods of two generations: none is inherited.

/**
 * Whether it is an error of the system, of TLS or of undici's connector. undici's other codes are about what it was given.
 */
function isOfConnection(cause: unknown): boolean {
  const code = own(Object(cause), 'code');
  if (typeof code !== 'string') return false;
  return code === 'UND_ERR_CONNECT_TIMEOUT' || !code.startsWith('UND_') || isConnectionLost(cause as Error);
}

/**
 * The lines as they came, with their case and order, unless an interceptor has changed the record that is made of them.
 * @param raw name, value, name, value, ... or nothing, where the answer came over no connection
 */
function asTheyCame(raw: unknown, fields: Fields): RawField[] {
  return Array.isArray(raw) && saysTheSame(raw as RawField[], fields) ? (raw as RawField[]) : flat(fields);
}

/** Whether each value of the record stands among the lines, and nothing else does. */
function saysTheSame(raw: readonly RawField[], fields: Fields): boolean {
  const seen = new Map<string, number>();
  for (let i = 0; i < raw.length; i += 2) {
    const name = text(raw[i]!).toLowerCase();
    const at = seen.get(name) ?? 0;
    const value = [Object.hasOwn(fields, name) ? fields[name] : undefined].flat()[at];
    const came = raw[i + 1]!;
    // undici 7 reads values as UTF-8, undici 8 as latin1.
    if (value === undefined || (value !== text(came) && value !== String(came))) return false;
    seen.set(name, at + 1);
  }
  return Object.keys(fields).every((name) => seen.get(name) === [fields[name]].flat().length);
}

function flat(fields: Fields): RawField[] {
  const raw: RawField[] = [];
  for (const name of Object.keys(fields)) {
    for (const value of [fields[name]].flat()) if (value !== undefined) raw.push(name, String(value));
  }
  return raw;
}

function text(field: RawField): string {
  return typeof field === 'string' ? field : field.toString('latin1');
}
