/** Collects the outcomes of a pool for `Pool.batch`, in the shape of its requests: a list, or a record with their names. */
import type { HttpResponse } from '../message/response.ts';
import type { PoolItem, PoolKey, PoolRequests, PoolSettings } from './pool-options.ts';
import { Source } from './source.ts';

/** The outcomes, as `Promise.allSettled` has them: a list, or for a record a record with its names. */
export type BatchResults<R extends PoolRequests> =
  R extends Iterable<PoolItem>
    ? PromiseSettledResult<HttpResponse>[]
    : R extends AsyncIterable<PoolItem>
      ? PromiseSettledResult<HttpResponse>[]
      : { [K in keyof R]: PromiseSettledResult<HttpResponse> };

/** What `Pool.batch` needs: callbacks that note each outcome, and the outcomes in their shape. */
interface Batch<P, R extends PoolRequests> {
  readonly callbacks: Pick<PoolSettings<P>, 'fulfilled' | 'rejected'>;
  results(): BatchResults<R>;
}

/** The callbacks that collect, in front of the caller's own. */
export function batchOf<P, R extends PoolRequests>(requests: R, options: PoolSettings<P>): Batch<P, R> {
  const { fulfilled, rejected } = options;
  const settled = new Map<PoolKey, PromiseSettledResult<HttpResponse>>();
  const names = new Source(requests).names;
  return {
    callbacks: {
      fulfilled: (value, key, pool) => {
        settled.set(key, { status: 'fulfilled', value });
        return fulfilled?.(value, key, pool);
      },
      rejected: (reason, key, pool) => {
        settled.set(key, { status: 'rejected', reason });
        return rejected?.(reason, key, pool);
      },
    },
    results: () => (names === undefined ? listOf(settled) : recordOf(settled, names)) as BatchResults<R>,
  };
}

type Settled = ReadonlyMap<PoolKey, PromiseSettledResult<HttpResponse>>;

/** By index, which is the order of the requests. */
function listOf(settled: Settled): PromiseSettledResult<HttpResponse>[] {
  return [...settled].sort(([a], [b]) => (a as number) - (b as number)).map(([, result]) => result);
}

/** Names that never settled are left out. */
function recordOf(settled: Settled, names: readonly string[]): Record<string, PromiseSettledResult<HttpResponse>> {
  // The record's names first and in their order, then what was added.
  const keys = [...names, ...[...settled.keys()].filter((key) => typeof key === 'number').sort((a, b) => a - b)];
  return Object.fromEntries(keys.flatMap((key) => (settled.has(key) ? [[key, settled.get(key)!]] : [])));
}
