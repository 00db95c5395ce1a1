/** How often a property is tried: seldom by default, `FUZZ=10` times as often when there is time. */
import type fc from 'fast-check';

/** @param numRuns for a run of the suite; what failed is printed with its seed and path by fast-check */
export function runs<T>(numRuns: number): fc.Parameters<T> {
  return { numRuns: numRuns * Number(process.env['FUZZ'] ?? 1), endOnFailure: false };
}
