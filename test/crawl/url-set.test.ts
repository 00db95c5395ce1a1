import { describe, expect, it } from 'vitest';
import { ABSENT, FOUND, TAKEN, UrlSet } from '../../src/crawl/url-set.ts';

describe('a set of URLs', () => {
  it('raises a state and never lowers it', () => {
    const set = new UrlSet();
    expect(set.state('http://a/')).toBe(ABSENT);
    expect([set.mark('http://a/', FOUND), set.mark('http://a/', FOUND), set.mark('http://a/', TAKEN)]).toEqual([
      true,
      false,
      true,
    ]);
    expect([set.mark('http://a/', FOUND), set.state('http://a/'), set.size, set.taken]).toEqual([false, TAKEN, 1, 1]);
  });

  it('keeps a million in 19 MB, whatever their length', () => {
    const set = new UrlSet();
    const url = (i: number) => `http://a.example/${'long/'.repeat(20)}${i}`;
    for (let i = 0; i < 1_000_000; i++) set.mark(url(i), i % 2 === 0 ? FOUND : TAKEN);
    expect(set.size).toBe(1_000_000);
    expect(set.bytes).toBeLessThan(20_000_000);
    for (let i = 0; i < 1_000_000; i += 9973) expect(set.state(url(i))).toBe(i % 2 === 0 ? FOUND : TAKEN);
    expect(set.state(url(1_000_001))).toBe(ABSENT);
  }, 30_000);
});
