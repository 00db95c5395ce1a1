/** Which of a server's Digest challenges (RFC 7616 section 3.3) is answered. Pure. */
import type { RequestBody } from '../../message/body.ts';
import { type Challenge, parseChallenges } from './www-authenticate.ts';

/** How a hash is called by a server, by OpenSSL, and how much it is worth. */
export interface DigestAlgorithm {
  readonly hash: 'md5' | 'sha256' | 'sha512-256';
  /** The hash of the credentials is bound to the first nonces (RFC 7616 section 3.4.2). */
  readonly session: boolean;
  /** Higher is stronger. */
  readonly rank: number;
}

/** Quality of protection: of the request line alone, of the body too, or the old form of RFC 2069. */
export type Protection = 'auth' | 'auth-int' | 'none';

export interface DigestChallenge {
  readonly algorithm: DigestAlgorithm;
  /** As the server wrote it; absent when it did not, which is MD5. */
  readonly algorithmName: string | undefined;
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | undefined;
  readonly protections: readonly Protection[];
  /** The server wants a hash in place of the user's name (RFC 7616 section 3.4.4). */
  readonly userhash: boolean;
  /** The server reads names and passwords as UTF-8 in NFC (RFC 7616 section 4). */
  readonly utf8: boolean;
  /** The credentials were right, the nonce was too old. */
  readonly stale: boolean;
  /** URIs that the credentials are for, as the server wrote them; none for all of its origin. */
  readonly domain: readonly string[];
}

const algorithms: ReadonlyMap<string, DigestAlgorithm> = new Map([
  ['md5', { hash: 'md5', session: false, rank: 1 }],
  ['md5-sess', { hash: 'md5', session: true, rank: 2 }],
  ['sha-256', { hash: 'sha256', session: false, rank: 3 }],
  ['sha-256-sess', { hash: 'sha256', session: true, rank: 4 }],
  ['sha-512-256', { hash: 'sha512-256', session: false, rank: 5 }],
  ['sha-512-256-sess', { hash: 'sha512-256', session: true, rank: 6 }],
]);

/**
 * The strongest challenge that can be answered for this body; the first among equals.
 * @param lines the values of `WWW-Authenticate`, one for each line
 */
export function strongestChallenge(lines: readonly string[], body: RequestBody | null): DigestChallenge | undefined {
  let best: DigestChallenge | undefined;
  for (const challenge of parseChallenges(lines)) {
    const found = digestChallenge(challenge);
    if (found === undefined || protectionFor(found, body) === undefined) continue;
    if (best === undefined || found.algorithm.rank > best.algorithm.rank) best = found;
  }
  return best;
}

/** How this request is protected; `undefined` when the server wants a body hashed that is not in memory. */
export function protectionFor({ protections }: DigestChallenge, body: RequestBody | null): Protection | undefined {
  const [weakest] = protections;
  if (weakest !== 'auth-int') return weakest;
  return body === null || body.bytes !== undefined ? 'auth-int' : undefined;
}

function digestChallenge({ scheme, parameters }: Challenge): DigestChallenge | undefined {
  const nonce = parameters.get('nonce');
  if (scheme !== 'digest' || nonce === undefined) return undefined;
  const algorithmName = parameters.get('algorithm');
  const algorithm = algorithms.get((algorithmName ?? 'MD5').toLowerCase());
  if (algorithm === undefined) return undefined;
  const protections = protectionsOf(parameters.get('qop'));
  // Without qop no cnonce is sent, and without a cnonce there is no session key.
  if (algorithm.session && protections.includes('none')) return undefined;
  return {
    algorithm,
    algorithmName,
    realm: parameters.get('realm') ?? '',
    nonce,
    opaque: parameters.get('opaque'),
    protections,
    userhash: isTrue(parameters.get('userhash')),
    utf8: parameters.get('charset')?.toLowerCase() === 'utf-8',
    stale: isTrue(parameters.get('stale')),
    domain: (parameters.get('domain') ?? '').split(/\s+/).filter((uri) => uri !== ''),
  };
}

/** In our order of preference: `auth` does for every body. None when the server knows only others. */
function protectionsOf(qop: string | undefined): readonly Protection[] {
  if (qop === undefined || qop.trim() === '') return ['none'];
  const offered = qop.split(',').map((one) => one.trim().toLowerCase());
  return (['auth', 'auth-int'] as const).filter((one) => offered.includes(one));
}

function isTrue(value: string | undefined): boolean {
  return value?.toLowerCase() === 'true';
}
