/** Advisories about options: what a polluted prototype, or a record from outside, may decide. */
import { expect } from 'vitest';
import type { Client } from '../../../src/client/client.ts';
import { HttpResponse } from '../../../src/message/response.ts';
import type { RequestOptions } from '../../../src/options/options.ts';
import { rejection } from '../../support/fake-handler.ts';
import { polluted } from '../pollute.ts';
import { type Advisory, inMemory } from './bench.ts';

const URL_OF = 'https://app.example/v1';

/** What a handler is asked while Object.prototype holds these, by a client that is made meanwhile. */
async function askedWhile(
  properties: Record<string, unknown>,
  call: (client: Client) => Promise<unknown>,
  ...answers: HttpResponse[]
) {
  const { client, asked } = inMemory(...(answers.length === 0 ? [new HttpResponse(200)] : answers));
  await polluted(properties, () => call(client()));
  return asked;
}

export const optionAdvisories: readonly Advisory[] = [
  {
    id: 'CVE-2026-42264',
    client: 'axios',
    flaw: 'auth, baseURL, socketPath, beforeRedirect and insecureHTTPParser were read from Object.prototype',
    test: 'credentials, base, socket and callbacks are never inherited',
    async check() {
      const onRedirect = () => {
        throw new Error('a callback of the prototype ran');
      };
      const evil = {
        auth: ['evil', 'x'],
        baseUri: 'https://evil.example/',
        socketPath: '/run/docker.sock',
        onRedirect,
      };
      const answers = [new HttpResponse(302, { Location: '/next' }), new HttpResponse(200)];
      const asked = await askedWhile(evil, (client) => client.get(URL_OF), ...answers);
      expect(asked.map(({ request }) => request.url)).toEqual([URL_OF, 'https://app.example/next']);
      for (const { request, options } of asked) {
        expect(request.headers.has('authorization')).toBe(false);
        expect(options.socketPath).toBeUndefined();
      }
      const relative = askedWhile({ baseUri: 'https://evil.example/' }, (client) => client.get('/x'));
      expect(await rejection(relative)).toMatchObject({ code: 'ERR_URI' });
    },
  },
  {
    id: 'GHSA-w9j2-pvgh-6h63',
    client: 'axios',
    flaw: 'a polluted validateStatus made every error a success',
    test: 'no inherited httpErrors makes an error a success',
    async check() {
      const call = askedWhile({ httpErrors: false }, (client) => client.get(URL_OF), new HttpResponse(401));
      expect(await rejection(call)).toMatchObject({ name: 'ClientError' });
    },
  },
  {
    id: 'GHSA-3w6x-2g7m-8v23',
    client: 'axios',
    flaw: 'a polluted reviver rewrote the JSON of every response',
    test: 'no inherited property has a part in reading JSON',
    async check() {
      const reviver = () => 'evil';
      const { client } = inMemory(new HttpResponse(200, {}, '{"role":"user"}'));
      await polluted(
        { reviver, parseReviver: reviver, parseJson: reviver, json: reviver, transformResponse: reviver },
        async () => {
          expect(await client().get(URL_OF).json()).toEqual({ role: 'user' });
        },
      );
    },
  },
  {
    id: 'CVE-2026-67319',
    client: 'axios',
    flaw: 'records within the options were read with what they inherit',
    test: 'records within the options are read without what they inherit',
    async check() {
      const decider = () => true;
      const evil = {
        max: 0,
        protocols: [],
        keepHeaders: ['authorization'],
        limit: 9,
        decider,
        allowDowngrade: true,
        referer: true,
        strict: true,
      };
      const answers = [
        new HttpResponse(302, { Location: 'https://other.example/' }),
        new HttpResponse(503),
        new HttpResponse(200),
      ];
      const asked = await askedWhile(
        evil,
        (client) =>
          client.post(URL_OF, {
            allowRedirects: {},
            retry: { methods: ['GET'], delay: () => 0 },
            headers: { Authorization: 's3cret' },
          }),
        ...answers,
      );
      expect(
        asked.map(({ request }) => [
          request.method,
          request.headers.has('authorization'),
          request.headers.has('referer'),
        ]),
      ).toEqual([
        ['POST', true, false],
        ['GET', false, false],
        ['GET', false, false],
      ]);
    },
  },
  {
    id: 'GHSA-xj6q-8x83-jv6g',
    client: 'axios',
    flaw: 'missing parts of auth were taken from Object.prototype',
    test: 'an auth record is not completed from the prototype',
    async check() {
      const call = askedWhile({ bearer: 'evil', username: 'evil', password: 'evil' }, (client) =>
        client.get(URL_OF, { auth: {} as never }),
      );
      expect(await rejection(call)).toMatchObject({ name: 'TypeError' });
      const asked = await askedWhile({ 0: 'evil', 1: 'evil' }, (client) => client.get(URL_OF));
      expect(asked[0]!.request.headers.has('authorization')).toBe(false);
    },
  },
  {
    id: 'GHSA-gcfj-64vw-6mp9',
    client: 'axios',
    flaw: 'options that an interceptor had copied inherited a proxy',
    test: 'options that a layer copied inherit nothing',
    async check() {
      const { client, asked } = inMemory(new HttpResponse(200));
      const own = client();
      own.stack!.push((next) => (request, options) => next(request, { ...options }), 'copies');
      await polluted({ proxy: 'http://evil:1', http: 'http://evil:1' }, () =>
        own.get(URL_OF, { proxy: { https: false } }),
      );
      expect(Object.hasOwn(asked[0]!.options, 'proxy')).toBe(true);
      const { proxyRules } = await import('../../../src/connect/rules/proxy-policy.ts');
      await polluted({ http: 'http://evil:1' }, async () => {
        const target = { protocol: 'http:', hostname: 'a.example', port: 80 };
        expect(proxyRules({ https: false }).choose(target, {})).toBeUndefined();
      });
    },
  },
  {
    id: 'CVE-2026-42042',
    client: 'axios',
    flaw: 'a polluted withXSRFToken sent the token of a cookie to any origin',
    test: 'no inherited property adds a header',
    async check() {
      const evil = {
        headers: { 'X-Evil': '1' },
        withXSRFToken: true,
        xsrfCookieName: 'id',
        cookies: { id: 's3cret' },
        redact: ['x'],
      };
      const asked = await askedWhile(evil, (client) => client.get(URL_OF));
      const [clean] = await askedWhile({}, (client) => client.get(URL_OF));
      expect([...asked[0]!.request.headers]).toEqual([...clean!.request.headers]);
    },
  },
  {
    id: 'CVE-2026-25639',
    client: 'axios',
    flaw: 'options from JSON with a key __proto__ crashed the merge',
    test: 'a key __proto__ in options from JSON neither crashes nor changes a prototype',
    async check() {
      const options = JSON.parse(
        '{"__proto__":{"polluted":1},"headers":{"__proto__":"x","X-A":"1"},"query":{"__proto__":"y"}}',
      ) as RequestOptions;
      const { client, requests } = inMemory(new HttpResponse(200));
      await client({ query: { a: 1 } })
        .get(URL_OF, options)
        .catch((error: Error) => expect(error).toBeInstanceOf(TypeError));
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
      for (const { headers } of requests()) expect(headers.get('x-a')).toBe('1');
    },
  },
];
