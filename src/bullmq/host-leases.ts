/** The hosts that a worker is handed, as a sequence: the jobs of a BullMQ worker, each held until its lease is over. */
import { type ConnectionOptions, DelayedError, type Job, Worker } from 'bullmq';
import type { HostLease } from '../crawl/frontier.ts';
import { Fifo } from '../pool/fifo.ts';
import { type Clock, startTimer, systemClock } from '../time/clock.ts';
import { readPulse } from './pulse.ts';
import { isRefusal } from './redis-error.ts';
import { type LeaseSettings, RedisLease } from './redis-lease.ts';

export interface LeasesSettings extends Omit<LeaseSettings, 'left' | 'sure'> {
  readonly signal: AbortSignal;
  /** At once. */
  readonly hosts: number;
  /** Milliseconds. */
  readonly lease: number;
  /** The name of the worker. */
  readonly worker: string;
  readonly bull: { readonly prefix: string; readonly connection: ConnectionOptions };
}

interface HostJob {
  readonly host: string;
  readonly seq: string;
}

/** Milliseconds between two looks at how the crawl is. */
const PULSE = 500;
/** Of a lease, for which it is certain that nobody else has the host. */
const SURE = 0.75;

/**
 * Of a lease, until it is looked again which locks have run out. The workers look in turn, and one that comes a moment too
 * early leaves it to the next time: two of these are the half lease that a host may stand still beside its own.
 */
const CHECKED = 0.25;

/** What is handed over from the worker to the iteration. */
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

/** Tells of each lock that was renewed when that was asked for. */
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
  readonly #onAbort = () => void this.#end().catch(() => undefined);
  #worker: Worker<HostJob> | undefined;
  #stopTimer = () => {};
  #stopWatch = () => {};
  #ending: Promise<void> | undefined;

  constructor(settings: LeasesSettings) {
    this.#settings = settings;
  }

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
      // Those that somebody holds end in their time.
      if (this.#held.size === 0) await ending;
      else ending.catch(() => undefined);
    }
  }

  /** Ends it with an error, for there may be more to do, and lets go of everything. */
  async close(reason: Error): Promise<void> {
    this.#channel.end(reason);
    for (const one of this.#held.values()) one.lose(reason);
    const ending = this.#end();
    await Promise.all([...this.#held.values()].map((one) => one[Symbol.asyncDispose]().catch(() => undefined)));
    await ending;
  }

  /** Nothing more is handed out; resolves when what was is over. */
  #end(): Promise<void> {
    this.#ending ??= this.#ended();
    return this.#ending;
  }

  async #ended(): Promise<void> {
    const { signal, connection, bull, worker } = this.#settings;
    this.#channel.end();
    this.#stopTimer();
    signal.removeEventListener('abort', this.#onAbort);
    const closing = this.#worker?.close();
    await Promise.all(this.#channel.leases.clear().map((one) => one[Symbol.asyncDispose]().catch(() => undefined)));
    await connection.redis.zrem(`${bull.prefix}:u`, worker).catch(() => undefined);
    await closing;
    this.#stopWatch();
  }

  /** A worker that does not reach Redis must not ask a host that may be another's by now. */
  #watch(): void {
    const { clock, lease } = this.#settings;
    // A lease looks at the time itself.
    for (const one of this.#held.values()) void one.signal;
    this.#stopWatch = startTimer(clock, Math.max(20, lease / 20), () => this.#watch(), true);
  }

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

  readonly #process = async (job: Job<HostJob>, token?: string): Promise<void> => {
    const channel = this.#channel;
    if (channel.isDone) {
      // It came too late for us: the next worker has it.
      await job.moveToDelayed(1, token);
      throw new DelayedError();
    }
    const { host, seq } = job.data;
    // Made before Redis is asked: its time runs from here.
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
    if (isOurs !== 1) return;
    this.#held.set(job.id!, one);
    if (channel.isDone) await one[Symbol.asyncDispose]();
    else {
      channel.leases.push(one);
      channel.changed();
    }
    const isReleased = await one.over;
    this.#held.delete(job.id!);
    // A job that was done would be gone, and its host with it: one that fails is tried again.
    if (!isReleased) throw new Error('the host could not be let go of');
  };

  #newWorker(): Worker<HostJob> {
    const { bull, hosts, lease, clock } = this.#settings;
    const worker = new RenewingWorker('hosts', this.#process, {
      ...bull,
      concurrency: hosts,
      lockDuration: lease,
      lockRenewTime: Math.ceil(lease / 3),
      stalledInterval: Math.max(50, Math.ceil(lease * CHECKED)),
      // A worker that dies is no fault of the host.
      maxStalledCount: 1_000_000_000,
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
