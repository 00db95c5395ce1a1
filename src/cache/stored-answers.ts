/**
 * The stored answers: found by the request, kept with their variants, and taken out by URL, origin or group. It knows
 * nothing of freshness; `cache.ts` and `forward.ts` decide what is used and stored.
 */
import { parseHttpDate } from '../message/http-date.ts';
import type { HttpRequest } from '../message/request.ts';
import type { RequestOptions } from '../options/options.ts';
import type { Clock } from '../time/clock.ts';
import { keyUrl, prefixOf, urlOfKey, variantText } from './cache-key.ts';
import { digestOf } from './digest.ts';
import { type CacheEntry, fieldOf, linesOf, type Variant } from './entry.ts';
import type { GuardedStore, Tell } from './guarded-store.ts';
import type { Inquiry } from './inquiry.ts';
import { combined, isPart } from './parts.ts';
import { varyNames } from './storing.ts';
import { parseStrings } from './targeted.ts';

/** What there is for a request. */
export interface Found {
  /** The key of the answer, or of the list of variants. */
  readonly base: string;
  readonly key: string;
  /** The answer whose `Vary` the request fits, if there is one. */
  readonly entry: CacheEntry | undefined;
  readonly variants: readonly Variant[];
}

/** A request under way; what it brings is not stored when its URL was invalidated meanwhile. */
export interface Sending {
  readonly url: string;
  /** Set when the URL is invalidated while the request is under way. */
  spoiled: boolean;
  /** What others stored of the URL meanwhile: the date of the answer, by its key. */
  newer: Map<string, number> | undefined;
}

/** Answers that are remembered for one URL and user; the oldest goes. */
const MOST_VARIANTS = 64;
const NOTHING = new Uint8Array(0);

/**
 * An answer without `Vary` is stored under its base key. With `Vary`, the base key holds a list of variants, each with
 * its own key, and the answers stand under those. Every base key exists twice: for all users, and for one.
 */
export class StoredAnswers {
  readonly #store: GuardedStore;
  /** By URL. */
  readonly #sendings = new Map<string, Set<Sending>>();
  /** Work on one list of variants at a time. */
  readonly #listing = new Map<string, Promise<unknown>>();

  readonly #maxEntrySize: number;

  /** @param maxEntrySize bytes of a body */
  constructor(store: GuardedStore, maxEntrySize: number) {
    this.#store = store;
    this.#maxEntrySize = maxEntrySize;
  }

  /** What is stored for the request: its own user's answer first, then the one for all. */
  async find({ request, options, keys, clock, tell }: Inquiry): Promise<Found | undefined> {
    for (const base of [keys.own, keys.all]) {
      const given = this.#store.get(base, clock, tell);
      const entry = given instanceof Promise ? await given : given;
      if (entry === undefined) continue;
      // A key is a digest in part, and a store may be wrong: the entry says itself what it answers.
      if (entry.url !== keyUrl(request.url)) continue;
      if (entry.variants === undefined) return { base, key: base, entry, variants: [] };
      const { variants } = entry;
      for (const names of distinct(variants)) {
        const key = await variantKey(base, names, request, options);
        if (!variants.some((one) => one.key === key)) continue;
        const variant = await this.#store.get(key, clock, tell);
        if (variant !== undefined) return { base, key, entry: variant, variants };
      }
      if (variants.length > 0) return { base, key: base, entry: undefined, variants };
    }
    return undefined;
  }

