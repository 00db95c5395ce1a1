/**
 * Requests whose answer nobody waits for. A beacon keeps the process alive until its bytes are in the system's hands and
 * no longer; until then, and while others wait for their turn, nothing is lost by an exit.
 */

import { type Call, callOf } from '../call/call.ts';
import type { RequestPromise } from '../call/request-promise.ts';
import { heedSources, readOrLetGo } from '../call/sources.ts';
import type { WrittenConnection } from '../handlers/node/beacon-handler.ts';
import { own } from '../message/own.ts';
import type { HttpResponse } from '../message/response.ts';
import { errorClass } from '../middleware/http-errors/error-class.ts';
import { bareRecord, extendOptions } from '../options/option-record.ts';
import type { RequestOptions } from '../options/options.ts';
import { refuseNoRecord } from '../options/plain-options.ts';
import { IN_PAGE } from '../runtime/in-page.ts';
import { isThenable } from '../runtime/kind-of.ts';
import type { Handler, Transport } from '../stack/handler.ts';
import { HandlerStack, handlerName } from '../stack/handler-stack.ts';
import { systemClock } from '../time/clock.ts';
import { HoldingClock } from '../time/holding-clock.ts';

/** Options of `client.beacon`: those of any request, and the method. */
export interface BeaconOptions extends RequestOptions {
  /** Default `'POST'`. */
  method?: string | undefined;
}

/** A request on its way. Neither promise rejects. */
export interface Beacon {
  /** Whether the request was sent: `true` as soon as its last byte is in the system's hands. */
  readonly flushed: Promise<boolean>;
  /** The answer, its body read and dropped; `undefined` for a failure, which `onError` was told. */
  readonly done: Promise<HttpResponse | undefined>;
}

/** How the client starts a call: its own way, with another handler. */
export type StartBeacon = (
  method: string,
  uri: string | URL,
  options: RequestOptions,
  over: Handler | undefined,
) => RequestPromise;

/** Beacons under way at once where `maxInFlight` does not say; others wait. */
const IN_FLIGHT = 64;
/** Bytes of an answer that are read for the sake of the connection. */
const DRAINED = 1_048_576;
/** Handlers over sockets of our own, in whose place the one that lets the process go does the same. */
const REPLACEABLE: ReadonlySet<string> = new Set(['undici', 'stream', 'node']);

/**
 * All beacons of one client. A beacon has three ends: its bytes are written (`flushed`), its answer is read (`done`),
 * and its hold on the process is released, which is with the first of the two.
 */
export class Beacons {
  readonly #handler: HandlerStack | Handler;
  readonly #defaults: RequestOptions;
  readonly #start: StartBeacon;
  /** A page has no process that could end. */
  readonly #clock = IN_PAGE ? undefined : new HoldingClock();
  /** Called when the request of this call was written. */
  readonly #written = new WeakMap<Call, () => void>();
  /** Connections that carried a beacon; each can be told to keep the process alive or not. */
  readonly #connections = new Set<WrittenConnection>();
  /** Beacons that are not done. */
  readonly #all = new Set<Promise<unknown>>();
  /** Wakes those that wait for their turn, oldest first. */
  readonly #waiting: (() => void)[] = [];
  /** Beacons that are sent and not answered. */
  #running = 0;
  /** Why the process must not end: beacons that are not flushed, and those who wait in `drain`. */
  #reasons = 0;
  /** The handler whose connections let the process go; loaded by the first beacon. */
  #detached: Promise<Transport> | undefined;
  /** The client's layers over that handler, and the stack they were made from: an edit of the stack makes them anew. */
  #stack: { readonly of: Handler; readonly handler: Handler } | undefined;

  constructor(handler: HandlerStack | Handler, defaults: RequestOptions, start: StartBeacon) {
    this.#handler = handler;
    this.#defaults = defaults;
    this.#start = start;
  }

