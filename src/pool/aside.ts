/** Work at a host that a pool does in its turn, without being a request of the pool. */
import type { PoolItem } from './pool-options.ts';

/**
 * Something that has to be done at a host before its requests, in turn with them, and that takes no slot of the pool: a
 * crawl waits like this for a robots.txt, so that a host which does not answer keeps nobody else from being asked.
 */
export class Aside {
  /**
   * @param uri of the host whose turn is waited for
   * @param task a rejection of it ends the pool
   * @param done called when the interval of the host has begun to count: what it adds waits for it
   */
  constructor(
    readonly uri: string,
    readonly task: () => Promise<void>,
    readonly done: () => void,
  ) {}
}

/** Such work as an item for a pool, which leaves it out of its callbacks and results. */
export function aside(uri: string, task: () => Promise<void>, done: () => void): PoolItem {
  return new Aside(uri, task, done) as unknown as PoolItem;
}
