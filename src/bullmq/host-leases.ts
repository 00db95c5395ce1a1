/**
 * The hosts that a worker of a crawl is handed, as an async iterator of leases. Each host with something to do is a job of a
 * BullMQ queue. The lease of a host is the lock of its job: the function that processes the job does nothing but wait until
 * whoever crawls the host lets go of it, and BullMQ renews the lock meanwhile. When a worker dies, its locks run out, and
 * BullMQ gives the jobs to others.
 */
import { type ConnectionOptions, DelayedError, type Job, Worker } from 'bullmq';
import type { HostLease } from '../crawl/frontier.ts';
import { Fifo } from '../pool/fifo.ts';
import { type Clock, startTimer, systemClock } from '../time/clock.ts';
import { guarded } from '../time/guarded-clock.ts';
import { readPulse } from './pulse.ts';
import { isRefusal } from './redis-error.ts';
import { type LeaseSettings, RedisLease } from './redis-lease.ts';

export interface LeasesSettings extends Omit<LeaseSettings, 'left' | 'sure'> {
  readonly signal: AbortSignal;
  /** How many hosts are held at once. */
  readonly hosts: number;
  /** Milliseconds that a lock lasts when it is not renewed. */
  readonly lease: number;
  /** The name of the worker. */
  readonly worker: string;
  readonly bull: { readonly prefix: string; readonly connection: ConnectionOptions };
}

interface HostJob {
  readonly host: string;
  /** Counts how often the host was queued: a job of an earlier time is out of date. */
  readonly seq: string;
}

/** Milliseconds between two questions about the state of the crawl. */
const PULSE = 500;
/** The part of a lease, counted from the last renewal, in which it is certain that nobody else has the host. */
const SURE = 0.75;

/** Milliseconds between two attempts to reach a Redis that is gone. */
const LONGEST_RETRY = 1000;

/**
 * The part of a lease between two checks for locks that have run out. The workers check in turn, and a check that comes a
 * moment too early leaves a lock to the next one: so the host of a dead worker waits for its lease and at most half of one
 * more.
 */
const CHECKED = 0.25;

/** Hands leases over from the functions that process jobs to the iterator. */
class Channel {
  readonly leases = new Fifo<RedisLease>();
  isDone = false;
  error: unknown;
  #wake: (() => void) | undefined;

  changed(): void {
    this.#wake?.();
  }

  end(error?: unknown): void {
    this.isDone = true;
    this.error ??= error;
    this.changed();
  }

  async wait(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = undefined;
  }
}

/** A worker that reports, for each lock it has renewed, when it asked for that: `RedisLease` counts from there. */
class RenewingWorker extends Worker<HostJob> {
  clock: Clock = systemClock;
  renewed: (id: string, asked: number) => void = () => {};

  override async extendJobLocks(ids: string[], tokens: string[], duration: number): Promise<string[]> {
    const asked = this.clock.now();
    const failed = await super.extendJobLocks(ids, tokens, duration);
    for (const id of ids) if (!failed.includes(id)) this.renewed(id, asked);
    return failed;
  }
}

export class HostLeases {
  readonly #settings: LeasesSettings;
  readonly #channel = new Channel();
  readonly #held = new Map<string, RedisLease>();
  /** The signal ends the handing out; leases that are held go on to their own end. */
  readonly #onAbort = () => void this.#end().catch(() => undefined);
  #worker: Worker<HostJob> | undefined;
  #stopTimer = () => {};
  #stopWatch = () => {};
  #ending: Promise<void> | undefined;
  /** When a connection of BullMQ's that was lost is made again, in milliseconds of the system's clock. */
  #reconnectsAt = 0;
  #isEnding = false;

