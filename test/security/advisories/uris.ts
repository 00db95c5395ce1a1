/** Advisories about hosts: what a caller checked is what is dialled. */
import { expect } from 'vitest';
import { HttpRequest } from '../../../src/message/request.ts';
import { HttpResponse } from '../../../src/message/response.ts';
import { canonicalUrl, resolveUri } from '../../../src/message/uri.ts';
import type { RequestOptions } from '../../../src/options/options.ts';
import { rejection } from '../../support/fake-handler.ts';
import { type Advisory, each, inMemory, OWN, withServers } from './bench.ts';

const BASE = 'https://api.example/v1/';

async function asked(uri: string, options: RequestOptions = {}): Promise<string> {
  const { client, requests } = inMemory(new HttpResponse(200));
  await client(options).get(uri);
  return requests()[0]!.url;
}

const isRefused = async (uri: string, options: RequestOptions = {}) =>
  expect(await rejection(asked(uri, options)), uri).toMatchObject({ name: 'RequestError', code: 'ERR_URI' });

export const uriAdvisories: readonly Advisory[] = [
  {
    id: 'CVE-2026-49214',
    client: 'Guzzle',
    flaw: 'blanks and line ends in the host went into Host',
    test: 'a host with a blank or a control character is refused',
    async check() {
      for (const host of ['a b', 'a%20b', 'a%0d%0ab', 'a%00', 'a\u00a0b%20']) await isRefused(`http://${host}/`);
    },
  },
  {
    id: 'CVE-2026-48998',
    client: 'Guzzle',
    flaw: 'a Host such as a@b or a/b was read as the authority of a URL',
    test: 'the URL of a request never comes from its Host',
    async check() {
      for (const host of ['good@evil.example', 'evil.example/x', 'evil.example#']) {
        const { client, requests } = inMemory(new HttpResponse(200));
        await client()
          .get(BASE, { headers: { Host: host } })
          .catch(() => undefined);
        for (const { url } of requests()) expect(url).toBe(BASE);
      }
    },
  },
  {
    id: 'CVE-2026-59882',
    client: 'Guzzle',
    flaw: 'a backslash, or delimiters in the host, gave a URL two hosts',
    test: 'a URL that two parsers read differently is refused',
    async check() {
      for (const url of [
        'http://good.example\\@evil.example/',
        'http:\\\\evil.example/',
        'http:/\\evil.example',
        'http:evil.example',
        'http:///evil.example/',
      ]) {
        await isRefused(url);
      }
      await isRefused('\\\\evil.example/x', { baseUri: BASE });
      await each(async (client) => {
        const handler = client.stack!.resolve();
        for (const url of ['http://good.example:80@evil.example/', 'http://a:b@good.example/']) {
          const error = await rejection(handler(new HttpRequest('GET', url), {}));
          expect(error.message, url).toMatch(/userinfo/);
        }
      });
    },
  },
  {
    id: 'CVE-2026-69246',
    client: 'Guzzle',
    flaw: 'an address in another spelling passed the checks of the caller, and was dialled',
    test: 'request.url shows the address that is dialled, however it was spelled',
    async check() {
      for (const host of [
        '127.0.0.%31',
        '0x7f000001',
        '2130706433',
        '0177.0.0.1',
        '127.1',
        '①②⑦.⓪.⓪.①',
        '127.0.0.1.',
      ]) {
        expect(new URL(await asked(`http://${host}/`)).hostname, host).toBe('127.0.0.1');
      }
      expect(new URL(await asked('http://127.0.0.1%2f@evil.example/')).hostname).toBe('evil.example');
    },
  },
  {
    id: 'CVE-2022-35949',
    client: 'undici',
    flaw: 'a path that began with // replaced the host',
    test: 'a path that begins with // stays a path',
    check: () =>
      withServers(1, ([server]) =>
        each(async (client) => {
          await client.get(`${server!.origin}//127.0.0.2:1/x`, { httpErrors: false });
          expect(server!.requests.at(-1)!.url).toBe('//127.0.0.2:1/x');
        }),
      ),
  },
  {
    id: 'CVE-2024-39338',
    client: 'axios',
    flaw: 'a path that began with // was asked of the host it names',
    test: 'a network-path reference cannot leave a base that holds its calls',
    async check() {
      for (const uri of ['//evil.example/x', '///evil.example/x', '/\\evil.example']) {
        await isRefused(uri, { baseUri: BASE, allowAbsoluteUrls: false });
      }
    },
  },
  {
    id: 'CVE-2025-27152',
    client: 'axios',
    flaw: 'an absolute URL replaced the base, and its credentials went along',
    test: 'no spelling of a URI leaves a base that holds its calls, redirects included',
    async check() {
      const options = { baseUri: BASE, allowAbsoluteUrls: false };
      for (const uri of [
        'https://evil.example/',
        'HTTPS://evil.example',
        '../v2',
        '/v2',
        '%2e%2e/v2',
        '..%2fv2',
        'a/../../v2',
        '..;/v2',
        '.%2e/x',
      ]) {
        await isRefused(uri, options);
      }
      const { client } = inMemory(new HttpResponse(302, { Location: '/v2' }), new HttpResponse(200));
      expect(await rejection(client(options).get('users'))).toMatchObject({ code: 'ERR_REDIRECT_OUTSIDE_BASE' });
      expect(await asked('users', options)).toBe(`${BASE}users`);
    },
  },
  {
    id: 'CVE-2022-27780',
    client: 'curl',
    flaw: 'an escaped slash in the host was undone after the host was checked',
    test: 'an escaped delimiter in the host is refused',
    async check() {
      for (const delimiter of ['%2F', '%3f', '%23', '%40', '%3A', '%5c'])
        await isRefused(`http://good.example${delimiter}127.0.0.1/`);
    },
  },
  {
    id: 'CVE-2024-47081',
    client: 'requests',
    flaw: 'credentials kept for one host were sent to another, whose URL was written to be misread',
    test: 'credentials of the URL go with the host that is dialled',
    async check() {
      const { client, requests } = inMemory(new HttpResponse(200));
      await client().get('http://good.example:@evil.example/');
      const [request] = requests();
      expect(request!.url).toBe('http://evil.example/');
      expect(request!.headers.get('authorization')).toBe(`Basic ${btoa('good.example:')}`);
    },
  },
  {
    id: 'CVE-2025-58754',
    client: 'axios',
    flaw: 'a data: URL was decoded into memory, whatever the limits',
    test: 'no scheme but http and https is asked for',
    async check() {
      for (const url of ['data:text/plain,hello', 'file:///etc/passwd', 'blob:x', 'javascript:1', 'ftp://h/'])
        await isRefused(url);
    },
  },
  {
    id: 'CVE-2024-45258',
    client: 'req',
    flaw: 'a host that is no host was cut until it was one',
    test: 'a host that is no host is refused and never repaired',
    check() {
      for (const url of [
        'http://a.example:80:80/',
        'http://[::1',
        'http://a.example:99999/',
        'http://a<b/',
        'http://a^b/',
      ]) {
        expect(() => canonicalUrl(url), url).toThrow(TypeError);
      }
      expect(() => resolveUri('http://a b.example/', undefined)).toThrow(TypeError);
    },
  },
  {
    id: 'CVE-2023-24329',
    client: 'urllib',
    flaw: 'a URL with blanks before it slipped past lists of denied hosts',
    test: 'a URL with blanks before or within it is refused or asked as the caller sees it',
    async check() {
      for (const url of [' https://evil.example/', '\u00a0https://evil.example/']) {
        const reached = await asked(url, { baseUri: BASE }).catch(() => BASE);
        expect(new URL(reached).host).toBe('api.example');
        await isRefused(url.replace('\u00a0', ' '));
      }
      expect(() => new HttpRequest('GET', '\thttps://evil.example/')).toThrow(TypeError);
    },
  },
  {
    id: 'CVE-2024-29415',
    client: 'ip',
    flaw: 'private addresses in odd spellings counted as public',
    test: 'denyPrivateNetwork judges the address that is dialled, in whatever spelling, on each hop',
    check: () =>
      withServers(1, ([server]) =>
        each(
          async (client) => {
            const hosts = [
              '127.1',
              '0x7f.1',
              '[::ffff:127.0.0.1]',
              '012.1.2.3',
              '[64:ff9b::7f00:1]',
              '0',
              '169.254.169.254',
            ];
            for (const host of hosts) {
              const error = await rejection(client.get(`http://${host}:${server!.port}/`));
              expect(error, host).toMatchObject({ name: 'ConnectError', code: 'ERR_ADDRESS_BLOCKED' });
            }
            const allowed = { denyPrivateNetwork: { allow: [`127.0.0.1:${server!.port}`] } };
            const hop = `/redirect-to?url=${encodeURIComponent(`http://127.0.0.2:${server!.port}/`)}`;
            expect(await rejection(client.get(server!.url(hop), allowed))).toMatchObject({
              code: 'ERR_ADDRESS_BLOCKED',
            });
          },
          { denyPrivateNetwork: true, proxy: false },
          OWN,
        ),
      ),
  },
];
