/**
 * A frontier in Redis, for any number of workers on any number of machines: BullMQ hands out the hosts, a job for each, and
 * Redis holds their URLs. A host is one worker's at a time, and what a worker that died had taken goes back. Every change is
 * one script (`scripts.ts`), and so happens whole or not at all.
 */
import { Queue } from 'bullmq';
import { checkedFound, checkedMost } from '../crawl/checks.ts';
import type { Found, Frontier, FrontierStats, HostLease, LeaseOptions, Line, SharedFacts } from '../crawl/frontier.ts';
import { type Link, startLink } from '../crawl/link.ts';
import { randomToken } from '../crawl/token.ts';
import type { Turn } from '../crawl/turn.ts';
import { settingsOf } from '../options/settings-of.ts';
import { type Clock, systemClock } from '../time/clock.ts';
import { type Duration, milliseconds } from '../time/duration.ts';
import { bullConnection, FrontierConnection, type RedisConnection } from './connection.ts';
import { linkArguments } from './entries.ts';
import { HostLeases } from './host-leases.ts';
import { type Pulse, readPulse } from './pulse.ts';
import { RedisError } from './redis-error.ts';

/** Which crawl of which Redis a frontier is of. */
export interface RedisFrontierOptions {
  /** A URL, the options of ioredis, or a client of ioredis, of whose options others are made. */
  readonly connection: RedisConnection;
  /** Of the crawl: workers with one name work together. */
  readonly name: string;
  /** URLs that may wait before `add` says `full`; what pages link to is queued all the same. Default no limit. */
  readonly maxWaiting?: number | undefined;
  /**
   * After which time without a sign a worker counts as dead, and its hosts are others'. At least 100 ms; default `'10s'`.
   */
  readonly lease?: Duration | undefined;
  /** When a host is handed on, so that each has its turn. Default `{ urls: 1000, time: '30s' }`. */
  readonly turn?: { readonly urls?: number | undefined; readonly time?: Duration | undefined } | undefined;
  /** Default the system's. */
  readonly clock?: Clock | undefined;
}

/** A frontier that several workers share, and each of them can hold. */
export interface SharedFrontier extends Frontier {
  readonly shared: SharedFacts;
  /** Hands out nothing more, on any machine, until `resume`. */
  pause(): Promise<void>;
  /** Hands out again, on every machine. */
  resume(): Promise<void>;
  /** Ends the leases of every worker; what waits stays, and `resume` makes it go on with the next ones. */
  stop(): Promise<void>;
}

interface Opened {
  readonly connection: FrontierConnection;
  readonly queue: Queue;
  /** The name that the crawl has beside that of the caller. */
  readonly id: string;
}

/** The version of the format in Redis. */
const VERSION = '1';
/** Links that are added with one call. */
const AT_ONCE = 100;
/** Of the job of a host: without end, because it is tried again whenever its worker could not let go of the host. */
const ATTEMPTS = 1_000_000_000;
/** Lines that are read with one call. */
const LINES = 500;
/** Milliseconds: a shorter lease would be over before it can be renewed. */
const SHORTEST_LEASE = 100;
const SETTINGS = ['connection', 'name', 'maxWaiting', 'lease', 'turn', 'clock'] as const;

class RedisFrontier implements SharedFrontier {
  readonly shared: SharedFacts;
  readonly #options: RedisFrontierOptions;
  readonly #key: string;
  readonly #maxWaiting: number;
  readonly #lease: number;
  readonly #turn: Turn;
  readonly #clock: Clock;
  readonly #leases = new Set<HostLeases>();
  #opening: Promise<Opened> | undefined;

