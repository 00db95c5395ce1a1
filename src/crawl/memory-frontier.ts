/** A frontier in memory: gone with its process. It keeps the text of each URL, so that two are never taken for one. */
import { settingsOf } from '../options/settings-of.ts';
import { type Clock, systemClock } from '../time/clock.ts';
import { checkedFound, checkedMost } from './checks.ts';
import type { DeskOwner, Waiting } from './desk-host.ts';
import type { Found, Frontier, FrontierStats, HostLease, LeaseOptions, Line, Outcome } from './frontier.ts';
import { HostDesk } from './host-desk.ts';
import { placeAfter } from './line-id.ts';
import { hostOf, type Link, pageLink, startLink } from './link.ts';
import { randomToken } from './token.ts';

/** How many URLs may wait in a frontier in memory. */
export interface MemoryFrontierOptions {
  /** URLs that may wait before `add` says `full`; what pages link to is queued all the same. Default no limit. */
  readonly maxWaiting?: number | undefined;
  /** Default the system's. */
  readonly clock?: Clock | undefined;
}

class MemoryFrontier implements Frontier, DeskOwner {
  readonly #id = randomToken();
  readonly #seen = new Set<string>();
  readonly #hosts = new Set<string>();
  readonly #lines: string[] = [];
  readonly #desk: HostDesk;
  readonly #maxWaiting: number;
  #closed: Error | undefined;
  #done = 0;
  #failed = 0;

  constructor({ maxWaiting, clock = systemClock }: MemoryFrontierOptions) {
    this.#maxWaiting = checkedMost(maxWaiting, 'maxWaiting');
    this.#desk = new HostDesk(clock, this);
  }

  async add(found: Iterable<Found> | AsyncIterable<Found>) {
    this.#checkOpen();
    checkedFound(found);
    let [added, known, full] = [0, 0, this.#isFull];
    if (full) return { added, known, full };
    for await (const one of found) {
      if (this.#note(startLink(one))) added += 1;
      else known += 1;
      full = this.#isFull;
      if (full) break;
    }
    return { added, known, full };
  }

  async *leases(options: LeaseOptions): AsyncGenerator<HostLease> {
    this.#checkOpen();
    yield* this.#desk.leases(options);
  }

  async *lines(after?: string): AsyncGenerator<Line> {
    this.#checkOpen();
    for (let at = placeAfter(after, this.#id); at < this.#lines.length; at += 1) {
      yield { id: `${this.#id}-${at + 1}`, line: this.#lines[at]! };
    }
  }

  async stats(): Promise<FrontierStats> {
    this.#checkOpen();
    const { waiting, leased, workers } = this.#desk;
    const [known, hosts, done, failed] = [this.#seen.size, this.#hosts.size, this.#done, this.#failed];
    return { known, waiting, leased, done, failed, hosts, workers };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed ??= new Error('the frontier was closed');
    this.#desk.close(this.#closed);
  }

  /** All of it is at the desk already. */
  refill(): void {}

  settled(visit: Waiting, { line, found, again, failed }: Outcome): void {
    // Before anything is done: what cannot be written or read stops here.
    const text = line === undefined ? undefined : JSON.stringify(line);
    const links = [...(found ?? [])].map((one) => pageLink(one, visit));
    if (text !== undefined) this.#lines.push(text);
    for (const link of links) if (link !== undefined) this.#note(link);
    if (again !== undefined) return;
    this.#done += 1;
    if (failed) this.#failed += 1;
  }

  #checkOpen(): void {
    if (this.#closed !== undefined) throw this.#closed;
  }

  get #isFull(): boolean {
    return this.#desk.waiting >= this.#maxWaiting;
  }

  #note(link: Link): boolean {
    if (this.#seen.has(link.key)) return false;
    this.#seen.add(link.key);
    this.#hosts.add(hostOf(link.url));
    this.#desk.push(link);
    return true;
  }
}

/**
 * A frontier in memory.
 *
 *     const frontier = memoryFrontier();
 *     await frontier.add([{ url: 'https://example.com/' }]);
 * @throws TypeError for a setting that there is not; RangeError for a `maxWaiting` below 1
 */
export function memoryFrontier(options: MemoryFrontierOptions = {}): Frontier {
  return new MemoryFrontier(settingsOf('memoryFrontier', options, ['maxWaiting', 'clock']));
}
