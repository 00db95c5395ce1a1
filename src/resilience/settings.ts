/**
 * Reads the settings of the layers here: each mistake is a `TypeError` that names the setting, the value and what was
 * expected.
 */

import type { HttpRequest } from '../message/request.ts';
import { originOf } from '../message/uri.ts';
import { kindOf } from '../runtime/kind-of.ts';
import { type Duration, milliseconds } from '../time/duration.ts';

/**
 * What counts together: the requests to one origin, or those for which a function gives the same text; none for
 * `undefined`.
 */
export type Per = 'origin' | ((request: HttpRequest) => string | undefined);

/** @throws TypeError for anything but a length of time above 0 */
export function lengthOfTime(name: string, value: Duration | null | undefined): number {
  if (value === undefined || value === null || (typeof value === 'number' && !Number.isFinite(value))) {
    throw new TypeError(`${name} must be milliseconds or text such as '1s', got ${String(value)}`);
  }
  const ms = milliseconds(value, name);
  if (ms > 0) return ms;
  throw new TypeError(`${name} must be longer than 0, got ${String(value)}`);
}

/** @throws TypeError for anything but a finite number above 0 */
export function amount(name: string, value: unknown): number {
  if (typeof value === 'number' && value > 0 && value < Number.POSITIVE_INFINITY) return value;
  throw new TypeError(`${name} must be a number above 0, got ${typeof value === 'number' ? value : kindOf(value)}`);
}

/** @throws TypeError for anything but a whole number of 1 or more */
export function count(name: string, value: unknown): number {
  if (Number.isSafeInteger(value) && (value as number) >= 1) return value as number;
  const found = typeof value === 'number' ? value : kindOf(value);
  throw new TypeError(`${name} must be a whole number of 1 or more, got ${found}`);
}

/** @throws TypeError for another `per`; what it returns, when its function gives no text */
export function keyOf(layer: string, per: Per | null | undefined): (request: HttpRequest) => string | undefined {
  if (per === undefined || per === null || per === 'origin') return ({ url }) => originOf(url);
  if (typeof per !== 'function') {
    throw new TypeError(`${layer}.per must be 'origin' or a function of the request, got ${kindOf(per)}`);
  }
  return (request) => {
    const key: unknown = per(request);
    if (key === undefined || typeof key === 'string') return key;
    throw new TypeError(`${layer}.per must return text, or undefined for no limit, got ${kindOf(key)}`);
  };
}
