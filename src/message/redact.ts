/**
 * What must never be shown: the one list of secret names, and the functions that put `***` in their place. Used by
 * errors, logs, `debug` and the `inspect` and `toJSON` of messages.
 */

import { BoundedMap } from '../runtime/bounded-map.ts';
import { IN_PAGE } from '../runtime/in-page.ts';
import { queryDecoded } from './percent-decoded.ts';

/** Stands where a secret was. */
export const MASK = '***';

/** Headers whose whole value is a secret, beside those that `SECRET_NAME` tells. */
const SECRET_HEADERS = new Set([
  'authorization',
  'cookie',
  'cookie2',
  'proxy-authorization',
  'set-cookie',
  'set-cookie2',
  'x-api-key',
  'x-auth-token',
  'x-csrf-token',
  'x-xsrf-token',
  'x-amz-security-token',
  'x-goog-api-key',
  'x-vault-token',
  'api-key',
  'apikey',
  'authentication-info',
  'proxy-authentication-info',
]);

/**
 * A header or query key counts as secret when its name says so: as a whole word or at the end of one. What only tells of a
 * secret is none (`token_type`, `token_endpoint`, `client_secret_expires_at`): RFC 6749 section 7.1, RFC 7591, RFC 8414.
 */
const SECRET_NAME =
  /(?:^|[-_.[\]])(?:access[-_]?token|(?:access|account|api|app(?:lication)?|auth|consumer|function|license|rapidapi|subscription)s?[-_]?key|auth|authorization|client[-_]?secret|code[-_]?verifier|credential|jwt|pass|passphrase|passwd|password|private[-_]?key|pwd|refresh[-_]?token|secret|session|session[-_]?id|sessionid|sid|sig|signature|token|x-amz-signature|x-amz-credential)(?![-_](?:type(?:[-_]hint)?|methods?(?:[-_]supported)?|expires[-_](?:in|at)|(?:endpoint[-_]auth[-_])?signing[-_]alg(?:[-_]values[-_]supported)?|endpoint(?:[-_]auth[-_]methods?(?:[-_]supported)?)?)(?:$|[.[\]]))(?:$|[-_.[\]])|(?:token|secret|password|passwd|apikey|signature|credentials?)$/i;

/** A part of each of these names: a text with none of them has no such name, which is found far sooner than all its names. */
const SECRET_PART = /auth|cred|jwt|key|pass|pwd|secret|session|sid|sig|token|verifier/i;

/** What was found of the names that come again and again: the pattern costs more than all else of a masked message. */
const judged = new BoundedMap<string, boolean>(1024);
/** Characters of a name that is remembered: a server may send longer ones. */
const LONGEST_JUDGED = 64;

function saysSecret(name: string): boolean {
  if (name.length > LONGEST_JUDGED) return SECRET_NAME.test(name);
  const known = judged.get(name);
  if (known !== undefined) return known;
  const isSecret = SECRET_NAME.test(name);
  // A part of a text keeps the whole of it in memory, and a server's may be long: what is remembered is a copy.
  judged.set([...name].join(''), isSecret);
  return isSecret;
}

/** Adds the user's names, in any case, to the built-in list. */
export type Redact = readonly string[];

/** The user's names, in any case. */
function isListed(name: string, more: Redact | undefined): boolean {
  if (more === undefined || more.length === 0) return false;
  const wanted = name.toLowerCase();
  return more.some((one) => one.toLowerCase() === wanted);
}

/** Whether the value of this header must not be shown. */
export function isSecretHeader(name: string, more?: Redact): boolean {
  const lower = name.toLowerCase();
  return SECRET_HEADERS.has(lower) || isListed(lower, more) || saysSecret(lower);
}

/** Whether the value of this query key or form field must not be shown. */
export function isSecretKey(name: string, more?: Redact): boolean {
  return saysSecret(name) || isListed(name, more);
}

/**
 * As `isSecretKey`, for the keys of one query or fragment: a `code` beside a `state` is what an authorization server answers
 * with (RFC 6749 section 4.1.2), and is worth a token; alone it is that of a country or a product.
 *
 * @param keys all of them, decoded
 */
export function secretKeysOf(keys: Iterable<string>, more?: Redact): (key: string) => boolean {
  const all = new Set(keys);
  const isAnswer = all.has('code') && all.has('state');
  return (key) => (isAnswer && key === 'code') || isSecretKey(key, more);
}

