/**
 * Reports what each attempt and hop cost, as the handler measured it. Each leg of a challenge (`auth`) is a transfer of
 * its own, and so is each hop and attempt, failed ones too.
 */

import { callOf } from '../call/call.ts';
import { clockOfCall } from '../call/call-clock.ts';
import { lateFailure } from '../call/callbacks.ts';
import { attemptTracing, Trace } from '../call/channels.ts';
import { isResponseError, isTransferError } from '../message/errors.ts';
import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse, ResponseFacts } from '../message/response.ts';
import type { RequestOptions, TransferStats } from '../options/options.ts';
import { refuseSurplus } from '../runtime/arguments.ts';
import { isThenable } from '../runtime/kind-of.ts';
import type { Handler, Middleware } from '../stack/handler.ts';
import { send } from '../stack/next.ts';

/**
 * Reads `onStats` and calls it once for each transfer: of a streamed response at its head, with the numbers so far, of
 * any other when its body is complete. Subscribers of `tracingChannel('sluice:attempt')` are told the same.
 *
 * What `onStats` throws rejects the call as it is, after the response was let go of; when it returns a promise, that is
 * waited for, and its rejection is the cause of an `ERR_CALLBACK`. Of a transfer that failed, its own error stays the one
 * that counts.
 */
export function stats(): Middleware {
  refuseSurplus(arguments, 0, 'the layer stats takes nothing, it reads option onStats');
  return (next) =>
    function stats(request, options) {
      const { onStats } = options;
      const channels = attemptTracing.watched();
      if (!onStats && channels === undefined) return next(request, options);
      if (channels === undefined) return measured(next, request, options, onStats || undefined, undefined);
      const trace = new Trace(channels, request, options);
      return trace.start(() => measured(next, request, options, onStats || undefined, trace));
    };
}

/**
 * Sends and tells both listeners, whatever came.
 * @param onStats undefined when only the channel listens
 */
function measured(
  next: Handler,
  request: HttpRequest,
  options: RequestOptions,
  onStats: ((stats: TransferStats) => unknown) | undefined,
  trace: Trace | undefined,
): Promise<HttpResponse> {
  const { attempt = 1, hop = 0 } = callOf(request) ?? {};
  const clock = clockOfCall(request, options);
  const started = clock.now();
  const numbers = (facts: ResponseFacts | undefined, response: HttpResponse | undefined, error: unknown) =>
    numbersOf(facts, { request, response, error, attempt, hop }, clock.now() - started);
  return send(next, request, options).then(
    async (response) => {
      const told = numbers(response.facts, response, undefined);
      trace?.answered(response, told);
      try {
        const promised = onStats?.(told);
        if (isThenable(promised)) await lateFailure('onStats', promised, request, response);
      } catch (error) {
        await response.discard();
        throw error;
      }
      return response;
    },
    (error: unknown) => {
      const told = numbers(transferOf(error), isResponseError(error) ? error.response : undefined, error);
      trace?.failed(error, told);
      try {
        const promised = onStats?.(told);
        if (isThenable(promised)) promised.then(undefined, () => undefined);
      } catch {
        // The call fails already, and with what failed first.
      }
      throw error;
    },
  );
}

type Outcome = Pick<TransferStats, 'response' | 'error' | 'attempt' | 'hop'> & { readonly request: HttpRequest };

/** A handler that measures nothing, such as a function in a test, still took its time. */
function numbersOf(facts: ResponseFacts = {}, outcome: Outcome, total: number): TransferStats {
  const { handler = 'custom', timings = { total }, bytesSent = 0, bytesReceived = 0 } = facts;
  return { ...outcome, handler, timings, bytesSent, bytesReceived };
}

/** What the transport had measured when it failed. */
function transferOf(error: unknown): ResponseFacts | undefined {
  return isTransferError(error) ? error.transfer : undefined;
}
