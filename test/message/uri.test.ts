import { describe, expect, it, vi } from 'vitest';
import { canonicalUrl, isInside, resolveUri, splitUserinfo, targetOf } from '../../src/message/uri.ts';

// RFC 3986 §5.4, as the RFC prints them. The canonical form of a URL without a path has a slash, which is all that
// distinguishes two of the results below from the RFC's.
const BASE = 'http://a/b/c/d;p?q';
const NORMAL: [string, string][] = [
  ['g', 'http://a/b/c/g'],
  ['./g', 'http://a/b/c/g'],
  ['g/', 'http://a/b/c/g/'],
  ['/g', 'http://a/g'],
  ['//g', 'http://g'],
  ['?y', 'http://a/b/c/d;p?y'],
  ['g?y', 'http://a/b/c/g?y'],
  ['#s', 'http://a/b/c/d;p?q#s'],
  ['g#s', 'http://a/b/c/g#s'],
  ['g?y#s', 'http://a/b/c/g?y#s'],
  [';x', 'http://a/b/c/;x'],
  ['g;x', 'http://a/b/c/g;x'],
  ['g;x?y#s', 'http://a/b/c/g;x?y#s'],
  ['', 'http://a/b/c/d;p?q'],
  ['.', 'http://a/b/c/'],
  ['./', 'http://a/b/c/'],
  ['..', 'http://a/b/'],
  ['../', 'http://a/b/'],
  ['../g', 'http://a/b/g'],
  ['../..', 'http://a/'],
  ['../../', 'http://a/'],
  ['../../g', 'http://a/g'],
];
const ABNORMAL: [string, string][] = [
  ['../../../g', 'http://a/g'],
  ['../../../../g', 'http://a/g'],
  ['/./g', 'http://a/g'],
  ['/../g', 'http://a/g'],
  ['g.', 'http://a/b/c/g.'],
  ['.g', 'http://a/b/c/.g'],
  ['g..', 'http://a/b/c/g..'],
  ['..g', 'http://a/b/c/..g'],
  ['./../g', 'http://a/b/g'],
  ['./g/.', 'http://a/b/c/g/'],
  ['g/./h', 'http://a/b/c/g/h'],
  ['g/../h', 'http://a/b/c/h'],
  ['g;x=1/./y', 'http://a/b/c/g;x=1/y'],
  ['g;x=1/../y', 'http://a/b/c/y'],
  ['g?y/./x', 'http://a/b/c/g?y/./x'],
  ['g?y/../x', 'http://a/b/c/g?y/../x'],
  ['g#s/./x', 'http://a/b/c/g#s/./x'],
  ['g#s/../x', 'http://a/b/c/g#s/../x'],
];

describe('resolveUri', () => {
  it.each([...NORMAL, ...ABNORMAL])('resolves %j against the base of RFC 3986 §5.4 to %j', (reference, expected) => {
    expect(resolveUri(reference, BASE)).toBe(expected === 'http://g' ? 'http://g/' : expected);
  });

  it('has all 42 examples together with the two that name another scheme', () => {
    expect(NORMAL.length + ABNORMAL.length + 2).toBe(42);
  });

  // RFC 3986 §5.4: a strict parser keeps `http:g` apart from the base; neither it nor `g:h` can be requested.
  it.each([
    ['http://h/a/b#/c/d', 'x', 'http://h/a/x'],
    ['http://h/#/', '0', 'http://h/0'],
    ['http://h/#?/', 'x', 'http://h/x'],
  ])('takes no directory from the fragment of %j', (base, reference, expected) => {
    expect(resolveUri(reference, base)).toBe(expected);
  });

  it.each(['g:h', 'http:g'])('keeps %j, which has a scheme, away from the base', (reference) => {
    expect(() => resolveUri(reference, BASE)).toThrow(/cannot be requested|has no host/);
  });

  it.each([
    ['http://h/api', 'users', 'http://h/users'],
    ['http://h/api/', 'users', 'http://h/api/users'],
    ['http://h/api', '', 'http://h/api'],
    ['http://h/api/', '', 'http://h/api/'],
    ['http://h/api', '/', 'http://h/'],
    ['http://h/api/', '/users', 'http://h/users'],
    ['http://h/api/v1', 'users/1?x=1', 'http://h/api/users/1?x=1'],
    ['http://h:8080/a/', 'http://other/x', 'http://other/x'],
    ['http://h/a/', 'b c', 'http://h/a/b%20c'],
    ['http://h/a/', 'ü', 'http://h/a/%C3%BC'],
    ['http://h/a/', '%2e%2e/x', 'http://h/x'],
    ['http://h/a/', '.hidden', 'http://h/a/.hidden'],
    ['http://h/a/', 'x:y', undefined],
    ['http://h/a/', './x:y', 'http://h/a/x:y'],
    ['https://h/a/', '//other/x', 'https://other/x'],
    [undefined, '//host/x', 'http://host/x'],
  ])('resolves over %j the reference %j to %j', (base, reference, expected) => {
    if (expected === undefined) expect(() => resolveUri(reference, base)).toThrow();
    else expect(resolveUri(reference, base)).toBe(expected);
  });

  it.each(['', 'users', '/users', '?a', '../x'])('says to set baseUri for %j without a base', (reference) => {
    expect(() => resolveUri(reference, undefined)).toThrow('is relative; set baseUri or give an absolute URL');
  });
});

