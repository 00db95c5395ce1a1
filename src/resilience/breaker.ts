/** Leaves a server alone that keeps failing: a circuit breaker for each origin. */

import { clockOfCall } from '../call/call-clock.ts';
import { isStopReason } from '../call/caller-stop.ts';
import { isBodyError, isNetworkError, isResponseError, isTimeoutError, NetworkError } from '../message/errors.ts';
import { maskText } from '../message/redact.ts';
import type { HttpRequest } from '../message/request.ts';
import { seenBody } from '../message/seen-body.ts';
import { isTransient } from '../middleware/retry/retry-policy.ts';
import type { RequestOptions } from '../options/options.ts';
import { settingsOf } from '../options/settings-of.ts';
import type { Handler, Middleware } from '../stack/handler.ts';
import { send } from '../stack/next.ts';
import { type Clock, systemClock, wallClock } from '../time/clock.ts';
import type { Duration } from '../time/duration.ts';
import { timeOrThrow } from '../time/guarded-clock.ts';
import { type Admitted, Circuit, type Outcome } from './breaker-policy.ts';
import { ByKey } from './by-key.ts';
import { amount, keyOf, lengthOfTime, type Per } from './settings.ts';

/** When a circuit opens, and when one request tries again. */
export interface BreakerOptions {
  /** What fails together. Default `'origin'`; a function gives a key, or `undefined` for no circuit. */
  per?: Per | undefined;
  /**
   * Failures in the window that open the circuit: a number from 1 on, or a share of at least 10 calls, such as 0.5.
   * Default 5.
   */
  threshold?: number | undefined;
  /** How long a failure counts. Default `'10s'`. */
  window?: Duration | undefined;
  /** How long nothing is sent, until one request tries again. Default `'30s'`. */
  halfOpenAfter?: Duration | undefined;
}

/** The error of a request that was not sent, because its server keeps failing. */
export interface CircuitOpenError extends NetworkError {
  /**
   * When one request may try again: milliseconds since 1970, or of the clock of the call, where that is not the system's and
   * counts from elsewhere.
   */
  readonly retryAt: number;
}

/** Whether it is the error of an open circuit. Never throws. */
export function isCircuitOpenError(error: unknown): error is CircuitOpenError {
  return isNetworkError(error) && error.code === 'ERR_CIRCUIT_OPEN';
}

/**
 * A layer to push. Failures are the network's, timeouts, bodies that break off, streamed ones too, and answers of 500 and
 * above; an answer of less than 500 is a success, 4xx too; a call that is stopped by its caller is neither. While the
 * circuit is open a request rejects at once with a `NetworkError` (`ERR_CIRCUIT_OPEN`, with `retryAt`), which `retry`
 * does not repeat. After `halfOpenAfter` one request tries, and what comes of it closes the circuit or opens it anew.
 *
 * @throws TypeError for a setting of another kind
 * @example stack.push(breaker({ threshold: 5, window: '10s', halfOpenAfter: '30s' }), 'breaker')
 */
export function breaker(options: BreakerOptions = {}): Middleware {
  const given = settingsOf('breaker', options, ['per', 'threshold', 'window', 'halfOpenAfter']);
  const rules = {
    threshold: checkedThreshold(given.threshold ?? 5),
    window: lengthOfTime('breaker.window', given.window ?? '10s'),
    halfOpenAfter: lengthOfTime('breaker.halfOpenAfter', given.halfOpenAfter ?? '30s'),
  };
  const per = keyOf('breaker', given.per);
  const circuits = new ByKey(() => new Circuit(rules));
  return (next) =>
    function breaker(request, options) {
      const clock = options.clock ?? systemClock;
      try {
        const key = per(request);
        if (key === undefined) return next(request, options);
        const circuit = circuits.find(key, clock);
        const now = timeOrThrow(clock);
        const verdict = circuit.admit(now);
        if ('retryAt' in verdict) return Promise.reject(refusal(request, key, verdict.retryAt, now, clock));
        return watched(circuit, verdict, next, request, options);
      } catch (error) {
        return Promise.reject(error);
      }
    };
}

/** Sends and counts. A streamed body may break after its head was counted as a success, and is watched for that. */
function watched(circuit: Circuit, admitted: Admitted, next: Handler, request: HttpRequest, options: RequestOptions) {
  const clock = clockOfCall(request, options);
  return send(next, request, options).then(
    (response) => {
      circuit.settle(admitted, response.status >= 500 ? 'failure' : 'success', clock.now());
      // A failure is counted already; a body in memory cannot break any more.
      if (response.status >= 500 || !response.streamed) return response;
      return seenBody(response, 0, false, ({ error }) => {
        const isBroken = error !== undefined && outcomeOf(error, request, options) === 'failure';
        if (isBroken) circuit.broke(admitted, clock.now());
      });
    },
    (error: unknown) => {
      circuit.settle(admitted, outcomeOf(error, request, options), clock.now());
      throw error;
    },
  );
}

/** Ends of ours, which say nothing about the server. */
const OURS = /^ERR_(?:CLIENT_CLOSED|CIRCUIT_OPEN|ADDRESS_BLOCKED|LOCAL_ADDRESS|SOCKET_PATH|RESOURCES)$/;
/** A body that broke on the way; others are answers that cannot be used as the caller wants. */
const BROKEN = /^ERR_BODY_(?:TRUNCATED|FRAMING)$/;

/** What a failure says about the server. */
function outcomeOf(error: unknown, request: HttpRequest, options: RequestOptions): Outcome {
  // The time of a whole call is over: as far as the caller can tell, the server was too slow.
  if (isTimeoutError(error)) return error.phase === 'queue' ? 'neither' : 'failure';
  if (isStopReason(error, request, options)) return 'neither';
  if (isNetworkError(error)) return OURS.test(error.code) ? 'neither' : 'failure';
  if (isBodyError(error)) return BROKEN.test(error.code) ? 'failure' : 'success';
  // A layer below may have made an error of an answer.
  if (isResponseError(error)) return error.response.status >= 500 ? 'failure' : 'success';
  return isTransient(error) ? 'failure' : 'neither';
}

/** The error of a request that is not sent. */
function refusal(request: HttpRequest, key: string, retryAt: number, now: number, clock: Clock): NetworkError {
  const wait = Math.max(0, retryAt - now);
  const fact =
    `not sent: the circuit of ${maskText(key, request.call?.redact)} is open, because it kept failing; ` +
    `one request may try in ${Math.round(wait)} ms`;
  const error = new NetworkError(fact, { request, code: 'ERR_CIRCUIT_OPEN', attempts: 0 });
  return Object.assign(error, { retryAt: clock === systemClock ? Math.ceil(wallClock() + wait) : retryAt });
}

/** @throws TypeError for a number above 1 that is not whole: neither a count nor a share */
function checkedThreshold(value: unknown): number {
  const threshold = amount('breaker.threshold', value);
  if (threshold < 1 || Number.isInteger(threshold)) return threshold;
  throw new TypeError(`breaker.threshold must be a whole number of failures, or a share below 1, got ${threshold}`);
}
