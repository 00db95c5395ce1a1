import { expect, it } from 'vitest';
import { mergeCookieLines } from '../../../src/middleware/cookies/cookies-policy.ts';

it.each<[string, string[], string[], string]>([
  ['a=1', [], [], 'a=1'],
  ['a=1; b=2', ['b=3'], [], 'a=1; b=3'],
  ['a=1', ['b=3'], ['b = 4; c=5'], 'a=1; b = 4; c=5'],
  // Browsers send a cookie without a name as its value alone.
  ['flag; a=1', ['a=2'], [], 'flag; a=2'],
  ['flag; a=1', [], ['flag'], 'a=1; flag'],
])('of the jar %j, the call %j and the header %j makes %j', (jar, given, own, line) => {
  expect(mergeCookieLines(jar, given, own)).toBe(line);
});
