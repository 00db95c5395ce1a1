/** Stands in the place of `shared-delay-queue.ts` in the build for browsers: few calls wait there, each over its own timer. */
import { milliseconds } from '../time/duration.ts';
import type { Delayed } from './delayed.ts';
import type * as whole from './shared-delay-queue.ts';

export type { WaitingRoom } from './shared-delay-queue.ts';

const waits = new WeakMap<Delayed, AbortController>();

export const sharedDelayQueue: typeof whole.sharedDelayQueue = (clock) => ({
  enter(entry, delay) {
    const wait = new AbortController();
    waits.set(entry, wait);
    clock.sleep(milliseconds(delay, 'delay'), wait.signal).then(
      () => entry.run(),
      (reason: unknown) => entry.abort(reason),
    );
  },
  leave: (entry) => waits.get(entry)?.abort(),
});
