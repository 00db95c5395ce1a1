import { describe, expect, it } from 'vitest';
import { BoundedMap } from '../../src/runtime/bounded-map.ts';

const filled = (...keys: string[]) => {
  const map = new BoundedMap<string, string>(3);
  for (const key of keys) map.set(key, key.toUpperCase());
  return map;
};

describe('BoundedMap', () => {
  it('holds no more entries than it was told, and forgets the oldest', () => {
    expect([...filled('a', 'b', 'c', 'd').keys()]).toEqual(['b', 'c', 'd']);
  });

  it.each([
    ['set again', (map: BoundedMap<string, string>) => map.set('a', 'A')],
    ['used', (map: BoundedMap<string, string>) => map.use('a')],
  ])('keeps an entry that was %s longer than the others', (_, touch) => {
    const map = filled('a', 'b', 'c');
    touch(map);
    map.set('d', 'D');
    expect([...map.keys()]).toEqual(['c', 'a', 'd']);
  });

  it('leaves the order as it is when an entry is only got', () => {
    const map = filled('a', 'b', 'c');
    expect(map.get('a')).toBe('A');
    map.set('d', 'D');
    expect([...map.keys()]).toEqual(['b', 'c', 'd']);
  });

  it('knows nothing of what it has forgotten, or was told to', () => {
    const map = filled('a', 'b', 'c', 'd');
    map.delete('d');
    expect([map.use('a'), map.use('d'), map.use('c'), map.size]).toEqual([undefined, undefined, 'C', 2]);
  });

  it('tells the value that goes, and keeps one that may not', () => {
    const released: string[] = [];
    const map = new BoundedMap<string, string>(2, (value) => {
      released.push(value);
      return value !== 'busy';
    });
    map.set('a', 'busy').set('b', 'idle').set('c', 'new');
    expect([...map.keys()]).toEqual(['b', 'c', 'a']);
    map.set('d', 'more');
    expect([released, [...map.keys()]]).toEqual([
      ['busy', 'idle'],
      ['c', 'a', 'd'],
    ]);
  });
});
