/**
 * The hosts that a pool talks to: their figures, and with `perHost` how politely each is asked. A request of a busy host
 * waits in the host's own queue and takes no slot of the pool, so that the pool goes on with other hosts; those whose turn
 * has come are served round robin.
 */

import type { LimitFunction } from 'p-limit';
import { DelayQueue } from '../call/delay-queue.ts';
import { canonicalUrl, resolveUri, splitUserinfo, targetOf } from '../message/uri.ts';
import { bareRecord } from '../options/option-record.ts';
import { settingsOf } from '../options/settings-of.ts';
import { BoundedMap } from '../runtime/bounded-map.ts';
import { ignoreRejection, valueOrKind } from '../runtime/kind-of.ts';
import type { Clock } from '../time/clock.ts';
import { milliseconds } from '../time/duration.ts';
import { checkedConcurrency } from './concurrency-limit.ts';
import { type Entry, type EntryHost, letGoOf } from './entry.ts';
import { Fifo } from './fifo.ts';
import { Host } from './host.ts';
import type { HostStats, PerHostOptions } from './pool-options.ts';

/** Hosts whose figures are kept. */
const MOST_HOSTS = 10_000;
/** Entries that may wait for busy hosts; beyond, the source is not pulled, so that memory is bounded. */
const MAX_WAITING = 1000;
/** The host of relative URIs: that of the client's `baseUri`, which only the client knows. */
const RELATIVE = '(baseUri)';

export class Hosts {
  /** How many entries wait in the queues of busy hosts. */
  waiting = 0;
  /** By host and port, the one used longest ago first to go. */
  readonly #hosts = new BoundedMap<string, EntryHost>(MOST_HOSTS, (host) => this.#release(host));
  /** Hosts that may start their next entry, in the order of their turn. */
  readonly #ready = new Fifo<EntryHost>();
  readonly #concurrency: number | 'auto' | undefined;
  readonly #interval: number | ((host: string) => number);
  /** Whether a host with an interval takes one request at a time, because nobody said how many. */
  readonly #oneByOne: boolean;
  readonly #maxWaiting: number;
  readonly #clock: Clock;
  readonly #base: string | undefined;
  readonly #onReady: () => void;
  /** Hosts that wait for their interval; made when the first one does. */
  #delays: DelayQueue | undefined;
  /** The host of the last URI: of a list of URIs, most have the host of the one before. */
  #last: { prefix: string; host: EntryHost } | undefined;

  /**
   * @param base the `baseUri` of the pool's options
   * @param onReady called when a host may start again
   * @throws TypeError or RangeError for a mistake in the options
   */
  constructor(options: PerHostOptions | null | undefined, clock: Clock, base: unknown, onReady: () => void) {
    const { concurrency, interval, maxWaiting = MAX_WAITING } = bareRecord(checked(options));
    const asked = options === null || options === undefined ? undefined : (concurrency ?? Number.POSITIVE_INFINITY);
    this.#concurrency =
      asked === undefined || asked === 'auto' ? asked : checkedConcurrency(asked, 'perHost.concurrency', " or 'auto'");
    this.#oneByOne = concurrency === undefined;
    this.#interval = intervalOf(interval);
    this.#maxWaiting = checkedConcurrency(maxWaiting, 'perHost.maxWaiting', '');
    this.#clock = clock;
    this.#onReady = onReady;
    this.#base = base ? canonicalUrl(String(base)) : undefined;
  }

