import { describe, expect, it } from 'vitest';
import { circlesOf } from './circles.ts';

describe('circles of imports', () => {
  it.each<[string, Record<string, string[]>, string[][]]>([
    ['nothing', {}, []],
    ['a chain', { a: ['b'], b: ['c'] }, []],
    ['a diamond', { a: ['b', 'c'], b: ['d'], c: ['d'] }, []],
    ['two files', { a: ['b'], b: ['a'] }, [['a', 'b']]],
    ['a long one behind a chain', { a: ['b'], b: ['c'], c: ['d'], d: ['b'] }, [['b', 'c', 'd']]],
    [
      'two apart',
      { a: ['b'], b: ['a', 'c'], c: ['d'], d: ['c'] },
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
  ])('are found in %s', (_, graph, circles) => {
    expect(circlesOf(new Map(Object.entries(graph)))).toEqual(circles);
  });
});
