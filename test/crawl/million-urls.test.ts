import { expect, it } from 'vitest';
import { ABSENT, FOUND, TAKEN, UrlSet } from '../../src/crawl/url-set.ts';

it('a set of URLs keeps a million in 19 MB, whatever their length', () => {
  const set = new UrlSet();
  const url = (i: number) => `http://a.example/${'long/'.repeat(20)}${i}`;
  for (let i = 0; i < 1_000_000; i++) set.mark(url(i), i % 2 === 0 ? FOUND : TAKEN);
  expect(set.size).toBe(1_000_000);
  expect(set.bytes).toBeLessThan(20_000_000);
  for (let i = 0; i < 1_000_000; i += 9973) expect(set.state(url(i))).toBe(i % 2 === 0 ? FOUND : TAKEN);
  expect(set.state(url(1_000_001))).toBe(ABSENT);
});
