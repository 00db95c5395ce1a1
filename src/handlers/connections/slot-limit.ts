/** Reads the option `connections`: how many connections there may be to one origin, and to all origins together. */
import { own } from '../../message/own.ts';
import { readOnce } from '../../options/option-record.ts';
import type { ConnectionBounds, RequestOptions } from '../../options/options.ts';
import { refuseUnknownNames } from '../../runtime/arguments.ts';
import { kindOf } from '../../runtime/kind-of.ts';

/** Both numbers of a limit; `Infinity` is no limit. */
export interface SlotLimit {
  readonly perOrigin: number;
  readonly total: number;
}

const UNLIMITED = Number.POSITIVE_INFINITY;

/**
 * Reads the option `connections` of a request or a handler. `undefined`: it sets no limit.
 * @throws TypeError for what is no whole number above 0
 */
export function slotLimit(connections: RequestOptions['connections']): SlotLimit | undefined {
  if (connections === undefined || connections === null || connections === false) return undefined;
  if (typeof connections === 'object') return readOnce(limitOfBounds, connections);
  if (connections !== lastNumber) {
    limitOfLast = limited({ perOrigin: slots(connections), total: UNLIMITED });
    lastNumber = connections;
  }
  return limitOfLast;
}

/** All calls of a client have the same number: those that wait share its limit. */
let lastNumber: unknown;
let limitOfLast: SlotLimit | undefined;

/** Own properties only: what a polluted prototype says is no option. */
function limitOfBounds(bounds: ConnectionBounds): SlotLimit | undefined {
  refuseUnknownNames('connections', bounds, ['perOrigin', 'total']);
  return limited({ perOrigin: slots(own(bounds, 'perOrigin')), total: slots(own(bounds, 'total')) });
}

/** The smaller of two limits, number by number. */
export function smallerLimit(a: SlotLimit | undefined, b: SlotLimit | undefined): SlotLimit | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return limited({ perOrigin: Math.min(a.perOrigin, b.perOrigin), total: Math.min(a.total, b.total) });
}

/** A limit that allows any number is no limit. */
function limited(limit: SlotLimit): SlotLimit | undefined {
  return Math.min(limit.perOrigin, limit.total) === UNLIMITED ? undefined : limit;
}

function slots(value: unknown): number {
  if (value === undefined || value === UNLIMITED) return UNLIMITED;
  if (Number.isInteger(value) && (value as number) > 0) return value as number;
  const found = typeof value === 'number' ? value : kindOf(value);
  throw new TypeError(`connections must be a whole number above 0, or { perOrigin, total } of such, got ${found}`);
}
