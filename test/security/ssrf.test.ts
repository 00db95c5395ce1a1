/** Ways to reach what must not be reached: private addresses under `denyPrivateNetwork`, and what is outside a base. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Client, type ClientOptions } from '../../src/client/client.ts';
import { HttpRequest } from '../../src/message/request.ts';
import { HttpResponse } from '../../src/message/response.ts';
import { denyPrivateNetwork } from '../../src/middleware/deny-private-network.ts';
import type { Lookup, RequestOptions } from '../../src/options/options.ts';
import { Pool } from '../../src/pool/pool.ts';
import { HandlerStack } from '../../src/stack/handler-stack.ts';
import { startServer, type TestServer } from '../../src/testing/server.ts';
import { answering, rejection } from '../support/fake-handler.ts';
import { startHttp2Site } from '../support/http2-site.ts';
import { matrixHandlers } from './fault-cells.ts';

const OWN = ['undici', 'node:http', 'stream'] as const;
const BLOCKED = 'ERR_ADDRESS_BLOCKED';

const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code;

async function withServer(run: (server: TestServer) => Promise<void>, start = () => startServer()): Promise<void> {
  const server = await start();
  try {
    await run(server);
  } finally {
    await server.close();
  }
}

/** Everything that sends. Each gives the code of its failure. */
const doors: Readonly<Record<string, (client: Client, url: string) => Promise<unknown>>> = {
  get: (client, url) => rejection(client.get(url)).then(codeOf),
  'a streamed post': (client, url) => rejection(client.post(url, { stream: true, body: 'x' })).then(codeOf),
  send: (client, url) => rejection(client.send(new HttpRequest('PUT', url))).then(codeOf),
  sendRequest: (client, url) => rejection(client.sendRequest(new HttpRequest('GET', url))).then(codeOf),
  attempt: (client, url) => client.attempt('GET', url).then(([, error]) => codeOf(error)),
  'a retried get': (client, url) => rejection(client.get(url, { retry: { limit: 1, delay: () => 0 } })).then(codeOf),
  fetch: (client, url) => rejection(client.fetch(url)).then((error) => codeOf(error) ?? codeOf(error.cause)),
  download: (client, url) => rejection(client.download(url, join(tmpdir(), 'sluice-never-written'))).then(codeOf),
  upgrade: (client, url) => rejection(client.upgrade(url.replace('http:', 'ws:'))).then(codeOf),
  beacon: (client, url) =>
    new Promise((resolve) => client.beacon(url, { onError: (error: unknown) => resolve(codeOf(error)) })),
  Pool: async (client, url) => codeOf(((await Pool.batch(client, [url]))[0] as PromiseRejectedResult).reason),
  'an extended client': (client, url) => rejection(client.extend({ headers: { 'X-A': '1' } }).get(url)).then(codeOf),
};

