/** What a cache did for a call. */
export interface CacheFacts {
  /**
   * `hit`: the stored answer. `stale`: the stored answer although its time is over. `revalidated`: the stored answer,
   * which the origin confirmed or completed. `miss`: the origin's answer. `bypass`: the origin's, and the cache was not
   * asked.
   */
  readonly status: 'hit' | 'miss' | 'stale' | 'revalidated' | 'bypass';
  /** Seconds since the origin made the answer. */
  readonly age: number;
  /** Seconds for which it may still be used; 0 or less for one that may not. */
  readonly ttl: number;
  /** Where it is stored, or would be. Begins with the URL, whose query may hold secrets. */
  readonly key: string;
}
