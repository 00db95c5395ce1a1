/**
 * Stands in the place of `failure.ts` in the builds for browsers and workers. Their fetch says no more than that it failed,
 * so that the phase alone tells one failure from another.
 */

import { isStopReason } from '../call/caller-stop.ts';
import { redactOf, safeCause, safeText } from '../call/redacted-cause.ts';
import { BodyError, isTransferError, NetworkError, TimeoutError } from '../message/errors.ts';
import { cutShort } from '../message/framing.ts';
import { targetOf } from '../message/uri.ts';
import type * as node from './failure.ts';

/**
 * The error to reject with, as in `failure.ts`: without codes of the system, it is `BodyError` after the head and
 * `NetworkError` before it.
 */
export const failure: typeof node.failure = (cause, { request, options, response, received, expected }) => {
  if (isTransferError(cause)) return cause;
  const isAbort = cause instanceof Error && cause.name === 'AbortError';
  if (isAbort || cause instanceof TypeError || isStopReason(cause, request, options)) return cause as Error;
  const safe = safeCause(cause, request, redactOf(request, options));
  if (response === undefined)
    return new NetworkError(`the exchange failed: ${safeText(safe)}`, { request, cause: safe });
  const init = { request, response, cause: safe, code: 'ERR_BODY_TRUNCATED' };
  return new BodyError(cutShort(received, expected), init);
};

/** The same error as in `failure.ts`, in the words of what a page can know. */
export const timeoutFailure: typeof node.timeoutFailure = (phase, limit, request, response) => {
  const { hostname, port } = targetOf(request.url);
  const after = response === undefined ? '' : ` after the head (status ${response.status})`;
  const option = phase === 'total' ? 'timeout' : `${phase}Timeout`;
  const what = {
    headers: 'no response head',
    read: `no bytes${after}`,
    total: 'no end',
    queue: 'nothing',
    connect: 'nothing',
  };
  const fact = `${what[phase]} came from ${hostname}:${port} within ${option} (${limit} ms)`;
  return new TimeoutError(fact, { request, phase });
};