  constructor(settings: LeasesSettings) {
    const clock = guarded(settings.clock, { abort: (error) => this.#broke(error as Error) });
    this.#settings = { ...settings, clock };
  }

  /** Gives leases until nothing is left to do in the whole crawl, the signal aborts, or the crawl is stopped. */
  async *iterate(): AsyncGenerator<HostLease> {
    const { signal } = this.#settings;
    signal.addEventListener('abort', this.#onAbort);
    if (signal.aborted) this.#onAbort();
    await this.#pulse();
    if (!this.#channel.isDone) {
      this.#worker = this.#newWorker();
      this.#watch();
    }
    try {
      while (!this.#channel.isDone) {
        const next = this.#channel.leases.shift();
        if (next === undefined) await this.#channel.wait();
        else yield next;
      }
      if (this.#channel.error !== undefined) throw this.#channel.error;
    } finally {
      const ending = this.#end();
      // Leases that are still held end when their holders let go of them, which may be much later.
      if (this.#held.size === 0) await ending;
      else ending.catch(() => undefined);
    }
  }

  /** Without a clock no lease is given up in time. */
  #broke(error: Error): void {
    this.#channel.end(error);
    for (const one of this.#held.values()) one.lose(error);
  }

  /** Lets go of everything. The iterator ends with an error, because there may be more to do. */
  async close(reason: Error): Promise<void> {
    this.#channel.end(reason);
    for (const one of this.#held.values()) one.lose(reason);
    const ending = this.#end();
    await Promise.all([...this.#held.values()].map((one) => one[Symbol.asyncDispose]().catch(() => undefined)));
    await ending;
  }

  /** Hands out nothing more. Resolves when all leases are over. */
  #end(): Promise<void> {
    this.#ending ??= this.#ended();
    return this.#ending;
  }

  async #ended(): Promise<void> {
    const { signal, connection, bull, worker } = this.#settings;
    this.#channel.end();
    this.#stopTimer();
    signal.removeEventListener('abort', this.#onAbort);
    await this.#reconnected();
    // First, so that no new job comes; it resolves when the leases that are held are over, and with them their jobs.
    const closing = this.#worker?.close();
    await Promise.all(this.#channel.leases.clear().map((one) => one[Symbol.asyncDispose]().catch(() => undefined)));
    await connection.redis.zrem(`${bull.prefix}:u`, worker).catch(() => undefined);
    await closing;
    this.#stopWatch();
  }

  /**
   * Waits for a connection that is about to be made again. Until then ioredis has no socket: told to disconnect, it drops
   * the attempt and never says that it has ended, which BullMQ's worker waits for when it closes.
   */
  async #reconnected(): Promise<void> {
    this.#isEnding = true;
    const left = this.#reconnectsAt - systemClock.now();
    if (left > 0) await systemClock.sleep(left + 1);
  }

  /** ioredis asks this when a connection was lost: milliseconds until the next attempt; `null` is none. */
  #retry(times: number): number | null {
    if (this.#isEnding) return null;
    const ms = Math.min(LONGEST_RETRY, 50 * times);
    this.#reconnectsAt = Math.max(this.#reconnectsAt, systemClock.now() + ms);
    return ms;
  }

  /** Gives leases up in time: a worker that does not reach Redis must not ask a host that may be another's by now. */
  #watch(): void {
    const { clock, lease } = this.#settings;
    // Reading its signal makes a lease look at the time.
    for (const one of this.#held.values()) void one.signal;
    this.#stopWatch = startTimer(clock, Math.max(20, lease / 20), () => this.#watch(), true);
  }

  /** Gives a sign of life, ends when the crawl has, and queues hosts again whose job was lost on its way to the queue. */
  async #pulse(): Promise<void> {
    const { connection, worker, lease, clock } = this.#settings;
    try {
      const { waiting, leased, state, unsure } = await readPulse(connection, worker, 3 * Math.max(lease, PULSE));
      if (waiting + leased === 0 || state === 'stopped') this.#channel.end();
      else if (unsure.length > 0) await this.#settings.wake(unsure);
    } catch (error) {
      if (isRefusal(error)) this.#channel.end(this.#settings.connection.told(error));
    }
    if (!this.#channel.isDone) this.#stopTimer = startTimer(clock, PULSE, () => void this.#pulse());
  }

  /** Processes the job of a host: takes its lease, hands that over, and waits until its holder lets go of the host. */
  readonly #process = async (job: Job<HostJob>, token?: string): Promise<void> => {
    const channel = this.#channel;
    if (channel.isDone) {
      // The job came after the end: it goes back to the queue, for another worker.
      await job.moveToDelayed(1, token);
      throw new DelayedError();
    }
    const { host, seq } = job.data;
    // Made before Redis is asked, so that its time begins no later than that of the lock.
    const one = new RedisLease(host, {
      ...this.#settings,
      sure: SURE * this.#settings.lease,
      left: (count) => {
        if (count === 0) channel.end();
      },
    });
    const { connection, bull, lease } = this.#settings;
    const lock = `${bull.prefix}:hosts:${job.id}:lock`;
    const isOurs = await connection.call('sluiceLease', host, seq, one.token, lock, token ?? '', lease);
    // The job is out of date, or its lock ran out while Redis was asked: whoever has the host now goes on with it.
    if (isOurs !== 1) return;
    this.#held.set(job.id!, one);
    if (channel.isDone) await one[Symbol.asyncDispose]();
    else {
      channel.leases.push(one);
      channel.changed();
    }
    const isReleased = await one.over;
    this.#held.delete(job.id!);
    // The job must not count as done while Redis may not know that the host is free: nobody would ever get the host again. A
    // job that fails is tried again.
    if (!isReleased) throw new Error('the host could not be let go of');
  };

  #newWorker(): Worker<HostJob> {
    const { bull, hosts, lease, clock } = this.#settings;
    const worker = new RenewingWorker('hosts', this.#process, {
      ...bull,
      connection: { ...bull.connection, retryStrategy: (times: number) => this.#retry(times) } as ConnectionOptions,
      concurrency: hosts,
      lockDuration: lease,
      lockRenewTime: Math.ceil(lease / 3),
      stalledInterval: Math.max(50, Math.ceil(lease * CHECKED)),
      // A worker that dies is no fault of the host.
      maxStalledCount: 1_000_000_000,
      // Seconds of one long poll of an empty queue: BullMQ's 5 would keep hosts waiting that fall due meanwhile.
      drainDelay: 1,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
    });
    worker.clock = clock;
    worker.renewed = (id, asked) => this.#held.get(id)?.confirm(asked);
    worker.on('error', (error) => {
      if (isRefusal(error)) this.#channel.end(this.#settings.connection.told(error));
    });
    worker.on('lockRenewalFailed', (jobs) => {
      for (const id of jobs) this.#held.get(id)?.lose(new Error('the lease could not be renewed in time'));
    });
    return worker;
  }
}
