import { describe, expect, it } from 'vitest';
import { isThenable, kindOf, valueOrKind } from '../../src/runtime/kind-of.ts';

class Order {}

describe('kindOf', () => {
  it.each<[unknown, string]>([
    [null, 'null'],
    [undefined, 'undefined'],
    ['s3cret', 'string'],
    [Symbol('s3cret'), 'symbol'],
    [() => 's3cret', 'function'],
    [[1], 'a list'],
    [Promise.resolve(1), 'a promise'],
    [new Map(), 'Map'],
    [new Order(), 'Order'],
    [{}, 'Object'],
    [Object.create(null), 'a record'],
    [{ constructor: { name: ['s3cret'] } }, 'a record'],
    [new (class {})(), 'a record'],
  ])('names the kind of a value and never the value', (value, kind) => {
    expect(kindOf(value)).toBe(kind);
  });
});

describe('valueOrKind', () => {
  it.each<[unknown, string]>([
    [-2, '-2'],
    [Number.NaN, 'NaN'],
    [false, 'false'],
    ['5 minutes', '"5 minutes"'],
    ['x'.repeat(41), 'text'],
    [null, 'null'],
    [['x'], 'a list'],
  ])('shows what is short and says the kind of the rest', (value, shown) => {
    expect(valueOrKind(value)).toBe(shown);
  });
});

describe('isThenable', () => {
  const then = () => undefined;
  it.each<[string, unknown, boolean]>([
    ['a promise', Promise.resolve(), true],
    ['a record with then', { then }, true],
    ['a function with then', Object.assign(() => undefined, { then }), true],
    ['a record', {}, false],
    ['a then that is no function', Object.fromEntries([['then', 1]]), false],
    ['null', null, false],
    ['undefined', undefined, false],
    ['text', 'then', false],
  ])('%s: as await sees it', (_, value, expected) => {
    expect(isThenable(value)).toBe(expected);
  });
});
