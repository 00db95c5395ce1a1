/**
 * One item on its way through a pool, and what its outcome says: about the load, the bytes, and the request that was sent.
 */
import { callOf } from '../call/call.ts';
import { isNetworkError } from '../message/errors.ts';
import { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import type { Outcome } from './adaptive-concurrency.ts';
import { Aside } from './aside.ts';
import { claimOf } from './claims.ts';
import type { Host } from './host.ts';
import type { PoolKey } from './pool-options.ts';

/** A host, in whose queue items of a pool wait. */
export type EntryHost = Host<Entry>;

export class Entry {
  host: EntryHost | undefined = undefined;
  /** When it was sent, in milliseconds of the clock; only where a limiter asks. */
  started = 0;
  /** What the limiters of the pool and of the host gave. */
  epoch = 0;
  hostEpoch = 0;

  constructor(
    readonly key: PoolKey,
    readonly item: unknown,
  ) {}
}

/**
 * An item that the pool has taken is not sent: whoever made it has handed its body over, and nobody else lets go of that.
 * Who has a claim to it hears so, for whom the source cannot speak any more once it has ended.
 */
export function letGoOf({ item }: Entry): void {
  claimOf(item)?.giveBack();
  if (item instanceof HttpRequest) item.body?.release();
}

/** The URI that an item asks for; `undefined` for a function, and for anything that cannot be sent. */
export function uriOf(item: unknown): string | undefined {
  if (typeof item === 'string') return item;
  if (item instanceof HttpRequest) return item.url;
  if (item instanceof Aside) return item.uri;
  return item instanceof URL ? item.href : undefined;
}

/** The response of an outcome: an error of `httpErrors` carries one too. */
export function responseOf(response: HttpResponse | undefined, error: unknown): HttpResponse | undefined {
  return response ?? (error as { response?: HttpResponse } | undefined)?.response;
}

/** Bytes of the body: as they came in, or of a body that was made in memory. */
export function bytesOf(response: HttpResponse | undefined): number {
  return response?.facts?.bytesReceived ?? response?.content?.bytes?.byteLength ?? 0;
}

/**
 * What an outcome says about the load: 429 (RFC 6585 section 4) and 503 (RFC 9110 section 15.6.4) say that it is too much.
 */
export function outcomeOf(response: HttpResponse | undefined, error: unknown): Outcome {
  const status = response?.status;
  if (status === 429 || status === 503 || isNetworkError(error)) return 'overload';
  return response === undefined ? 'ignored' : 'success';
}

/** What was asked: the request as it was sent, or as the call began when redirects changed it. */
export function requestOf(item: unknown, response: HttpResponse | undefined, error: unknown): HttpRequest | undefined {
  if (item instanceof HttpRequest) return item;
  const last = response?.request ?? (error as { request?: HttpRequest } | undefined)?.request;
  const call = last && callOf(last);
  const first = responseOf(response, error)?.redirects?.[0];
  const isRedirected = first !== undefined || (call?.hop ?? 0) > 0;
  if (last !== undefined && !isRedirected) return last;
  if (call?.request !== undefined) return call.request;
  const uri = uriOf(item);
  try {
    if (first !== undefined) return new HttpRequest(first.method, first.url);
    if (uri === undefined) return last;
    return new HttpRequest('GET', uri);
  } catch {
    return undefined;
  }
}
