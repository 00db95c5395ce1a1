/**
 * State for each key, such as an origin, on each clock. What has nothing to remember is forgotten: a crawler meets
 * millions.
 */
import type { Clock } from '../time/clock.ts';

interface Forgettable {
  /** Whether it is as good as new. @param now milliseconds of its clock */
  isIdle(now: number): boolean;
}

/** Keys that are kept before any is looked at. */
const MANY = 4096;

/** The states of one clock. */
interface Table<T> {
  readonly states: Map<string, T>;
  /** How many there may be until the next sweep. */
  most: number;
}

/**
 * Makes the state of a key when it is first asked for. Times of two clocks cannot be compared, so each clock has its
 * own.
 */
export class ByKey<T extends Forgettable> {
  readonly #tables = new WeakMap<Clock, Table<T>>();
  readonly #make: (key: string, clock: Clock) => T;

  constructor(make: (key: string, clock: Clock) => T) {
    this.#make = make;
  }

  /** The state of the key, made if there is none. */
  find(key: string, clock: Clock): T {
    let table = this.#tables.get(clock);
    if (table === undefined) {
      table = { states: new Map(), most: MANY };
      this.#tables.set(clock, table);
    }
    let state = table.states.get(key);
    if (state === undefined) {
      if (table.states.size >= table.most) sweep(table, clock.now());
      state = this.#make(key, clock);
      table.states.set(key, state);
    }
    return state;
  }
}

/** Twice as many as are left, so that each sweep is paid by as many new keys. */
function sweep<T extends Forgettable>(table: Table<T>, now: number): void {
  for (const [key, state] of table.states) if (state.isIdle(now)) table.states.delete(key);
  table.most = Math.max(MANY, table.states.size * 2);
}
