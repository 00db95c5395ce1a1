/**
 * One authentication session of Digest (RFC 7616 section 3.6): a challenge, how often its nonce was used, and the
 * `Authorization` that follows from it. It holds no password.
 */
import type { HttpRequest } from '../../message/request.ts';
import { targetOf } from '../../message/uri.ts';
import { needBuiltin } from '../../runtime/platform.ts';
import { type DigestChallenge, type Protection, protectionFor } from './digest-challenge.ts';

/** What is new in each answer to a challenge. */
interface Fresh {
  readonly protection: Protection;
  readonly uri: string;
  /** How often the nonce was used, eight hexadecimal digits. */
  readonly nc: string;
  readonly cnonce: string;
}

export class DigestSession {
  readonly challenge: DigestChallenge;
  readonly #makeCnonce: () => string;
  /** Of the first request: what a session key is made of, and kept for the whole session. */
  readonly #firstCnonce: string;
  /** The nonce in use: that of the challenge, until the server names the next one. */
  #nonce: string;
  /**
   * Uses of the nonce. A server refuses a count that it has seen, so that the same session signs concurrent requests
   * with different ones.
   */
  #count = 0;

  /** @param makeCnonce a fresh client nonce for each request. Default: 128 random bits */
  constructor(challenge: DigestChallenge, makeCnonce: () => string = randomCnonce) {
    this.challenge = challenge;
    this.#makeCnonce = makeCnonce;
    this.#firstCnonce = makeCnonce();
    this.#nonce = challenge.nonce;
  }

  /** Whether a request with this body can be signed. */
  fits(request: HttpRequest): boolean {
    return protectionFor(this.challenge, request.body) !== undefined;
  }

  /** The server's next nonce (`nextnonce` of `Authentication-Info`). */
  continueWith(nonce: string): void {
    this.#nonce = nonce;
    this.#count = 0;
  }

  /** The request with the credentials. Counts the use of the nonce. @throws TypeError where there is no node:crypto */
  sign(request: HttpRequest, user: string, password: string): HttpRequest {
    const { challenge } = this;
    const protection = protectionFor(challenge, request.body) ?? 'none';
    this.#count += 1;
    const nc = this.#count.toString(16).padStart(8, '0');
    // A server without memory makes the session key from each request's cnonce: it must be the first one's.
    const fresh = challenge.algorithm.session || this.#count === 1;
    const cnonce = fresh ? this.#firstCnonce : this.#makeCnonce();
    const uri = targetOf(request.url).path;
    const name = octets(challenge.utf8 ? user.normalize('NFC') : user);
    const secret = octets(challenge.utf8 ? password.normalize('NFC') : password);
    const a1 = `${name}:${challenge.realm}:${secret}`;
    const proof = this.#proof(request, a1, { protection, uri, nc, cnonce });
    const fields = [
      this.#userField(name, user),
      `realm=${quoted(challenge.realm)}`,
      `nonce=${quoted(this.#nonce)}`,
      `uri=${quoted(uri)}`,
      `response="${proof}"`,
    ];
    if (challenge.algorithmName !== undefined) fields.push(`algorithm=${challenge.algorithmName}`);
    if (challenge.opaque !== undefined) fields.push(`opaque=${quoted(challenge.opaque)}`);
    // RFC 7616 section 3.4: none of these when the server sent no qop.
    if (protection !== 'none') fields.push(`qop=${protection}`, `nc=${nc}`, `cnonce=${quoted(cnonce)}`);
    if (challenge.userhash) fields.push('userhash=true');
    return request.withHeader('Authorization', `Digest ${fields.join(', ')}`);
  }

  // RFC 7616 sections 3.4.1 to 3.4.3
  #proof(request: HttpRequest, a1: string, { protection, uri, nc, cnonce }: Fresh): string {
    const { algorithm, nonce: firstNonce } = this.challenge;
    const key = this.#hash(a1);
    const ha1 = algorithm.session ? this.#hash(`${key}:${firstNonce}:${this.#firstCnonce}`) : key;
    const a2 = `${request.method}:${uri}`;
    const ha2 = this.#hash(protection === 'auth-int' ? `${a2}:${this.#hash(request.body?.bytes ?? '')}` : a2);
    const middle = protection === 'none' ? this.#nonce : `${this.#nonce}:${nc}:${cnonce}:${protection}`;
    return this.#hash(`${ha1}:${middle}:${ha2}`);
  }

  /** The `username` in one of its three forms: hashed, encoded, or quoted. */
  #userField(name: string, user: string): string {
    const { userhash, utf8, realm } = this.challenge;
    if (userhash) return `username="${this.#hash(`${name}:${realm}`)}"`;
    // RFC 7616 section 3.4: a name that no quoted string can hold goes in the form of RFC 8187.
    if (utf8 && /[^\x20-\x7e]/.test(user)) return `username*=UTF-8''${extended(name)}`;
    return `username=${quoted(name)}`;
  }

  /** @param data bytes, or octets as the characters of a string */
  #hash(data: string | Uint8Array): string {
    const { createHash } = needBuiltin<typeof import('node:crypto')>('node:crypto', "auth: [user, password, 'digest']");
    const hash = createHash(this.challenge.algorithm.hash);
    return (typeof data === 'string' ? hash.update(data, 'latin1') : hash.update(data)).digest('hex');
  }
}

/** UTF-8 octets as the characters of a string, which is how header fields arrive: what is hashed is octets. */
function octets(text: string): string {
  return Array.from(new TextEncoder().encode(text), (octet) => String.fromCharCode(octet)).join('');
}

// RFC 9110 section 5.6.4: quoted-string
function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

// RFC 8187 section 3.2.1: everything but attr-char is escaped.
function extended(name: string): string {
  const escaped = (octet: string) => '%' + octet.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0');
  return name.replace(/[^A-Za-z0-9!#$&+\-.^_`|~]/g, escaped);
}

/** 128 random bits in hexadecimal digits. */
function randomCnonce(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (octet) => octet.toString(16).padStart(2, '0')).join(
    '',
  );
}
