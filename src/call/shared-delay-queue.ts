/** The delay queue that the layers of all clients share, so that all their waits together need one timer. */
import type { Clock } from '../time/clock.ts';
import { sourceOf } from '../time/guarded-clock.ts';
import { DelayQueue } from './delay-queue.ts';

/** What a layer needs of a queue. */
export type WaitingRoom = Pick<DelayQueue, 'enter' | 'leave'>;

const shared = new WeakMap<Clock, DelayQueue>();

/** One for each clock: a test with a clock of its own waits by that one. */
export function sharedDelayQueue(given: Clock): WaitingRoom {
  const clock = sourceOf(given);
  let queue = shared.get(clock);
  if (queue === undefined) {
    queue = new DelayQueue({ clock });
    shared.set(clock, queue);
  }
  return queue;
}
