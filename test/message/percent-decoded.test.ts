import { describe, expect, it } from 'vitest';
import { percentDecoded, queryDecoded } from '../../src/message/percent-decoded.ts';

describe('percent-decoding', () => {
  it.each([
    ['escapes of UTF-8', 'caf%C3%A9', 'café'],
    ['a text without escapes', 'plain+text', 'plain+text'],
    ['a percent sign that begins no escape', '100%', '100%'],
    ['bytes that are not UTF-8', '%ff', '%ff'],
  ])('reads %s', (_, text, expected) => {
    expect(percentDecoded(text)).toBe(expected);
  });

  it('takes a plus sign of a query for a space', () => {
    expect(queryDecoded('a+b%2Bc')).toBe('a b+c');
  });
});
