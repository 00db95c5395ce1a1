/**
 * The jobs of a BullMQ queue as the source of a pool. Each job is a request, and ends as that does: the function that
 * processes the job waits until the pool has settled the request.
 */
import { DelayedError, type Job, type Queue, Worker } from 'bullmq';
import { HttpRequest } from '../message/request.ts';
import { HttpResponse } from '../message/response.ts';
import { bareRecord } from '../options/option-record.ts';
import { claim } from '../pool/claims.ts';
import { Fifo } from '../pool/fifo.ts';
import type { PoolItem } from '../pool/pool-options.ts';
import { type Clock, startTimer, systemClock } from '../time/clock.ts';
import { type Duration, milliseconds } from '../time/duration.ts';
import { guarded } from '../time/guarded-clock.ts';

/** How the jobs of a queue become requests, and their responses results. */
export interface QueueSourceOptions {
  /**
   * The request of a job. Default: `job.data` is a URL, or `{ url, method, headers, body, json }`. A throw fails the job.
   */
  request?(job: Job): PoolItem | PromiseLike<PoolItem>;
  /** What the job returns. Default `{ status, url }`. */
  result?(response: HttpResponse, job: Job): unknown;
  /** Jobs that are held at once: as many as the pool sends. Default 25. */
  readonly concurrency?: number | undefined;
  /** After which time without a sign a worker counts as dead, and its jobs are others'. Default `'30s'`. */
  readonly lease?: Duration | undefined;
  /** Ends when the queue has nothing to do, now or later. Default `false`: it waits for more. */
  readonly untilEmpty?: boolean | undefined;
  /** Ends the source; what the pool has comes to its end. */
  readonly signal?: AbortSignal | undefined;
  /** Default the system's. */
  readonly clock?: Clock | undefined;
}

/** The request of a job, until the pool pulls it. */
interface Held {
  readonly item: Exclude<PoolItem, string | URL>;
}

/** Milliseconds between two looks at whether the queue is empty. */
const PAUSE = 250;

class QueueSource implements AsyncIterator<PoolItem> {
  readonly #queue: Queue;
  readonly #options: QueueSourceOptions;
  readonly #clock: Clock;
  readonly #held = new Fifo<Held>();
  /** For each job that is not settled, the function that gives it back to the queue. */
  readonly #back = new Set<() => void>();
  readonly #onAbort = () => this.#end();
  #isBegun = false;
  #worker: Worker | undefined;
  #isDone = false;
  #error: unknown;
  #wake = () => {};
  #stopTimer = () => {};

  constructor(queue: Queue, options: QueueSourceOptions) {
    this.#queue = queue;
    this.#options = bareRecord(options);
    this.#clock = guarded(this.#options.clock ?? systemClock, { abort: (error) => this.#end(error) });
  }

