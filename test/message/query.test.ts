import { describe, expect, it } from 'vitest';
import { encodeForm, encodeQuery, mergeQuery } from '../../src/message/query.ts';

describe('encodeQuery', () => {
  it.each([
    ['indices', 'a%5B0%5D=1&a%5B1%5D=2&b%5Bc%5D%5B0%5D=x'],
    ['brackets', 'a%5B%5D=1&a%5B%5D=2&b%5Bc%5D%5B%5D=x'],
    ['repeat', 'a=1&a=2&b%5Bc%5D=x'],
    ['comma', 'a=1%2C2&b%5Bc%5D=x'],
  ] as const)('spells lists as %s', (format, expected) => {
    expect(encodeQuery({ a: [1, 2], b: { c: ['x'] } }, format)).toBe(expected);
  });

  it.each([
    [{ a: undefined, b: 1 }, 'b=1'],
    [{ a: null }, 'a='],
    [{ a: true, b: false }, 'a=true&b=false'],
    [{ a: 'x y' }, 'a=x%20y'],
    [{ 'a b': 'ü&=' }, 'a%20b=%C3%BC%26%3D'],
    [{ a: "!'()*" }, 'a=%21%27%28%29%2A'],
    [{ a: [] }, ''],
    [{ a: {} }, ''],
    [{ a: [[1], { b: 2 }] }, 'a%5B0%5D%5B0%5D=1&a%5B1%5D%5Bb%5D=2'],
    [{ a: 10n }, 'a=10'],
    [{}, ''],
  ])('writes %o', (data, expected) => {
    expect(encodeQuery(data)).toBe(expected);
  });

  it('refuses a function as a value and names its key', () => {
    expect(() => encodeQuery({ a: (() => 1) as never })).toThrow('the value of "a" must be text');
  });
});

describe('encodeForm', () => {
  it('writes a space as a plus sign', () => {
    expect(encodeForm({ a: 'x y', b: 'c+d' })).toBe('a=x+y&b=c%2Bd');
  });

  it('takes URLSearchParams as they are', () => {
    expect(
      encodeForm(
        new URLSearchParams([
          ['a', '1'],
          ['a', '2'],
        ]),
      ),
    ).toBe('a=1&a=2');
  });
});

describe('mergeQuery', () => {
  it.each([
    ['nothing', '', undefined, undefined, ''],
    ['the URI alone', 'a=1', undefined, undefined, 'a=1'],
    ['the client alone', '', { a: 1 }, undefined, 'a=1'],
    ['the URI over the client', 'a=1', { a: 2, b: 3 }, undefined, 'b=3&a=1'],
    ['the call over both', 'a=1&c=9', { a: 2, b: 3 }, { a: 4 }, 'b=3&c=9&a=4'],
    ['the call over a list of the URI', 'a[]=1&a[]=2', undefined, { a: 3 }, 'a=3'],
    ['a list of the call over an encoded one', 'a%5B0%5D=1', undefined, { a: [7] }, 'a%5B0%5D=7'],
    ['a string of the call over all', 'a=1', { b: 2 }, 'c=3', 'c=3'],
    ['a string of the call with its mark', 'a=1', undefined, '?c=3', 'c=3'],
    ['an empty string of the call over all', 'a=1', { b: 2 }, '', ''],
    ['a string of the client under the URI', 'a=1', 'b=2', undefined, 'a=1'],
    ['a string of the client alone', '', 'b=2', undefined, 'b=2'],
    ['undefined in the call as not given', 'a=1', undefined, { a: undefined }, 'a=1'],
    ['null in the call as empty', 'a=1', undefined, { a: null }, 'a='],
    ['repeated keys of the URI untouched', 'a=1&a=2', undefined, { b: 1 }, 'a=1&a=2&b=1'],
  ])('takes %s', (_, inUri, client, call, expected) => {
    expect(mergeQuery(inUri, client, call)).toBe(expected);
  });
});