describe('denyPrivateNetwork', () => {
  it.each([
    '127.0.0.1',
    '127.1',
    '0x7f000001',
    '0x7f.1',
    '0177.0.0.1',
    '017700000001',
    '2130706433',
    '0',
    '0.0.0.0',
    '127.0.0.1.',
    '%31%32%37.0.0.1',
    '①②⑦.⓪.⓪.①',
    '127。0。0。1',
    'public.test@127.0.0.1',
    '[::]',
    '[::1]',
    '[0:0:0:0:0:0:0:1]',
    '[::127.0.0.1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::ffff:0:127.0.0.1]',
    '[64:ff9b::7f00:1]',
    '[64:ff9b:1::7f00:1]',
    '[2002:7f00:1::]',
    '[2001:0:7f00:1::]',
    '[fc00::1]',
    '[fd00:ec2::254]',
    '[fe80::1]',
    '[ff02::1]',
    '169.254.169.254',
    '100.64.0.1',
    '10.0.0.1',
    '224.0.0.1',
    '255.255.255.255',
    'localhost',
  ])('does not reach http://%s, over any handler', (host) =>
    withServer(async (server) => {
      for (const name of OWN) {
        const handler = HandlerStack.create(matrixHandlers[name]!());
        await using client = new Client({ handler, denyPrivateNetwork: true, proxy: false });
        expect(codeOf(await rejection(client.get(`http://${host}:${server.port}/json`))), name).toBe(BLOCKED);
      }
      expect(server.totalConnections).toBe(0);
    }),
  );

  it.each(['[fe80::1%25lo]', '[::1%lo]', '127.0.0.1%00', '127.0.0.1%2f@public.test', '256.0.0.1', '127.0.0.1:0x50'])(
    'does not reach http://%s, which is no host at all or another one',
    (host) =>
      withServer(async (server) => {
        const lookup: Lookup = async () => '127.0.0.1';
        await using client = new Client({ denyPrivateNetwork: true, proxy: false, lookup });
        const port = host.includes('0x50') ? '' : `:${server.port}`;
        expect([BLOCKED, 'ERR_URI']).toContain(codeOf(await rejection(client.get(`http://${host}${port}/json`))));
        expect(server.totalConnections).toBe(0);
      }),
  );

  const guards: Readonly<Record<string, () => Client>> = {
    'as an option of the client': () => new Client({ denyPrivateNetwork: true, proxy: false }),
    'as a layer': () => {
      const client = new Client({ proxy: false });
      client.stack!.push(denyPrivateNetwork(), 'denyPrivateNetwork');
      return client;
    },
  };
  for (const [how, make] of Object.entries(guards)) {
    it.each(Object.entries(doors))(`${how}, holds for %s`, (_, send) =>
      withServer(async (server) => {
        await using client = make();
        expect(await send(client, server.url('/json'))).toBe(BLOCKED);
        expect(server.totalConnections).toBe(0);
      }),
    );
  }

  it('holds for requestSync, which refuses a client with a layer that it cannot take along', () =>
    withServer(async (server) => {
      const guarded = guards['as an option of the client']!();
      expect(() => guarded.requestSync('GET', server.url('/json'))).toThrow(/denyPrivateNetwork/);
      expect(() => guards['as a layer']!().requestSync('GET', server.url('/json'))).toThrow(TypeError);
      expect(server.totalConnections).toBe(0);
    }));

  it('holds over HTTP/2, where a connection that was made without it is there already', () =>
    withServer(async (server) => {
      await using client = new Client({ version: '2', proxy: false });
      expect((await client.get(server.url('/json'))).protocolVersion).toBe('2');
      const before = server.requests.length;
      expect(codeOf(await rejection(client.get(server.url('/json'), { denyPrivateNetwork: true })))).toBe(BLOCKED);
      expect(server.requests).toHaveLength(before);
    }, startHttp2Site));

  it('is not loosened by another policy of the same client: each has connections of its own', () =>
    withServer(async (server) => {
      for (const name of OWN) {
        await using client = new Client({ handler: HandlerStack.create(matrixHandlers[name]!()), proxy: false });
        const allowed: RequestOptions = { denyPrivateNetwork: { allow: ['127.0.0.1'] } };
        expect((await client.get(server.url('/json'), allowed)).status).toBe(200);
        for (const strict of [true, { allow: ['127.0.0.2'] }, { allow: [`localhost:${server.port}`] }] as const) {
          const error = await rejection(client.get(server.url('/json'), { denyPrivateNetwork: strict }));
          expect(codeOf(error), name).toBe(BLOCKED);
        }
      }
      expect(server.requests).toHaveLength(OWN.length);
    }));

  it('judges every hop of a redirect, and every spelling in a Location', () =>
    withServer(async (server) => {
      for (const name of OWN) {
        const allow = [`first.test:${server.port}`];
        const lookup: Lookup = async () => '127.0.0.1';
        const handler = HandlerStack.create(matrixHandlers[name]!());
        await using client = new Client({ handler, denyPrivateNetwork: { allow }, lookup, proxy: false });
        for (const to of ['//127.0.0.1', '//0x7f.1', '//[::1]', '//second.test', '//first.test@127.1', '//localhost']) {
          server.clear();
          const target = `${to}:${server.port}/json`;
          const url = server.url(`/redirect-to?url=${encodeURIComponent(target)}`, 'first.test');
          expect(codeOf(await rejection(client.get(url))), `${name} ${to}`).toBe(BLOCKED);
          expect(server.requests).toHaveLength(1);
        }
      }
    }));

  it('dials none of the private addresses of a name that has public ones too, not even as a second choice', () =>
    withServer(async (server) => {
      // 192.0.2.1 stands for a public address that does not answer: it is allowed, and leads nowhere.
      const lookup: Lookup = async () => [
        { address: '127.0.0.1', family: 4 },
        { address: '192.0.2.1', family: 4 },
      ];
      for (const name of OWN) {
        const options: ClientOptions = { denyPrivateNetwork: { allow: ['192.0.2.1'] }, lookup, connectTimeout: 700 };
        const handler = HandlerStack.create(matrixHandlers[name]!());
        await using client = new Client({ handler, proxy: false, ...options });
        const error = await rejection(client.get(server.url('/json', 'mixed.test')));
        expect(error.name, name).toMatch(/^(?:TimeoutError|ConnectError)$/);
      }
      expect(server.totalConnections).toBe(0);
    }));
});

