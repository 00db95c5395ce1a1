/** What a site remembers between requests: how often something was asked, and which nonces it gave out. */
import { BoundedMap } from '../runtime/bounded-map.ts';

/** What is known of a nonce that was given out. */
export interface DigestNonce {
  readonly opaque: string;
  readonly algorithm: string;
  /** Counts that were used: each at most once (RFC 7616 section 3.3, `nc`). */
  readonly counts: Set<number>;
  /** How many requests it is good for. */
  readonly uses: number;
  /** The session key of a `-sess` algorithm: fixed by the first request of the session (RFC 7616 section 3.4.2). */
  sessionKey?: { readonly cnonce: string; readonly hash: string };
}

/** One for each site, so that two servers never share a counter. Bounded: a long test must not make the server grow. */
export class SiteState {
  readonly counters = new BoundedMap<string, number>(10_000);
  readonly nonces = new BoundedMap<string, DigestNonce>(10_000);
}

/** Counts this key. @returns how often it had been counted before */
export function countUp(state: SiteState, key: string): number {
  const before = state.counters.get(key) ?? 0;
  state.counters.set(key, before + 1);
  return before;
}
