/** The dispatcher that a caller gives: which things are one, and what it cannot be asked for. */
import type { RequestOptions } from '../../options/options.ts';
import { kindOf } from '../../runtime/kind-of.ts';
import { connectionOption } from '../exchange/connection-options.ts';

/**
 * A dispatcher of undici 7 or 8: an `Agent`, `Pool`, `Client`, `ProxyAgent`, `MockAgent` or `SnapshotAgent`, or one composed
 * with interceptors. Said by its shape, because an application may have another undici than this package.
 */
export interface UndiciDispatcher {
  /** Begins a request and tells `handler` what comes of it, as undici's dispatchers do. */
  dispatch(options: object, handler: object): boolean;
}

/** What `undiciHandler({ dispatcher })` is told. */
export interface DispatcherSettings {
  /** Sends every request. It is the caller's: closing the handler leaves it open. */
  readonly dispatcher: UndiciDispatcher;
}

/** @throws TypeError for what is no dispatcher, and for what is set beside it */
export function checkedDispatcher(
  settings: DispatcherSettings,
  { connections }: object & { connections?: unknown },
): UndiciDispatcher {
  if (isDispatcher(settings)) throw new TypeError('undici: got a dispatcher; write undiciHandler({ dispatcher })');
  const given: unknown = Object.hasOwn(settings, 'dispatcher') ? settings.dispatcher : undefined;
  if (!isDispatcher(given)) {
    const found = typeof given === 'object' && given !== null ? 'an object without dispatch()' : kindOf(given);
    const hint = Object.hasOwn(settings, 'connections') ? ', or undiciHandler(undefined, { connections: ... })' : '';
    throw new TypeError(
      `undici: option dispatcher must be a dispatcher of undici 7 or 8, such as new Agent(), got ${found}; without one call undiciHandler()${hint}`,
    );
  }
  const other = connections === undefined ? Object.keys(settings).find((key) => key !== 'dispatcher') : 'connections';
  if (other === undefined) return given;
  throw new TypeError(`undici: ${other} cannot be set beside dispatcher, which decides it; tell the dispatcher`);
}

function isDispatcher(given: unknown): given is UndiciDispatcher {
  return (
    typeof given === 'object' && given !== null && typeof (given as Partial<UndiciDispatcher>).dispatch === 'function'
  );
}

/** Why a dispatcher cannot be asked for this; its connections are made as it was told when it was made. */
export function dispatcherRefusal(options: RequestOptions): string | undefined {
  // A request may say of its connection that it is the last on it.
  const asked = connectionOption(options, (name) => name === 'keepAlive');
  return asked === undefined ? undefined : `undici: option ${asked} is not supported, the dispatcher decides it`;
}
