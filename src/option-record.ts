/**
 * Options as they travel through the stack: an object whose prototype chain ends before `Object.prototype`, so that a
 * polluted prototype is never read, with the fast property access of a class.
 */
import type { RequestOptions } from './options.ts';

const bare: object = Object.freeze(Object.create(null));

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
  return Object.assign(new Bare(), options, changes);
}
