/** The one queue of each clock. */
import type { Clock } from '../time/clock.ts';
import { DelayQueue } from './delay-queue.ts';

/** What a layer needs of a queue. */
export type WaitingRoom = Pick<DelayQueue, 'add'>;

const shared = new WeakMap<Clock, DelayQueue>();

/** The queue that the layers of every stack wait in: one for each clock, and so one timer. */
export function sharedDelayQueue(clock: Clock): WaitingRoom {
  let queue = shared.get(clock);
  if (queue === undefined) {
    queue = new DelayQueue({ clock });
    shared.set(clock, queue);
  }
  return queue;
}
