import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pageUrl } from '../../src/crawl/page-url.ts';

/** What the URL standard makes of it, without escapes, of which a page has one form. */
function standard(reference: string, base: string): string | undefined {
  let url: URL;
  try {
    url = new URL(reference, base);
  } catch {
    return undefined;
  }
  if (!/^https?:$/.test(url.protocol)) return undefined;
  url.hash = '';
  url.username = '';
  url.password = '';
  return url.href;
}

const piece = fc.constantFrom(
  ...['/', '//', '.', '..', '?', '#', '@', ':', 'a', 'B', 'x.html', '&', '=', "'", '"', ' ', '\\', '\t', '[', '|'],
  ...[
    'http:',
    'https://',
    'a.example',
    'A.example',
    ':80',
    ':443',
    ':8080',
    '127.0.0.1',
    '0x7f.1',
    'xn--',
    'é',
    '~',
    ';',
  ],
);
const text = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));
const base = fc.constantFrom(
  'http://a.example/',
  'http://a.example/b/c?d=/e',
  'https://a.example:8080/x/../y',
  'http://user:pw@a.example/b',
  'http://a.example',
  'http://[::1]:81/',
);

describe('the URL of a page', () => {
  it('is the one of the URL standard, whether a parser had to run or not', () => {
    fc.assert(
      fc.property(text, base, (reference, from) => {
        expect(pageUrl(reference, from)).toBe(standard(reference, from));
      }),
      { numRuns: 3000 },
    );
  });

  it.each<[reference: string, url: string | undefined]>([
    ['/%7Eada', 'http://a.example/~ada'],
    ['http://a.example/%c3%b6', 'http://a.example/%C3%B6'],
    ['/a?b=%2f', 'http://a.example/a?b=%2F'],
    ['mailto:ada@a.example', undefined],
  ])('of %s is %s', (reference, url) => {
    expect(pageUrl(reference, 'http://a.example/')).toBe(url);
  });

  it('costs time in proportion to its length', () => {
    const long = `${'/a'.repeat(100_000)}'`;
    expect(pageUrl(long, 'http://a.example/')).toHaveLength('http://a.example'.length + long.length);
  });
});
