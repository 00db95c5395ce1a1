/** A length of time: milliseconds as a number, or text with its unit. `0` and `false` are off. */
export type Duration = number | string | false;

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const WHOLE = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/;
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/g;

/**
 * Milliseconds of a duration; 0 when it is off or absent.
 * @param name the option, for the message
 * @throws TypeError for a negative one, a fraction of a millisecond as a number, or text without a unit
 */
export function milliseconds(value: Duration | null | undefined, name: string): number {
  if (typeof value === 'number') {
    if (Number.isInteger(value) && value >= 0) return value;
    if (value === Number.POSITIVE_INFINITY) return 0;
    if (value > 0) {
      throw new TypeError(`${name} must be whole milliseconds, got ${value}; for ${value} seconds write '${value}s'`);
    }
    throw new TypeError(
      `${name} must not be negative${Number.isNaN(value) ? ' or NaN' : ''}: expected milliseconds or text such as '2.5s', got ${value}`,
    );
  }
  if (value === undefined || value === null || value === false) return 0;
  if (typeof value === 'string' && WHOLE.test(value)) {
    let total = 0;
    for (const [, amount, unit] of value.matchAll(PART)) total += Number(amount) * UNITS[unit!]!;
    return Math.ceil(total);
  }
  throw new TypeError(
    `${name} must be milliseconds or text with a unit (ms, s, m, h, d) such as '1.5s' or '1h30m', got ${JSON.stringify(value)}`,
  );
}
