/**
 * Cookies kept between requests (RFC 6265), in memory. The rules are in `cookie-policy.ts`; here is what makes them cheap
 * (an answer for each origin is computed once and kept until the jar changes) and ordered (the library that reads
 * `Set-Cookie` is loaded by the first response that has one; what is asked meanwhile waits for it).
 */

import { own } from '../message/own.ts';
import type { CookieStore } from '../options/cookie-option.ts';
import { settingsOf } from '../options/settings-of.ts';
import { BoundedMap } from '../runtime/bounded-map.ts';
import { wallClock } from '../time/clock.ts';
import { type Cookie, type CookieJarJSON, cookieToJSON } from './cookie.ts';
import { CookieIndex } from './cookie-index.ts';
import { type CookieInit, draftOf, targetFor } from './cookie-init.ts';
import { type CookieParser, cookieParser, loadCookieParser } from './cookie-parser.ts';
import {
  admit,
  type CookieDraft,
  type CookieScope,
  canonicalDomain,
  cookieLine,
  cookieScopeOf,
  MAX_COOKIES_PER_RESPONSE,
  overlaysSecure,
  type Refusal,
  sendsTo,
} from './cookie-policy.ts';
import { cookiesFromRecord, storedCookies } from './stored-cookies.ts';

/** How much a `CookieJar` takes, and what it does with a cookie that it refuses. */
export interface CookieJarOptions {
  /** A cookie that is refused is a `TypeError` instead of nothing. Default `false`. */
  strict?: boolean | undefined;
  /** Cookies in all; when there are more, the oldest tenth goes, Secure ones last. Default 10 000. */
  maxCookies?: number | undefined;
  /** Cookies of one domain; when there are more, the oldest goes, Secure ones last. Default 500. */
  maxPerDomain?: number | undefined;
  /** What tells the time: milliseconds since 1970, as `new FakeClock(start)` can. Default: the wall clock. */
  clock?: { now(): number } | undefined;
}

const NAMES: readonly (keyof CookieJarOptions)[] = ['strict', 'maxCookies', 'maxPerDomain', 'clock'];

/** What an origin gets as long as the jar stays as it is. */
interface Selection {
  readonly cookies: readonly Cookie[];
  /** Present when the path makes no difference. */
  readonly line: string | undefined;
  /** When the first of the cookies expires. Milliseconds since 1970. */
  readonly until: number;
}

/**
 * A cookie jar. Give it as the `cookies` option of a client or a call; `cookies: true` makes one for a client.
 *
 * It follows RFC 6265 with the public suffix list, the host-only flag and the prefixes `__Host-` and `__Secure-`. A
 * response over http, but of `localhost`, neither sets nor replaces a Secure cookie. It takes 4096 bytes a pair and 50
 * cookies a response, and sends 150 pairs and 8190 bytes.
 */
export class CookieJar implements CookieStore, Iterable<Cookie> {
  readonly #index: CookieIndex;
  readonly #strict: boolean;
  readonly #clock: { now(): number } | undefined;
  /** What is sent to an origin. */
  readonly #selections = new BoundedMap<string, Selection>(1000);
  /** Settles when everything that was put in so far has arrived. */
  #pending: Promise<unknown> | undefined;

  /** @throws TypeError for an unknown option, and a bound that is no whole number above 0 */
  constructor(options: CookieJarOptions = {}) {
    const {
      strict = false,
      maxCookies = 10_000,
      maxPerDomain = 500,
      clock,
    } = settingsOf('a cookie jar', options, NAMES);
    for (const [name, bound] of Object.entries({ maxCookies, maxPerDomain })) {
      if (Number.isInteger(bound) && bound > 0) continue;
      throw new TypeError(`${name} must be a whole number above 0, got ${String(bound)}`);
    }
    this.#strict = strict;
    this.#clock = clock;
    this.#index = new CookieIndex(maxCookies, maxPerDomain);
  }

  /**
   * A jar with cookies in it.
   * @param cookies names to values, which need a scope; or what `toJSON` or `serialize` of a jar gave
   * @param scope a domain (and what is below it), or a URL: its host alone, and https alone if it is https
   * @throws TypeError for a cookie that cannot be sent, naming it without its value
   */
  static from(
    cookies: Readonly<Record<string, string>> | CookieJarJSON | string,
    scope?: string | URL,
    options?: CookieJarOptions,
  ): CookieJar {
    if (typeof cookies === 'string' || Array.isArray(own(cookies, 'cookies')))
      return CookieJar.fromJSON(cookies, options);
    if (scope === undefined) {
      throw new TypeError('cookies given as a record need a domain or a URL that they are for');
    }
    const jar = new CookieJar(options);
    const now = jar.now();
    jar.restore(cookiesFromRecord(cookies as Readonly<Record<string, string>>, String(scope), now));
    return jar;
  }

