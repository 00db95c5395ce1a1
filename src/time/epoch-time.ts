/** Times of any clock as milliseconds since 1970, for what outlives its process or is shared with another one. */
import { type Clock, SINCE_1970, wallClock } from './clock.ts';
import { faultOf, sourceOf } from './guarded-clock.ts';

/** When each clock began to count, in milliseconds since 1970. */
const epochs = new WeakMap<Clock, number>();

/** Milliseconds since 1970, at the pace of the clock: two times of one clock are as far apart as its own. */
export function epochTime(clock: Clock): number {
  const now = clock.now();
  if (now > SINCE_1970) return now;
  const source = sourceOf(clock);
  let epoch = epochs.get(source);
  if (epoch === undefined) {
    epoch = wallClock() - now;
    if (faultOf(clock) === undefined) epochs.set(source, epoch);
  }
  return epoch + now;
}