  /** Figures of every host that is remembered. */
  get stats(): Record<string, HostStats> {
    return Object.fromEntries([...this.#hosts].map(([name, host]) => [name, host.stats]));
  }

  /** Whether so many wait that nothing more may be pulled. */
  get full(): boolean {
    return this.waiting >= this.#maxWaiting;
  }

  /** Whether limits are found from latency. */
  get adaptive(): boolean {
    return this.#concurrency === 'auto';
  }

  /** The next entry of a host that may start now. */
  take(): Entry | undefined {
    for (let host = this.#ready.shift(); host !== undefined; host = this.#ready.shift()) {
      host.listed = false;
      const entry = this.#hasRoom(host) ? host.queue.shift() : undefined;
      if (entry === undefined) continue;
      this.waiting -= 1;
      return entry;
    }
    return undefined;
  }

  /** Whether the entry may start now; otherwise it was put into its host's queue. */
  admit(entry: Entry, uri: string | undefined): boolean {
    const host = uri === undefined ? undefined : this.#find(uri);
    entry.host = host;
    if (host?.limit === undefined) return true;
    // At once only when nobody waits before it.
    if (host.queue.size === 0 && this.#hasRoom(host) && this.#waitOf(host) <= 0) return true;
    host.queue.push(entry);
    this.waiting += 1;
    this.offer(host);
    return false;
  }

  /** Runs the task in a slot of its host. */
  run(host: EntryHost, limit: LimitFunction, task: (entry: Entry) => Promise<void>, entry: Entry): Promise<void> {
    this.answered(host);
    const running = limit(task, entry);
    this.offer(host);
    return running;
  }

  /** Runs a task that takes no slot of the pool in a slot of its host. */
  async runAside(entry: Entry, task: () => Promise<void>): Promise<void> {
    const { host } = entry;
    if (host?.limit === undefined) return task();
    await this.run(host, host.limit, task, entry);
    this.answered(host);
    this.offer(host);
  }

  /** Counts the interval of the host from now on. */
  answered(host: EntryHost): void {
    if (this.#interval === 0) return;
    host.interval = typeof this.#interval === 'number' ? this.#interval : this.#interval(host.name);
    if (host.interval > 0) host.nextAt = this.#clock.now() + host.interval;
  }

  /** The callback of an answer is done: it may have learnt that the host wants to be left alone for longer. */
  delivered(host: EntryHost, wasStreamed: boolean): void {
    const isLonger = typeof this.#interval === 'function' && this.#interval(host.name) > host.interval;
    if (wasStreamed || isLonger) this.answered(host);
  }

  /** Puts a host whose turn has come behind the others that may start. */
  offer(host: EntryHost): void {
    if (host.listed || host.queue.size === 0 || !this.#hasRoom(host)) return;
    host.listed = true;
    const wait = this.#waitOf(host);
    if (wait <= 0) {
      this.#ready.push(host);
      this.#onReady();
      return;
    }
    this.#delays ??= new DelayQueue({ clock: this.#clock });
    // A queue that closes rejects what waits in it; the pool knows already that it has ended.
    this.#delays.add(Math.ceil(wait), () => this.#due(host)).catch(() => undefined);
  }

  /** Ends every wait, and lets go of what waited. */
  close(): void {
    this.#delays?.close();
    this.#ready.clear();
    for (const host of this.#hosts.values()) for (const entry of host.queue.clear()) letGoOf(entry);
    this.waiting = 0;
  }

  /** The interval of the host is over: it is ready, or waits again when it was extended meanwhile. */
  #due(host: EntryHost): void {
    host.listed = false;
    this.offer(host);
  }

  /** Milliseconds until the host may be asked again; 0 or less when it may now. */
  #waitOf(host: EntryHost): number {
    return this.#interval === 0 ? 0 : host.nextAt - this.#clock.now();
  }

  /** Whether the host takes another request beside those that run. */
  #hasRoom({ limit, interval }: EntryHost): boolean {
    if (limit === undefined) return true;
    return limit.activeCount < (interval > 0 && this.#oneByOne ? 1 : limit.concurrency);
  }

  /** The host of a URI, made when it is met for the first time. */
  #find(uri: string): EntryHost | undefined {
    if (this.#last !== undefined && uri.startsWith(this.#last.prefix)) return this.#last.host;
    const target = this.#target(uri);
    if (target === undefined) return undefined;
    let host = this.#hosts.get(target.host);
    if (host === undefined) {
      host = new Host(target.host, this.#concurrency);
      this.#hosts.set(target.host, host);
    }
    if (target.origin !== '') this.#last = { prefix: `${target.origin}/`, host };
    return host;
  }

  /** `undefined` for a URI that cannot be sent, which the client says best. */
  #target(uri: string): { host: string; origin: string } | undefined {
    try {
      const url = resolveUri(uri, this.#base);
      return targetOf(url.includes('@') ? splitUserinfo(url).url : url);
    } catch {
      return /^[a-z][a-z0-9+.-]*:/i.test(uri) ? undefined : { host: RELATIVE, origin: '' };
    }
  }

  /** A host of which something is under way is not forgotten. */
  #release(host: EntryHost): boolean {
    if (!host.idle || this.#waitOf(host) > 0) return false;
    if (this.#last?.host === host) this.#last = undefined;
    return true;
  }
}

/** @throws TypeError or RangeError for an invalid duration; a function is asked, and checked, later */
function intervalOf(interval: PerHostOptions['interval']): number | ((host: string) => number) {
  if (typeof interval !== 'function') return milliseconds(interval, 'perHost.interval');
  return (host) => {
    const given = interval(host);
    // A promise is refused: what it rejects with is nobody's.
    ignoreRejection(given);
    return milliseconds(given, `perHost.interval(${JSON.stringify(host)})`);
  };
}

/** @throws TypeError for what is no record */
function checked(options: PerHostOptions | null | undefined): PerHostOptions {
  if (options === undefined || options === null) return {};
  if (typeof options === 'object' && !Array.isArray(options))
    return settingsOf('perHost', options, ['concurrency', 'interval', 'maxWaiting']);
  throw new TypeError(`perHost must be { concurrency, interval }, got ${valueOrKind(options)}`);
}
