/**
 * Publishes calls and their attempts on `node:diagnostics_channel` where there is one, for tracing: to whoever subscribes
 * to `tracingChannel('sluice:call')` or `'sluice:attempt'`. Without a subscriber a request costs one look at whether there
 * is one.
 */
import type { Channel, TracingChannel } from 'node:diagnostics_channel';
import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import { currentScope, type Scope, within } from '../message/scope.ts';
import type { RequestOptions, TransferStats } from '../options/options.ts';
import { builtin } from '../runtime/platform.ts';

/** What is published: one object for all events of a call, or of an attempt, so that a subscriber may add to it. */
export interface TraceMessage {
  /** As it is for the layers. */
  readonly request: HttpRequest;
  /** As they are for the layers: merged and checked. */
  readonly options: RequestOptions;
  /** From `asyncEnd` on. */
  response: HttpResponse | undefined;
  /** From `error` on. */
  error: unknown;
  /** Of an attempt, from `asyncEnd` on: what `onStats` is told. */
  stats: TransferStats | undefined;
}

type Diagnostics = typeof import('node:diagnostics_channel');
type Channels = TracingChannel<unknown, object>;

/** The five channels of one name, looked up when they are first asked for. */
class Tracing {
  readonly #name: string;
  #channels: Channels | null | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  /** The channels; `undefined` when nobody has subscribed to any of them. */
  watched(): Channels | undefined {
    if (this.#channels === undefined) this.#channels = this.#look();
    return this.#channels !== null && hasSubscribers(this.#channels) ? this.#channels : undefined;
  }

  #look(): Channels | null {
    return builtin<Partial<Diagnostics>>('node:diagnostics_channel')?.tracingChannel?.(this.#name) ?? null;
  }
}

/** Asks each by itself: not every runtime has `TracingChannel.hasSubscribers`. */
function hasSubscribers({ start, end, asyncStart, asyncEnd, error }: Channels): boolean {
  return (
    start.hasSubscribers ||
    end.hasSubscribers ||
    asyncStart.hasSubscribers ||
    asyncEnd.hasSubscribers ||
    error.hasSubscribers
  );
}

export const callTracing = new Tracing('sluice:call');
export const attemptTracing = new Tracing('sluice:attempt');

/** One call or attempt on its way: from the event `start` to `asyncEnd`, in the order in which `tracePromise` has them. */
export class Trace {
  readonly #channels: Channels;
  readonly message: TraceMessage;
  #scope: Scope | undefined;

  constructor(channels: Channels, request: HttpRequest, options: RequestOptions) {
    this.#channels = channels;
    this.message = { request, options, response: undefined, error: undefined, stats: undefined };
  }

  /** Runs the synchronous part, with the stores that are bound to `start`. */
  start<T>(run: () => T): T {
    const { start, end } = this.#channels;
    return (start as Channel<unknown, object>).runStores(this.message, () => {
      // Later events are published in this context, as if they followed a promise that was made here.
      this.#scope = currentScope();
      try {
        return run();
      } finally {
        end.publish(this.message);
      }
    });
  }

  answered(response: HttpResponse, stats?: TransferStats): void {
    this.message.response = response;
    this.#end(stats);
  }

  failed(error: unknown, stats?: TransferStats): void {
    this.message.error = error;
    within(this.#scope, () => this.#channels.error.publish(this.message));
    this.#end(stats);
  }

  #end(stats: TransferStats | undefined): void {
    this.message.stats = stats;
    const { asyncStart, asyncEnd } = this.#channels;
    within(this.#scope, () => {
      (asyncStart as Channel<unknown, object>).runStores(this.message, () => asyncEnd.publish(this.message));
    });
  }
}
