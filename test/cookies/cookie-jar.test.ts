import { execFile } from 'node:child_process';
import { inspect, promisify } from 'node:util';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { CookieInit } from '../../src/cookies/cookie-init.ts';
import { CookieJar } from '../../src/cookies/cookie-jar.ts';
import { loadCookieParser } from '../../src/cookies/cookie-parser.ts';
import { FakeClock } from '../../src/testing/fake-clock.ts';
import { builtUrl } from '../support/built.ts';

const NOW = Date.UTC(2030, 0, 1);
const HOME = 'https://example.com/';

async function jarWith(url: string, ...lines: string[]): Promise<CookieJar> {
  const jar = new CookieJar();
  await jar.store(url, lines);
  return jar;
}

const names = (jar: CookieJar) => [...jar].map((cookie) => cookie.name);

describe('what a response may set', () => {
  it.each([
    ['no domain', HOME, 'a=1', true],
    ['its own host', HOME, 'a=1; Domain=example.com', true],
    ['its own host with a dot', HOME, 'a=1; Domain=.example.com', true],
    ['another case of letters', HOME, 'a=1; DOMAIN=Example.COM', true],
    ['a parent', 'https://www.example.com/', 'a=1; Domain=example.com', true],
    ['an empty domain, which counts as none', HOME, 'a=1; Domain=', true],
    ['a host below', HOME, 'a=1; Domain=www.example.com', false],
    ['a foreign domain', 'https://evil.com/', 'a=1; Domain=bank.com', false],
    ['a domain that ends alike', 'https://notexample.com/', 'a=1; Domain=example.com', false],
    ['one dot', HOME, 'a=1; Domain=.', false],
    ['one dot between spaces', HOME, 'a=1; Domain= . ; Path=/', false],
    ['two dots', HOME, 'a=1; Domain=..', false],
    ['two leading dots', HOME, 'a=1; Domain=..example.com', false],
    ['a percent-escaped domain', HOME, 'a=1; Domain=%65xample.com', false],
    ['a domain with a trailing dot', HOME, 'a=1; Domain=example.com.', false],
    ['a top-level domain', HOME, 'a=1; Domain=com', false],
    ['a public suffix', 'https://shop.co.uk/', 'a=1; Domain=co.uk', false],
    ['a private public suffix', 'https://me.github.io/', 'a=1; Domain=github.io', false],
    ['a public suffix for itself', 'https://github.io/', 'a=1; Domain=github.io', true],
    ['a part of an address', 'http://192.168.0.1/', 'a=1; Domain=168.0.1', false],
    ['its own address', 'http://192.168.0.1/', 'a=1; Domain=192.168.0.1', true],
    ['its own IPv6 address', 'http://[::1]/', 'a=1; Domain=[::1]', true],
    ['a name without a dot', 'http://app.localhost/', 'a=1; Domain=localhost', false],
    ['its own name without a dot', 'http://localhost/', 'a=1; Domain=localhost', true],
    ['Secure over https', HOME, 'a=1; Secure', true],
    ['Secure over http', 'http://example.com/', 'a=1; Secure', false],
    ['Secure over http on loopback', 'http://127.0.0.1/', 'a=1; Secure', false],
    ['__Secure- with Secure', HOME, '__Secure-a=1; Secure', true],
    ['__Secure- without Secure', HOME, '__Secure-a=1', false],
    ['__SECURE- without Secure', HOME, '__SECURE-a=1', false],
    ['__Host- with all it needs', HOME, '__Host-a=1; Secure; Path=/', true],
    ['__Host- without Secure', HOME, '__Host-a=1; Path=/', false],
    ['__Host- without a path', HOME, '__Host-a=1; Secure', false],
    ['__Host- with another path', HOME, '__Host-a=1; Secure; Path=/x', false],
    ['__Host- with a domain', HOME, '__Host-a=1; Secure; Path=/; Domain=example.com', false],
    ['__host- without Secure', HOME, '__host-a=1; Path=/', false],
    ['no name', HOME, '=1', false],
    ['no equals sign', HOME, 'a', false],
    ['nothing', HOME, '', false],
    ['an empty value', HOME, 'a=', true],
    ['a value with equals signs and quotes', HOME, 'a="b=c"', true],
    ['a name that is no token, as servers send it', HOME, 'a[b]=1', true],
    ['a control character', HOME, 'a=\u0001', false],
    ['a line break', HOME, 'a=1\r\nSet-Cookie: b=2', false],
    ['a character that is no byte', HOME, 'a=\u2603', false],
    ['a name and value of 4096 bytes', HOME, `a=${'x'.repeat(4095)}`, true],
    ['a name and value of 4097 bytes', HOME, `a=${'x'.repeat(4096)}`, false],
    ['a dot apart from the name', HOME, 'a=1; Domain= . example.com', false],
    ['one dot, then its own host', HOME, 'a=1; Domain=.; Domain=example.com', true],
    ['its own host, then one dot', HOME, 'a=1; Domain=example.com; Domain=.', false],
    ['a foreign domain, then an empty one', HOME, 'a=1; Domain=bank.com; Domain=', true],
    ['a foreign domain, then its own', HOME, 'a=1; Domain=bank.com; Domain=example.com', true],
    ['a domain of over 1024 bytes, which counts as none', HOME, `a=1; Domain=${'x'.repeat(1025)}.com`, true],
    [
      'its own host, then a domain of over 1024 bytes',
      HOME,
      `a=1; Domain=example.com; Domain=${'x'.repeat(1025)}`,
      true,
    ],
    ['a foreign domain, then one of over 1024 bytes', HOME, `a=1; Domain=bank.com; Domain=${'x'.repeat(1025)}`, false],
    ['an end of over 1024 bytes, which counts as none', HOME, `a=1; Max-Age=0${'0'.repeat(1024)}`, true],
    ['Secure over http of localhost', 'http://localhost:8080/', 'a=1; Secure', true],
    ['Secure over http of a name below localhost', 'http://app.localhost/', 'a=1; Secure', true],
    ['Secure over http of a name that ends alike', 'http://evillocalhost/', 'a=1; Secure', false],
    ['__Host- over http of localhost', 'http://localhost/', '__Host-a=1; Secure; Path=/', true],
    ...['\u00a0', '\u0085', '\u00c2\u00a0', '\u00e2\u0080\u0080', '\u00e3\u0080\u0080', '\u00ef\u00bb\u00bf'].flatMap(
      (blank): [string, string, string, boolean][] => [
        [
          `__Host- behind the blank ${escape(blank)}`,
          HOME,
          `${blank}__Host-a=1; Secure; Path=/; Domain=example.com`,
          false,
        ],
        [`__Secure- behind the blank ${escape(blank)}`, HOME, `${blank}__Secure-a=1`, false],
      ],
    ),
    ['a line of 8191 bytes', HOME, `a=1; x=${'x'.repeat(8191 - 7)}`, false],
  ])('%s', async (_, url, line, stored) => {
    const jar = await jarWith(url, line);
    expect(jar.size).toBe(stored ? 1 : 0);
    expect(await jar.getCookieHeader(url.replace('http:', 'https:'))).toBe(stored ? line.split(';')[0] : '');
  });

  it.each([
    ['Max-Age', `a=1; Max-Age=${500 * 86_400}`],
    ['Expires', `a=1; Expires=${new Date(NOW + 500 * 86_400_000).toUTCString()}`],
    ['no end of Max-Age', 'a=1; Max-Age=99999999999999999999'],
  ])('lives 400 days at most: %s', async (_, line) => {
    const jar = new CookieJar({ clock: new FakeClock(NOW) });
    await jar.store(HOME, [line]);
    expect([...jar].map((cookie) => cookie.expires)).toEqual([NOW + 400 * 86_400_000]);
  });

  it('takes an earlier path and end for those that are too long', async () => {
    const jar = new CookieJar({ clock: new FakeClock(NOW) });
    const long = 'x'.repeat(1025);
    await jar.store(HOME, [`a=1; Path=/p; Path=/${long}; Max-Age=5; Max-Age=${'9'.repeat(1025)}`]);
    expect([...jar]).toMatchObject([{ path: '/p', expires: NOW + 5000 }]);
  });

  it('sends a Secure cookie over http to localhost, and to no other host', async () => {
    const jar = await jarWith('http://localhost/', 'a=1; Secure');
    await jar.store('https://127.0.0.1/', ['b=2; Secure']);
    for (const url of ['http://localhost/x', 'http://localhost:81/y', 'https://localhost/']) {
      expect([await jar.getCookieHeader(url), await jar.getCookieHeader(url)]).toEqual(['a=1', 'a=1']);
    }
    expect(await jar.getCookieHeader('http://127.0.0.1/')).toBe('');
  });

  it('says in strict mode why a cookie was refused, without its value', async () => {
    const jar = new CookieJar({ strict: true });
    await expect(jar.setCookie('sid=planted-secret; Domain=bank.com', HOME)).rejects.toThrow(
      'cookie "sid" was refused: its domain does not cover the host of the request',
    );
    const failure = await Promise.resolve()
      .then(() => jar.store(HOME, ['good=1', 'bad=planted-secret; Domain=.']))
      .catch((error: unknown) => error);
    expect(inspect(failure)).not.toContain('planted-secret');
    expect(failure).toBeInstanceOf(TypeError);
    expect(names(jar)).toEqual(['good']);
  });

  it('takes 50 cookies of a response', async () => {
    const lines = Array.from({ length: 60 }, (_, i) => `n${i}=1`);
    const jar = await jarWith(HOME, ...lines);
    expect(jar.size).toBe(50);
    await jar.store(HOME, lines.slice(50));
    expect(jar.size).toBe(60);
  });
});

