/** Stored cookies by domain: finding those of a host costs its labels, not the size of the jar. Bounded in all directions. */
import type { Cookie } from './cookie.ts';
import { isExactHost } from './cookie-policy.ts';

/** A stored cookie and its place in the order of creation. */
interface Entry {
  cookie: Cookie;
  /** Counts up; an update keeps it. */
  readonly order: number;
}

/** Cookies of one domain by their identity, oldest first. */
type Domain = Map<string, Entry>;

export class CookieIndex {
  readonly #domains = new Map<string, Domain>();
  /** Last two labels to the domains that end in them: related domains share these. */
  readonly #families = new Map<string, Set<string>>();
  readonly #maxCookies: number;
  readonly #maxPerDomain: number;
  /** Cookies in all domains. */
  #size = 0;
  /** Cookies ever added: the order of the next one. */
  #added = 0;
  /** No stored cookie expires before. Milliseconds since 1970. */
  #nextExpiry = Number.POSITIVE_INFINITY;

  constructor(maxCookies: number, maxPerDomain: number) {
    this.#maxCookies = maxCookies;
    this.#maxPerDomain = maxPerDomain;
  }

  get size(): number {
    return this.#size;
  }

  /**
   * The stored cookie of the same identity: name, domain, host-only flag and path (RFC 6265bis section 5.7). One that has
   * expired does not count, and its successor does not inherit its age.
   */
  same(cookie: Cookie, now: number): Cookie | undefined {
    const found = this.#domains.get(cookie.domain)?.get(identity(cookie))?.cookie;
    if (found === undefined || !hasExpired(found, now)) return found;
    this.remove(found);
    return undefined;
  }

  /** Adds the cookie, or puts it in the place of the same one. @param now milliseconds since 1970 */
  put(cookie: Cookie, now: number): void {
    const domain = this.#domainOf(cookie.domain);
    const key = identity(cookie);
    const before = domain.get(key);
    this.#nextExpiry = Math.min(this.#nextExpiry, cookie.expires ?? Number.POSITIVE_INFINITY);
    if (before !== undefined) {
      before.cookie = { ...cookie, created: before.cookie.created };
      return;
    }
    this.#added += 1;
    domain.set(key, { cookie, order: this.#added });
    this.#size += 1;
    if (domain.size > this.#maxPerDomain) this.remove(firstToGo(domain, now));
    if (this.#size > this.#maxCookies) this.#makeRoom(now);
  }

  /** Takes the cookie out, and its domain when it was the last one. */
  remove(cookie: Cookie): void {
    const domain = this.#domains.get(cookie.domain);
    if (!domain?.delete(identity(cookie))) return;
    this.#size -= 1;
    if (domain.size > 0) return;
    this.#domains.delete(cookie.domain);
    const key = familyOf(cookie.domain);
    const family = this.#families.get(key);
    family?.delete(cookie.domain);
    if (family?.size === 0) this.#families.delete(key);
  }

  /** Takes out what has expired. Looks at every cookie, but only when one of them has. */
  sweep(now: number): void {
    if (now < this.#nextExpiry) return;
    this.#nextExpiry = Number.POSITIVE_INFINITY;
    for (const domain of this.#domains.values()) {
      for (const { cookie } of domain.values()) {
        if (hasExpired(cookie, now)) this.remove(cookie);
        else this.#nextExpiry = Math.min(this.#nextExpiry, cookie.expires ?? Number.POSITIVE_INFINITY);
      }
    }
  }

  /** Every cookie, oldest first. */
  all(): Cookie[] {
    return this.#entries().map((entry) => entry.cookie);
  }

  /** What may be sent to the host, expired or not: longest path first, then oldest (RFC 6265 section 5.4). */
  forHost(host: string): Cookie[] {
    const found: Entry[] = [...(this.#domains.get(host)?.values() ?? [])];
    if (!isExactHost(host)) {
      for (let dot = host.indexOf('.'); dot !== -1; dot = host.indexOf('.', dot + 1)) {
        const parent = this.#domains.get(host.slice(dot + 1));
        if (parent !== undefined) for (const entry of parent.values()) if (!entry.cookie.hostOnly) found.push(entry);
      }
    }
    found.sort((a, b) => b.cookie.path.length - a.cookie.path.length || a.order - b.order);
    return found.map((entry) => entry.cookie);
  }

  /** Whether a cookie of this domain, of one above or of one below that has not expired passes the test. */
  someRelated(domain: string, now: number, test: (cookie: Cookie) => boolean): boolean {
    for (const other of this.#families.get(familyOf(domain)) ?? []) {
      if (other !== domain && !other.endsWith('.' + domain) && !domain.endsWith('.' + other)) continue;
      for (const { cookie } of this.#domains.get(other)!.values())
        if (test(cookie) && !hasExpired(cookie, now)) return true;
    }
    return false;
  }

  /** Every entry, oldest first. Sorts the whole jar, so it is for rare use. */
  #entries(): Entry[] {
    const entries: Entry[] = [];
    for (const domain of this.#domains.values()) for (const entry of domain.values()) entries.push(entry);
    return entries.sort((a, b) => a.order - b.order);
  }

  /** The cookies of a domain, which is registered with its family when it is new. */
  #domainOf(name: string): Domain {
    const known = this.#domains.get(name);
    if (known !== undefined) return known;
    const domain: Domain = new Map();
    this.#domains.set(name, domain);
    const key = familyOf(name);
    const family = this.#families.get(key);
    if (family === undefined) this.#families.set(key, new Set([name]));
    else family.add(name);
    return domain;
  }

  /** A tenth at once: looking for the oldest means looking at all. */
  #makeRoom(now: number): void {
    this.sweep(now);
    const goal = Math.ceil(this.#maxCookies * 0.9);
    if (this.#size <= goal) return;
    const entries = this.#entries();
    const leaving = [...entries.filter((one) => !one.cookie.secure), ...entries.filter((one) => one.cookie.secure)];
    for (const { cookie } of leaving.slice(0, this.#size - goal)) this.remove(cookie);
  }
}

/** Secure cookies last: a response over http must not be able to push them out. */
function firstToGo(domain: Domain, now: number): Cookie {
  const cookies = Array.from(domain.values(), (entry) => entry.cookie);
  return cookies.find((one) => hasExpired(one, now)) ?? cookies.find((one) => !one.secure) ?? cookies[0]!;
}

/** A cookie without `expires` lasts as long as the jar. */
function hasExpired({ expires }: Cookie, now: number): boolean {
  return expires !== undefined && expires <= now;
}

/** Neither part can hold a semicolon. */
function identity({ name, path, hostOnly }: Cookie): string {
  return `${hostOnly ? 1 : 0}${path};${name}`;
}

/** The last two labels: not the registrable domain, but enough to bound a search. */
function familyOf(domain: string): string {
  const last = domain.lastIndexOf('.');
  return last <= 0 ? domain : domain.slice(domain.lastIndexOf('.', last - 1) + 1);
}