describe('canonicalUrl', () => {
  it.each([
    ['http://127.0.0.%31/', 'http://127.0.0.1/'],
    ['http://0x7f000001/', 'http://127.0.0.1/'],
    ['http://2130706433/', 'http://127.0.0.1/'],
    ['http://127.1/x', 'http://127.0.0.1/x'],
    ['http://0177.0.0.1/', 'http://127.0.0.1/'],
    ['HTTP://EXAMPLE.com:80/', 'http://example.com/'],
    ['https://example.com:443/a', 'https://example.com/a'],
    ['http://[0:0:0:0:0:0:0:1]:80/', 'http://[::1]/'],
    ['http://bücher.example/', 'http://xn--bcher-kva.example/'],
    ['http://ⅼocalhost/', 'http://localhost/'],
    ['http://h', 'http://h/'],
    ['http://h/a/../b', 'http://h/b'],
    ['http://h?x', 'http://h/?x'],
  ])('makes %s into %s', (given, expected) => {
    expect(canonicalUrl(given)).toBe(expected);
  });

  it.each([
    'http://good\\@evil/',
    'http://a\\b/',
    'ftp://h/',
    'file:///etc/passwd',
    'data:text/plain,x',
    'javascript:alert(1)',
    'http:/h/x',
    'http:h',
    'http:///x',
    'http://',
    'http://h:99999/',
    'http://h:x/',
    'http://a b/',
    'http://127.0.0.300/',
  ])('refuses %s', (given) => {
    expect(() => canonicalUrl(given)).toThrow(TypeError);
  });

  it('agrees with the parser on every URL that it lets pass unparsed', () => {
    const hosts = ['127.0.0.1', 'localhost', 'a.b-c.example', 'h2.example'];
    const ports = ['', ':1', ':8080', ':59999', ':65535', ':80', ':443', ':08'];
    const paths = [
      '/',
      '/a',
      '/a/b.c/~d',
      '/a%2Fb',
      '/a//b',
      "/a'b",
      '/a?b=c&d=%20',
      '/a?b/../c',
      '/?',
      '/a;b=c,d',
      '/.a',
      '/a/.',
      '/*',
    ];
    for (const scheme of ['http', 'https'])
      for (const host of hosts)
        for (const port of ports)
          for (const path of paths) {
            const url = `${scheme}://${host}${port}${path}`;
            expect(canonicalUrl(url)).toBe(new URL(url).href);
          }
  });

  it('never repeats userinfo in its message', () => {
    expect(() => canonicalUrl('ftp://ada:hunter2@h/')).toThrow('ftp://***@h/');
  });

  it('refuses an empty text before it has seen any URL', async () => {
    vi.resetModules();
    const fresh = await import('../../src/message/uri.ts');
    expect(() => fresh.canonicalUrl('')).toThrow('is relative');
  });
});

describe('targetOf', () => {
  it('cuts each of several URLs that come by turns', () => {
    const urls = ['http://a.test/1', 'http://a.test/2?q', 'http://b.test/1', 'http://a.test/1', 'http://a.test/1'];
    const cut = urls.map((url) => targetOf(url)).map(({ origin, path }) => origin + path);
    expect(cut).toEqual(urls);
  });

  it.each([
    ['http://h/', { protocol: 'http:', origin: 'http://h', host: 'h', hostname: 'h', port: 80, path: '/' }],
    [
      'https://h:8443/a?b#c',
      { protocol: 'https:', origin: 'https://h:8443', host: 'h:8443', hostname: 'h', port: 8443, path: '/a?b' },
    ],
    [
      'https://[::1]/x',
      { protocol: 'https:', origin: 'https://[::1]', host: '[::1]', hostname: '::1', port: 443, path: '/x' },
    ],
    [
      'http://[::1]:81/x',
      { protocol: 'http:', origin: 'http://[::1]:81', host: '[::1]:81', hostname: '::1', port: 81, path: '/x' },
    ],
  ])('cuts %s', (url, expected) => {
    expect(targetOf(url)).toEqual(expected);
  });

  it('takes no host for another that begins like it', () => {
    const hosts = ['a.test', 'a.test:81', 'a.test.b.test', 'a.test:8', 'a.tes', 'a.test'];
    expect(hosts.map((host) => targetOf(`http://${host}/a.test/p`).host)).toEqual(hosts);
    expect(targetOf('https://a.test/').protocol).toBe('https:');
  });
});

describe('isInside', () => {
  it.each([
    ['http://h/api/', 'http://h/api/users', true],
    ['http://h/api/', 'http://h/api/', true],
    ['http://h/api/v1', 'http://h/api/v2', true],
    ['http://h/api/', 'http://h/apix', false],
    ['http://h/api/', 'http://h/', false],
    ['http://h/api/', 'https://h/api/users', false],
    ['http://h/api/', 'http://h:81/api/users', false],
    ['http://h/api/', 'http://h.evil/api/users', false],
    ['http://h/api/', 'http://h/api/..%2fadmin', false],
    ['http://h/api/', 'http://h/api/%2e%2e%5cadmin', false],
    ['http://h/api/', 'http://h/api/users?next=/../x', true],
  ])('for the base %s, %s is inside: %s', (base, url, expected) => {
    expect(isInside(base, url)).toBe(expected);
  });
});

describe('splitUserinfo', () => {
  it.each([
    ['http://ada:se%40cret@h/x', 'http://h/x', ['ada', 'se@cret']],
    ['http://ada@h/', 'http://h/', ['ada', '']],
    ['http://ada:a:b@h/', 'http://h/', ['ada', 'a:b']],
    ['http://h/a@b', 'http://h/a@b', undefined],
  ])('splits %s', (given, url, userinfo) => {
    expect(splitUserinfo(given)).toEqual({ url, userinfo });
  });
});

it.each(['\nb:', '\tjavascript:alert(1)', 'java\tscript:alert(1)', 'a\r\nb', '\u0001x'])(
  'refuses %j, of which parsers drop a character',
  (reference) => {
    expect(() => resolveUri(reference, 'http://example.com/')).toThrow(/has a control character/);
  },
);
