/**
 * Waits before the call is sent, once: outside the total timeout, which does not count the wait, and outside redirects
 * and retries, which do not repeat it.
 */

import type { DelayQueue } from '../call/delay-queue.ts';
import { sharedDelayQueue, type WaitingRoom } from '../call/shared-delay-queue.ts';
import { waitInQueue } from '../call/wait-in-queue.ts';
import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import type { RequestOptions } from '../options/options.ts';
import { kindOf } from '../runtime/kind-of.ts';
import type { Handler, Middleware } from '../stack/handler.ts';
import { systemClock } from '../time/clock.ts';
import { milliseconds } from '../time/duration.ts';

/**
 * Reads `delay`. A call that is stopped while it waits rejects at once and is not sent.
 * @param queue where calls wait. Default: one queue for each clock, with all that waits on it.
 * @throws TypeError for what is no queue
 */
export function delay(queue?: DelayQueue): Middleware {
  if (queue !== undefined && typeof queue?.enter !== 'function') {
    throw new TypeError(`the layer delay takes a DelayQueue, got ${kindOf(queue)}; it reads option delay`);
  }
  return (next) =>
    function delay(request, options) {
      const wait = milliseconds(options.delay, 'delay');
      if (wait === 0) return next(request, options);
      return sendLater(next, wait, queue ?? sharedDelayQueue(options.clock ?? systemClock), request, options);
    };
}

function sendLater(
  next: Handler,
  wait: number,
  queue: WaitingRoom,
  request: HttpRequest,
  options: RequestOptions,
): Promise<HttpResponse> {
  return waitInQueue(queue, wait, request, options, 'the delay option').then(() => next(request, options));
}
