/** How long a call may still take. The layer `deadline` knows it; those inside it ask, so as not to wait in vain. */

import { stopOf } from '../options/option-record.ts';
import type { RequestOptions } from '../options/options.ts';
import { StopSource } from '../time/stop.ts';

/** By the signals that were made, for options that were copied and so have lost their deadline. */
const deadlines = new WeakMap<AbortSignal, TimedStop>();

/** What stops a call once its time is over. */
export abstract class TimedStop extends StopSource {
  /** Milliseconds until then. */
  abstract get left(): number;

  override get signal(): AbortSignal {
    const signal = super.signal;
    deadlines.set(signal, this);
    return signal;
  }
}

/** Milliseconds until the deadline that these options stand under, for layers inside it; `Infinity` without one. */
export function timeLeft(options: RequestOptions): number {
  const stop = stopOf(options) ?? (options.signal ? deadlines.get(options.signal) : undefined);
  return stop instanceof TimedStop ? stop.left : Number.POSITIVE_INFINITY;
}
