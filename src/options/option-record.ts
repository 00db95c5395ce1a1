/**
 * Options as they travel through the stack: an object whose prototype chain ends before `Object.prototype`, so that a
 * polluted prototype is never read, with the fast property access of a class.
 */

import type { StopSource } from '../time/stop.ts';
import { keepLook } from './last-look.ts';
import { maskedOptions } from './masked-options.ts';
import type { RequestOptions } from './options.ts';

class OptionRecord {
  /** Private, so that a copy that somebody gives another signal does not have it. */
  #stop: StopSource | undefined;
  /** What was made of it, each behind the function that made it. Of a frozen one only. */
  #made: unknown[] | undefined;

  static stopOf(options: object): StopSource | undefined {
    return #stop in options ? options.#stop : undefined;
  }

  static stoppedBy<T extends OptionRecord>(options: T, stop: StopSource | undefined): T {
    options.#stop = stop;
    return options;
  }

  static readOnce<R extends object, V>(make: (record: R) => V, record: R, otherwise: (record: R) => V): V {
    if (!(#made in record)) return otherwise(record);
    const kept = record.#made;
    const at = kept === undefined ? -1 : kept.indexOf(make);
    if (at !== -1) return kept![at + 1] as V;
    if (!Object.isFrozen(record)) return otherwise(record);
    const made = make(record);
    if (kept === undefined) record.#made = [make, made];
    else kept.push(make, made);
    return made;
  }

  static isFixed(record: object): boolean {
    return #made in record && Object.isFrozen(record);
  }
}

/** How options are shown, and nothing else: what `inspect` and `JSON.stringify` ask for holds no secret. */
const bare: object = OptionRecord.prototype;
Object.setPrototypeOf(bare, null);
Reflect.deleteProperty(bare, 'constructor');
Object.defineProperties(bare, {
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
});
Object.freeze(bare);

type Bare = OptionRecord & RequestOptions;

/** No options yet. */
export function newOptions(): RequestOptions {
  return new OptionRecord() as RequestOptions;
}

/** A copy of any record with nothing inherited, to be read by a library whose every option is optional. */
export function bareRecord<T extends object>(values: T): T {
  return Object.assign(new OptionRecord(), values) as T;
}

/**
 * What a function makes of options, or of a record of settings within them. A frozen record of ours keeps the answer: the
 * shared options of a client, and all records within options that have come through the door. Any other may have been
 * changed since, and is read again.
 * @param make the same function each time
 * @param otherwise reads a record that is not fixed, where something else is to be done then
 */
export function readOnce<R extends object, V>(make: (record: R) => V, record: R, otherwise = make): V {
  return OptionRecord.readOnce(make, record, otherwise);
}

/** Whether nobody can change the record any more. */
export function isFixed(record: object): boolean {
  return OptionRecord.isFixed(record);
}

/** The same options with nothing inherited; the same object when they are so already. */
export function ownOptions(options: RequestOptions): RequestOptions {
  return Object.getPrototypeOf(options) === bare ? options : Object.assign(new OptionRecord(), options);
}

/** A copy with the changes' own keys over it; a change of `undefined` takes a value away. */
export function extendOptions(options: RequestOptions, changes: RequestOptions): RequestOptions {
  const stop = stopOf(options);
  if (stop === undefined) return Object.assign(new OptionRecord(), options, changes);
  const copy = Object.assign(withoutSignal(options), changes);
  return Object.hasOwn(changes, 'signal') ? copy : stoppedBy(copy, stop);
}

/** One for all, so that all records have one shape. */
const LAZY_SIGNAL: PropertyDescriptor & ThisType<Bare> = {
  get() {
    return OptionRecord.stopOf(this)?.signal;
  },
  set(signal: AbortSignal | undefined) {
    OptionRecord.stoppedBy(this, undefined);
    Object.defineProperty(this, 'signal', { value: signal, writable: true, enumerable: true, configurable: true });
  },
  enumerable: true,
  configurable: true,
};

/**
 * A copy under a stop of ours. Its `signal` is made when somebody reads it, who may be a copy by `{ ...options }`;
 * what is ours asks `stopOf`.
 */
export function withStop(options: RequestOptions, stop: StopSource): RequestOptions {
  return stoppedBy(withoutSignal(options), stop);
}

/** The stop that these options stand under, unless they have a signal of their own. */
export function stopOf(options: RequestOptions): StopSource | undefined {
  return OptionRecord.stopOf(options);
}

function stoppedBy(copy: Bare, stop: StopSource): RequestOptions {
  return Object.defineProperty(OptionRecord.stoppedBy(copy, stop), 'signal', LAZY_SIGNAL);
}

/** By a loop: copying in one go would read the signal, and so make it. */
function withoutSignal(options: RequestOptions): Bare {
  const copy: object = new OptionRecord();
  const values = copy as Record<string, unknown>;
  for (const key of Object.keys(options)) if (key !== 'signal') values[key] = options[key as keyof RequestOptions];
  return keepLook(options, copy) as Bare;
}
