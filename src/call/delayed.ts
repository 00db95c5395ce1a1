/** What waits in a delay queue. */
import type { Due } from '../time/due-heap.ts';
import type { Abortable } from '../time/stop.ts';

export abstract class Delayed implements Due, Abortable {
  /** When it is due, in milliseconds of the queue's clock. Kept by the queue, as is the next. */
  at = 0;
  /** The count of timer events when it was added. */
  turn = 0;

  /** It is due, and the queue does not hold it any more. */
  abstract run(): void;

  /** The wait ends early. */
  abstract abort(reason: unknown): void;
}
