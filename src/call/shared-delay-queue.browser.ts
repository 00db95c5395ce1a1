/** Stands in the place of `shared-delay-queue.ts` in the build for browsers: few calls wait there, each over its own timer. */
import { milliseconds } from '../time/duration.ts';
import type * as whole from './shared-delay-queue.ts';

export type { WaitingRoom } from './shared-delay-queue.ts';

export const sharedDelayQueue: typeof whole.sharedDelayQueue = (clock) => ({
  add: async (delay, task, { signal } = {}) => {
    await clock.sleep(milliseconds(delay, 'delay'), signal ?? undefined);
    return task();
  },
});
