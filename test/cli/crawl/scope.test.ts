import { describe, expect, it } from 'vitest';
import { hostPattern, scopeOf } from '../../../src/cli/crawl/scope.ts';
import { pageUrl } from '../../../src/crawl/page-url.ts';

describe('the scope of a crawl', () => {
  it.each([
    ['http://a.example/x', true],
    ['https://a.example/x', true],
    ['http://a.example:8080/', false],
    ['http://b.example/', false],
    ['http://www.a.example/', false],
    ['http://c.example:81/', true],
    ['http://c.example/', false],
    ['http://d.example/', true],
    ['https://d.example:9/', true],
    ['http://e.example/', true],
    ['https://e.example/', false],
  ])('has %s: %s', (url, expected) => {
    expect(scopeOf(['http://a.example/'], ['C.example:81', 'd.example', 'e.example:80'])(url)).toBe(expected);
  });

  it('keeps the port of a start', () => {
    const inScope = scopeOf(['http://127.0.0.1:8080/'], []);
    expect([inScope('http://127.0.0.1:8080/x'), inScope('http://127.0.0.1:8081/x')]).toEqual([true, false]);
  });
});

describe('a host pattern', () => {
  it.each([
    ['a.example', { hostname: 'a.example', port: undefined }],
    ['A.Example:080', { hostname: 'a.example', port: '80' }],
    ['[::1]:80', { hostname: '[::1]', port: '80' }],
    ['bücher.example', { hostname: 'xn--bcher-kva.example', port: undefined }],
  ])('%s is read', (text, expected) => {
    expect(hostPattern(text)).toEqual(expected);
  });

  it.each(['', 'a:b', 'a:70000', 'http://a', 'a/b', 'u@a', 'a b'])('%j is none', (text) => {
    expect(hostPattern(text)).toBeUndefined();
  });
});

describe('the URL of a page', () => {
  it.each([
    ['HTTP://A.example:80/./x/../y#z', 'http://a.example/y'],
    ['http://u:p@a.example/', 'http://a.example/'],
    ['/ä b', 'http://base.example/%C3%A4%20b'],
    ['mailto:x@y', undefined],
    ['http://[', undefined],
  ])('%s is %s', (reference, expected) => {
    expect(pageUrl(reference, 'http://base.example/')).toBe(expected);
  });
});
