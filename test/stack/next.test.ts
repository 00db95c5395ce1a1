import { expect, it } from 'vitest';
import { kindOf } from '../../src/stack/next.ts';

it.each<[unknown, string]>([
  [null, 'null'],
  [[1], 'a list'],
  ['s3cret', 'string'],
  [undefined, 'undefined'],
  [new Map(), 'Map'],
  [{}, 'Object'],
  [Object.create(null), 'a record'],
])('names the kind of a value and never the value', (value, kind) => {
  expect(kindOf(value)).toBe(kind);
});
