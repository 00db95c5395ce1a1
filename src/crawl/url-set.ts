/**
 * A set of URLs that keeps 64 bits of each instead of its text: a million take 19 MB, whatever their length. Two URLs
 * share their 64 bits with a chance of 3 in 100 million among a million; then one of them is not visited.
 */
import { hash, randomBytes } from 'node:crypto';

/** Nothing is known of it; a page links to it; it was given out to be fetched. */
export const ABSENT = 0;
export const FOUND = 1;
export const TAKEN = 2;
export type UrlState = typeof ABSENT | typeof FOUND | typeof TAKEN;

/** Of the slots that may be in use before the table doubles. */
const FULL = 0.7;

export class UrlSet {
  #keys = new Uint32Array(2 * 1024);
  #states = new Uint8Array(1024);
  #size = 0;
  #taken = 0;
  /** Keyed, so that nobody can prepare two URLs that look like one to us. */
  readonly #seed = randomBytes(16).toString('latin1');

  /** URLs that were found or taken. */
  get size(): number {
    return this.#size;
  }

  get taken(): number {
    return this.#taken;
  }

  /** Bytes held. */
  get bytes(): number {
    return this.#keys.byteLength + this.#states.byteLength;
  }

  state(url: string): UrlState {
    return this.#states[this.#slotOf(url)] as UrlState;
  }

  /** Raises the state, never lowers it. Answers whether it changed. */
  mark(url: string, state: typeof FOUND | typeof TAKEN): boolean {
    if (this.#size >= this.#states.length * FULL) this.#grow();
    const { high, low } = this.#hash(url);
    const slot = this.#find(high, low);
    const before = this.#states[slot]!;
    if (before >= state) return false;
    if (before === ABSENT) {
      this.#keys[2 * slot] = high;
      this.#keys[2 * slot + 1] = low;
      this.#size += 1;
    }
    this.#states[slot] = state;
    if (state === TAKEN) this.#taken += 1;
    return true;
  }

  #slotOf(url: string): number {
    const { high, low } = this.#hash(url);
    return this.#find(high, low);
  }

  #hash(url: string): { high: number; low: number } {
    // As text in latin1, which is called binary here: a Buffer for each costs more than the digest.
    const digest = hash('sha1', this.#seed + url, 'binary');
    return { high: wordAt(digest, 0), low: wordAt(digest, 4) };
  }

  /** Open addressing with linear probing; the table's length is a power of two. */
  #find(high: number, low: number): number {
    const mask = this.#states.length - 1;
    let slot = low & mask;
    while (this.#states[slot] !== ABSENT && (this.#keys[2 * slot] !== high || this.#keys[2 * slot + 1] !== low)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #grow(): void {
    const keys = this.#keys;
    const states = this.#states;
    this.#keys = new Uint32Array(keys.length * 2);
    this.#states = new Uint8Array(states.length * 2);
    for (const [i, state] of states.entries()) {
      if (state === ABSENT) continue;
      const slot = this.#find(keys[2 * i]!, keys[2 * i + 1]!);
      this.#keys[2 * slot] = keys[2 * i]!;
      this.#keys[2 * slot + 1] = keys[2 * i + 1]!;
      this.#states[slot] = state;
    }
  }
}

/** Four octets of a text in latin1, as a number from 0. */
function wordAt(text: string, at: number): number {
  const upper = (text.charCodeAt(at + 3) << 24) | (text.charCodeAt(at + 2) << 16);
  return (upper | (text.charCodeAt(at + 1) << 8) | text.charCodeAt(at)) >>> 0;
}
