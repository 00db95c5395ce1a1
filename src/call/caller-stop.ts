/**
 * The ways a call is stopped from outside (its `signal`, `cancel()`, a deadline around it) as one, for whoever waits.
 * Layers and handlers need not know which it was, and nobody makes a signal for it.
 */

import type { HttpRequest } from '../message/request.ts';
import { stopOf } from '../options/option-record.ts';
import type { RequestOptions } from '../options/options.ts';
import { type Abortable, unwatch, watch } from '../time/stop.ts';
import { type Call, callOf } from './call.ts';

/** Calls `target.abort` when the call is stopped, perhaps at once and perhaps twice, until `unfollowCaller`. */
export function followCaller(target: Abortable, request: HttpRequest, options: RequestOptions): void {
  const stop = stopOf(options);
  // It follows the call itself.
  if (stop !== undefined) {
    stop.watch(target);
    return;
  }
  const call = callOf(request);
  const signal = signalBeside(call, options);
  if (signal !== undefined) watch(signal, target);
  call?.watch(target);
}

/** Forgets the target. */
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
 * What was promised, for as long as the call is not stopped. A late rejection of the promise is not unhandled.
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
    const target: Abortable = { abort: reject, waitsFor };
    followCaller(target, request, options);
    const settle = <V>(end: (value: V) => void) => {
      return (value: V): void => {
        unfollowCaller(target, request, options);
        end(value);
      };
    };
    promise.then(settle(resolve), settle(reject));
  });
}

/** Whatever of a signal a reader needs who does not wait. */
function stopping(options: RequestOptions): { readonly aborted: boolean; readonly reason: unknown } | undefined {
  return stopOf(options) ?? (options.signal || undefined);
}

/** The signal, unless the call tells of it. A body that is read later outlives the call's interest in it. */
function signalBeside(call: Call | undefined, { signal, stream }: RequestOptions): AbortSignal | undefined {
  return signal && (stream || signal !== call?.followed) ? signal : undefined;
}
