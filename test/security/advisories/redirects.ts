/** Advisories about redirects: what is sent on, and where to. */
import { expect } from 'vitest';
import type { Client } from '../../../src/client/client.ts';
import { HttpRequest } from '../../../src/message/request.ts';
import { HttpResponse } from '../../../src/message/response.ts';
import { rejection } from '../../support/fake-handler.ts';
import { type Advisory, crossing, each, inMemory, redirected, withServers } from './bench.ts';

const SECRET = 's3cret-of-the-first';
const A = 'https://first.example/';
const DOWN = { allowRedirects: { allowDowngrade: true } };

/** No request of the second origin shows the secret, in whatever header. */
async function staysHome(headers: Record<string, string>, how: Parameters<typeof crossing>[1] = {}): Promise<void> {
  for (const request of await crossing({ headers }, how)) expect(request.rawHeaders.join('\n')).not.toContain(SECRET);
}

/** The secret is gone with the first hop, and with it from all that follow. */
async function isDropped(headers: Record<string, string>, locations: string[], options = {}): Promise<void> {
  const [first, ...others] = await redirected(A, locations, { headers, ...options });
  expect([...first!.headers].join()).toContain(SECRET);
  expect(others).toHaveLength(locations.length);
  for (const { headers } of others) expect([...headers].join()).not.toContain(SECRET);
}