  /** Stores the answer for everybody, or for this user. Gives its key, or `undefined` when it was not stored. */
  async keep(
    inquiry: Inquiry,
    entry: CacheEntry,
    sending: Sending,
    found: Found | undefined,
    isForAll: boolean,
  ): Promise<string | undefined> {
    const { request, options, keys, clock, tell } = inquiry;
    const base = isForAll ? keys.all : keys.own;
    const names = varyNames(entry);
    const key = names.length === 0 ? base : await variantKey(base, names, request, options);
    if (sending.spoiled) return undefined;
    const date = dateOf(entry);
    // RFC 9111 section 4: the most recent answer is the one to use; one that took longer to come is not it.
    if ((sending.newer?.get(key) ?? date) > date) return key;
    const whole = isPart(entry) ? combined(await this.#store.get(key, clock, tell), entry, this.#maxEntrySize) : entry;
    if (whole === undefined) return key;
    if (!(await this.#store.set(key, whole, clock, tell))) return undefined;
    if (key !== base) {
      // A part that holds is not the answer to who asks for the whole.
      const etag = isPart(whole) ? null : fieldOf(whole, 'etag');
      await this.#list(base, { names, key, etag }, whole, clock, tell);
    }
    this.#tellOthers(sending, key, date);
    // An older answer for the user alone would hide the one for all.
    if (found !== undefined && found.base === keys.own && found.base !== base) {
      await this.#store.delete(found.base, clock, tell);
    }
    // Invalidated while it was being stored.
    if (sending.spoiled) await this.#store.delete(key, clock, tell);
    return key;
  }

  /** Takes out one answer by its key. */
  async drop(key: string, { clock, tell }: Inquiry): Promise<void> {
    await this.#store.delete(key, clock, tell);
  }

  /** One entry by its key; at once where the store answers at once. */
  get(key: string, { clock, tell }: Inquiry): CacheEntry | undefined | Promise<CacheEntry | undefined> {
    return this.#store.get(key, clock, tell);
  }

  /** Puts an entry in the place of another one with the same key and the same `Vary`. */
  async replace(key: string, entry: CacheEntry, { clock, tell }: Inquiry): Promise<void> {
    await this.#store.set(key, entry, clock, tell);
  }

  /** Registers a request to the origin, until `end`. */
  begin(url: string): Sending {
    const sending: Sending = { url: keyUrl(url), spoiled: false, newer: undefined };
    const others = this.#sendings.get(sending.url);
    if (others === undefined) this.#sendings.set(sending.url, new Set([sending]));
    else others.add(sending);
    return sending;
  }

  /** The request and the storing of its answer are over. */
  end(sending: Sending): void {
    const all = this.#sendings.get(sending.url);
    all?.delete(sending);
    if (all?.size === 0) this.#sendings.delete(sending.url);
  }

  /**
   * Concurrent requests of the same URL learn that an answer of this date is stored, so that an older one does not
   * replace it.
   */
  #tellOthers(sending: Sending, key: string, date: number): void {
    for (const other of this.#sendings.get(sending.url) ?? []) {
      if (other === sending) continue;
      other.newer ??= new Map();
      other.newer.set(key, date);
    }
  }

  /** Takes out all that is stored of a URL, for every method, user and variant. */
  purge(url: string, clock: Clock, tell: Tell): Promise<void> {
    this.#spoil((one) => one === keyUrl(url));
    return this.#deleteAll(prefixOf(url), clock, tell);
  }

  /** Takes out all of an origin, given without a slash at its end; all there is for `''`. */
  clear(origin: string, clock: Clock, tell: Tell): Promise<void> {
    const prefix = origin === '' ? '' : `${origin}/`;
    this.#spoil((url) => url.startsWith(prefix));
    return this.#deleteAll(prefix, clock, tell);
  }

  /** Takes out what belongs to one of the groups (RFC 9875), of one origin or, for `''`, of all. */
  async invalidate(groups: readonly string[], origin: string, clock: Clock, tell: Tell): Promise<number> {
    const prefix = origin === '' ? '' : `${origin}/`;
    let count = 0;
    const urls = new Set<string>();
    for (const key of await this.#store.keys(prefix, clock, tell)) {
      const entry = await this.#store.get(key, clock, tell);
      if (entry === undefined || !parseStrings(linesOf(entry, 'cache-groups')).some((one) => groups.includes(one))) {
        continue;
      }
      urls.add(urlOfKey(key));
      count += 1;
      await this.#store.delete(key, clock, tell);
    }
    this.#spoil((url) => urls.has(url));
    return count;
  }

  /** Requests under way for these URLs may have been answered before the change: they store nothing. */
  #spoil(isGone: (url: string) => boolean): void {
    for (const [url, sendings] of this.#sendings) {
      if (isGone(url)) for (const sending of sendings) sending.spoiled = true;
    }
  }

  /** One key after the other: a store may be far away, and has to bear its other users too. */
  async #deleteAll(prefix: string, clock: Clock, tell: Tell): Promise<void> {
    for (const key of await this.#store.keys(prefix, clock, tell)) await this.#store.delete(key, clock, tell);
  }

  /** Adds a variant to the list of its URL, one at a time: the list is read and written again. */
  async #list(base: string, variant: Variant, entry: CacheEntry, clock: Clock, tell: Tell): Promise<void> {
    // The change before this one, whatever came of it.
    const before = this.#listing.get(base);
    const work = (async () => {
      await before;
      const old = (await this.#store.get(base, clock, tell))?.variants ?? [];
      const variants = [variant, ...old.filter(({ key }) => key !== variant.key)];
      const { url, requestedAt, receivedAt } = entry;
      const times = { requestedAt, receivedAt };
      const list = { url, status: 200, statusText: '', headers: [], ...times, body: NOTHING };
      await this.#store.set(base, { ...list, variants: variants.slice(0, MOST_VARIANTS) }, clock, tell);
      // Variants that fell off the list could never be found again.
      for (const { key } of variants.slice(MOST_VARIANTS)) await this.#store.delete(key, clock, tell);
    })();
    this.#listing.set(base, work);
    await work;
    if (this.#listing.get(base) === work) this.#listing.delete(base);
  }
}

/** When the origin made the answer, in milliseconds since 1970. */
function dateOf(entry: CacheEntry): number {
  return parseHttpDate(fieldOf(entry, 'date') ?? '', entry.receivedAt) ?? entry.receivedAt;
}

/** Each list of names once, that of the newest answer first. */
function distinct(variants: readonly Variant[]): Iterable<readonly string[]> {
  return new Map(variants.map(({ names }) => [names.join(), names])).values();
}

/** The base key and a digest of the request's fields that `Vary` names. */
async function variantKey(
  base: string,
  names: readonly string[],
  request: HttpRequest,
  options: RequestOptions,
): Promise<string> {
  return `${base} ${await digestOf(variantText(names, request, options))}`;
}