describe('which requests get a cookie', () => {
  it.each([
    ['host-only', 'https://example.com/', 'a=1', 'https://example.com/x', true],
    ['host-only', 'https://example.com/', 'a=1', 'https://www.example.com/', false],
    ['host-only', 'https://example.com/', 'a=1', 'https://EXAMPLE.com/', true],
    ['of a domain', 'https://example.com/', 'a=1; Domain=example.com', 'https://a.b.example.com/', true],
    ['of a domain', 'https://example.com/', 'a=1; Domain=example.com', 'https://badexample.com/', false],
    ['of a public suffix itself', 'https://github.io/', 'a=1; Domain=github.io', 'https://me.github.io/', false],
    ['of one port', 'http://h:8080/', 'a=1', 'http://h:9090/', true],
    ['with a path', 'http://h/', 'a=1; Path=/x', 'http://h/x/y', true],
    ['with a path', 'http://h/', 'a=1; Path=/x', 'http://h/xy', false],
    ['with a path', 'http://h/', 'a=1; Path=/x', 'http://h/y/../x', true],
    ['with a path', 'http://h/', 'a=1; Path=/x', 'http://h/?q=/x', false],
    ['with the default path', 'http://h/dir/page', 'a=1', 'http://h/dir', true],
    ['with the default path', 'http://h/dir/page', 'a=1', 'http://h/', false],
    ['with a path that is none', 'http://h/dir/page', 'a=1; Path=x', 'http://h/dir/', true],
    ['Secure', 'https://h/', 'a=1; Secure', 'https://h/', true],
    ['Secure', 'https://h/', 'a=1; Secure', 'http://h/', false],
    ['HttpOnly and SameSite', 'https://h/', 'a=1; HttpOnly; SameSite=Strict', 'https://h/', true],
    ['of an address', 'http://127.0.0.1/', 'a=1', 'http://0x7f000001/', true],
    ['of an address', 'http://127.0.0.1/', 'a=1; Domain=127.0.0.1', 'http://127.0.0.2/', false],
  ])('%s: set by %s as %s, asked for %s: %s', async (_, from, line, to, sent) => {
    const jar = await jarWith(from, line);
    expect(jar.getCookieHeader(to)).toBe(sent ? 'a=1' : '');
    // Twice: the second answer is a remembered one.
    expect(jar.getCookieHeader(to)).toBe(sent ? 'a=1' : '');
    expect(jar.getCookies(to)).toHaveLength(sent ? 1 : 0);
  });

  it('gets the longest path first, then the oldest, and an update keeps its age', async () => {
    const jar = await jarWith('http://a.example.com/', 'b=1; Path=/', 'c=1; Path=/x/y', 'a=1; Path=/x');
    await jar.store('http://a.example.com/', ['d=1; Path=/; Domain=example.com', 'b=2; Path=/']);
    expect(jar.getCookieHeader('http://a.example.com/x/y/z')).toBe('c=1; a=1; b=2; d=1');
  });

  it('keeps cookies apart by name, path, domain and host-only flag', async () => {
    const jar = await jarWith(HOME, 'a=1', 'A=2', 'a=3; Path=/x', 'a=4; Domain=example.com', '0=5', '00=6');
    expect(jar.size).toBe(6);
    expect(jar.getCookieHeader('https://www.example.com/')).toBe('a=4');
  });

  it('refuses a URL that is not absolute http', async () => {
    const jar = await jarWith(HOME, 'a=1');
    expect(() => jar.getCookieHeader('/relative')).toThrow(TypeError);
  });

  it('sends bytes beyond ASCII back as they came', async () => {
    const jar = await jarWith(HOME, 'a=\u00e9\u00ff');
    expect(jar.getCookieHeader(HOME)).toBe('a=\u00e9\u00ff');
  });
});

