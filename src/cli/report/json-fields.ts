/** Members of JSON that another program wrote: of the type that is wanted, or what stands for nothing. */

export type Fields = Readonly<Record<string, unknown>>;

/** Its own member; `undefined` when there is none. */
export function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Fields)[name];
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** A number that can be counted with: above 2^53 it is no count of anything. */
export function numberOf(value: unknown, otherwise = -1): number {
  return typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER ? value : otherwise;
}

/** A year: nothing waits longer for an answer. */
const MOST_MS = 365 * 86_400_000;

/** Milliseconds that something took. */
export function msOf(value: unknown, otherwise = -1): number {
  const ms = numberOf(value);
  return ms >= 0 && ms <= MOST_MS ? ms : otherwise;
}

export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
