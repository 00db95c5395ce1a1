/**
 * The server's half of Digest authentication (RFC 7616), without a socket: it makes challenges and verifies answers
 * for real. Written from the RFC and not from the client, so that the two check each other. It is strict where clients
 * are sloppy (quoting, nonce counts, session keys), and names what was wrong.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { DigestNonce } from './site-state.ts';

/** What the server demands, from the path and query of the route. */
export interface DigestSetup {
  readonly realm: string;
  readonly user: string;
  readonly password: string;
  /** In the server's order of preference. */
  readonly algorithms: readonly string[];
  /** `auth`, `auth-int` or both; none of them is the legacy form of RFC 2069. */
  readonly qop: readonly string[];
  readonly uses: number;
  readonly userhash: boolean;
}

/** What an answer to a challenge must hold to be right. */
export interface DigestRequest {
  readonly method: string;
  readonly target: string;
  readonly body: Uint8Array;
}

export type DigestVerdict =
  | { readonly ok: true; readonly info: string; readonly algorithm: string; readonly qop: string; readonly nc: string }
  | { readonly ok: false; readonly reason: string; readonly stale: boolean };

const hashes: Readonly<Record<string, string>> = { MD5: 'md5', 'SHA-256': 'sha256', 'SHA-512-256': 'sha512-256' };

/** Whether an algorithm, with or without `-sess`, is one of RFC 7616 section 6.1. */
export function isDigestAlgorithm(name: string): boolean {
  return Object.hasOwn(hashes, name.replace(/-sess$/i, ''));
}

/** A hash in hexadecimal digits; the session variants use that of their base. */
function digest(algorithm: string, data: string | Uint8Array): string {
  return createHash(hashes[algorithm.replace(/-sess$/i, '')]!)
    .update(data)
    .digest('hex');
}

/** One `WWW-Authenticate` value for each algorithm, with a nonce of its own (RFC 7616 sections 3.3 and 3.7). */
export function challenges(
  setup: DigestSetup,
  nonces: Map<string, DigestNonce>,
  uses: number,
  stale: boolean,
): string[] {
  return setup.algorithms.map((algorithm) => {
    const nonce = randomBytes(16).toString('hex');
    const opaque = randomBytes(8).toString('hex');
    nonces.set(nonce, { opaque, algorithm, counts: new Set<number>(), uses });
    const parts = [`realm="${setup.realm}"`];
    if (setup.qop.length > 0) parts.push(`qop="${setup.qop.join(', ')}"`);
    parts.push(`algorithm=${algorithm}`, `nonce="${nonce}"`, `opaque="${opaque}"`);
    if (stale) parts.push('stale=true');
    parts.push('charset=UTF-8');
    if (setup.userhash) parts.push('userhash=true');
    return `Digest ${parts.join(', ')}`;
  });
}

/** Each value with whether it was quoted, since the RFC says which must be. */
type Parameters = ReadonlyMap<string, { readonly value: string; readonly quoted: boolean }>;

