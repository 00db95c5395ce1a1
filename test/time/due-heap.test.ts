import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DueHeap } from '../../src/time/due-heap.ts';

it('gives entries in order of due time, first come first among equals', () => {
  const heap = new DueHeap<{ at: number; name: string }>();
  for (const [at, name] of [
    [3, 'd'],
    [1, 'a'],
    [2, 'b'],
    [2, 'c'],
  ] as const)
    heap.push({ at, name });
  const names = [];
  for (let next = heap.pop(); next !== undefined; next = heap.pop()) names.push(next.name);
  expect(names).toEqual(['a', 'b', 'c', 'd']);
});

it('knows whether it held what was removed', () => {
  const heap = new DueHeap();
  const entry = { at: 1 };
  heap.push(entry);
  expect(heap.remove(entry)).toBe(true);
  expect(heap.remove(entry)).toBe(false);
  expect(heap.peek()).toBeUndefined();
});

it('behaves like a sorted list, whatever is pushed, popped and removed', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('push' as const), value: fc.nat(20) }),
    fc.record({ kind: fc.constantFrom('pop' as const, 'remove' as const), value: fc.nat(1000) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
      const heap = new DueHeap<{ at: number }>();
      const list: { at: number }[] = [];
      for (const { kind, value } of steps) {
        if (kind === 'push') {
          const entry = { at: value };
          heap.push(entry);
          const after = list.findIndex((other) => other.at > value);
          list.splice(after === -1 ? list.length : after, 0, entry);
        } else if (kind === 'pop') {
          expect(heap.pop()).toBe(list.shift());
        } else if (list.length > 0) {
          const [gone] = list.splice(value % list.length, 1);
          expect(heap.remove(gone!)).toBe(true);
        }
        expect(heap.size).toBe(list.length);
        expect(heap.peek()).toBe(list[0]);
      }
    }),
  );
});

it('empties itself in the order entries came', () => {
  const heap = new DueHeap();
  const entries = [{ at: 3 }, { at: 1 }];
  for (const entry of entries) heap.push(entry);
  expect(heap.clear()).toEqual(entries);
  expect(heap.size).toBe(0);
  expect(heap.pop()).toBeUndefined();
});

it('compares O(log n) times for each entry that is pushed, popped or removed', () => {
  const count = 20_000;
  let reads = 0;
  const entryAt = (at: number) => {
    // A due time that counts how often it takes part in a comparison.
    const counting = {
      valueOf: () => {
        reads += 1;
        return at;
      },
    };
    return { at: counting as unknown as number };
  };
  const heap = new DueHeap();
  // Each earlier than all before it: the worst order for a heap.
  const entries = Array.from({ length: count }, (_, i) => entryAt(count - i));
  for (const entry of entries) heap.push(entry);
  const perLevel = 4 * count * Math.log2(count);
  expect(reads).toBeLessThan(perLevel);
  reads = 0;
  for (let i = 0; i < count; i += 2) heap.remove(entries[i]!);
  expect(reads).toBeLessThan(perLevel);
  reads = 0;
  while (heap.pop() !== undefined);
  expect(reads).toBeLessThan(perLevel);
});
