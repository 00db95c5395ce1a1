import { describe, expect, it } from 'vitest';
import { editDistance } from '../../src/runtime/edit-distance.ts';

describe('editDistance', () => {
  it.each([
    ['', '', 0],
    ['', 'abc', 3],
    ['timeout', 'timeout', 0],
    ['timout', 'timeout', 1],
    ['timeoutt', 'timeout', 1],
    ['timeaut', 'timeout', 1],
    ['tiemout', 'timeout', 1],
    ['ca', 'abc', 3],
    ['kitten', 'sitting', 3],
  ])('from %j to %j is %d', (a, b, edits) => {
    expect([editDistance(a, b), editDistance(b, a)]).toEqual([edits, edits]);
  });
});
