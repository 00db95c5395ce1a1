/** The clock of a call as layers read it: what it throws ends the call, and the layer goes on to let go of what it has. */
import type { HttpRequest } from '../message/request.ts';
import type { RequestOptions } from '../options/options.ts';
import { type Clock, systemClock } from '../time/clock.ts';
import { guarded } from '../time/guarded-clock.ts';
import type { Abortable } from '../time/stop.ts';
import { callOf } from './call.ts';

/** Of a request that went into a stack without a client: nobody is there to be told, and its time stands still. */
const NOBODY: Abortable = { abort: () => undefined };

/** The clock of the options, or the system's. */
export function clockOfCall(request: HttpRequest, options: RequestOptions): Clock {
  const clock = options.clock ?? systemClock;
  return clock === systemClock ? clock : guarded(clock, callOf(request) ?? NOBODY);
}