describe('how long a cookie lives', () => {
  const day = 86_400_000;
  const http = (time: number) => new Date(time).toUTCString();

  it.each([
    ['a session cookie', 'a=1', Number.POSITIVE_INFINITY],
    ['Max-Age in seconds', 'a=1; Max-Age=60', 60_000],
    ['Expires', `a=1; Expires=${http(NOW + day)}`, day],
    ['Expires in the old format', 'a=1; Expires=Wednesday, 02-Jan-30 00:00:00 GMT', day],
    ['Max-Age over Expires', `a=1; Expires=${http(NOW + day)}; Max-Age=60`, 60_000],
    ['Expires over no Max-Age', `a=1; Max-Age=604800 Expires=x; Expires=${http(NOW + day)}`, day],
    ['an Expires that is no date', 'a=1; Expires=soon', Number.POSITIVE_INFINITY],
    ['a huge Max-Age', 'a=1; Max-Age=99999999999999999999', 400 * day],
    ['the longest Max-Age', `a=1; Max-Age=${'9'.repeat(400)}`, 400 * day],
    ['Max-Age=0', 'a=1; Max-Age=0', 0],
    ['a negative Max-Age', 'a=1; Max-Age=-1', 0],
    ['an Expires in the past', `a=1; Expires=${http(NOW - day)}`, 0],
  ])('%s', async (_, line, lifetime) => {
    const clock = new FakeClock(NOW);
    const jar = new CookieJar({ clock });
    await jar.store(HOME, [line]);
    expect(jar.getCookieHeader(HOME)).toBe(lifetime > 0 ? 'a=1' : '');
    if (lifetime === 0) return;
    await clock.advance(Math.min(lifetime, 1e13) - 1);
    expect(jar.getCookieHeader(HOME)).toBe('a=1');
    expect(jar.size).toBe(1);
    await clock.advance(1);
    expect(jar.getCookieHeader(HOME)).toBe(lifetime > 1e13 ? 'a=1' : '');
    expect(jar.size).toBe(lifetime > 1e13 ? 1 : 0);
  });

  it('does not begin again when the cookie is sent', async () => {
    const clock = new FakeClock(NOW);
    const jar = new CookieJar({ clock });
    await jar.store(HOME, ['a=1; Max-Age=10']);
    for (let i = 0; i < 9; i += 1) {
      await clock.advance(1000);
      expect(jar.getCookieHeader(HOME)).toBe('a=1');
    }
    await clock.advance(1000);
    expect(jar.getCookieHeader(HOME)).toBe('');
  });

  it.each(['a=; Max-Age=0', 'a=x; Max-Age=-5', 'a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT'])(
    'ends by %s',
    async (line) => {
      const jar = await jarWith(HOME, 'a=1', 'b=1');
      expect(jar.getCookieHeader(HOME)).toBe('a=1; b=1');
      await jar.store(HOME, [line]);
      expect(jar.getCookieHeader(HOME)).toBe('b=1');
    },
  );

  it('can be shortened, and flags can be changed, with the value as it was', async () => {
    const jar = await jarWith(HOME, 'a=1');
    await jar.store(HOME, ['a=1; Secure']);
    expect(jar.getCookieHeader('http://example.com/')).toBe('');
  });
});