  constructor(options: RedisFrontierOptions) {
    const { connection, name, maxWaiting, lease = '10s', turn = {}, clock = systemClock } = options;
    if (typeof name !== 'string' || !/^[\w.-]{1,100}$/.test(name)) {
      throw new TypeError(`the name of a crawl has letters, digits, ".", "_" and "-", got ${JSON.stringify(name)}`);
    }
    if (connection === undefined || connection === null) throw new TypeError('a Redis frontier expects a connection');
    this.#options = options;
    // A hash tag: in a cluster all keys with the same text in braces are on one node, as a script needs them.
    this.#key = `sluice:{${name}}`;
    this.#maxWaiting = checkedMost(maxWaiting, 'maxWaiting');
    this.#lease = milliseconds(lease, 'lease');
    if (this.#lease < SHORTEST_LEASE) {
      throw new RangeError(`lease must be at least ${SHORTEST_LEASE} ms, got ${this.#lease} ms`);
    }
    const most = settingsOf('turn', turn, ['urls', 'time']);
    this.#turn = {
      urls: checkedMost(most.urls ?? 1000, 'turn.urls'),
      time: milliseconds(most.time ?? '30s', 'turn.time'),
    };
    this.#clock = clock;
    this.shared = {
      get: async (key) => (await (await this.#open()).connection.redis.get(this.#factKey(key))) ?? undefined,
      set: async (key, value, ttl) => {
        const { connection } = await this.#open();
        await connection.redis.set(this.#factKey(key), value, 'PX', Math.ceil(ttl)).catch((error) => {
          throw connection.told(error);
        });
      },
    };
  }

  async add(found: Iterable<Found> | AsyncIterable<Found>) {
    checkedFound(found);
    const opened = await this.#open();
    const most = this.#maxWaiting;
    let [added, known, waiting] = [0, 0, (await this.stats()).waiting];
    let links: Link[] = [];
    const flush = async () => {
      if (links.length === 0) return;
      const args = links.flatMap((link) => linkArguments(link, opened.id));
      const answer = await opened.connection.call('sluiceAdd', most === Number.POSITIVE_INFINITY ? 0 : most, ...args);
      const [fresh, read, now, wake] = answer as [number, number, number, string[]];
      added += fresh;
      known += read - fresh;
      waiting = now;
      links = [];
      await this.#wake(opened, wake);
    };
    // Nothing is pulled from `found` while there is no room.
    if (waiting >= most) return { added, known, full: true };
    for await (const one of found) {
      links.push(startLink(one));
      if (links.length >= Math.min(AT_ONCE, most - waiting)) await flush();
      if (waiting >= most) break;
    }
    await flush();
    return { added, known, full: waiting >= most };
  }

