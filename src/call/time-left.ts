/**
 * How long a call may still take. The layer `deadline` knows it; layers inside it ask, so as not to begin a wait that the
 * total timeout would cut off (`retry` rather gives up with the answer that it has).
 */

import { stopOf } from '../options/option-record.ts';
import type { RequestOptions } from '../options/options.ts';
import { StopSource } from '../time/stop.ts';

/** By their signals: options that a user's layer has copied have lost the stop itself, but still have its signal. */
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