describe('Secure cookies and responses over http', () => {
  it.each([
    ['the same one', 'a=1; Secure', 'http://example.com/', 'a=2'],
    ['one it would stand before', 'a=1; Secure', 'http://example.com/', 'a=2; Path=/x'],
    ['one of the parent domain', 'a=1; Secure; Domain=example.com', 'http://www.example.com/', 'a=2'],
    ['one of a host below', 'a=1; Secure', 'http://example.com/', 'a=2; Domain=example.com'],
  ])('leave alone %s', async (_, secure, url, line) => {
    const jar = await jarWith('https://example.com/', secure);
    await jar.store(url, [line, 'a=; Max-Age=0']);
    expect([...jar].map(({ value }) => value)).toEqual(['1']);
  });

  it('may set another name, another site, and a name whose Secure cookie has expired', async () => {
    const clock = new FakeClock(NOW);
    const jar = new CookieJar({ clock });
    await jar.store('https://example.com/', ['a=1; Secure; Max-Age=1']);
    await jar.store('http://example.com/', ['b=2']);
    await jar.store('http://other.com/', ['a=2']);
    await clock.advance(1000);
    await jar.store('http://example.com/', ['a=2']);
    expect(jar.getCookieHeader('http://example.com/')).toBe('b=2; a=2');
    expect(jar.getCookieHeader('http://other.com/')).toBe('a=2');
  });

  it('cannot push them out of the jar', async () => {
    const jar = new CookieJar({ maxPerDomain: 20, maxCookies: 30 });
    await jar.store(HOME, ['sid=1; Secure']);
    for (let i = 0; i < 100; i += 1) {
      await jar.store('http://example.com/', [`n${i}=1`]);
      await jar.store(`http://h${i}.example.com/`, [`n${i}=1`]);
    }
    expect(names(jar)).toContain('sid');
  });
});

