/** What a value is, asked of any value: for the messages that say what was found, and for what may be a promise. */

/** By it the classes of the package are known in any copy, of which a program may have two: an import's and a require's. */
const COPY = Symbol.for('sluice.copy');
const THIS_COPY = {};

/** Marks a class as one of this copy of the package. */
export function ofThisCopy<T extends object>(prototype: T): T {
  return Object.defineProperty(prototype, COPY, { value: THIS_COPY });
}

function isOfAnotherCopy(value: object): boolean {
  const copy = (value as { [COPY]?: unknown })[COPY];
  return copy !== undefined && copy !== THIS_COPY;
}

/**
 * The kind of a value, never what is in it: `null`, `string`, `a list`, `a promise`, or the class of an object. A promise
 * whose kind is told is refused: nobody awaits it, and what it rejects with is nobody's.
 */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value;
  if (Array.isArray(value)) return 'a list';
  if (value instanceof Promise) {
    ignoreRejection(value);
    return 'a promise';
  }
  const name: unknown = value.constructor?.name;
  if (typeof name !== 'string' || name === '') return 'a record';
  return isOfAnotherCopy(value) ? `${name} of another copy of sluice (is it both imported and required?)` : name;
}

/** Numbers, booleans and short text as they are, else the kind. Only for what cannot be a secret. */
export function valueOrKind(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') return kindOf(value);
  return value.length <= 40 ? JSON.stringify(value) : 'text';
}

/** Whether `await` would wait for it. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return false;
  return typeof (value as { then?: unknown }).then === 'function';
}

/** A promise that nobody awaits must not end the process when it rejects. Anything else is left alone. */
export function ignoreRejection(value: unknown): void {
  // By the language's own `then`: that of a subclass may begin what was not asked for.
  if (value instanceof Promise) Promise.prototype.then.call(value, undefined, () => undefined);
}
