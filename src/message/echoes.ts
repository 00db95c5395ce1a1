/**
 * The values of a request's own secrets, so that they are masked where they come back: in a header, a reason phrase or an
 * error page of the server, or in another library's error.
 */
import { isSecretHeader, MASK, type Redact, secretKeysOf } from './redact.ts';
import type { HttpRequest } from './request.ts';

/** Characters that a part of a secret header has at least: shorter ones would mask ordinary words. */
const LEAST_PART = 6;
/** Characters of what is a secret as a whole, as a password is. */
const LEAST_SECRET = 4;

/** The text without the values of the request's own secrets. */
export function withoutSecretsOf(request: HttpRequest | undefined, text: string): string {
  if (request === undefined || text.length < LEAST_SECRET) return text;
  return withoutSecrets(secretsOf(request, request.call?.redact), text);
}

/** @param secrets the longest first, as `longestFirst` gives them: one may be a part of another */
export function withoutSecrets(secrets: readonly string[], text: string): string {
  let safe = text;
  for (const secret of secrets) safe = safe.replaceAll(secret, MASK);
  return safe;
}

/**
 * Without duplicates and without words too short to be masked; the longest first, so that a secret within another one
 * does not leave the rest of it standing.
 */
export function longestFirst(secrets: readonly string[]): readonly string[] {
  if (secrets.length === 0) return secrets;
  return [...new Set(secrets)].filter(({ length }) => length >= LEAST_SECRET).sort((a, b) => b.length - a.length);
}

/** What the server was sent of secrets, the longest first: in headers and in the query. */
export function secretsOf({ headers, url }: HttpRequest, redact: Redact | undefined): readonly string[] {
  const secrets = querySecrets(url, redact);
  for (const [name, value] of headers) {
    if (isSecretHeader(name, redact)) secrets.push(...secretParts(value), ...basicSecrets(value));
  }
  return longestFirst(secrets);
}

/** A credential is echoed whole or without its scheme; a cookie line pair by pair. */
function secretParts(value: string): string[] {
  const parts = [
    value,
    ...value.split(/[\s;]+/),
    ...value.split(/;\s*/).map((pair) => pair.slice(pair.indexOf('=') + 1)),
  ];
  return parts.filter(({ length }) => length >= LEAST_PART);
}

/** RFC 7617 section 2: who reads the credentials has the user and the password in plain text. */
function basicSecrets(value: string): string[] {
  const coded = /^Basic\s+([A-Za-z0-9+/]+={0,2})\s*$/i.exec(value)?.[1];
  if (coded === undefined) return [];
  let latin1: string;
  try {
    latin1 = atob(coded);
  } catch {
    return [];
  }
  const utf8 = new TextDecoder().decode(Uint8Array.from(latin1, (char) => char.charCodeAt(0)));
  return [latin1, utf8].flatMap((pair) => [pair, pair.slice(pair.indexOf(':') + 1)]);
}

/** The values of those query parameters whose names say that they are secret. */
function querySecrets(url: string, redact: Redact | undefined): string[] {
  const mark = url.indexOf('?');
  if (mark === -1) return [];
  const raw = url.slice(mark + 1).replace(/#.*$/, '');
  const values: string[] = [];
  const query = new URLSearchParams(raw);
  const isSecret = secretKeysOf(query.keys(), redact);
  for (const [key, value] of query) if (isSecret(key)) values.push(value);
  // As it is written too: a page may quote the URL without decoding it.
  return values.flatMap((value) => [value, encodeURIComponent(value)]);
}
