/**
 * Asks for the addresses of a name, for `dnsCache`: DNS first, whose records say how long they hold (RFC 1035 section
 * 3.2.1), then the system, which knows the names of a hosts file.
 */

import { runtimeOptions } from '../message/runtime-options.ts';

export type Dns = typeof import('node:dns');

/** One address of a name, as `dns.lookup` gives it. */
export interface Address {
  readonly address: string;
  readonly family: 4 | 6;
}

/** What a name led to. That it leads nowhere (`error`) is an answer too, and is remembered. */
export interface Answer {
  readonly addresses: readonly Address[];
  readonly error?: Error;
  /** Milliseconds. */
  readonly ttl: number;
}

/** Asks DNS and the system, without a memory: `dnsCache` remembers. */
export class DnsQuestion {
  readonly #dns: Dns;
  readonly #resolver: import('node:dns').promises.Resolver;
  readonly #fallbackTtl: number;

  /**
   * @param fallbackTtl milliseconds that an answer without a TTL holds
   * @param servers as `address` or `address:port`; the system's without
   */
  constructor(dns: Dns, fallbackTtl: number, servers?: readonly string[]) {
    this.#dns = dns;
    this.#fallbackTtl = fallbackTtl;
    this.#resolver = new dns.promises.Resolver();
    if (servers !== undefined) this.#resolver.setServers(servers);
  }

  /** Never rejects. @param family 4, 6, or 0 for both */
  async ask(hostname: string, family: number): Promise<Answer> {
    const wanted = family === 0 ? ([4, 6] as const) : family === 6 ? ([6] as const) : ([4] as const);
    const found = (await Promise.all(wanted.map((one) => this.#resolve(hostname, one)))).flat();
    if (found.length > 0) return { addresses: found, ttl: Math.min(...found.map(({ ttl }) => ttl)) * 1000 };
    try {
      const wish = runtimeOptions('dns', { all: true as const, family, verbatim: true });
      const addresses = await this.#dns.promises.lookup(hostname, wish);
      return { addresses: addresses as Address[], ttl: this.#fallbackTtl };
    } catch (error) {
      return { addresses: [], error: error as Error, ttl: this.#fallbackTtl };
    }
  }

  /** The records of one family; none when DNS has no answer, which the caller takes as "ask the system". */
  async #resolve(hostname: string, family: 4 | 6): Promise<(Address & { ttl: number })[]> {
    try {
      const records =
        family === 4
          ? await this.#resolver.resolve4(hostname, { ttl: true })
          : await this.#resolver.resolve6(hostname, { ttl: true });
      return records.map(({ address, ttl }) => ({ address, family, ttl }));
    } catch {
      return [];
    }
  }
}
