/** The count of places by itself: whatever happens in whatever order, the limits hold and everybody is served. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConnectionLimits } from '../../../src/handlers/connections/connection-limits.ts';
import type { SlotHolder } from '../../../src/handlers/connections/connection-slots.ts';
import { SlotWait } from '../../../src/handlers/connections/connection-turns.ts';
import type { SlotLimit } from '../../../src/handlers/connections/slot-limit.ts';

class Request extends SlotWait {
  readonly #placed: () => void;

  constructor(holder: SlotHolder, limit: SlotLimit, placed: () => void) {
    super(holder, limit, false);
    this.#placed = placed;
  }

  placed(): void {
    this.#placed();
  }
}

/** A transport in little: its connections are numbers. */
class Holder implements SlotHolder {
  readonly origin: string;
  readonly #limits: ConnectionLimits;
  readonly #served: number[];
  readonly idle: number[] = [];
  readonly waiting = new Map<Request, number>();
  busy = 0;
  /** Connections that are closing: those that yield, and others. */
  readonly closing: boolean[] = [];

  constructor(origin: string, limits: ConnectionLimits, served: number[]) {
    this.origin = origin;
    this.#limits = limits;
    this.#served = served;
    limits.join(this);
  }

  get open(): number {
    return this.busy + this.idle.length + this.closing.length;
  }

  get idleSince(): number | undefined {
    return this.idle[0];
  }

  stats() {
    const { idle, busy, waiting } = this;
    return { connections: busy + idle.length, idle: idle.length, running: busy, waiting: waiting.size };
  }

  evict(): void {
    this.idle.shift();
    this.closing.push(true);
  }

  ask(id: number, limit: SlotLimit): void {
    if (this.idle.pop() === undefined && !this.#limits.take(this, limit)) {
      const request = new Request(this, limit, () => this.#serve(request));
      this.waiting.set(request, id);
      this.#limits.wait(request);
      return;
    }
    this.busy += 1;
    this.#served.push(id);
  }

  finish(isKept: boolean): void {
    if (this.busy === 0) return;
    this.busy -= 1;
    const next = isKept ? this.#limits.next(this) : undefined;
    if (!isKept || next === 'close') this.closing.push(next === 'close');
    else if (next === undefined) this.idle.push(this.#limits.nextSequence());
    else this.#serve(next as Request);
  }

  closed(): void {
    const isYielded = this.closing.shift();
    if (isYielded !== undefined) this.#limits.release(this, isYielded);
  }

  abort(): number | undefined {
    const [first] = this.waiting;
    if (first === undefined) return undefined;
    this.waiting.delete(first[0]);
    this.#limits.leave(first[0]);
    return first[1];
  }

  #serve(request: Request): void {
    this.#served.push(this.waiting.get(request)!);
    this.waiting.delete(request);
    this.busy += 1;
  }
}

const limit = (perOrigin: number, total: number): SlotLimit => ({ perOrigin, total });

function holders(limits: ConnectionLimits, served: number[] = []): Holder[] {
  // Two of one origin: other settings, or another transport.
  return ['a', 'a', 'b', 'c'].map((origin) => new Holder(origin, limits, served));
}

const step = fc.record({
  what: fc.constantFrom('ask', 'ask', 'ask', 'finish', 'break', 'closed', 'abort'),
  holder: fc.nat(3),
});

describe('ConnectionLimits', () => {
  it('never gives a place too many, and serves everybody in the end', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 200 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 6 }),
        (steps, perOrigin, total) => {
          const served: number[] = [];
          const gone: number[] = [];
          const all = holders(new ConnectionLimits(), served);
          const bound = limit(perOrigin, total);
          const check = (): void => {
            const [a1, a2, b, c] = all.map(({ open }) => open) as [number, number, number, number];
            expect(a1 + a2 + b + c).toBeLessThanOrEqual(total);
            for (const open of [a1 + a2, b, c]) expect(open).toBeLessThanOrEqual(perOrigin);
          };
          let asked = 0;
          for (const { what, holder } of steps) {
            const one = all[holder]!;
            if (what === 'ask') one.ask(asked++, bound);
            else if (what === 'abort') gone.push(...[one.abort()].filter((id) => id !== undefined));
            else if (what === 'closed') one.closed();
            else one.finish(what === 'finish');
            check();
          }
          // Everything ends, again and again, until nothing moves any more: a place may take a round to close and one to be used.
          for (let round = 0; round < 2 * asked + 2; round += 1) {
            for (const one of all) {
              while (one.closing.length > 0) one.closed();
              while (one.busy > 0) one.finish(round % 2 === 0);
              check();
            }
          }
          expect(all.map(({ waiting }) => waiting.size)).toEqual([0, 0, 0, 0]);
          expect([...served, ...gone].sort((x, y) => x - y)).toEqual(Array.from({ length: asked }, (_, i) => i));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('gives a free place to the one that came first, whatever its origin', () => {
    const served: number[] = [];
    const [a, , b, c] = holders(new ConnectionLimits(), served) as [Holder, Holder, Holder, Holder];
    const one = limit(9, 1);
    a.ask(0, one);
    c.ask(1, one);
    a.ask(2, one);
    b.ask(3, one);
    for (let i = 0; i < 4; i += 1) {
      for (const holder of [a, b, c]) holder.finish(true);
      for (const holder of [a, b, c]) holder.closed();
    }
    expect(served).toEqual([0, 1, 2, 3]);
  });

  it('closes no connection for those who have one coming already', () => {
    const [a, , b] = holders(new ConnectionLimits()) as [Holder, Holder, Holder];
    const bound = limit(1, 3);
    for (let i = 0; i < 3; i += 1) a.ask(i, limit(3, 3));
    // One may go on once one of the three has closed; the second waits for the first.
    b.ask(3, bound);
    b.ask(4, bound);
    for (let i = 0; i < 3; i += 1) a.finish(true);
    expect([a.closing.length, a.idle.length]).toEqual([1, 2]);
  });

  it('closes the connection that has been idle for longest', () => {
    const [a, , b, c] = holders(new ConnectionLimits()) as [Holder, Holder, Holder, Holder];
    const bound = limit(9, 2);
    a.ask(0, bound);
    b.ask(1, bound);
    b.finish(true);
    a.finish(true);
    c.ask(2, bound);
    expect([a.idle.length, b.idle.length, c.waiting.size]).toEqual([1, 0, 1]);
    b.closed();
    expect(c.busy).toBe(1);
  });

  it('takes another connection for somebody whose place a request without a limit has taken', () => {
    const limits = new ConnectionLimits();
    const [a, , b, c] = holders(limits) as [Holder, Holder, Holder, Holder];
    const bound = limit(9, 2);
    a.ask(0, bound);
    a.ask(1, bound);
    a.finish(true);
    b.ask(2, bound);
    limits.take(c, undefined);
    a.closed();
    expect(b.waiting.size).toBe(1);
    a.finish(true);
    a.closed();
    expect([b.busy, b.waiting.size]).toEqual([1, 0]);
  });

  it('forgets an origin of which nothing is left', () => {
    const limits = new ConnectionLimits(1);
    const holder = new Holder('a', limits, []);
    holder.ask(0, limit(1, 1));
    holder.finish(false);
    holder.closed();
    limits.part(holder);
    expect(limits.stats()).toEqual({ connections: 0, idle: 0, running: 0, waiting: 0, origins: {} });
  });
});
