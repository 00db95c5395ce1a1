/** A wait in the delay queue that ends early when the call is stopped. `retry`, `delay` and downloads wait so. */

import type { HttpRequest } from '../message/request.ts';
import type { RequestOptions } from '../options/options.ts';
import { followCaller, unfollowCaller } from './caller-stop.ts';
import { Delayed } from './delayed.ts';
import type { WaitingRoom } from './shared-delay-queue.ts';

/**
 * Waits `ms` milliseconds in the queue.
 * @param waitsFor in words that follow "waiting for", for the message of a timeout
 * @throws (as a rejection) the caller's reason, at once, when the call is stopped meanwhile
 */
export function waitInQueue(
  queue: WaitingRoom,
  ms: number,
  request: HttpRequest,
  options: RequestOptions,
  waitsFor: string,
): Promise<void> {
  return new DelayedCall(queue, request, options, waitsFor).take(ms);
}

/** A wait in a queue and nothing beside. */
export class Pause extends Delayed {
  readonly #queue: WaitingRoom;
  #resolve: (() => void) | undefined;
  #reject: ((reason: unknown) => void) | undefined;

  constructor(queue: WaitingRoom) {
    super();
    this.#queue = queue;
  }

  /** Begins. */
  take(ms: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#queue.enter(this, ms);
      this.entered();
    });
  }

  /** It waits. */
  protected entered(): void {}

  run(): void {
    this.#resolve?.();
  }

  abort(reason: unknown): void {
    this.#queue.leave(this);
    this.#reject?.(reason);
  }
}

/** Thousands may wait: one object each, and no signal. */
class DelayedCall extends Pause {
  readonly #request: HttpRequest;
  readonly #options: RequestOptions;
  readonly waitsFor: string;

  constructor(queue: WaitingRoom, request: HttpRequest, options: RequestOptions, waitsFor: string) {
    super(queue);
    this.#request = request;
    this.#options = options;
    this.waitsFor = waitsFor;
  }

  protected override entered(): void {
    followCaller(this, this.#request, this.#options);
  }

  override run(): void {
    unfollowCaller(this, this.#request, this.#options);
    super.run();
  }

  override abort(reason: unknown): void {
    unfollowCaller(this, this.#request, this.#options);
    super.abort(reason);
  }
}
