/**
 * Spaces tasks out in time: any number of them wait in one heap over one timer, so that the wait of one never holds
 * another's. The `delay` option, the backoff of `retry` and a pool's intervals wait here.
 */

import { RequestError } from '../message/errors.ts';
import { hasMethod } from '../options/option-values.ts';
import { settingsOf } from '../options/settings-of.ts';
import { kindOf } from '../runtime/kind-of.ts';
import { type Clock, startTimer, systemClock } from '../time/clock.ts';
import { DueHeap } from '../time/due-heap.ts';
import { type Duration, milliseconds } from '../time/duration.ts';
import { guarded } from '../time/guarded-clock.ts';
import { type Abortable, isSignal, unwatch, watch } from '../time/stop.ts';
import { Delayed } from './delayed.ts';

/** What a `DelayQueue` is made with. */
export interface DelayQueueOptions {
  /** Where time comes from. Default the system's. */
  clock?: Clock | undefined;
}

/** A function that waits, and the promise of what it gives. */
class Task<T> extends Delayed {
  watching: Abortable['watching'];

  constructor(
    readonly queue: DelayQueue,
    readonly task: () => T | PromiseLike<T>,
    readonly signal: AbortSignal | undefined,
    readonly resolve: (result: T | PromiseLike<T>) => void,
    readonly reject: (reason: unknown) => void,
  ) {
    super();
  }

  run(): void {
    if (this.signal !== undefined) unwatch(this.signal, this);
    try {
      this.resolve(this.task());
    } catch (error) {
      this.reject(error);
    }
  }

  abort(reason: unknown): void {
    if (this.signal !== undefined) unwatch(this.signal, this);
    this.queue.leave(this);
    this.reject(reason);
  }
}

/**
 * A queue of tasks that wait for their time.
 *
 *     const queue = new DelayQueue();
 *     const page = await queue.add('1.5s', () => client.get(uri), { signal });
 */
export class DelayQueue {
  readonly #clock: Clock;
  readonly #entries = new DueHeap<Delayed>();
  #stopTimer: (() => void) | undefined;
  /** When the timer fires; endless while there is none. */
  #armedFor = Number.POSITIVE_INFINITY;
  #firing = false;
  /** How many times the timer has fired. */
  #turn = 0;
  #closed = false;

  /** @throws TypeError for options of another kind */
  constructor(options: DelayQueueOptions = {}) {
    const { clock = systemClock } = settingsOf('a delay queue', options, ['clock']);
    if (!hasMethod(clock, 'now') || !hasMethod(clock, 'sleep')) {
      throw new TypeError(`clock of a delay queue must be a Clock, got ${kindOf(clock)}`);
    }
    this.#clock = guarded(clock, { abort: (error) => this.#end(error) });
  }

  /** How many tasks wait. */
  get size(): number {
    return this.#entries.size;
  }

  /** When the next task is due, in milliseconds of the clock; `undefined` when none waits. */
  get nextAt(): number | undefined {
    return this.#entries.peek()?.at;
  }

  /**
   * Runs `task` after `delay` and resolves with its result. Tasks due at the same time run in the order they came.
   * @param delay milliseconds or text with a unit; 0 and `false` run the task on the next turn of the clock
   * @throws (as a rejection) what the task throws; the signal's reason, at once, when it aborts before the task is
   * due (what runs already minds its own signal); RequestError `ERR_QUEUE_CLOSED` when the queue is closed first;
   * TypeError for a bad delay or task
   */
  add<T>(
    delay: Duration,
    task: () => T | PromiseLike<T>,
    options?: { signal?: AbortSignal | null | undefined },
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (typeof task !== 'function') throw new TypeError(`task must be a function, got ${kindOf(task)}`);
      const signal = options === undefined ? undefined : signalIn(options);
      const wait = finiteDelay(delay);
      if (!this.#closed && signal?.aborted) throw signal.reason;
      const entry = new Task(this, task, signal, resolve, reject);
      this.enter(entry, wait);
      if (signal !== undefined) watch(signal, entry);
    });
  }

  /** Takes in what `run` is called of after `delay`. @throws as `add` rejects @internal */
  enter(entry: Delayed, delay: Duration): void {
    entry.at = this.#clock.now() + finiteDelay(delay);
    entry.turn = this.#turn;
    if (this.#closed) throw closedError();
    this.#entries.push(entry);
    this.#arm();
  }

  /** It waits no more. @internal */
  leave(entry: Delayed): void {
    this.#entries.remove(entry);
    if (this.#entries.size === 0) this.#disarm();
  }

  /** Rejects whatever waits, and every later `add`, with a RequestError `ERR_QUEUE_CLOSED`. What runs is left alone. */
  close(): void {
    this.#closed = true;
    this.#end(closedError());
  }

  #end(reason: unknown): void {
    for (const entry of this.#entries.clear()) entry.abort(reason);
    this.#disarm();
  }

  /** One timer, for the entry that is due first. When that entry leaves, the timer fires in vain and is set for the next. */
  #arm(): void {
    const at = this.nextAt;
    if (this.#firing || at === undefined || at >= this.#armedFor) return;
    this.#disarm();
    this.#armedFor = at;
    this.#stopTimer = startTimer(this.#clock, Math.max(0, at - this.#clock.now()), () => this.#fire());
  }

  #disarm(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    this.#armedFor = Number.POSITIVE_INFINITY;
  }

  #fire(): void {
    this.#stopTimer = undefined;
    this.#armedFor = Number.POSITIVE_INFINITY;
    const now = this.#clock.now();
    this.#firing = true;
    this.#turn += 1;
    for (let next = this.#entries.peek(); next !== undefined && next.at <= now; next = this.#entries.peek()) {
      // What these tasks add is for the next turn, so that one which adds itself does not keep all else waiting. It is
      // due no earlier than any of them.
      if (next.turn === this.#turn) break;
      this.#entries.pop();
      next.run();
    }
    this.#firing = false;
    this.#arm();
  }
}

/** @throws TypeError for options of another kind */
function signalIn(options: { signal?: AbortSignal | null | undefined }): AbortSignal | undefined {
  const { signal } = settingsOf('add', options, ['signal']);
  if (signal === undefined || signal === null || isSignal(signal)) return signal ?? undefined;
  throw new TypeError(`signal must be an AbortSignal, got ${kindOf(signal)}`);
}

/** For a timeout `Infinity` is "off"; a delay without an end would be a task that never runs. @throws TypeError */
function finiteDelay(delay: Duration): number {
  if (delay === Number.POSITIVE_INFINITY) throw new TypeError('delay must be finite, got Infinity');
  return milliseconds(delay, 'delay');
}

function closedError(): RequestError {
  return new RequestError('the delay queue is closed; what was waiting in it does not run', {
    code: 'ERR_QUEUE_CLOSED',
  });
}