export const redirectAdvisories: readonly Advisory[] = [
  {
    id: 'CVE-2022-31042',
    client: 'Guzzle',
    flaw: 'a Cookie header set by hand went along to another host and from https to http',
    test: 'a hand-set Cookie stays with its origin and does not go to http',
    async check() {
      await staysHome({ Cookie: `session=${SECRET}` });
      await isDropped({ Cookie: `session=${SECRET}` }, ['http://first.example/'], DOWN);
    },
  },
  {
    id: 'CVE-2022-31043',
    client: 'Guzzle',
    flaw: 'Authorization went along from https to http of the same host',
    test: 'Authorization does not follow to http of the same host',
    check: () => isDropped({ Authorization: `Bearer ${SECRET}` }, ['http://first.example/'], DOWN),
  },
  {
    id: 'CVE-2022-31090',
    client: 'Guzzle',
    flaw: 'the auth option, kept beside the headers, signed the request to the next origin too',
    test: 'the auth option answers for the first origin alone',
    async check() {
      for (const auth of [['ada', SECRET] as const, { bearer: SECRET }]) {
        for (const { headers } of await crossing({ auth })) expect(headers.authorization).toBeUndefined();
      }
    },
  },
  {
    id: 'CVE-2022-31091',
    client: 'Guzzle',
    flaw: 'another port of the same host counted as the same origin',
    test: 'another port is another origin; the written default port is not',
    async check() {
      const headers = { Authorization: `Bearer ${SECRET}`, Cookie: `session=${SECRET}` };
      await staysHome(headers);
      const [, same] = await redirected(A, ['https://first.example:443/x'], { headers });
      expect(same!.headers.get('authorization')).toContain(SECRET);
    },
  },
  {
    id: 'CVE-2022-0155',
    client: 'follow-redirects',
    flaw: 'Cookie went along to another host',
    test: 'Cookie does not follow to another host',
    check: () => isDropped({ cookie: `id=${SECRET}` }, ['https://second.example/']),
  },
  {
    id: 'CVE-2022-0536',
    client: 'follow-redirects',
    flaw: 'Authorization went along when the scheme alone changed',
    test: 'a change of the scheme alone is another origin, in both directions',
    async check() {
      await isDropped({ authorization: `Basic ${SECRET}` }, ['http://first.example/'], DOWN);
      const [, up] = await redirected('http://first.example/', [A], { headers: { authorization: `Basic ${SECRET}` } });
      expect(up!.headers.has('authorization')).toBe(false);
    },
  },
  {
    id: 'CVE-2024-28849',
    client: 'follow-redirects',
    flaw: 'Proxy-Authorization went along to another host',
    test: 'Proxy-Authorization set by hand does not follow to another host',
    check: () => isDropped({ 'pRoXy-AuThOrIzAtIoN': `Basic ${SECRET}` }, ['https://second.example/']),
  },
  {
    id: 'CVE-2026-40895',
    client: 'follow-redirects',
    flaw: 'secrets in headers of other names, such as X-API-Key, went along to another host',
    test: 'only headers of an allow-list follow to another origin, whatever the others are called',
    async check() {
      await staysHome({ 'X-API-Key': SECRET, 'X-Auth-Token': SECRET, Token: SECRET, 'X-Whatever': SECRET });
      for (const { headers } of await crossing({ headers: { Accept: 'text/x' } }))
        expect(headers.accept).toBe('text/x');
    },
  },
  {
    id: 'CVE-2022-0235',
    client: 'node-fetch',
    flaw: 'Authorization, WWW-Authenticate, Cookie and Cookie2 went along to another host',
    test: 'none of the four follows to another host, nor to a subdomain',
    async check() {
      for (const name of ['Authorization', 'WWW-Authenticate', 'Cookie', 'Cookie2']) {
        await isDropped({ [name]: SECRET }, ['https://second.example/', 'https://sub.first.example/']);
      }
    },
  },
  {
    id: 'CVE-2022-31151',
    client: 'undici',
    flaw: 'Cookie was not removed when a redirect crossed origins',
    test: 'a Cookie record of the call stays with its origin',
    async check() {
      for (const { headers } of await crossing({ cookies: { session: SECRET } }))
        expect(headers.cookie).toBeUndefined();
    },
  },
  {
    id: 'CVE-2023-45143',
    client: 'undici',
    flaw: 'fetch() sent Cookie along to another origin',
    test: 'client.fetch() does not send Cookie along',
    check: () => staysHome({}, fetching({ Cookie: `session=${SECRET}` })),
  },
  {
    id: 'CVE-2024-24758',
    client: 'undici',
    flaw: 'fetch() sent Proxy-Authorization along to another origin',
    test: 'client.fetch() does not send Proxy-Authorization along',
    check: () => staysHome({}, fetching({ 'Proxy-Authorization': `Basic ${SECRET}` })),
  },
  {
    id: 'CVE-2024-30260',
    client: 'undici',
    flaw: 'the fix for fetch() was missing in request() and stream()',
    test: 'streamed calls, send() and extended clients drop the same headers as get()',
    async check() {
      const headers = { Authorization: SECRET, 'Proxy-Authorization': SECRET };
      await staysHome({}, { send: async (client, url) => (await client.get(url, { headers, stream: true })).text() });
      await staysHome({}, { send: (client, url) => client.send(new HttpRequest('GET', url, headers)) });
      await staysHome({}, { send: (client, url) => client.extend({ headers }).get(url) });
    },
  },
  {
    id: 'CVE-2014-1829',
    client: 'requests',
    flaw: 'Authorization went along to another host',
    test: 'Authorization does not follow to another host on any of the five statuses',
    async check() {
      for (const status of [301, 302, 303, 307, 308]) {
        const locations = ['https://second.example/'];
        const headers = { Authorization: SECRET };
        const [, second] = await redirected(A, locations, { headers }, { status });
        expect(second!.headers.has('authorization'), String(status)).toBe(false);
      }
    },
  },
  {
    id: 'CVE-2018-18074',
    client: 'requests',
    flaw: 'Authorization went along from https to http of the same host',
    test: 'https to http is not followed at all unless it is allowed',
    async check() {
      const error = await rejection(redirected(A, ['http://first.example/'], { headers: { Authorization: SECRET } }));
      expect(error).toMatchObject({ name: 'RedirectError', code: 'ERR_REDIRECT_DOWNGRADE' });
    },
  },
  {
    id: 'CVE-2018-20060',
    client: 'urllib3',
    flaw: 'Authorization went along when host, port or scheme changed',
    test: 'each part of the origin counts by itself',
    async check() {
      for (const target of ['https://second.example/', 'https://first.example:8443/', 'http://first.example/']) {
        await isDropped({ Authorization: SECRET }, [target], DOWN);
      }
    },
  },
  {
    id: 'CVE-2018-25091',
    client: 'urllib3',
    flaw: 'the name of Authorization was compared with its case',
    test: 'a header is dropped in whatever case its name was written',
    check: () => isDropped({ aUTHORIZATION: SECRET, COOKIE: SECRET }, ['https://second.example/']),
  },
  {
    id: 'CVE-2023-43804',
    client: 'urllib3',
    flaw: 'Cookie was not among the headers that a redirect removes',
    test: 'cookies do not follow on a redirect that keeps the method and the body',
    async check() {
      const send = (client: Client, url: string) => client.post(url, { body: 'text', headers: { Cookie: SECRET } });
      await staysHome({}, { status: 307, send });
    },
  },
  {
    id: 'CVE-2024-37891',
    client: 'urllib3',
    flaw: 'Proxy-Authorization was not among the headers that a redirect removes',
    test: 'Proxy-Authorization does not follow on any handler',
    check: () => staysHome({ 'Proxy-Authorization': `Basic ${SECRET}` }),
  },
  {
    id: 'CVE-2023-45803',
    client: 'urllib3',
    flaw: 'the body was sent again after a 303 changed the method to GET',
    test: 'a body that a redirect drops is gone with every header that describes it',
    async check() {
      for (const [status, method] of [
        [301, 'POST'],
        [302, 'POST'],
        [303, 'PUT'],
      ] as const) {
        const options = { body: SECRET, headers: { 'Content-Type': 'text/plain', 'Content-Language': 'en' } };
        const [, second] = await redirected(A, ['/next'], options, { status, method });
        expect(second).toMatchObject({ method: 'GET', body: null });
        expect([...second!.headers.keys()].filter((name) => /^(?:content|transfer)-/i.test(name))).toEqual([]);
      }
    },
  },
  {
    id: 'CVE-2025-50181',
    client: 'urllib3',
    flaw: 'switching redirects off for a whole pool had no effect',
    test: 'allowRedirects: false of the client is obeyed by every handler',
    check: () =>
      withServers(1, ([server]) =>
        each(
          async (client) => {
            const response = await client.get(server!.url('/redirect/1'));
            expect([response.status, response.redirects]).toEqual([302, []]);
          },
          { allowRedirects: false },
        ),
      ),
  },
  {
    id: 'CVE-2018-1000007',
    client: 'curl',
    flaw: 'Authorization given by hand was sent to the host of a redirect',
    test: 'Authorization does not come back when a chain leads home again',
    check: () => isDropped({ Authorization: SECRET }, ['https://second.example/', A, `${A}again`]),
  },
  {
    id: 'CVE-2022-27774',
    client: 'curl',
    flaw: 'credentials of the URL followed to another port or protocol',
    test: 'userinfo of the URL answers for its origin alone',
    async check() {
      const options = {};
      const [first, second] = await redirected(
        `https://ada:${SECRET}@first.example/`,
        ['https://first.example:8443/'],
        options,
      );
      expect(first!.headers.get('authorization')).toMatch(/^Basic /);
      expect(second!.headers.has('authorization')).toBe(false);
      expect(second!.url).not.toContain(SECRET);
    },
  },
  {
    id: 'CVE-2022-27776',
    client: 'curl',
    flaw: 'Authorization and Cookie followed to another port of the same host',
    test: 'a HEAD does not send credentials along either',
    async check() {
      const headers = { Authorization: SECRET, Cookie: SECRET };
      await staysHome({}, { send: (client, url) => client.head(url, { headers }) });
    },
  },
  {
    id: 'CVE-2021-22876',
    client: 'curl',
    flaw: 'the automatic Referer held the userinfo of the URL',
    test: 'Referer has no userinfo',
    async check() {
      const [, second] = await redirected(`https://ada:${SECRET}@first.example/a`, ['/b'], {
        allowRedirects: { referer: true },
      });
      expect(second!.headers.get('referer')).toBe('https://first.example/a');
    },
  },
  {
    id: 'CVE-2026-67354',
    client: 'Guzzle',
    flaw: 'the automatic Referer held the fragment of the URL',
    test: 'Referer has no fragment, and for another origin no path',
    async check() {
      const options = { allowRedirects: { referer: true } };
      const [, near, far] = await redirected(`${A}a?q=1#${SECRET}`, ['/b', 'https://second.example/'], options);
      expect(near!.headers.get('referer')).toBe(`${A}a?q=1`);
      expect(far!.headers.get('referer')).toBe(A);
    },
  },
  {
    id: 'CVE-2022-33987',
    client: 'got',
    flaw: 'a redirect could lead to a UNIX socket',
    test: 'no redirect leads to a socket, and the one that was dialled is left with its origin',
    async check() {
      for (const location of ['unix:/var/run/docker.sock', 'unix:///var/run/docker.sock:/containers']) {
        expect(await rejection(redirected(A, [location]))).toMatchObject({ code: 'ERR_REDIRECT_PROTOCOL' });
      }
      const { client, asked } = inMemory(
        new HttpResponse(302, { Location: 'https://second.example/' }),
        new HttpResponse(200),
      );
      await client({ socketPath: '/run/app.sock' }).get(A);
      expect(asked.map(({ options }) => options.socketPath ?? undefined)).toEqual(['/run/app.sock', undefined]);
    },
  },
  {
    id: 'CVE-2009-0037',
    client: 'curl',
    flaw: 'a redirect could lead to file: and scp: URLs',
    test: 'a redirect to any scheme but http and https is refused',
    async check() {
      for (const url of ['file:///etc/passwd', 'scp://h/x', 'ftp://h/x', 'data:,x', 'javascript:alert(1)', 'ws://h/']) {
        expect(await rejection(redirected(A, [url])), url).toMatchObject({ code: 'ERR_REDIRECT_PROTOCOL' });
      }
    },
  },
  {
    id: 'CVE-2024-45336',
    client: 'Go net/http',
    flaw: 'headers dropped for another host came back on the hop after it',
    test: 'what one hop dropped stays dropped on a further hop within the new origin',
    check: () => isDropped({ Authorization: SECRET }, ['https://second.example/1', '/2', '/3']),
  },
  {
    id: 'CVE-2023-45289',
    client: 'Go net/http',
    flaw: 'a crafted target counted as a subdomain of the first host, and kept its headers',
    test: 'neither a subdomain nor a look-alike of the host keeps the headers',
    async check() {
      for (const host of [
        'a.first.example',
        'first.example.',
        'xfirst.example',
        '[::1]',
        'first.example.evil.example',
      ]) {
        await isDropped({ Authorization: SECRET, Cookie: SECRET }, [`https://${host}/`]);
      }
    },
  },
  {
    id: 'CVE-2023-26159',
    client: 'follow-redirects',
    flaw: 'a Location that two parsers read as two hosts led to the wrong one',
    test: 'the host of a Location is the one that the URL standard reads, and the only one',
    async check() {
      const [, second] = await redirected(A, ['https://localhost@second.example/x']);
      expect(second!.url).toBe('https://second.example/x');
      const [, third] = await redirected(A, ['https://second.example\\@first.example/']);
      expect(new URL(third!.url).host).toBe('second.example');
      expect(await rejection(redirected(A, ['https://[first.example]/']))).toMatchObject({
        code: 'ERR_REDIRECT_LOCATION',
      });
    },
  },
];

function fetching(headers: Record<string, string>): NonNullable<Parameters<typeof crossing>[1]> {
  return { send: async (client, url) => (await client.fetch(url, { headers })).text() };
}