  /** Sends and returns at once. From here on the process stays alive until the beacon is flushed. */
  send(uri: string | URL, options: BeaconOptions): Beacon {
    heedSources(options);
    let settle: (isFlushed: boolean) => void = () => undefined;
    const flushed = new Promise<boolean>((resolve) => {
      settle = resolve;
    });
    this.#hold(1);
    let isHeld = true;
    const flush = (isFlushed: boolean): void => {
      settle(isFlushed);
      if (isHeld) this.#hold(-1);
      isHeld = false;
    };
    const done = this.#run(uri, options, flush);
    this.#all.add(done);
    void done.then(() => this.#all.delete(done));
    return { flushed, done };
  }

  /** Resolves when no beacon is under way any more, and keeps the process alive until then. */
  async drain(): Promise<void> {
    this.#hold(1);
    while (this.#all.size > 0) await Promise.all(this.#all);
    this.#hold(-1);
  }

  /** Waits for all, and releases their connections. */
  async close(): Promise<void> {
    await this.drain();
    await this.#letGo('close');
  }

  /** Gives up what is not answered, and waits until every beacon has heard of it. */
  async destroy(reason?: unknown): Promise<void> {
    await this.#letGo('destroy', reason);
    await this.drain();
  }

  /** Waits for a turn, sends, and tells `onError` of a failure. Never rejects. */
  async #run(
    uri: string | URL,
    options: BeaconOptions,
    flush: (isFlushed: boolean) => void,
  ): Promise<HttpResponse | undefined> {
    try {
      if (this.#running >= (this.#defaults.maxInFlight || IN_FLIGHT)) {
        await new Promise<void>((resolve) => this.#waiting.push(resolve));
      }
      this.#running += 1;
      const response = await this.#sent(uri, options, flush).finally(() => {
        this.#running -= 1;
        this.#waiting.shift()?.();
      });
      flush(true);
      return response;
    } catch (error) {
      flush(false);
      tell(own(options, 'onError') ?? this.#defaults.onError, error);
      return undefined;
    }
  }

  /** One beacon as a call of the client. Its stream is only read for the sake of the connection. */
  async #sent(uri: string | URL, given: BeaconOptions, flush: (isFlushed: boolean) => void): Promise<HttpResponse> {
    const { method = 'POST', ...rest } = readOrLetGo(given, () => checkedOptions(given));
    const { version = this.#defaults.version, httpErrors = this.#defaults.httpErrors } = bareRecord(rest);
    const over = await this.#over(version);
    // Nobody looks at the status: where it is not to reject, a bad one is told all the same.
    const isError = typeof httpErrors === 'function' ? httpErrors : true;
    const options = extendOptions(rest, { stream: true, sink: null, httpErrors: isError });
    if (!IN_PAGE && (own(given, 'clock') ?? this.#defaults.clock ?? systemClock) === systemClock)
      options.clock = this.#clock;
    const promise = this.#start(method, uri, options, over);
    if (promise.call !== undefined) this.#written.set(promise.call, () => flush(true));
    const response = await promise;
    await drained(response);
    if (!this.#isBad(response.status, isError)) return response;
    throw new (errorClass(response.status))(`${response.status} ${response.statusText}`.trim(), {
      request: response.request,
      response,
    });
  }

  /** The layer has asked the function already, where there is one. */
  #isBad(status: number, isError: true | ((status: number) => boolean)): boolean {
    if (isError === true) return status >= 400;
    return !(this.#handler instanceof HandlerStack && this.#handler.has('httpErrors')) && isError(status);
  }

  /**
   * The client's layers over the handler that lets the process go. A handler of the user's own is asked itself, and so is
   * the client's for a version that only it speaks.
   */
  async #over(version: RequestOptions['version']): Promise<Handler | undefined> {
    if (IN_PAGE || version === '2' || version === '3') return undefined;
    const stack = this.#handler;
    if (!(stack instanceof HandlerStack) || stack.handler === undefined) return undefined;
    if (
      !handlerName(stack.handler)
        .split('|')
        .every((name) => REPLACEABLE.has(name))
    )
      return undefined;
    const of = stack.resolve();
    if (this.#stack?.of === of) return this.#stack.handler;
    this.#detached ??= import('../handlers/node/beacon-handler.ts').then(({ detachedHandler }) =>
      detachedHandler((request, connection) => {
        this.#connections.add(connection);
        if (this.#reasons === 0) connection.unref();
        const call = callOf(request);
        if (call !== undefined) this.#written.get(call)?.();
      }),
    );
    const detached = await this.#detached;
    this.#stack = { of, handler: stack.clone().setHandler(detached).resolve() };
    return this.#stack.handler;
  }

  /** While there is a reason, connections and timers of beacons that were flushed keep the process alive too. */
  #hold(change: 1 | -1): void {
    if (IN_PAGE) return;
    const wasHeld = this.#reasons > 0;
    this.#reasons += change;
    const isHeld = this.#reasons > 0;
    if (isHeld === wasHeld) return;
    this.#clock?.hold(isHeld);
    if (this.#running === 0) this.#connections.clear();
    for (const connection of this.#connections) {
      if (isHeld) connection.ref();
      else connection.unref();
    }
  }

  /** Later beacons connect anew. */
  async #letGo(how: 'close' | 'destroy', reason?: unknown): Promise<void> {
    if (IN_PAGE) return;
    const detached = await this.#detached;
    this.#detached = undefined;
    this.#stack = undefined;
    await detached?.[how]?.(reason);
  }
}

/** @throws TypeError for what is no record, and for a sink */
function checkedOptions(given: BeaconOptions): BeaconOptions {
  refuseNoRecord(given);
  const options = bareRecord(given);
  if (options.sink) throw new TypeError('option sink makes no sense for a beacon, whose answer is dropped');
  return options;
}

/** Reads the answer, so that its connection can be used again; an endless one is given up. */
async function drained(response: HttpResponse): Promise<void> {
  if (!response.streamed) return;
  let length = 0;
  for await (const chunk of response) {
    length += chunk.byteLength;
    if (length > DRAINED) return;
  }
}

/** Nobody is there to catch what the callback throws. */
function tell(onError: RequestOptions['onError'], error: unknown): void {
  if (typeof onError !== 'function') return;
  try {
    const told: unknown = onError(error);
    if (isThenable(told)) told.then(undefined, () => undefined);
  } catch {}
}
