/**
 * A `lookup` that remembers: addresses from DNS for as long as their TTL says (RFC 1035 section 3.2.1), asked for once
 * however many requests wait. Names that DNS does not have, such as those of a hosts file, are resolved by the system.
 * Without it each new connection asks the system, and keeps one of libuv's few threads busy for as long as that takes.
 */

import { bareRecord } from '../options/option-record.ts';
import type { Lookup } from '../options/options.ts';
import { settingsOf } from '../options/settings-of.ts';
import { BoundedMap } from '../runtime/bounded-map.ts';
import { needBuiltin } from '../runtime/platform.ts';
import { type Clock, systemClock } from '../time/clock.ts';
import { type Duration, milliseconds } from '../time/duration.ts';
import { type Address, type Answer, type Dns, DnsQuestion } from './dns-question.ts';

/** How many names `dnsCache` remembers, and for how long. */
export interface DnsCacheOptions {
  /** Names remembered; those asked for longest ago go first. Default 1000. */
  readonly size?: number | undefined;
  /** Longest time an address is kept, whatever its TTL. Default `'1h'`. */
  readonly maxTtl?: Duration | undefined;
  /** How long an answer without a TTL is kept: the system's, and that a name does not exist. Default `'5s'`. */
  readonly fallbackTtl?: Duration | undefined;
  /** DNS servers, as `address` or `address:port`. Default: the system's. */
  readonly servers?: readonly string[] | undefined;
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
}

/**
 * One name and family. The promise is kept and not its value, so that those who ask while DNS is being asked share the
 * question.
 */
interface Entry {
  readonly answer: Promise<Answer>;
  /** By the clock; endless while the answer is awaited. */
  expires: number;
}

/** What `dnsCache` gives: a `lookup` for the option of that name, with a way to forget. */
export interface DnsCache extends Lookup {
  (...args: Parameters<Lookup>): void;
  /** Forgets one name, or all. */
  clear(hostname?: string): void;
}

/**
 * Makes a lookup with a memory of its own; give one to a client as option `lookup`.
 * @throws TypeError for an invalid duration or an unknown setting, or where there is no Node
 */
export function dnsCache(given: DnsCacheOptions = {}): DnsCache {
  const options = settingsOf('dnsCache', given, ['size', 'maxTtl', 'fallbackTtl', 'servers', 'clock']);
  const { size = 1000, clock = systemClock } = options;
  const maxTtl = milliseconds(options.maxTtl ?? '1h', 'maxTtl');
  const fallbackTtl = milliseconds(options.fallbackTtl ?? '5s', 'fallbackTtl');
  const question = new DnsQuestion(needBuiltin<Dns>('node:dns', 'dnsCache'), fallbackTtl, options.servers);
  const entries = new BoundedMap<string, Entry>(size);

  /** The remembered answer while it holds, otherwise a new question, which takes the old one's place at once. */
  function answerFor(hostname: string, family: number): Promise<Answer> {
    const key = `${family} ${hostname.toLowerCase()}`;
    const known = entries.get(key);
    if (known !== undefined && clock.now() < known.expires) return known.answer;
    const entry: Entry = { answer: question.ask(hostname, family), expires: Number.POSITIVE_INFINITY };
    entries.set(key, entry);
    entry.answer
      .then(({ ttl }) => {
        entry.expires = clock.now() + Math.min(ttl, maxTtl);
      })
      // A clock that throws: nobody can tell when the answer is over.
      .catch(() => {
        if (entries.get(key) === entry) entries.delete(key);
      });
    return entry.answer;
  }

  /** The signature of `dns.lookup`, which is what `net.connect` and the option `lookup` expect. */
  function lookup(...[hostname, { family = 0, all }, callback]: Parameters<Lookup>): void {
    const asked = new Promise<Answer>((resolve) => resolve(answerFor(hostname, family)));
    asked.then(
      (answer) => {
        const { addresses, error } = bareRecord(answer);
        if (error !== undefined) callback(error, []);
        else if (all) callback(null, structuredClone(addresses) as Address[]);
        else callback(null, addresses[0]!.address, addresses[0]!.family);
      },
      // The clock has thrown.
      (error) => callback(error, []),
    );
  }

  /** Answers under way are forgotten too; those who wait for them get them all the same. */
  function clear(hostname?: string): void {
    if (hostname === undefined) entries.clear();
    else for (const family of [0, 4, 6]) entries.delete(`${family} ${hostname.toLowerCase()}`);
  }

  return Object.assign(lookup, { clear });
}