describe('bounds', () => {
  it('hold with 10 000 cookies of one host, and the newest stay', async () => {
    const jar = new CookieJar();
    for (let i = 0; i < 200; i += 1) {
      await jar.store(
        HOME,
        Array.from({ length: 50 }, (_, n) => `c${i * 50 + n}=${'x'.repeat(100)}`),
      );
    }
    expect(jar.size).toBe(500);
    const line = await jar.getCookieHeader(HOME);
    expect(`Cookie: ${line}`.length).toBeLessThanOrEqual(8190);
    expect(line.split('; ').length).toBeLessThanOrEqual(150);
    expect(names(jar).at(-1)).toBe('c9999');
  });

  it('hold with 10 000 hosts of one site, and its line stays bounded', async () => {
    const jar = new CookieJar({ maxCookies: 1000 });
    for (let i = 0; i < 10_000; i += 1) await jar.store(`http://h${i}.example.com/`, ['a=1']);
    expect(jar.size).toBeLessThanOrEqual(1000);
    expect(jar.getCookieHeader('http://h9999.example.com/')).toBe('a=1');
    expect(jar.getCookieHeader('http://h0.example.com/')).toBe('');
  });

  it('take out what has ended before anything else', async () => {
    const clock = new FakeClock(NOW);
    const jar = new CookieJar({ clock, maxPerDomain: 3, maxCookies: 20 });
    await jar.store(HOME, ['a=1', 'b=1; Max-Age=1', 'c=1; Secure']);
    await clock.advance(1000);
    await jar.store(HOME, ['d=1']);
    expect(names(jar)).toEqual(['a', 'c', 'd']);
    await jar.store(HOME, ['e=1']);
    expect(names(jar)).toEqual(['c', 'd', 'e']);
    for (let i = 0; i < 16; i += 1) await jar.store(`https://h${i}.com/`, ['t=1; Max-Age=1']);
    await clock.advance(1000);
    for (let i = 0; i < 3; i += 1) await jar.store(`https://i${i}.com/`, ['u=1']);
    expect(names(jar)).toEqual(['c', 'd', 'e', 'u', 'u', 'u']);
  });

  it.each([{ maxCookies: 0 }, { maxPerDomain: -1 }, { maxCookies: 1.5 }, { maxPerDomain: Number.NaN }])(
    'are whole numbers above 0, not %j',
    (options) => {
      expect(() => new CookieJar(options)).toThrow(/must be a whole number above 0, got/);
    },
  );
});