describe('allowAbsoluteUrls: false', () => {
  const BASE = 'https://api.example/v1/';
  const confined = (...answers: HttpResponse[]) => {
    const { handler, requests } = answering(...(answers.length > 0 ? answers : [new HttpResponse(200)]));
    const client = new Client({ handler: HandlerStack.create(handler), baseUri: BASE, allowAbsoluteUrls: false });
    return { client, requests };
  };
  const OUTSIDE = [
    'https://evil.example/v1/',
    'HTTPS://EVIL.example/v1/',
    'http://api.example/v1/x',
    'https://api.example:8443/v1/x',
    'https://api.example.evil.example/v1/',
    'https://api.example@evil.example/v1/',
    'https://evil.example\\@api.example/v1/',
    'https:evil.example/v1/',
    '//evil.example/v1/',
    '///evil.example/v1/',
    '/\\evil.example/v1/',
    '\\\\evil.example/v1/',
    '/v1',
    '/v1evil/x',
    '/v2/x',
    '..',
    '../',
    '../v1',
    'a/../../v2',
    '%2e%2e/v2',
    '%2E./v2',
    '.%2e%2fv2',
    '..%2fv2',
    '..%5cv2',
    '%252e%252e/v2',
    '%252e%252e%252fv2',
    'a/..;/..;/v2',
    '..%3b/v2',
    '..\\v2',
    'unix:/run/docker.sock',
    'file:///etc/passwd',
  ];

  it.each(OUTSIDE)('does not ask for %s', async (uri) => {
    const { client, requests } = confined();
    expect(codeOf(await rejection(client.get(uri)))).toBe('ERR_URI');
    expect(requests()).toEqual([]);
  });

  // For a Location, `https:x` of an https page is a relative reference, which stays inside.
  it.each(OUTSIDE.filter((uri) => uri !== 'https:evil.example/v1/'))(
    'does not follow a redirect to %s',
    async (uri) => {
      const { client, requests } = confined(new HttpResponse(302, { Location: uri }), new HttpResponse(200));
      const error = await rejection(client.get('users'));
      expect(String(codeOf(error))).toMatch(/^ERR_REDIRECT_(?:OUTSIDE_BASE|PROTOCOL|LOCATION|DOWNGRADE)$/);
      expect(requests()).toHaveLength(1);
    },
  );

  it.each(Object.entries(doors).filter(([name]) => name !== 'Pool'))('holds for %s', async (_, send) => {
    const { client, requests } = confined();
    expect(await send(client, 'https://evil.example/v1/')).toBe('ERR_URI');
    expect(requests()).toEqual([]);
  });

  it('holds for a template, whose variables are escaped, and for one that does not escape them', async () => {
    const { client, requests } = confined();
    const vars = { name: '../../v2', host: '//evil.example/' };
    await client.get('users/{name}', { uriVars: { name: 'a/../../v2' } }).catch(() => undefined);
    for (const template of ['{+name}', '{+host}', 'users/{+name}', '{name}'])
      expect(codeOf(await rejection(client.get(template, { uriVars: vars }))), template).toBe('ERR_URI');
    for (const { url } of requests()) expect(url.startsWith(BASE)).toBe(true);
  });

  it('lets everything inside through', async () => {
    const { client, requests } = confined();
    for (const uri of [
      '',
      'users',
      './users',
      'a/../users',
      `${BASE}users`,
      '/v1/users',
      '..a/...',
      '?q=../..',
      'users#/../',
    ]) {
      await client.get(uri);
      expect(requests().at(-1)!.url.startsWith(BASE), uri).toBe(true);
    }
  });
});