  async *leases({ signal, hosts }: LeaseOptions): AsyncGenerator<HostLease> {
    const opened = await this.#open();
    const leases = new HostLeases({
      signal,
      hosts,
      connection: opened.connection,
      crawl: opened.id,
      turn: this.#turn,
      clock: this.#clock,
      lease: this.#lease,
      worker: randomToken(),
      bull: { prefix: this.#key, connection: bullConnection(this.#options.connection) },
      wake: (list) => this.#wake(opened, list),
    });
    this.#leases.add(leases);
    try {
      yield* leases.iterate();
    } finally {
      this.#leases.delete(leases);
    }
  }

  /**
   * Reads the stream of lines page by page. The id of a line begins with that of the crawl: a file of another is refused.
   */
  async *lines(after?: string): AsyncGenerator<Line> {
    const { connection, id } = await this.#open();
    const dash = after?.indexOf('/') ?? 0;
    if (after !== undefined && (after.slice(0, dash) !== id || !/^\d+-\d+$/.test(after.slice(dash + 1)))) {
      throw new TypeError(`the line ${JSON.stringify(after)} is of another crawl; expected one of ${id}`);
    }
    for (let from = after === undefined ? '-' : `(${after.slice(dash + 1)}`; ; ) {
      const found = await connection.redis.xrange(`${this.#key}:x`, from, '+', 'COUNT', LINES);
      for (const [place, [, line]] of found) yield { id: `${id}/${place}`, line: line! };
      if (found.length < LINES) return;
      from = `(${found.at(-1)![0]}`;
    }
  }

  async stats(): Promise<FrontierStats> {
    const { known, waiting, leased, done, failed, hosts, workers } = await this.#pulse();
    return { known, waiting, leased, done, failed, hosts, workers };
  }

  pause(): Promise<void> {
    return this.#setState('paused');
  }

  resume(): Promise<void> {
    return this.#setState('');
  }

  stop(): Promise<void> {
    return this.#setState('stopped');
  }

  /** Later calls reject; leases that are held are lost, and what was taken with them goes back. */
  async [Symbol.asyncDispose](): Promise<void> {
    const opening = this.#opening;
    const closed = new Error('the frontier was closed');
    this.#opening = Promise.reject(closed);
    this.#opening.catch(() => undefined);
    const opened = await opening?.catch(() => undefined);
    if (opened === undefined) return;
    await Promise.all([...this.#leases].map((leases) => leases.close(closed).catch(() => undefined)));
    await opened.queue.close().catch(() => undefined);
    await opened.connection.close();
  }

  async #setState(state: string): Promise<void> {
    const { connection } = await this.#open();
    await connection.redis.hset(`${this.#key}:m`, 'state', state).catch((error) => {
      throw connection.told(error);
    });
  }

  async #pulse(): Promise<Pulse> {
    return readPulse((await this.#open()).connection, '', this.#lease);
  }

  #factKey(key: string): string {
    return `${this.#key}:f:${key}`;
  }

  /**
   * Queues jobs for hosts that have something to do. The id of a job holds the sequence number of its host, so that BullMQ
   * does not add it twice. Redis keeps the hosts until `sluiceAwake` says that they are queued: a worker that dies in
   * between loses none.
   * @param list host, sequence number and delay in milliseconds of each
   */
  async #wake({ connection, queue }: Opened, list: readonly string[]): Promise<void> {
    if (list.length === 0) return;
    const jobs = [];
    for (let i = 0; i < list.length; i += 3) {
      const [host, seq, delay] = [list[i]!, list[i + 1]!, Number(list[i + 2])];
      // BullMQ allows no colon in an id.
      const jobId = `${seq}_${encodeURIComponent(host)}`;
      jobs.push({
        name: 'host',
        data: { host, seq },
        opts: { jobId, delay, attempts: ATTEMPTS, removeOnComplete: true, removeOnFail: true },
      });
    }
    await queue.addBulk(jobs).catch((error) => {
      throw connection.told(error);
    });
    await connection.call('sluiceAwake', ...jobs.flatMap(({ data }) => [data.host, data.seq]));
  }

  /** Connects with the first use; all methods share that. */
  #open(): Promise<Opened> {
    this.#opening ??= this.#opened();
    return this.#opening;
  }

  /** @throws RedisError for a crawl of that name which another version of the format has begun */
  async #opened(): Promise<Opened> {
    const connection = await FrontierConnection.open(this.#options.connection, this.#key, this.#options.name);
    try {
      const [id, version] = (await connection.call('sluiceOpen', VERSION, randomToken())) as [string, string];
      if (version !== VERSION) {
        const words = `the crawl ${this.#options.name} is of another version (${version}, expected ${VERSION})`;
        throw new RedisError(`${words}; give another name, or go on with the version that began it`);
      }
      const queue = new Queue('hosts', { prefix: this.#key, connection: bullConnection(this.#options.connection) });
      queue.on('error', () => undefined);
      return { connection, queue, id };
    } catch (error) {
      await connection.close();
      throw error;
    }
  }
}

/**
 * A frontier in Redis 6.2 or newer, over BullMQ.
 *
 *     const frontier = redisFrontier({ connection: { host: 'localhost' }, name: 'docs' });
 * @throws TypeError or RangeError for a mistake in options; from its methods a `RedisError` when Redis cannot be used
 */
export function redisFrontier(options: RedisFrontierOptions): SharedFrontier {
  return new RedisFrontier(settingsOf('redisFrontier', options, SETTINGS));
}
