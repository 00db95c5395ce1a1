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

  it('keeps a hundred thousand in 2.4 MB, whatever their length', () => {
    const count = 100_000;
    const set = new UrlSet();
    const url = (i: number) => `http://a.example/${'long/'.repeat(20)}${i}`;
    for (let i = 0; i < count; i++) set.mark(url(i), i % 2 === 0 ? FOUND : TAKEN);
    expect(set.size).toBe(count);
    expect(set.bytes).toBeLessThan(2_500_000);
    for (let i = 0; i < count; i += 997) expect(set.state(url(i))).toBe(i % 2 === 0 ? FOUND : TAKEN);
    expect(set.state(url(count + 1))).toBe(ABSENT);
  });
});