describe('setCookie', () => {
  it.each<[string, string | CookieInit, string | undefined, string]>([
    ['a line', 'a=1; Path=/', HOME, 'a=1'],
    ['parts', { name: 'a', value: '1' }, HOME, 'a=1'],
    ['parts with a domain and no URL', { name: 'a', value: '1', domain: 'example.com' }, undefined, 'a=1'],
    ['parts that have ended', { name: 'a', value: '1', expires: new Date(0) }, HOME, ''],
    ['parts with a lifetime', { name: 'a', value: '1', maxAge: 60, expires: 0 }, HOME, 'a=1'],
  ])('takes %s', async (_, cookie, url, line) => {
    const jar = new CookieJar();
    expect(await jar.setCookie(cookie, url)).toBe(true);
    expect(jar.getCookieHeader(HOME)).toBe(line);
  });

  it.each<[string, CookieInit]>([
    ['a semicolon', { name: 'a', value: '1; Path=/' }],
    ['a line break', { name: 'a', value: '1\n' }],
    ['an equals sign in the name', { name: 'a=b', value: '1' }],
    ['an empty name', { name: '', value: '1' }],
    ['a public suffix', { name: 'a', value: '1', domain: 'com' }],
  ])('refuses %s', async (_, cookie) => {
    expect(await new CookieJar().setCookie(cookie, HOME)).toBe(false);
    await expect(new CookieJar({ strict: true }).setCookie(cookie, HOME)).rejects.toThrow(TypeError);
  });

  it.each([
    [{ name: 1, value: '1' }, 'the name of a cookie must be a string, got number'],
    [{ name: 'a', value: 5 }, 'the value of cookie "a" must be a string, got number'],
    [{ name: 'a', value: '1', path: 5 }, 'path of cookie "a" must be a string, got number'],
    [{ name: 'a', value: '1', expires: new Date('x') }, 'expires of cookie "a" is not a valid date'],
  ])('rejects %j', async (cookie, message) => {
    await expect(new CookieJar().setCookie(cookie as never, HOME)).rejects.toThrow(message);
  });

  it('needs a URL for a cookie without a domain', async () => {
    await expect(new CookieJar().setCookie('a=1')).rejects.toThrow('a cookie without a domain needs a URL');
    await expect(new CookieJar().setCookie('a=1', 'nowhere')).rejects.toThrow(TypeError);
  });
});

describe('clear', () => {
  let jar: CookieJar;
  beforeEach(async () => {
    jar = await jarWith('https://example.com/', 'a=1', 'b=1; Path=/x', 'c=1; Domain=example.com; Max-Age=60');
    await jar.store('https://www.example.com/', ['a=2', '0=2']);
    await jar.store('https://other.com/', ['a=3']);
  });

  it.each<[string, [string?, string?, string?], string[]]>([
    ['everything', [], []],
    ['a domain, not what is above or below', ['www.example.com'], ['a', 'b', 'c', 'a']],
    ['a domain in another spelling', ['.Example.COM'], ['a', '0', 'a']],
    ['a domain and a path', ['example.com', '/x'], ['a', 'c', 'a', '0', 'a']],
    ['a domain, a path and a name', ['example.com', '/', 'a'], ['b', 'c', 'a', '0', 'a']],
    ['a name everywhere', [undefined, undefined, 'a'], ['b', 'c', '0']],
    ['an empty domain, which is none', [''], ['a', 'b', 'c', 'a', '0', 'a']],
  ])('takes out %s', (_, [domain, path, name], left) => {
    expect(jar.getCookieHeader('https://example.com/')).toContain('a=1');
    void jar.clear(domain, path, name);
    expect(names(jar)).toEqual(left);
    expect(String(jar.getCookieHeader('https://example.com/')).includes('a=1')).toBe(
      [...jar].some((cookie) => cookie.name === 'a' && cookie.value === '1'),
    );
  });

  it('of session cookies leaves those with an end', () => {
    void jar.clearSessionCookies();
    expect(names(jar)).toEqual(['c']);
  });
});