/** RFC 9110 section 11.4: `Digest` and parameters, each at most once; `undefined` when it is not that. */
export function parseDigest(header: string): Parameters | undefined {
  const scheme = /^digest +/i.exec(header);
  if (!scheme) return undefined;
  const parameters = new Map<string, { value: string; quoted: boolean }>();
  const one = /([!#$%&'*+.^_`|~\w-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))[ \t]*(?:,[ \t]*|$)/y;
  one.lastIndex = scheme[0].length;
  while (one.lastIndex < header.length) {
    const match = one.exec(header);
    if (!match || parameters.has(match[1]!.toLowerCase())) return undefined;
    const quoted = match[2] !== undefined;
    const value = quoted ? match[2]!.replace(/\\(.)/g, '$1') : match[3]!;
    parameters.set(match[1]!.toLowerCase(), { value: Buffer.from(value, 'latin1').toString('utf8'), quoted });
  }
  return parameters;
}

/** RFC 7616 section 3.4: which parameters are quoted strings and which are tokens. */
const QUOTED = ['username', 'realm', 'nonce', 'uri', 'response', 'cnonce', 'opaque'];
const TOKENS = ['algorithm', 'qop', 'nc', 'userhash', 'username*'];

/** What is wrong with the form of an answer, before anything is hashed. */
function formError(parameters: Parameters, setup: DigestSetup): string | undefined {
  for (const name of QUOTED) if (parameters.get(name)?.quoted === false) return `${name} must be quoted`;
  for (const name of TOKENS) if (parameters.get(name)?.quoted === true) return `${name} must not be quoted`;
  const missing = ['realm', 'nonce', 'uri', 'response'].find((name) => !parameters.has(name));
  if (missing) return `${missing} is missing`;
  const qop = parameters.get('qop')?.value;
  if (setup.qop.length === 0) {
    // RFC 7616 section 3.4: neither may be sent when the server offered no qop.
    return qop !== undefined || parameters.has('nc') ? 'qop and nc were not offered' : undefined;
  }
  if (qop === undefined || !setup.qop.includes(qop)) return `qop must be one of ${setup.qop.join(', ')}`;
  if (!/^[0-9a-f]{8}$/i.test(parameters.get('nc')?.value ?? '')) return 'nc must be eight hexadecimal digits';
  return parameters.has('cnonce') ? undefined : 'cnonce is missing';
}

/** Whether the answer names the right user, in any of the three ways. */
function userError(parameters: Parameters, setup: DigestSetup, algorithm: string): string | undefined {
  const extended = parameters.get('username*')?.value;
  if (parameters.get('userhash')?.value === 'true') {
    if (!setup.userhash) return 'userhash was not offered';
    // RFC 7616 section 3.4.4: the user's name comes as a hash, so that nobody on the way reads it.
    const hashed = digest(algorithm, `${setup.user}:${setup.realm}`);
    return parameters.get('username')?.value === hashed ? undefined : 'another user';
  }
  if (extended !== undefined && parameters.has('username')) return 'both username and username*';
  const name = extended === undefined ? parameters.get('username')?.value : decodeExtended(extended);
  return name === setup.user ? undefined : 'another user';
}

/** RFC 8187 section 3.2.1, as RFC 7616 section 3.4 asks for names that no quoted string can hold. */
function decodeExtended(value: string): string | undefined {
  const match = /^utf-8'[^']*'(.*)$/i.exec(value);
  try {
    return match ? decodeURIComponent(match[1]!) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * HA1. With `-sess` it depends on the first client nonce and is kept for the whole session (RFC 7616 section 3.4.2).
 */
function sessionKey(setup: DigestSetup, algorithm: string, nonce: string, cnonce: string, known?: DigestNonce): string {
  const base = digest(algorithm, `${setup.user}:${setup.realm}:${setup.password}`);
  if (!/-sess$/i.test(algorithm)) return base;
  if (known?.sessionKey) return known.sessionKey.hash;
  return digest(algorithm, `${base}:${nonce}:${cnonce}`); // RFC 7616 section 3.4.2
}

/** Takes the same time wherever the two differ, as a server should. */
function equalHex(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

/** Verifies one `Authorization` value. A right answer over a nonce that is used up or unknown is `stale`. */
export function checkDigest(
  setup: DigestSetup,
  header: string,
  request: DigestRequest,
  nonces: ReadonlyMap<string, DigestNonce>,
): DigestVerdict {
  const parameters = parseDigest(header);
  if (!parameters) return { ok: false, reason: 'not a list of Digest parameters', stale: false };
  const wrong = (reason: string, stale = false): DigestVerdict => ({ ok: false, reason, stale });
  const value = (name: string) => parameters.get(name)?.value ?? '';
  const nonce = value('nonce');
  const known = nonces.get(nonce);
  // RFC 7616 section 3.4: an absent algorithm is MD5.
  const algorithm = setup.algorithms.find((name) => name.toLowerCase() === (value('algorithm') || 'MD5').toLowerCase());
  if (algorithm === undefined) return wrong('an algorithm that was not offered');
  const error = formError(parameters, setup) ?? userError(parameters, setup, algorithm);
  if (error !== undefined) return wrong(error);
  if (value('realm') !== setup.realm) return wrong('another realm');
  // RFC 7616 section 3.4.6: else the answer to another request could be used for this one.
  if (value('uri') !== request.target) return wrong(`uri is not the request target ${request.target}`);
  const ha1 = sessionKey(setup, algorithm, nonce, value('cnonce'), known);
  const right = responseHash(algorithm, ha1, parameters, `${request.method}:${request.target}`, request.body);
  if (!equalHex(value('response').toLowerCase(), right)) return wrong('the response hash does not match');
  // The hash is right, so the client knows the password: what follows is about the nonce, and may be `stale`.
  if (!known) return wrong('an unknown nonce', true);
  if (known.algorithm !== algorithm) return wrong('the nonce belongs to another algorithm');
  if (value('opaque') !== known.opaque) return wrong('opaque was not returned as it was');
  if (known.counts.size >= known.uses) return wrong('the nonce is used up', true);
  const count = setup.qop.length === 0 ? known.counts.size + 1 : Number.parseInt(value('nc'), 16);
  if (known.counts.has(count) || count === 0) return wrong(`nonce count ${value('nc')} is a replay`);
  known.counts.add(count);
  if (/-sess$/i.test(algorithm)) known.sessionKey ??= { cnonce: value('cnonce'), hash: ha1 };
  // RFC 7616 section 3.5: the same hash without the method proves that the server knows the password too.
  const proof = responseHash(algorithm, ha1, parameters, `:${request.target}`, new Uint8Array());
  const info = value('qop') === 'auth' ? `, qop=auth, nc=${value('nc')}, cnonce="${value('cnonce')}"` : '';
  return { ok: true, info: info && `rspauth="${proof}"${info}`, algorithm, qop: value('qop'), nc: value('nc') };
}

/** RFC 7616 sections 3.4.1 to 3.4.3. */
function responseHash(algorithm: string, ha1: string, parameters: Parameters, a2: string, body: Uint8Array): string {
  const value = (name: string) => parameters.get(name)?.value ?? '';
  const qop = value('qop');
  const ha2 = digest(algorithm, qop === 'auth-int' ? `${a2}:${digest(algorithm, body)}` : a2);
  if (qop === '') return digest(algorithm, `${ha1}:${value('nonce')}:${ha2}`);
  return digest(algorithm, `${ha1}:${value('nonce')}:${value('nc')}:${value('cnonce')}:${qop}:${ha2}`);
}