/** Headers whose value is a URL: a redirect may carry a token in its query. */
const URL_HEADERS = new Set(['location', 'content-location', 'referer']);
/** RFC 8288 section 3: a target between < and >, an anchor between quotes, and what stands between them. */
const LINK_PART = /<[^>]*>?|"[^"]*"?|[^<"]+/g;
/** A number of seconds comes first, and the URL may be named and quoted. */
const REFRESH = /^([\s\d.]*[;,](?:\s*url\s*=)?\s*(["']?))(.*?)(\2)$/is;

/** The header lines with secret values masked, names as they are. */
export function* maskHeaders(headers: Iterable<readonly [string, string]>, more?: Redact): Generator<[string, string]> {
  for (const [name, value] of headers) {
    if (isSecretHeader(name, more)) yield [name, MASK];
    else yield [name, maskUrlsIn(name.toLowerCase(), value, more)];
  }
}

/** The value with secrets masked in the URLs that it holds, by what the header is. */
function maskUrlsIn(name: string, value: string, more: Redact | undefined): string {
  const masked = (url: string) => maskUrl(maskText(url, more), more);
  if (URL_HEADERS.has(name)) return masked(value);
  if (name === 'refresh') {
    const [, before = '', , url = value, after = ''] = REFRESH.exec(value) ?? [];
    return before + masked(url) + after;
  }
  if (name !== 'link') return value;
  return value.replace(LINK_PART, (part) => {
    // The signs around it are no part of the secret that it may end with.
    const begin = /^[<"]/.test(part) ? 1 : 0;
    const end = part.length > begin && /[>"]$/.test(part) ? -1 : undefined;
    return part.slice(0, begin) + masked(part.slice(begin, end)) + (end === undefined ? '' : part.slice(end));
  });
}

// What follows the blanks is no blank: else each of them would be tried as the beginning.
const USERINFO =
  /^((?:\s|%20)*(?!\s|%20)(?:https?:[/\\]*|(?:[a-z][a-z0-9+.-]*:)?[/\\]{2,}|https?[/\\]{2,}|(?=[^/?#\\:]*:[^/?#\\]*@)))[^/?#\\]*@/i;

/** The URL with its userinfo, its fragment's and its query's secret values masked. Works on any text, even no URL. */
export function maskUrl(url: string, more?: Redact): string {
  // Greedy up to the last "@" of the authority: an unescaped "@" in a password must not end the mask early. A URL
  // parser skips surplus slashes, and for http does without any. `user:password@host` has lost its scheme.
  const plain = url.includes('@') ? url.replace(USERINFO, `$1${MASK}@`) : url;
  if (!/[?#]/.test(plain)) return plain;
  const fragment = plain.indexOf('#');
  if (fragment === -1) return maskPairs(plain, more);
  return maskPairs(plain.slice(0, fragment), more) + maskPairs(plain.slice(fragment), more);
}

/** @param part up to the fragment, or the fragment with its mark */
function maskPairs(part: string, more: Redact | undefined): string {
  const isSecret = secretKeysOf(
    Array.from(part.matchAll(/[?&#;]([^?=&#;]*)/g), ([, key = '']) => queryDecoded(key)),
    more,
  );
  return part.replace(/([?&#;])([^?=&#;]*)=([^&#;]*)/g, (whole, mark: string, key: string) =>
    isSecret(queryDecoded(key)) ? `${mark}${key}=${MASK}` : whole,
  );
}

/** Masks the URLs that stand in a text, such as another library's error message. */
export function maskText(message: string, more?: Redact): string {
  if (!message.includes('://')) return message;
  // The bound keeps a long text without a colon from being read again from each of its letters.
  return message.replace(/[a-z][a-z0-9+.-]{0,31}:\/\/[^\s'"<>`]+/gi, (url) => maskUrl(url, more));
}

/** The value of a member of a JSON text, whose end may be cut off. */
const JSON_MEMBER = /"([^"\\]{1,64})"(\s*:\s*)(?:"(?:[^"\\]|\\.)*"?|[^\s",[\]{}]+)/g;
const FORM_FIELD = /(^|[&?;\s])([\w.[\]%-]{1,64})=([^&;\s"'<>]*)/g;

/** Servers that refuse an input like to repeat it: `{"password":"..."}`, `token=...`. */
export function maskMembers(text: string, redact?: Redact): string {
  // A page has few texts to look through: the pattern is not worth its bytes there.
  if (!IN_PAGE && (redact === undefined || redact.length === 0) && !SECRET_PART.test(text)) return text;
  // Most texts have neither: to look for one character is a fraction of what a pattern takes.
  const members = text.includes('"')
    ? text.replace(JSON_MEMBER, (whole, key: string, colon: string) =>
        isSecretKey(key, redact) ? `"${key}"${colon}"${MASK}"` : whole,
      )
    : text;
  if (!members.includes('=')) return members;
  return members.replace(FORM_FIELD, (whole, mark: string, key: string) =>
    isSecretKey(key, redact) ? `${mark}${key}=${MASK}` : whole,
  );
}
