/**
 * Options as they travel through the stack: an object whose prototype chain ends before `Object.prototype`, so that a
 * polluted prototype is never read, with the fast property access of a class.
 */

import type { Stop } from '../time/stop.ts';
import { maskedOptions } from './masked-options.ts';
import type { RequestOptions } from './options.ts';

/** How options are shown, and nothing else: what `inspect` and `JSON.stringify` ask for holds no secret. */
const bare: object = Object.freeze(
  Object.create(null, {
    toJSON: {
      value(this: object) {
        return maskedOptions(this);
      },
    },
    [Symbol.for('nodejs.util.inspect.custom')]: {
      value(this: object, _depth: number, options: unknown, inspect: (v: unknown, o: unknown) => string) {
        return inspect({ ...maskedOptions(this) }, options);
      },
    },
  }),
);

function OptionRecord(this: object): void {}
OptionRecord.prototype = bare;
const Bare = OptionRecord as unknown as new () => RequestOptions;

/** No options yet. */
export function newOptions(): RequestOptions {
  return new Bare();
}

/** A copy of any record with nothing inherited, to be read by a library whose every option is optional. */
export function bareRecord<T extends object>(values: T): T {
  return Object.assign(new Bare(), values) as T;
}

/** The same options with nothing inherited; the same object when they are so already. */
export function ownOptions(options: RequestOptions): RequestOptions {
  return Object.getPrototypeOf(options) === bare ? options : Object.assign(new Bare(), options);
}

/** A copy with the changes' own keys over it; a change of `undefined` takes a value away. */
export function extendOptions(options: RequestOptions, changes: RequestOptions): RequestOptions {
  const stop = stopOf(options);
  if (stop === undefined) return Object.assign(new Bare(), options, changes);
  const copy = Object.assign(withoutSignal(options), changes);
  return Object.hasOwn(changes, 'signal') ? copy : stoppedBy(copy, stop);
}

const STOP: unique symbol = Symbol('stop');

interface Stoppable extends RequestOptions {
  [STOP]?: Stop;
}

/** One for all, so that all records have one shape. */
const LAZY_SIGNAL: PropertyDescriptor & ThisType<Stoppable> = {
  get() {
    return this[STOP]?.signal;
  },
  set(signal: AbortSignal | undefined) {
    delete this[STOP];
    Object.defineProperty(this, 'signal', { value: signal, writable: true, enumerable: true, configurable: true });
  },
  enumerable: true,
  configurable: true,
};

/**
 * A copy under a stop of ours. Its `signal` is made when somebody reads it, who may be a copy by `{ ...options }`;
 * what is ours asks `stopOf`.
 */
export function withStop(options: RequestOptions, stop: Stop): RequestOptions {
  return stoppedBy(withoutSignal(options), stop);
}

/** The stop that these options stand under, unless they have a signal of their own. */
export function stopOf(options: RequestOptions): Stop | undefined {
  return (options as Stoppable)[STOP];
}

function stoppedBy(copy: RequestOptions, stop: Stop): RequestOptions {
  // Not enumerable: a copy that somebody gives another signal is not to have this stop.
  Object.defineProperty(copy, STOP, { value: stop, configurable: true });
  return Object.defineProperty(copy, 'signal', LAZY_SIGNAL);
}

/** By a loop: copying in one go would read the signal, and so make it. */
function withoutSignal(options: RequestOptions): RequestOptions {
  const copy = new Bare() as Record<string, unknown>;
  for (const key of Object.keys(options)) if (key !== 'signal') copy[key] = options[key as keyof RequestOptions];
  return copy as RequestOptions;
}
