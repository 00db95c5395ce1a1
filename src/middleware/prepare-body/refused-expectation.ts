/**
 * A server that knows no expectations answers 417 to `Expect: 100-continue`: the request is repeated once without it
 * (RFC 9110 section 10.1.1).
 */

import type { Asker } from '../../call/asker.ts';
import { callOf } from '../../call/call.ts';
import { throwIfStopped } from '../../call/caller-stop.ts';
import type { HttpRequest } from '../../message/request.ts';
import type { HttpResponse } from '../../message/response.ts';
import { extendOptions } from '../../options/option-record.ts';
import type { RequestOptions } from '../../options/options.ts';
import type { Handler } from '../../stack/handler.ts';

const EXPECTATION_FAILED = 417;

/** Whether a 417 to this request is answered by one without the expectation. */
export function mayDropExpectation({ headers, body }: HttpRequest): boolean {
  const expectation = headers.get('expect');
  return expectation !== null && /^100-continue$/i.test(expectation) && body?.replayable !== false;
}

/** Sends a request that `mayDropExpectation`, and once more without its expectation when that is refused. */
export async function sendExpecting(
  next: Handler,
  request: HttpRequest,
  options: RequestOptions,
): Promise<HttpResponse> {
  const call = callOf(request);
  const outer = call?.asker;
  if (call !== undefined) call.asker = leavingRefusal(outer);
  const { onHeaders } = options;
  const response = await next(
    request,
    onHeaders
      ? extendOptions(options, {
          onHeaders: (head) => (head.status === EXPECTATION_FAILED ? undefined : onHeaders(head)),
        })
      : options,
  );
  if (call !== undefined) call.asker = outer;
  if (response.status !== EXPECTATION_FAILED) return response;
  await response.discard();
  throwIfStopped(request, options);
  return next(request.withoutHeader('Expect'), options);
}

function leavingRefusal(outer: Asker | undefined): Asker {
  const isRefusal = (status: number): boolean => status === EXPECTATION_FAILED;
  return { outer, mayLeave: isRefusal, leaves: (_, status) => isRefusal(status) };
}
