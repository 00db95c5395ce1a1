/**
 * The ways in which a call is stopped from outside as one: its `signal`, `cancel()`, a deadline around it. Every layer and
 * handler that waits follows this, and need not know which it was. Nobody makes an `AbortSignal` for it, which would be too
 * slow for each request: `time/stop.ts` is the cheap stand-in.
 */

import type { HttpRequest } from '../message/request.ts';
import { stopOf } from '../options/option-record.ts';
import type { RequestOptions } from '../options/options.ts';
import { type Abortable, unwatch, watch } from '../time/stop.ts';
import { type Call, callOf } from './call.ts';

/** Calls `target.abort` when the call is stopped, perhaps at once and perhaps twice, until `unfollowCaller`. */
export function followCaller(target: Abortable, request: HttpRequest, options: RequestOptions): void {
  const stop = stopOf(options);
  // The stop of a deadline, which follows the call itself.
  if (stop !== undefined) {
    stop.watch(target);
    return;
  }
  const call = callOf(request);
  const signal = signalBeside(call, options);
  if (signal !== undefined) watch(signal, target);
  call?.watch(target);
}

/** Ends what `followCaller` began, by the same options. */
export function unfollowCaller(target: Abortable, request: HttpRequest, options: RequestOptions): void {
  const stop = stopOf(options);
  if (stop !== undefined) {
    stop.unwatch(target);
    return;
  }
  const call = callOf(request);
  const signal = signalBeside(call, options);
  if (signal !== undefined) unwatch(signal, target);
  call?.unwatch(target);
}

/** Whether anybody can stop the call. */
export function canBeStopped(request: HttpRequest, options: RequestOptions): boolean {
  return request.call !== undefined || stopping(options) !== undefined;
}

/** Whether the call has been stopped. */
export function stoppedByCaller(request: HttpRequest, options: RequestOptions): boolean {
  return callOf(request)?.aborted === true || stopping(options)?.aborted === true;
}

/** @throws the reason when the call has been stopped */
export function throwIfStopped(request: HttpRequest, options: RequestOptions): void {
  const stop = stopping(options);
  if (stop?.aborted) throw stop.reason;
  const call = callOf(request);
  if (call?.aborted) throw call.reason;
}

/** Whether `reason` is what the call was stopped with. */
export function isStopReason(reason: unknown, request: HttpRequest, options: RequestOptions): boolean {
  const stop = stopping(options);
  const call = callOf(request);
  return (stop?.aborted === true && stop.reason === reason) || (call?.aborted === true && call.reason === reason);
}

/**
 * Settles as the promise does, unless the call is stopped before. A late rejection of the promise is not unhandled then.
 * @param waitsFor in words that follow "waiting for", for the message of a timeout
 * @throws the reason of the stop, at once
 */
export function raceCaller<T>(
  promise: PromiseLike<T>,
  request: HttpRequest,
  options: RequestOptions,
  waitsFor?: string,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const settle = <V>(end: (value: V) => void) => {
      return (value: V): void => {
        unfollowCaller(target, request, options);
        end(value);
      };
    };
    // A stop lets go as well: the promise may be one that never settles, and the signal one that lives long.
    const target: Abortable = { abort: settle(reject), waitsFor };
    followCaller(target, request, options);
    promise.then(settle(resolve), settle(reject));
  });
}

/** The stop or the signal of the options, for those who look at it without waiting. */
function stopping(options: RequestOptions): { readonly aborted: boolean; readonly reason: unknown } | undefined {
  return stopOf(options) ?? (options.signal || undefined);
}

/**
 * The signal, unless the call itself aborts with it: then following the call is enough. But not for a streamed body, which
 * is still read when the call no longer follows its signal.
 */
function signalBeside(call: Call | undefined, { signal, stream }: RequestOptions): AbortSignal | undefined {
  return signal && (stream || signal !== call?.followed) ? signal : undefined;
}
