/** A cookie as a value, and its form as plain data. */

export type SameSite = 'strict' | 'lax' | 'none';

/** A stored cookie (RFC 6265 section 5.3). Never changed: an update is another value. */
export interface Cookie {
  readonly name: string;
  readonly value: string;
  /** As in a canonical URL, without a leading dot; an IPv6 address without its brackets. */
  readonly domain: string;
  readonly path: string;
  /** Milliseconds since 1970; `undefined` for a session cookie. */
  readonly expires: number | undefined;
  /** Sent over https alone. */
  readonly secure: boolean;
  /** Not for scripts. Kept, and of no effect here. */
  readonly httpOnly: boolean;
  /** Sent to `domain` itself, not to what is below it. */
  readonly hostOnly: boolean;
  /** Kept, and of no effect here: there is no site that a request could come from. */
  readonly sameSite: SameSite | undefined;
  /** Milliseconds since 1970. An update keeps it. */
  readonly created: number;
}

/** A cookie as plain data, with the names tough-cookie gives them. */
export interface CookieJSON {
  key: string;
  value: string;
  domain: string;
  path: string;
  /** ISO 8601; absent for a session cookie. */
  expires?: string;
  secure?: boolean;
  httpOnly?: boolean;
  hostOnly: boolean;
  sameSite?: SameSite;
  /** ISO 8601. */
  creation: string;
}

/** A jar as plain data. */
export interface CookieJarJSON {
  version: string;
  cookies: CookieJSON[];
}

/** The last moment a date can name, for lifetimes that no date can hold. */
export const END_OF_TIME = 8_640_000_000_000_000;

const SAME_SITE: ReadonlySet<unknown> = new Set(['strict', 'lax', 'none']);

export function sameSiteOf(value: unknown): SameSite | undefined {
  const text = typeof value === 'string' ? value.toLowerCase() : value;
  return SAME_SITE.has(text) ? (text as SameSite) : undefined;
}

export function cookieToJSON(cookie: Cookie): CookieJSON {
  const { name, value, domain, path, expires, secure, httpOnly, hostOnly, sameSite, created } = cookie;
  const json: CookieJSON = { key: name, value, domain, path, hostOnly, creation: new Date(created).toISOString() };
  if (expires !== undefined) json.expires = new Date(expires).toISOString();
  if (secure) json.secure = true;
  if (httpOnly) json.httpOnly = true;
  if (sameSite !== undefined) json.sameSite = sameSite;
  return json;
}

/**
 * Reads what `cookieToJSON` or tough-cookie wrote.
 * @param now milliseconds since 1970, for a record that does not say when it was made
 * @throws TypeError naming the field that is missing or of another type, never its value
 */
export function cookieFromJSON(json: unknown, now: number): Cookie {
  if (typeof json !== 'object' || json === null) throw new TypeError('it is no record');
  const record = json as Record<string, unknown>;
  const created = dateIn(record, 'creation') ?? now;
  // Without the flag a host's own cookie would reach every host below it.
  if (typeof record['hostOnly'] !== 'boolean') throw new TypeError('hostOnly must be a boolean');
  return {
    name: textIn(record, 'key'),
    value: textIn(record, 'value', ''),
    domain: textIn(record, 'domain'),
    path: textIn(record, 'path'),
    expires: lifetimeIn(record, created) ?? dateIn(record, 'expires'),
    secure: flagIn(record, 'secure'),
    httpOnly: flagIn(record, 'httpOnly'),
    hostOnly: record['hostOnly'],
    sameSite: sameSiteOf(ownIn(record, 'sameSite')),
    created,
  };
}

function ownIn(record: Record<string, unknown>, field: string): unknown {
  return Object.hasOwn(record, field) ? record[field] : undefined;
}

function textIn(record: Record<string, unknown>, field: string, absent?: string): string {
  const value = ownIn(record, field) ?? absent;
  if (typeof value !== 'string') throw new TypeError(`${field} must be a string`);
  return value;
}

function flagIn(record: Record<string, unknown>, field: string): boolean {
  const value = ownIn(record, field) ?? false;
  if (typeof value !== 'boolean') throw new TypeError(`${field} must be a boolean`);
  return value;
}

function dateIn(record: Record<string, unknown>, field: string): number | undefined {
  const value = ownIn(record, field) ?? undefined;
  if (value === undefined || value === 'Infinity') return undefined;
  const time = typeof value === 'string' || typeof value === 'number' ? new Date(value).getTime() : Number.NaN;
  if (Number.isNaN(time)) throw new TypeError(`${field} must be a date`);
  return time;
}

/** RFC 6265 section 5.3: Max-Age, in seconds, wins over Expires. tough-cookie writes it as it came. */
function lifetimeIn(record: Record<string, unknown>, created: number): number | undefined {
  const seconds = ownIn(record, 'maxAge') ?? undefined;
  if (seconds === undefined) return undefined;
  if (seconds === 'Infinity') return END_OF_TIME;
  if (seconds === '-Infinity') return 0;
  if (typeof seconds !== 'number') throw new TypeError('maxAge must be a number of seconds');
  return expiryAfter(created, seconds);
}

/** The moment `seconds` after `from`, which no lifetime can push out of a date's range. */
export function expiryAfter(from: number, seconds: number): number {
  return seconds <= 0 ? 0 : Math.min(from + seconds * 1000, END_OF_TIME);
}
