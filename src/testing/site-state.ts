/** What a site remembers between requests: how often something was asked, and which nonces it gave out. */

/** Entries a site remembers before it forgets the oldest: a soak must not grow the server. */
const MAX_STATE = 10_000;

/** What is known of a nonce that was given out. */
export interface DigestNonce {
  readonly opaque: string;
  readonly algorithm: string;
  /** Counts that were used: each at most once (RFC 7616 3.3, `nc`). */
  readonly counts: Set<number>;
  /** How many requests it is good for. */
  readonly uses: number;
  /** The session key of a `-sess` algorithm: fixed by the first request of the session (RFC 7616 3.4.2). */
  sessionKey?: { readonly cnonce: string; readonly hash: string };
}

/** What the site remembers between requests; one for each site, so that two servers never share a counter. */
export interface SiteState {
  readonly counters: Map<string, number>;
  readonly nonces: Map<string, DigestNonce>;
}

/** How often this key was counted before; counts it. */
export function countUp(state: SiteState, key: string): number {
  const before = state.counters.get(key) ?? 0;
  remember(state.counters, key, before + 1);
  return before;
}

/** `map.set`, forgetting the oldest entry when the map is full. */
export function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  if (map.size >= MAX_STATE) map.delete(map.keys().next().value!);
  map.set(key, value);
}