describe('a jar as data', () => {
  it('comes back with flags, ages, order and lifetimes', async () => {
    const clock = new FakeClock(NOW);
    const jar = new CookieJar({ clock });
    await jar.store(HOME, ['a=1; Path=/x; HttpOnly; SameSite=Lax', 'b=2; Domain=example.com; Max-Age=60; Secure']);
    await clock.advance(5);
    await jar.store('http://[::1]/', ['c="q"']);
    const copy = CookieJar.from(jar.serialize(), undefined, { clock });
    expect([...copy]).toEqual([...jar]);
    expect(CookieJar.fromJSON(jar.toJSON(), { clock }).toJSON()).toEqual(jar.toJSON());
    expect(copy.getCookieHeader('https://www.example.com/x')).toBe('b=2');
    await clock.advance(60_000);
    expect(CookieJar.fromJSON(jar.toJSON(), { clock }).size).toBe(2);
  });

  it('can come from tough-cookie', async () => {
    const tough = await import('tough-cookie');
    const theirs = new tough.CookieJar();
    theirs.setCookieSync('a=1; Max-Age=3600; Secure', HOME);
    theirs.setCookieSync('b=2; Domain=example.com', HOME);
    const jar = CookieJar.fromJSON(JSON.stringify(theirs));
    expect(jar.getCookieHeader('https://www.example.com/')).toBe('b=2');
    expect(jar.getCookieHeader(HOME)).toBe('a=1; b=2');
    expect([...jar][0]?.expires).toBeGreaterThan(Date.now());
    expect(tough.CookieJar.deserializeSync(jar.serialize()).getCookieStringSync(HOME)).toBe('a=1; b=2');
  });

  const good = { key: 'a', value: 'planted-secret', domain: 'example.com', path: '/', hostOnly: true };
  it.each([
    ['text that is no JSON', '{"cookies":[{"value":"planted-secret"', 'it is not complete JSON'],
    ['a number', '5', 'a record with a list of cookies'],
    ['null', 'null', 'a record with a list of cookies'],
    ['a list', '[]', 'a record with a list of cookies'],
    ['a record without a list', '{"cookies":{}}', 'a record with a list of cookies'],
    ['null for a cookie', { cookies: [null] }, 'cookie 1 of 1 cannot be used: it is no record'],
    [
      'no host-only flag',
      { cookies: [good, { ...good, hostOnly: undefined }] },
      'cookie 2 of 2 cannot be used: hostOnly',
    ],
    ['a flag of another type', { cookies: [{ ...good, secure: 'yes' }] }, 'secure must be a boolean'],
    ['a name of another type', { cookies: [{ ...good, key: 5 }] }, 'key must be a string'],
    ['no domain', { cookies: [{ ...good, domain: null }] }, 'domain must be a string'],
    ['a domain with a dot before it', { cookies: [{ ...good, domain: '.example.com' }] }, 'domain is not the name'],
    ['a domain with a path', { cookies: [{ ...good, domain: 'example.com/x' }] }, 'domain is not the name'],
    ['a dot for a domain', { cookies: [{ ...good, domain: '.', hostOnly: false }] }, 'domain is not the name'],
    ['an escaped domain', { cookies: [{ ...good, domain: '%65xample.com' }] }, 'domain is not the name'],
    [
      'an address with hosts below',
      { cookies: [{ ...good, domain: '10.0.0.1', hostOnly: false }] },
      'hostOnly must be true',
    ],
    ['a top-level domain', { cookies: [{ ...good, domain: 'com', hostOnly: false }] }, 'hostOnly must be true'],
    ['a path without a slash', { cookies: [{ ...good, path: 'x' }] }, 'path must begin with a slash'],
    ['an end that is no date', { cookies: [{ ...good, expires: 'soon' }] }, 'expires must be a date'],
    [
      'a value that cannot be sent',
      { cookies: [{ ...good, value: 'planted-secret\r\n' }] },
      'the value has characters',
    ],
    ['a name that cannot be sent', { cookies: [{ ...good, key: 'a;b' }] }, 'the name has characters'],
    ['a prefix that is not kept', { cookies: [{ ...good, key: '__Host-a' }] }, '__Host- needs Secure'],
    ['a pair that is too long', { cookies: [{ ...good, value: 'x'.repeat(5000) }] }, 'longer than 4096 bytes'],
  ])('is refused with %s', (_, data, message) => {
    expect(() => CookieJar.fromJSON(data)).toThrow(message);
    expect(() => CookieJar.fromJSON(data)).toThrow(TypeError);
    expect(() => CookieJar.fromJSON(data)).not.toThrow('planted-secret');
  });

  it('is refused with a public suffix once the list is loaded', async () => {
    await loadCookieParser();
    const data = { cookies: [{ ...good, domain: 'co.uk', hostOnly: false }] };
    expect(() => CookieJar.fromJSON(data)).toThrow('its domain is a public suffix');
  });

  it('never shows in inspect', async () => {
    const jar = await jarWith(HOME, 'sid=planted-secret');
    expect(inspect({ cookies: jar }, { depth: 9, showHidden: true })).not.toContain('planted-secret');
    expect(inspect(jar)).toBe('CookieJar { size: 1 }');
  });
});

