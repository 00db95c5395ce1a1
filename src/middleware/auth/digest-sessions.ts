/** The sessions that later requests may use at once: one for each origin and user, a bounded number, without passwords. */
import { originOf, resolveUri } from '../../message/uri.ts';
import { BoundedMap } from '../../runtime/bounded-map.ts';
import type { DigestSession } from './digest-session.ts';

/** Origins and users that are remembered; the one that was not used for longest goes first. */
const MOST = 100;

interface Entry {
  readonly session: DigestSession;
  /** Canonical URLs that the session is for begin with one of these. */
  readonly prefixes: readonly string[];
}

export class DigestSessions {
  readonly #entries = new BoundedMap<string, Entry>(MOST);

  /** The session for this URL and user. */
  find(url: string, user: string): DigestSession | undefined {
    const key = keyOf(url, user);
    const entry = this.#entries.get(key);
    if (entry === undefined || !entry.prefixes.some((prefix) => url.startsWith(prefix))) return undefined;
    return this.#entries.use(key)!.session;
  }

  /** @param url the one that was challenged */
  remember(url: string, user: string, session: DigestSession): void {
    const key = keyOf(url, user);
    if (this.#entries.get(key)?.session === session) return;
    this.#entries.set(key, { session, prefixes: prefixesOf(session.challenge.domain, url) });
  }

  /** Forgets this session, not one that has taken its place. */
  forget(url: string, user: string, session: DigestSession): void {
    const key = keyOf(url, user);
    if (this.#entries.get(key)?.session === session) this.#entries.delete(key);
  }
}

function keyOf(url: string, user: string): string {
  return `${originOf(url)} ${user}`;
}

/**
 * RFC 7616 section 3.3: without `domain` the whole origin. Other servers may be named too; their own challenge costs
 * one round trip, and saves us from signing for an origin on the word of another.
 */
function prefixesOf(domain: readonly string[], url: string): readonly string[] {
  const origin = `${originOf(url)}/`;
  if (domain.length === 0) return [origin];
  return domain.flatMap((uri) => {
    try {
      const prefix = resolveUri(uri, url);
      return prefix.startsWith(origin) ? [prefix] : [];
    } catch {
      return [];
    }
  });
}
