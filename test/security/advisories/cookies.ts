/** Advisories about cookies: whom they are kept for, and how many. */
import { expect } from 'vitest';
import { CookieJar } from '../../../src/cookies/cookie-jar.ts';
import { HttpResponse } from '../../../src/message/response.ts';
import { type Advisory, each, inMemory, withServers } from './bench.ts';

/** What is sent to the second URL after an answer of the first, through the layer. */
async function sentOn(from: string, lines: readonly string[], to: string): Promise<string | null> {
  const { client, requests } = inMemory(new HttpResponse(200, { 'Set-Cookie': lines }), new HttpResponse(200));
  const own = client({ cookies: true });
  await own.get(from);
  await own.get(to);
  return requests()[1]!.headers.get('cookie');
}

async function isNotSent(from: string, line: string, ...to: readonly string[]): Promise<void> {
  for (const url of to) expect(await sentOn(from, [line], url), `${line} to ${url}`).toBeNull();
}

export const cookieAdvisories: readonly Advisory[] = [
  {
    id: 'CVE-2022-29248',
    client: 'Guzzle',
    flaw: 'a server could set cookies for any other domain',
    test: 'a Domain that does not cover the host that set it is refused',
    check: () =>
      isNotSent('https://evil.example/', 'a=1; Domain=bank.example', 'https://bank.example/', 'https://evil.example/'),
  },
  {
    id: 'CVE-2026-55767',
    client: 'Guzzle',
    flaw: 'Domain=. matched every host',
    test: 'a Domain of dots alone is refused',
    async check() {
      for (const domain of ['.', '..', ' . ', '...']) {
        await isNotSent(
          'https://evil.example/',
          `a=1; Domain=${domain}`,
          'https://victim.example/',
          'https://evil.example/',
        );
      }
    },
  },
  {
    id: 'CVE-2026-59883',
    client: 'Guzzle',
    flaw: 'an address, or a host that reads as a number, matched by its end',
    test: 'a cookie of an address goes to that address alone',
    async check() {
      await isNotSent('http://1.2.3.4/', 'a=1; Domain=2.3.4', 'http://5.2.3.4/', 'http://1.2.3.4/');
      await isNotSent('http://evil.0x7f/', 'a=1; Domain=0x7f', 'http://127.0.0.1/').catch((error: Error) => {
        expect(error.name).toBe('RequestError');
      });
      expect(await sentOn('http://1.2.3.4/', ['a=1; Domain=1.2.3.4'], 'http://1.2.3.4/')).toBe('a=1');
    },
  },
  {
    id: 'CVE-2026-67353',
    client: 'Guzzle',
    flaw: 'any number of cookies of any size was stored, and sent to sibling hosts in one endless line',
    test: 'a flood of cookies is bounded by response, by pair and by line',
    async check() {
      const many = Array.from({ length: 1000 }, (_, i) => `c${i}=${'x'.repeat(100)}; Domain=app.example`);
      const line = await sentOn('https://a.app.example/', many, 'https://b.app.example/');
      expect(line!.split('; ')).toHaveLength(50);
      const jar = new CookieJar();
      for (let i = 0; i < 20; i += 1) {
        const lines = Array.from({ length: 50 }, (_, j) => `c${i}-${j}=${'x'.repeat(200)}`);
        await jar.store('https://app.example/', lines);
      }
      expect(Buffer.byteLength(`Cookie: ${jar.getCookieHeader('https://app.example/')}`)).toBeLessThanOrEqual(8190);
    },
  },
  {
    id: 'CVE-2026-67355',
    client: 'Guzzle',
    flaw: 'a cookie without Domain was sent to subdomains',
    test: 'a cookie without Domain goes to its host alone, also after the jar was saved',
    async check() {
      await isNotSent('https://app.example/', 'a=1', 'https://sub.app.example/');
      const jar = new CookieJar();
      await jar.setCookie('a=1', 'https://app.example/');
      expect(JSON.parse(jar.serialize())).toMatchObject({ cookies: [{ hostOnly: true }] });
    },
  },
  {
    id: 'CVE-2026-69245',
    client: 'Guzzle',
    flaw: 'a Domain in an escaped spelling kept its subdomains',
    test: 'a Domain that is not spelled as hosts are is refused',
    async check() {
      for (const domain of ['app%2eexample', '%61pp.example', 'app.example%00', 'APP\u00e3\u0080\u0082example']) {
        await isNotSent('https://app.example/', `a=1; Domain=${domain}`, 'https://sub.app.example/');
      }
    },
  },
  {
    id: 'CVE-2023-46218',
    client: 'curl',
    flaw: 'a public suffix in mixed case was not recognised',
    test: 'a public suffix is one in any case',
    check: () => isNotSent('https://shop.co.uk/', 'a=1; Domain=co.UK', 'https://bank.co.uk/', 'https://shop.co.uk/'),
  },
  {
    id: 'CVE-2022-27779',
    client: 'curl',
    flaw: 'a host with a trailing dot could set cookies for its top-level domain',
    test: 'a trailing dot gives no cookie to a public suffix',
    async check() {
      for (const domain of ['me.', 'me', '.me.']) {
        await isNotSent('https://firewalld.me./', `a=1; Domain=${domain}`, 'https://other.me./', 'https://other.me/');
      }
    },
  },
  {
    id: 'CVE-2022-32205',
    client: 'curl',
    flaw: 'huge cookies made each later request too large for its server',
    test: 'a pair of more than 4096 bytes is not stored',
    async check() {
      await isNotSent('https://app.example/', `a=${'x'.repeat(4096)}; Domain=app.example`, 'https://sub.app.example/');
      expect(await sentOn('https://app.example/', [`a=${'x'.repeat(4094)}`], 'https://app.example/')).toHaveLength(
        4096,
      );
    },
  },
  {
    id: 'CVE-2022-35252',
    client: 'curl',
    flaw: 'cookies with control bytes were stored, and made servers refuse every request',
    test: 'a cookie with a control byte is not stored',
    async check() {
      const jar = new CookieJar();
      await jar.store('https://app.example/', ['a=\x01', 'b\x7f=1', 'c=x\x1f; Path=/', 'd=1']);
      expect(jar.getCookieHeader('https://app.example/')).toBe('d=1');
    },
  },
  {
    id: 'CVE-2014-3613',
    client: 'curl',
    flaw: 'the end of an address was taken for a domain',
    test: 'the end of an address is no domain',
    check: () => isNotSent('http://192.168.0.1/', 'a=1; Domain=168.0.1', 'http://129.168.0.1/', 'http://192.168.0.1/'),
  },
  {
    id: 'CVE-2014-3620',
    client: 'curl',
    flaw: 'cookies were taken for whole top-level domains',
    test: 'a cookie for a whole top-level domain is refused',
    check: () => isNotSent('https://evil.com/', 'a=1; Domain=com', 'https://bank.com/', 'https://evil.com/'),
  },
  {
    id: 'CVE-2025-9086',
    client: 'curl',
    flaw: 'a cookie over http could stand in the place of a Secure one',
    test: 'a cookie over http neither replaces nor hides a Secure one',
    async check() {
      const jar = new CookieJar();
      await jar.store('https://app.example/', ['id=right; Secure; Path=/']);
      await jar.store('http://app.example/login/', ['id=wrong; Path=/', 'id=wrong; Path=/login']);
      expect(jar.getCookieHeader('https://app.example/login')).toBe('id=right');
    },
  },
  {
    id: 'CVE-2026-6276',
    client: 'curl',
    flaw: 'a Host header set by hand decided which cookies a later request got',
    test: 'cookies go by the URL, whatever Host says',
    async check() {
      const { client, requests } = inMemory(new HttpResponse(200, { 'Set-Cookie': 'id=1' }), new HttpResponse(200));
      const own = client({ cookies: true });
      await own.get('https://app.example/', { headers: { Host: 'other.example' } });
      await own.get('https://other.example/');
      await own.get('https://elsewhere.example/', { headers: { Host: 'app.example' } });
      await own.get('https://app.example/');
      expect(requests().map(({ headers }) => headers.get('cookie'))).toEqual([null, null, null, 'id=1']);
    },
  },
  {
    id: 'CVE-2015-2296',
    client: 'requests',
    flaw: 'a cookie of a redirect was kept for the host that the redirect led to',
    test: 'a cookie of a redirect belongs to the host that sent it',
    check: () =>
      withServers(1, ([server]) =>
        each(async (client) => {
          const target = encodeURIComponent(server!.url('/cookies', 'localhost'));
          const line = encodeURIComponent(`fixed=1; Path=/`);
          const jar = new CookieJar();
          server!.enqueue({
            status: 302,
            headers: { 'Set-Cookie': decodeURIComponent(line), Location: decodeURIComponent(target) },
          });
          await client.get(server!.url('/'), { cookies: jar });
          expect(server!.requests.at(-1)!.headers.cookie).toBeUndefined();
          expect(jar.getCookieHeader(server!.url('/'))).toBe('fixed=1');
        }),
      ),
  },
  {
    id: 'GHSA-p88m-4jfj-68fv',
    client: 'undici',
    flaw: 'the value of Set-Cookie was percent-decoded, and a line end in it went into the next head',
    test: 'the value of a cookie is sent back as it came, not decoded',
    async check() {
      const value = 'a%0d%0aX-Injected:%20yes';
      expect(await sentOn('https://app.example/', [`id=${value}`], 'https://app.example/')).toBe(`id=${value}`);
    },
  },
  {
    id: 'CVE-2023-26136',
    client: 'tough-cookie',
    flaw: 'a cookie of the domain __proto__ changed Object.prototype',
    test: 'no name or domain of a cookie reaches Object.prototype',
    async check() {
      const jar = new CookieJar();
      await jar.store('https://__proto__/', ['polluted=yes; Domain=__proto__; Path=/notauth', '__proto__=yes; Path=/']);
      await jar.store('https://app.example/', ['__proto__=yes', 'constructor=yes; Path=/prototype']);
      expect(({} as Record<string, unknown>)['/notauth']).toBeUndefined();
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    },
  },
  {
    id: 'CVE-2023-45857',
    client: 'axios',
    flaw: 'the value of the XSRF-TOKEN cookie was sent as a header, to any host',
    test: 'no cookie becomes another header',
    async check() {
      const { client, requests } = inMemory(new HttpResponse(200));
      const jar = new CookieJar();
      await jar.setCookie('XSRF-TOKEN=s3cret', 'https://app.example/');
      const own = client({ cookies: jar });
      await own.get('https://app.example/');
      await own.get('https://other.example/');
      const others = requests().map(({ headers }) => [...headers].filter(([name]) => name.toLowerCase() !== 'cookie'));
      expect(JSON.stringify(others)).not.toContain('s3cret');
    },
  },
];