describe('a jar from names and values', () => {
  it.each([
    ['a domain', 'example.com', 'http://www.example.com/', 'a=1; b=2'],
    ['a domain', 'example.com', 'http://example.org/', ''],
    ['a domain in another spelling', '.EXAMPLE.com', 'http://example.com/', 'a=1; b=2'],
    ['a URL', 'http://example.com/x', 'http://example.com/', 'a=1; b=2'],
    ['a URL', 'http://example.com/x', 'http://www.example.com/', ''],
    ['an https URL', 'https://example.com/', 'http://example.com/', ''],
    ['an https URL', 'https://example.com/', 'https://example.com/', 'a=1; b=2'],
    ['an address with a port', '127.0.0.1:8080', 'http://127.0.0.1:9090/', 'a=1; b=2'],
    ['an IPv6 address', '::1', 'http://[::1]/', 'a=1; b=2'],
    ['localhost', 'localhost', 'http://app.localhost/', ''],
  ])('for %s %s, asked for %s', (_, scope, url, line) => {
    expect(CookieJar.from({ a: '1', b: '2' }, scope).getCookieHeader(url)).toBe(line);
  });

  it('needs a scope, and pairs that can be sent', () => {
    expect(() => CookieJar.from({ a: '1' })).toThrow('need a domain or a URL');
    expect(() => CookieJar.from({ a: '1' }, 'a b')).toThrow(TypeError);
    expect(() => CookieJar.from({ a: 'planted-secret;' }, 'h')).toThrow('cookie "a" cannot be sent');
    expect(() => CookieJar.from({ a: 5 as never }, 'h')).toThrow(
      'the value of cookie "a" must be a string, got number',
    );
  });
});

describe('loading', () => {
  it('leaves tough-cookie alone until a response sets a cookie', async () => {
    const script = `
      const { CookieJar } = await import('${builtUrl('src/cookies/cookie-jar.ts')}');
      await import('${builtUrl('src/cookies/file-cookie-jar.ts')}');
      const jar = new CookieJar();
      const before = [jar.getCookieHeader('http://h/'), CookieJar.from({ a: '1' }, 'h').getCookieHeader('http://h/')];
      const { cookieParser } = await import('${builtUrl('src/cookies/cookie-parser.ts')}');
      const loaded = () => cookieParser() !== undefined;
      const first = loaded();
      const storing = jar.store('http://h/', ['a=1']);
      const waiting = jar.getCookieHeader('http://h/');
      const found = await waiting;
      console.log(JSON.stringify([before, first, storing instanceof Promise, waiting instanceof Promise, found, loaded(),
        jar.store('http://h/', ['b=2']) === undefined, jar.getCookieHeader('http://h/')]));
    `;
    const run = promisify(execFile);
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script]);
    expect(JSON.parse(stdout)).toEqual([['', 'a=1'], false, true, true, 'a=1', true, true, 'a=1; b=2']);
  });

  it('keeps the order of what is asked while it loads', async () => {
    vi.resetModules();
    const { CookieJar: Fresh } = await import('../../src/cookies/cookie-jar.ts');
    const jar = new Fresh();
    const asked = [jar.store(HOME, ['a=1', 'b=1']), jar.clear(undefined, undefined, 'a'), jar.store(HOME, ['c=1'])];
    const early = jar.getCookieHeader(HOME);
    const set = jar.setCookie('a=2', HOME);
    expect(await early).toBe('b=1; c=1');
    await Promise.all([...asked, set]);
    expect(jar.getCookieHeader(HOME)).toBe('b=1; c=1; a=2');
  });
});