  /**
   * The jar that `toJSON` or `serialize` wrote, of this class or of tough-cookie.
   * @throws TypeError naming the record and the field that cannot be used; then nothing was taken
   */
  static fromJSON(json: CookieJarJSON | string | object, options?: CookieJarOptions): CookieJar {
    const jar = new CookieJar(options);
    jar.restore(storedCookies(json, jar.now(), cookieParser()));
    return jar;
  }

  /** How many cookies there are, without those that have expired. */
  get size(): number {
    this.#index.sweep(this.now());
    return this.#index.size;
  }

  /** The cookies, oldest first. */
  [Symbol.iterator](): IterableIterator<Cookie> {
    this.#index.sweep(this.now());
    return this.#index.all().values();
  }

  /**
   * The value of the `Cookie` field for a request, longest path first, then oldest; `''` for none.
   * A promise only while the first cookies are still being read.
   * @throws TypeError for a URL that is not absolute http or https
   */
  getCookieHeader(url: string | URL): string | Promise<string> {
    const text = typeof url === 'string' ? url : url.href;
    return this.#pending === undefined ? this.#lineFor(text) : this.#pending.then(() => this.#lineFor(text));
  }

  /** The cookies a request would carry, without the bounds of a line. Those still being read are not among them. */
  getCookies(url: string | URL): Cookie[] {
    const place = cookieScopeOf(String(url));
    return this.#select(String(url)).cookies.filter((cookie) => sendsTo(cookie, place.path));
  }

