/** How a value of this package is shown by Node's `inspect`, and by whatever calls the same method with less. */

/** The method that `inspect` and `console.log` call (Node's documentation of `util.inspect.custom`). */
export const INSPECT: unique symbol = Symbol.for('nodejs.util.inspect.custom') as never;

export type Inspect = (value: unknown, options: unknown) => string;

/**
 * `Name { ... }` by the caller's own `inspect`; as JSON where there is none: chai 4 and 5 call the method with a depth
 * and options alone.
 */
export function inspected(name: string, shown: unknown, options: unknown, inspect: Inspect | undefined): string {
  return `${name} ${typeof inspect === 'function' ? inspect(shown, options) : JSON.stringify(shown)}`;
}