  async next(): Promise<IteratorResult<PoolItem>> {
    if (!this.#isBegun) this.#begin();
    while (!this.#isDone || this.#held.size > 0) {
      const next = this.#held.shift();
      if (next !== undefined) return { done: false, value: next.item };
      await this.#change();
    }
    if (this.#error !== undefined) throw this.#error;
    return { done: true, value: undefined };
  }

  /** The pool has ended: what it has not settled goes back. */
  async return(): Promise<IteratorResult<PoolItem>> {
    this.#end();
    this.#held.clear();
    for (const giveBack of [...this.#back]) giveBack();
    return { done: true, value: undefined };
  }

  #begin(): void {
    this.#isBegun = true;
    const { signal, untilEmpty = false } = this.#options;
    signal?.addEventListener('abort', this.#onAbort);
    if (signal?.aborted) this.#end();
    else this.#worker = this.#newWorker();
    if (untilEmpty && !this.#isDone) void this.#look();
  }

  #end(error?: unknown): void {
    this.#error ??= error;
    if (!this.#isDone) {
      this.#isDone = true;
      this.#stopTimer();
      this.#options.signal?.removeEventListener('abort', this.#onAbort);
      // What is under way comes to its end first.
      this.#worker?.close().catch(() => undefined);
    }
    this.#wake();
  }

  /** Resolves when there is a job for the pool, or the source has ended. */
  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Ends the source when the queue has nothing to do, now or later, and otherwise looks again after a pause. */
  async #look(): Promise<void> {
    try {
      const counts = await this.#queue.getJobCounts('waiting', 'active', 'delayed', 'prioritized', 'waiting-children');
      if (Object.values(counts).every((count) => count === 0)) this.#end();
    } catch (error) {
      this.#end(error);
    }
    if (!this.#isDone) this.#stopTimer = startTimer(this.#clock, PAUSE, () => void this.#look());
  }

  #newWorker(): Worker {
    const { concurrency = 25, lease = '30s' } = this.#options;
    const { prefix, connection } = this.#queue.opts;
    const worker = new Worker(this.#queue.name, this.#process, {
      ...(prefix !== undefined && { prefix }),
      connection,
      concurrency,
      lockDuration: milliseconds(lease, 'lease'),
      stalledInterval: Math.max(100, milliseconds(lease, 'lease') / 2),
    });
    // BullMQ connects again by itself; without a listener the error would end the process.
    worker.on('error', () => undefined);
    return worker;
  }

  /** Processes a job: resolves or rejects as its request does, after the callbacks of the pool for it. */
  readonly #process = async (job: Job, token?: string): Promise<unknown> => {
    if (this.#isDone) return giveBackTo(job, token);
    const item = await this.#itemOf(job);
    // The pool may have ended meanwhile, and nobody would take it any more.
    if (this.#isDone) return giveBackTo(job, token);
    const settled = new Promise<unknown>((resolve, reject) => {
      const giveBack = () => {
        this.#back.delete(giveBack);
        reject(new DelayedError());
      };
      this.#back.add(giveBack);
      claim(item, {
        giveBack,
        settle: async (error, response) => {
          this.#back.delete(giveBack);
          if (error === undefined) resolve(await this.#resultOf(response, job));
          else reject(error);
        },
      });
      this.#held.push({ item });
      this.#wake();
    });
    try {
      return await settled;
    } catch (error) {
      if (error instanceof DelayedError) return giveBackTo(job, token);
      throw error;
    }
  };

  async #itemOf(job: Job): Promise<Held['item']> {
    const item = await (this.#options.request?.(job) ?? requestOf(job));
    return typeof item === 'string' || item instanceof URL ? new HttpRequest('GET', String(item)) : item;
  }

  #resultOf(response: unknown, job: Job): unknown {
    if (!(response instanceof HttpResponse)) return undefined;
    const { result } = this.#options;
    return result === undefined ? { status: response.status, url: response.url } : result(response, job);
  }
}

/** The job waits for another worker, and no attempt of it is used up. @throws DelayedError, which tells BullMQ so */
async function giveBackTo(job: Job, token: string | undefined): Promise<never> {
  await job.moveToDelayed(1, token);
  throw new DelayedError();
}

/** @throws TypeError for data that is no request */
function requestOf({ data, id, queueName }: Job): HttpRequest {
  if (typeof data === 'string') return new HttpRequest('GET', data);
  const record = typeof data === 'object' && data !== null ? Object.assign(Object.create(null), data) : {};
  const { url, method = 'GET', headers, body, json } = record;
  if (typeof url !== 'string') {
    throw new TypeError(
      `the data of job ${id} of ${queueName} is no URL and has none; give queueSource the option request`,
    );
  }
  if (json === undefined) return new HttpRequest(method, url, headers, body);
  return new HttpRequest(method, url, { 'Content-Type': 'application/json', ...headers }, JSON.stringify(json));
}

/**
 * The jobs of a queue, as requests for a `Pool`. A job is done when its request and the pool's callbacks are, and fails with
 * what they fail with: the attempts and the backoff of the job decide what follows. When the pool ends, what it has not sent
 * goes back to the queue. A job whose data is no request fails with a `TypeError`, which the pool never throws.
 *
 *     await new Pool(client, queueSource(queue, { untilEmpty: true }), { concurrency: 25 }).promise();
 */
export function queueSource(queue: Queue, options: QueueSourceOptions = {}): AsyncIterable<PoolItem> {
  const settings = bareRecord(options);
  return { [Symbol.asyncIterator]: () => new QueueSource(queue, settings) };
}