  /**
   * Puts a cookie in, or takes the same one out when it has expired, as a response from `url` would.
   * @param cookie a `Set-Cookie` line, or its parts
   * @param url absolute; for parts with a domain it may be left out
   * @returns whether the jar has changed, or has the cookie already
   * @throws TypeError for parts of the wrong type, or a refused cookie in strict mode; never with its value
   */
  async setCookie(cookie: string | CookieInit, url?: string | URL): Promise<boolean> {
    const target = targetFor(cookie, url);
    return this.#inOrder((parser) => {
      const now = this.now();
      const draft = typeof cookie === 'string' ? parser.parse(cookie, now) : draftOf(cookie, now);
      const refusal = this.#take(draft, cookieScopeOf(target), parser, now);
      if (refusal !== undefined && this.#strict) throw refused(refusal, draft);
      return refusal === undefined;
    });
  }

  /**
   * Takes the `Set-Cookie` lines of one response: at most 50, and those that break a rule are left out.
   * @returns a promise only for the first lines of the process
   * @throws TypeError in strict mode for a line that was refused, after the others were taken
   */
  store(url: string | URL, lines: readonly string[]): void | Promise<void> {
    if (lines.length === 0) return undefined;
    const parser = this.#pending === undefined ? cookieParser() : undefined;
    if (parser === undefined) return this.#inOrder((loaded) => this.#takeLines(String(url), lines, loaded));
    this.#takeLines(String(url), lines, parser);
    return undefined;
  }

  /**
   * Takes cookies out: all, or those of a domain, a path and a name, each exactly as stored; what is `undefined` is not
   * looked at. Cookies still being read are taken out when they have arrived; the promise then says when.
   */
  clear(domain?: string, path?: string, name?: string): void | Promise<void> {
    const wanted = domain === undefined ? undefined : canonicalDomain(domain);
    return this.#removeWhere(
      (cookie) =>
        (wanted === undefined || cookie.domain === wanted) &&
        (path === undefined || cookie.path === path) &&
        (name === undefined || cookie.name === name),
    );
  }

  /** Takes out the cookies that have no end: those a browser forgets when it is closed. */
  clearSessionCookies(): void | Promise<void> {
    return this.#removeWhere((cookie) => cookie.expires === undefined);
  }

  /** All of it as plain data, values included: keep it as safe as a password. */
  toJSON(): CookieJarJSON {
    return { version: 'sluice-cookies@1', cookies: [...this].map(cookieToJSON) };
  }

  /** `toJSON` as text. */
  serialize(): string {
    return JSON.stringify(this);
  }

  /** Never shows a cookie: jars stand in options, and options in logs. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `${this.constructor.name} { size: ${this.#index.size} }`;
  }

  /** Milliseconds since 1970. @internal */
  protected now(): number {
    return this.#clock === undefined ? wallClock() : this.#clock.now();
  }

  /** Called after each change. @internal */
  protected changed(): void {}

  /** Puts in cookies that were in a jar before. @internal */
  protected restore(cookies: readonly Cookie[]): void {
    const now = this.now();
    for (const cookie of cookies) if ((cookie.expires ?? now + 1) > now) this.#index.put(cookie, now);
    this.#selections.clear();
  }

  /** Everything that was put in so far has arrived. @internal */
  protected async arrived(): Promise<void> {
    await this.#pending;
  }

  #lineFor(url: string): string {
    if (this.#index.size === 0) return '';
    const { cookies, line } = this.#select(url);
    if (line !== undefined) return line;
    const { path } = cookieScopeOf(url);
    return cookieLine(cookies.filter((cookie) => sendsTo(cookie, path)));
  }

  #select(url: string): Selection {
    const slash = url.indexOf('/', 8);
    const known = slash === -1 ? undefined : this.#selections.get(url.slice(0, slash));
    if (known !== undefined && (known.until === Number.POSITIVE_INFINITY || known.until > this.now())) return known;
    const { host, secure } = cookieScopeOf(url);
    const now = this.now();
    const live = (one: Cookie) => (secure || !one.secure) && (one.expires === undefined || one.expires > now);
    const cookies = this.#index.forHost(host).filter(live);
    const line = cookies.every((cookie) => cookie.path === '/') ? cookieLine(cookies) : undefined;
    const until = cookies.reduce((soonest, one) => Math.min(soonest, one.expires ?? soonest), Number.POSITIVE_INFINITY);
    const selection = { cookies, line, until };
    // Only a canonical origin is a key: what two spellings mean is for the URL parser to say.
    const origin = `${url.slice(0, url.indexOf(':'))}://${host}`;
    if (slash !== -1 && isOriginOf(url.slice(0, slash), origin)) this.#selections.set(url.slice(0, slash), selection);
    return selection;
  }

  #takeLines(url: string, lines: readonly string[], parser: CookieParser): void {
    const place = cookieScopeOf(url);
    const now = this.now();
    let taken = 0;
    let failure: TypeError | undefined;
    for (const line of lines) {
      const draft = parser.parse(line, now);
      const refusal = this.#take(draft, place, parser, now);
      if (refusal === undefined) taken += 1;
      else if (this.#strict) failure ??= refused(refusal, draft);
      if (taken === MAX_COOKIES_PER_RESPONSE) break;
    }
    if (failure !== undefined) throw failure;
  }

  #take(draft: CookieDraft | Refusal, place: CookieScope, parser: CookieParser, now: number): Refusal | undefined {
    if (typeof draft === 'string') return draft;
    const cookie = admit(draft, place, parser.isPublicSuffix, now);
    if (typeof cookie === 'string') return cookie;
    if (!place.secure && this.#index.someRelated(cookie.domain, now, (other) => overlaysSecure(cookie, other))) {
      return 'a Secure cookie of this name is there';
    }
    const before = this.#index.same(cookie, now);
    if (cookie.expires !== undefined && cookie.expires <= now) {
      if (before === undefined) return undefined;
      this.#index.remove(before);
    } else {
      if (before !== undefined && sameContent(before, cookie)) return undefined;
      this.#index.put(cookie, now);
    }
    this.#hasChanged();
    return undefined;
  }

  #removeWhere(test: (cookie: Cookie) => boolean): void | Promise<void> {
    const remove = () => {
      const leaving = this.#index.all().filter(test);
      for (const cookie of leaving) this.#index.remove(cookie);
      if (leaving.length > 0) this.#hasChanged();
    };
    return this.#pending === undefined ? remove() : this.#queue(this.#pending.then(remove));
  }

  #hasChanged(): void {
    this.#selections.clear();
    this.changed();
  }

  /** Runs the task when the parser is there and everything that was asked before is done. */
  #inOrder<T>(task: (parser: CookieParser) => T): Promise<T> {
    return this.#queue(Promise.all([loadCookieParser(), this.#pending]).then(([parser]) => task(parser)));
  }

  /** Makes what is asked from now on wait for this; a failure is told to its caller alone. */
  #queue<T>(result: Promise<T>): Promise<T> {
    const settled = () => {
      if (this.#pending === done) this.#pending = undefined;
    };
    const done: Promise<void> = result.then(settled, settled);
    this.#pending = done;
    return result;
  }
}

/** Whether the text is the origin, with a port or without. Not with userinfo, which would be read as another host's. */
function isOriginOf(text: string, origin: string): boolean {
  const bracketed = origin.replace(/^(https?:\/\/)(.*:.*)$/, '$1[$2]');
  return text.startsWith(bracketed) && /^(?::\d+)?$/.test(text.slice(bracketed.length));
}

function sameContent(a: Cookie, b: Cookie): boolean {
  return (
    a.value === b.value &&
    a.expires === b.expires &&
    a.secure === b.secure &&
    a.httpOnly === b.httpOnly &&
    a.sameSite === b.sameSite
  );
}

function refused(refusal: Refusal, draft: CookieDraft | Refusal): TypeError {
  const which = typeof draft === 'string' ? 'a cookie' : `cookie "${draft.name}"`;
  return new TypeError(`${which} was refused: ${refusal}`);
}
