/**
 * What must never be shown: the one list of secret names, and the functions that put `***` in their place. Used by
 * errors, logs, `debug` and the `inspect` and `toJSON` of messages.
 */

/** Stands where a secret was. */
export const MASK = '***';

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

/** A header or query key counts as secret when its name says so: as a whole word or at the end of one. */
const SECRET_NAME =
  /(?:^|[-_.[\]])(?:access[-_]?token|(?:access|account|api|app(?:lication)?|auth|consumer|function|license|rapidapi|subscription)s?[-_]?key|auth|authorization|client[-_]?secret|code[-_]?verifier|credential|jwt|pass|passphrase|passwd|password|private[-_]?key|pwd|refresh[-_]?token|secret|session|session[-_]?id|sessionid|sid|sig|signature|token|x-amz-signature|x-amz-credential)(?:$|[-_.[\]])|(?:token|secret|password|passwd|apikey|signature|credentials?)$/i;

/** Adds the user's names, in any case, to the built-in list. */
export type Redact = readonly string[];

function isListed(name: string, more: Redact | undefined): boolean {
  return more?.some((one) => one.toLowerCase() === name) ?? false;
}

/** Whether the value of this header must not be shown. */
export function isSecretHeader(name: string, more?: Redact): boolean {
  const lower = name.toLowerCase();
  return SECRET_HEADERS.has(lower) || isListed(lower, more) || SECRET_NAME.test(lower);
}

/** Whether the value of this query key or form field must not be shown. */
export function isSecretKey(name: string, more?: Redact): boolean {
  return SECRET_NAME.test(name) || isListed(name.toLowerCase(), more);
}

/** Headers whose value is a URL, or holds some: a redirect may carry a token in its query. */
const URL_HEADERS = new Set(['location', 'content-location', 'referer', 'link', 'refresh']);

/** The header lines with secret values masked, names as they are. */
export function* maskHeaders(headers: Iterable<readonly [string, string]>, more?: Redact): Generator<[string, string]> {
  for (const [name, value] of headers) {
    if (isSecretHeader(name, more)) yield [name, MASK];
    else yield [name, URL_HEADERS.has(name.toLowerCase()) ? maskUrl(maskText(value, more), more) : value];
  }
}

// What follows the blanks is no blank: else each of them would be tried as the beginning.
const USERINFO =
  /^((?:\s|%20)*(?!\s|%20)(?:https?:[/\\]*|(?:[a-z][a-z0-9+.-]*:)?[/\\]{2,}|https?[/\\]{2,}|(?=[^/?#\\:]*:[^/?#\\]*@)))[^/?#\\]*@/i;

/** The URL with its userinfo, its fragment's and its query's secret values masked. Works on any text, even no URL. */
export function maskUrl(url: string, more?: Redact): string {
  // Greedy up to the last "@" of the authority: an unescaped "@" in a password must not end the mask early. A URL
  // parser skips surplus slashes, and for http does without any. `user:password@host` has lost its scheme.
  const plain = url.replace(USERINFO, `$1${MASK}@`);
  if (!/[?#]/.test(plain)) return plain;
  return plain.replace(/([?&#;])([^?=&#;]*)=([^&#;]*)/g, (whole, mark: string, key: string) =>
    isSecretKey(decoded(key), more) ? `${mark}${key}=${MASK}` : whole,
  );
}

/** Masks the URLs that stand in a text, such as another library's error message. */
export function maskText(message: string, more?: Redact): string {
  // The bound keeps a long text without a colon from being read again from each of its letters.
  return message.replace(/[a-z][a-z0-9+.-]{0,31}:\/\/[^\s'"<>`]+/gi, (url) => maskUrl(url, more));
}

function decoded(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return key;
  }
}
