/**
 * What the `cookies` option may be, and how its forms combine: the contract between the client, the layers and the jars.
 */

/** Bytes of name and value together (RFC 6265bis section 5.6). */
export const MAX_PAIR_BYTES = 4096;
/** Pairs of a `Cookie` line. */
export const MAX_PAIRS = 150;
/** Bytes of a `Cookie` line with its name. Servers refuse longer ones: a site could be shut out by its own cookies. */
export const MAX_LINE_BYTES = 8190;

/** Where cookies live between requests. `CookieJar` is one; so is anything of yours with these two methods. */
export interface CookieStore {
  /**
   * The value of the `Cookie` field for a request, `''` for none. A string at once costs the request no extra turn.
   * @param url absolute
   */
  getCookieHeader(url: string): string | Promise<string>;
  /**
   * Takes the `Set-Cookie` lines of one response, each as it came.
   * @param url absolute, of the request that was answered
   */
  store(url: string, lines: readonly string[]): void | Promise<void>;
}

/** Names to values, sent as they are. A value of `undefined` counts as not given. */
export type CookieRecord = Readonly<Record<string, string | undefined>>;

/** A jar, and cookies that one call sends beside the jar's. */
export interface JarWithCookies {
  readonly jar: CookieStore;
  readonly send: CookieRecord;
}

export type CookieOption = boolean | CookieStore | CookieRecord | JarWithCookies | null;

/** Whether the value keeps cookies, by what it can do: a jar of another copy of this package is one too. */
export function isCookieStore(value: unknown): value is CookieStore {
  if (typeof value !== 'object' || value === null) return false;
  const { getCookieHeader, store } = value as Partial<CookieStore>;
  return typeof getCookieHeader === 'function' && typeof store === 'function';
}

/** The jar in the option, whatever its form. */
export function jarOf(option: CookieOption | undefined): CookieStore | undefined {
  if (isCookieStore(option)) return option;
  return isJarWithCookies(option) ? option.jar : undefined;
}

/** The cookies in the option that are for one call. */
export function sentBeside(option: CookieOption | undefined): CookieRecord | undefined {
  if (typeof option !== 'object' || option === null || isCookieStore(option)) return undefined;
  return isJarWithCookies(option) ? option.send : option;
}

/** A call's option over the client's: a record is sent beside the client's jar, and name by name over its record. */
export function mergeCookies(
  client: CookieOption | undefined,
  call: CookieOption | undefined,
): CookieOption | undefined {
  if (call === undefined) return client;
  if (call === true) return client || call;
  const send = sentBeside(call);
  if (send === undefined || isJarWithCookies(call)) return call;
  const merged: CookieRecord = Object.assign(Object.create(null), sentBeside(client), send);
  const jar = jarOf(client);
  return jar === undefined ? merged : { jar, send: merged };
}

/** What is left of the option once another origin was entered: the jar, which looks after origins itself. */
export function crossOriginCookies(option: CookieOption | undefined): CookieOption | undefined {
  return sentBeside(option) === undefined ? option : (jarOf(option) ?? false);
}

function isJarWithCookies(option: unknown): option is JarWithCookies {
  return (
    typeof option === 'object' &&
    option !== null &&
    Object.hasOwn(option, 'jar') &&
    isCookieStore((option as { jar: unknown }).jar)
  );
}
