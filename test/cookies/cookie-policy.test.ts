import { describe, expect, it } from 'vitest';
import {
  cookieLine,
  cookieScopeOf,
  defaultPath,
  domainMatches,
  isExactHost,
  overlaysSecure,
  pathMatches,
} from '../../src/cookies/cookie-policy.ts';

describe('the place of a request', () => {
  it.each([
    ['http://example.com/a/b?c=/d', { host: 'example.com', path: '/a/b', secure: false }],
    ['https://EXAMPLE.com:8443', { host: 'example.com', path: '/', secure: true }],
    ['http://user:pass@example.com/x#y', { host: 'example.com', path: '/x', secure: false }],
    ['http://[::1]:8080/', { host: '::1', path: '/', secure: false }],
    ['http://[0:0:0:0:0:0:0:1]/', { host: '::1', path: '/', secure: false }],
    ['http://0x7f000001/', { host: '127.0.0.1', path: '/', secure: false }],
    ['http://127.0.0.%31/', { host: '127.0.0.1', path: '/', secure: false }],
    ['http://bücher.example/%C3%A9', { host: 'xn--bcher-kva.example', path: '/%C3%A9', secure: false }],
  ])('of %s', (url, place) => {
    expect(cookieScopeOf(url)).toEqual(place);
  });

  it.each(['/a', 'ftp://h/', 'http://a\\@b/', 'http://evil.192.168.0.1/', ''])('refuses %s', (url) => {
    expect(() => cookieScopeOf(url)).toThrow(TypeError);
  });
});

describe('domain match (RFC 6265 section 5.1.3)', () => {
  it.each([
    ['example.com', 'example.com', true],
    ['www.example.com', 'example.com', true],
    ['a.b.example.com', 'example.com', true],
    ['example.com', 'www.example.com', false],
    ['badexample.com', 'example.com', false],
    ['example.com.evil.com', 'example.com', false],
    ['example.org', 'example.com', false],
    ['example.com.', 'example.com', false],
    ['www.example.com.', 'example.com.', false],
    ['example.com\n', 'example.com', false],
    ['127.0.0.1', '127.0.0.1', true],
    ['evil.192.168.0.1', '192.168.0.1', false],
    ['127.0.0.1', '0.0.1', false],
    ['a.1', '1', false],
    ['a.0x7f000001', '0x7f000001', false],
    ['::1', '::1', true],
    ['1::1', '::1', false],
    ['app.localhost', 'localhost', false],
    ['localhost', 'localhost', true],
    ['victim.com', '', false],
    ['victim.com', '.', false],
    ['www.example.com', '%65xample.com', false],
  ])('%j with %j is %s', (host, domain, matches) => {
    expect(domainMatches(host, domain)).toBe(matches);
  });

  it.each([
    ['example.com', false],
    ['localhost', true],
    ['10.0.0.1', true],
    ['fe80::1', true],
    ['a.0x1f', true],
    ['a.0x', true],
    ['a.b1', false],
    ['a.b.', true],
  ])('%s stands alone: %s', (host, exact) => {
    expect(isExactHost(host)).toBe(exact);
  });
});

describe('path match (RFC 6265 section 5.1.4)', () => {
  it.each([
    ['/', '/', true],
    ['/a', '/', true],
    ['/a', '/a', true],
    ['/a/', '/a', true],
    ['/a/b', '/a', true],
    ['/a/b', '/a/', true],
    ['/ab', '/a', false],
    ['/a', '/a/', false],
    ['/', '/a', false],
    ['/A', '/a', false],
    ['/b/a', '/a', false],
    ['/a%20b', '/a%20b', true],
  ])('%s with %s is %s', (path, cookiePath, matches) => {
    expect(pathMatches(path, cookiePath)).toBe(matches);
  });

  it.each([
    ['/', '/'],
    ['/a', '/'],
    ['/a/', '/a'],
    ['/a/b', '/a'],
    ['/a/b/c', '/a/b'],
    ['', '/'],
    ['a', '/'],
  ])('the default path of %j is %s', (path, expected) => {
    expect(defaultPath(path)).toBe(expected);
  });
});

describe('a Secure cookie that stands in the way', () => {
  const stored = {
    name: 'a',
    value: '',
    domain: 'h.com',
    path: '/login',
    expires: undefined,
    secure: true,
    httpOnly: false,
    hostOnly: true,
    sameSite: undefined,
    created: 0,
  };

  it.each([
    ['the same path', { path: '/login' }, true],
    ['a path below', { path: '/login/en' }, true],
    ['a path above', { path: '/' }, false],
    ['a path beside', { path: '/loginhelper' }, false],
    ['another name', { name: 'b', path: '/login' }, false],
  ])('counts for %s', (_, changes, expected) => {
    expect(overlaysSecure({ ...stored, secure: false, ...changes }, stored)).toBe(expected);
    expect(overlaysSecure({ ...stored, secure: false, ...changes }, { ...stored, secure: false })).toBe(false);
  });
});

describe('a Cookie line', () => {
  it('has at most 150 pairs', () => {
    const pairs = Array.from({ length: 200 }, (_, i) => ({ name: `n${i}`, value: '' }));
    const line = cookieLine(pairs).split('; ');
    expect(line).toHaveLength(150);
    expect(line.at(-1)).toBe('n149=');
  });

  it('has at most 8190 bytes with its name, and leaves later pairs out', () => {
    const pairs = ['a', 'b', 'c'].map((name) => ({ name, value: 'x'.repeat(4000) }));
    expect(
      cookieLine(pairs)
        .split('; ')
        .map((pair) => pair[0]),
    ).toEqual(['a', 'b']);
    const room = 8190 - 'Cookie: a='.length;
    expect(`Cookie: ${cookieLine([{ name: 'a', value: 'x'.repeat(room) }])}`).toHaveLength(8190);
    expect(cookieLine([{ name: 'a', value: 'x'.repeat(room + 1) }])).toBe('');
  });
});
