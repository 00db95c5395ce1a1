/**
 * A marked secret in every place that may hold one, and everything that this package shows of an exchange: nothing shown
 * may hold a mark. What a place is called is in the mark, so a failure says what leaked.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { Client, type ClientOptions } from '../../src/client/client.ts';
import { CookieJar } from '../../src/cookies/cookie-jar.ts';
import { HttpRequest } from '../../src/message/request.ts';
import { HttpResponse } from '../../src/message/response.ts';
import { type HistoryEntry, history } from '../../src/middleware/history.ts';
import { log } from '../../src/middleware/log/log.ts';
import { MessageFormatter } from '../../src/middleware/log/message-formatter.ts';
import type { RequestOptions } from '../../src/options/options.ts';
import { Pool } from '../../src/pool/pool.ts';
import { HandlerStack } from '../../src/stack/handler-stack.ts';
import * as faults from '../../src/testing/faults.ts';
import { startScriptedServer } from '../../src/testing/scripted-server.ts';
import { startServer, type TestServer } from '../../src/testing/server.ts';
import { fakeTerminal } from '../cli/fake-terminal.ts';
import { answering, rejection } from '../support/fake-handler.ts';
import { startHttpProxy } from '../support/http-proxy.ts';
import { startPeer } from '../support/websocket-peer.ts';
import { matrixHandlers } from './fault-cells.ts';
import { hush, leaks, secretAnswer, secretOptions, shown } from './secret-places.ts';

/** A client that writes down what it shows: log lines, debug, history's entries, stats. */
function watched(options: ClientOptions = {}, handler = 'undici') {
  const texts: string[] = [];
  const entries: HistoryEntry[] = [];
  const stack = HandlerStack.create(matrixHandlers[handler]!());
  const line = (text: string) => void texts.push(text);
  stack.unshift(log({ info: line, error: line }, MessageFormatter.DEBUG), 'log');
  stack.push(
    log({ info: line, error: line }, '{uri} {target} {error} {req_header_X-Own} {res_header_Set-Cookie}'),
    'log',
  );
  stack.unshift(history(entries), 'history');
  stack.push(history(entries), 'history');
  const debug = { write: (text: string) => texts.push(text) } as unknown as Writable;
  const onStats = (stats: object) => void texts.push(shown(stats));
  const client = new Client({ handler: stack, debug, onStats, ...options });
  const all = () =>
    [...texts, shown(entries), shown(client), shown(client.stack), shown(client.stack!.handler)].join('\n');
  return { client, all };
}

async function withServer(run: (server: TestServer) => Promise<void>): Promise<void> {
  const server = await startServer();
  try {
    await run(server);
  } finally {
    await server.close();
  }
}

/** The rejection of a call, as everything shows it. */
const failing = async (call: Promise<unknown>): Promise<string> => shown(await rejection(call));
const isSilent = (text: string) => expect(leaks(text)).toEqual([]);
const withAuth = (auth: RequestOptions['auth']): RequestOptions => {
  const options = secretOptions();
  const { Authorization: _, ...headers } = options.headers as Record<string, string>;
  return { ...options, headers, auth };
};

describe.each(Object.keys(matrixHandlers))('over %s, no secret is shown', (handler) => {
  it('of a call that succeeds, by log, debug, history, stats, and the messages themselves', () =>
    withServer(async (server) => {
      const { client, all } = watched({}, handler);
      for (const options of [
        secretOptions(),
        withAuth(['ada', hush('auth-password')]),
        withAuth({ bearer: hush('auth-bearer') }),
        withAuth(['ada', hush('auth-digest'), 'digest']),
        { ...secretOptions(), json: undefined, formParams: { password: hush('form'), own: hush('form-own') } },
        { ...secretOptions(), json: undefined, headers: new Headers({ authorization: hush('web-headers') }) as never },
      ]) {
        server.enqueue((_, res) => {
          res.writeHead(200, { 'Set-Cookie': `sid=${hush('set-cookie')}`, 'X-Own': hush('own-answer') }).end('{}');
        });
        const response = await client.post(server.url('/'), options);
        isSilent([shown(response), shown(response.request)].join('\n'));
        isSilent(shown(response.headers.without('x-own')));
        expect(shown(response)).toContain('***');
      }
      expect(server.requests.map(({ rawHeaders }) => rawHeaders.join()).join()).toContain(hush('own-header'));
      isSilent(all());
      await client.destroy();
    }));

  it('of an answer that repeats the request, and one that sets secrets of its own', () =>
    withServer(async (server) => {
      const { client, all } = watched({}, handler);
      for (const [status, stream] of [
        [401, false],
        [500, true],
        [302, false],
      ] as const) {
        const answer = secretAnswer(status);
        server.enqueue((_, res) => {
          res
            .writeHead(status, `No ${hush('authorization')}`, [...answer.headers].flat())
            .end(Buffer.from(answer.bytesNow()!));
        });
        const options = { ...secretOptions(), stream, allowRedirects: { allowDowngrade: true } };
        isSilent(await failing(client.post(server.url('/a'), options)));
      }
      isSilent(all());
      await client.destroy();
    }));

  it('of a password that the server repeats without its coding', () =>
    withServer(async (server) => {
      const { client, all } = watched({}, handler);
      const password = hush('basic-password');
      const coded = Buffer.from(`ada:${password}`).toString('base64');
      const asked: readonly [string, RequestOptions][] = [
        [server.url('/'), { auth: ['ada', password] }],
        [server.url('/'), { headers: { Authorization: `Basic ${coded}` } }],
        [server.url('/').replace('//', `//ada:${password}@`), {}],
      ];
      for (const [url, options] of asked) {
        for (const status of [200, 401, 500]) {
          server.enqueue((_, res) => {
            res.writeHead(status, `No ${password}`, { 'X-Said': `ada:${password}`, 'Content-Type': 'text/plain' });
            res.end(`wrong: ${password}, or ada:${password}`);
          });
          if (status === 200) isSilent(shown(await client.get(url, options)));
          else isSilent(await failing(client.get(url, { ...options, stream: status === 500 })));
        }
      }
      isSilent(all());
      await client.destroy();
    }));

  it('of cookies that inner layers add and a body repeats', () =>
    withServer(async (server) => {
      const jar = new CookieJar();
      await jar.setCookie(`plan=${hush('jar')}`, server.url('/'));
      const { client, all } = watched({ cookies: jar }, handler);
      for (const options of [
        {},
        { cookies: { color: hush('record') } },
        { auth: ['ada', hush('auth-inner')] },
      ] as const) {
        for (const status of [200, 403]) {
          server.enqueue((req, res) => {
            const { cookie = '', authorization = '' } = req.headers;
            const values = cookie.split('; ').map((pair) => pair.slice(pair.indexOf('=') + 1));
            res.writeHead(status, { 'X-Said': values.join() }).end(`you are ${values.join(' and ')} ${authorization}`);
          });
          await client.attempt('GET', server.url('/'), options as RequestOptions);
        }
      }
      expect(server.requests.map((one) => one.headers['cookie']).join()).toContain(hush('record'));
      expect(all()).toContain('you are ***');
      isSilent(all());
      await client.destroy();
    }));

  it('of the words of a body that fails while it is sent', () =>
    withServer(async (server) => {
      const { client, all } = watched({}, handler);
      const url = `http://ada:${hush('source-password')}@h/?token=${hush('source-query')}`;
      const errors = [
        new Error(`cannot read ${url}`),
        new Error('cannot read', { cause: new Error(`no answer from ${url}`) }),
        new Error(`refused "${hush('authorization')}"`),
        Object.assign(new Error('cannot read'), { url }),
        `cannot read ${url}`,
      ];
      for (const error of errors) {
        const body = (async function* () {
          yield 'x';
          throw error;
        })();
        const options = { ...secretOptions(), json: undefined, body };
        const found = await rejection(client.post(server.url('/'), options));
        expect(found).toMatchObject({ code: 'ERR_BODY_SOURCE' });
        isSilent(shown(found));
      }
      isSilent(all());
      await client.destroy();
    }));

  it('of a connection that is refused, an answer that is late, and one that is broken', async () => {
    const { client, all } = watched({}, handler);
    for (const script of [faults.garbage(), faults.truncatedBody(), faults.resetAt(0), faults.badChunkSize()]) {
      const server = await startScriptedServer(script);
      isSilent(await failing(client.post(server.url('/'), secretOptions())));
      await server.close();
    }
    const silent = await startScriptedServer([{ stall: true }]);
    isSilent(await failing(client.post(silent.url('/'), { ...secretOptions(), headersTimeout: 50 })));
    isSilent(await failing(client.post(silent.url('/'), { ...secretOptions(), timeout: 50 })));
    await silent.close();
    isSilent(await failing(client.post(silent.url('/'), secretOptions())));
    isSilent(await failing(client.get(`http://ada:${hush('userinfo')}@127.0.0.1:${new URL(silent.url()).port}/`)));
    isSilent(all());
    await client.destroy();
  });
});

describe('no secret is shown', () => {
  it('of a proxy: not its password in an error, nor in what a client shows of itself', async () => {
    const proxy = await startHttpProxy({ auth: ['ada', 'other'] });
    const url = proxy.url.replace('other', hush('proxy-password'));
    for (const handler of ['undici', 'node:http', 'stream']) {
      const { client, all } = watched({ proxy: url }, handler);
      isSilent(await failing(client.get('http://a.test/')));
      isSilent(await failing(client.get('https://a.test/')));
      isSilent(await failing(client.get('http://a.test/', { proxy: url.replace(/:\d+$/, ':1') })));
      isSilent(await failing(client.get('http://a.test/', { proxy: { http: url.replace('http:', 'gopher:') } })));
      isSilent(await failing(client.get('http://a.test/', { proxy: url.replace(/:\d+$/, ':99999') })));
      isSilent(all());
      await client.destroy();
    }
    await proxy.close();
  });

  it('of a mistake in options', async () => {
    const secret = hush('mistake');
    const client = new Client();
    const mistakes: Record<string, unknown>[] = [
      { auth: secret },
      { auth: [secret] },
      { auth: ['ada', secret, 'none'] },
      { auth: { bearer: `${secret}\n` } },
      { auth: { bearer: 5, token: secret } },
      { headers: { Authorization: `${secret}\n` } },
      { headers: secret },
      { headers: [[secret]] },
      { cookies: { id: `${secret};\n` } },
      { cookies: secret },
      { proxy: `ftp://ada:${secret}@127.0.0.1/` },
      { proxy: `http://ada:${secret}@` },
      { proxy: `ada:${secret}@127.0.0.1:1` },
      { proxy: { http: `//ada:${secret}@127.0.0.1` } },
      { sslKey: ['/nowhere', secret], cert: '/nowhere' },
      { sslKey: [`-----BEGIN PRIVATE KEY-----\n${secret}\n-----END PRIVATE KEY-----`, secret], cert: 'x' },
      { json: { password: secret }, body: secret },
      { query: 5, body: secret },
      { baseUri: `//ada:${secret}@127.0.0.1` },
      { baseUri: `ftp://ada:${secret}@127.0.0.1/` },
      { uriVars: secret },
    ];
    for (const options of mistakes) {
      expect(
        leaks(await failing(client.get('http://127.0.0.1:1/', options as RequestOptions))),
        Object.keys(options).join(),
      ).toEqual([]);
    }
    for (const options of mistakes) {
      let error: unknown;
      try {
        await new Client(options as ClientOptions).get('http://127.0.0.1:1/');
      } catch (caught) {
        error = caught;
      }
      expect(error).toBeInstanceOf(Error);
      expect(leaks(shown(error)), Object.keys(options).join()).toEqual([]);
    }
  });

  it('of a URI that cannot be asked for', async () => {
    const client = new Client();
    const uris = [
      `users?own=${hush('uri-own')}&token=${hush('uri-token')}`,
      `//ada:${hush('uri-password')}@`,
      `http://ada:${hush('uri-password')}@/`,
      `http://ada:${hush('uri-password')}@a b/`,
      `http://ada:${hush('uri-password')}@127.0.0.1:99999/`,
      `ftp://ada:${hush('uri-password')}@127.0.0.1/?token=${hush('uri-token')}`,
      `http:\\\\ada:${hush('uri-password')}@127.0.0.1/`,
      `http://127.0.0.1:1/\n?token=${hush('uri-token')}`,
      `https:ada:${hush('uri-password')}@h/`,
      `ada:${hush('uri-password')}@127.0.0.1`,
      ` http://ada:${hush('uri-password')}@127.0.0.1`,
      `http://127.0.0.1:1/#access_token=${hush('uri-fragment')}`,
      `http://127.0.0.1:1/?a=1;password=${hush('uri-semicolon')}`,
      `http://127.0.0.1:1/?pass%77ord=${hush('uri-escaped')}`,
      `http://127.0.0.1:1/{?token}`,
    ];
    for (const uri of uris) {
      const options = { redact: ['own'], uriVars: { token: hush('uri-var') } };
      expect(leaks(await failing(client.get(uri, options))), uri).toEqual([]);
      expect(
        leaks(await failing(client.fetch(uri.replace('{?token}', '')))).filter((one) => !one.includes('own=')),
        uri,
      ).toEqual([]);
    }
    isSilent(
      await failing(
        new Client({ redact: ['own'], baseUri: 'http://127.0.0.1:1/v1/', allowAbsoluteUrls: false }).get(
          `/v2?own=${hush('uri-own')}`,
        ),
      ),
    );
  });

  it('of the URL of a request whose file cannot be sent', async () => {
    const client = new Client({ redact: ['own'], baseUri: 'http://127.0.0.1:1/' });
    const query = { own: hush('multipart-query') };
    isSilent(await failing(client.post('a', { query, multipart: [{ name: 'f', path: '/nowhere/at/all' }] })));
  });

  it('of the causes of an error, joined ones included', async () => {
    const inner = Object.assign(
      new Error(`no answer from http://ada:${hush('cause-userinfo')}@h/?token=${hush('cause-query')}`),
      {
        url: `http://h/?token=${hush('cause-property')}`,
        config: { headers: { authorization: hush('cause-config') } },
      },
    );
    const joined = new AggregateError([inner, new Error(`refused "${hush('authorization')}"`)], 'all failed');
    for (const cause of [inner, joined, new Error('outer', { cause: joined }), new Error('outer', { cause: inner })]) {
      const client = new Client();
      const lookup = () => Promise.reject(cause);
      isSilent(await failing(client.get('http://a.test/', { ...secretOptions(), lookup })));
      await client.destroy();
    }
  });

  it('of redirects that end badly', async () => {
    const location = `http://ada:${hush('location-password')}@a.test/?token=${hush('location-query')}#access_token=${hush('location-fragment')}`;
    for (const bad of [
      location,
      location.replace('http:', 'ftp:'),
      location.replace('a.test', 'a b'),
      `//ada:${hush('location-password')}@:x`,
    ]) {
      // Only the first origin knows what it was sent.
      const { handler } = answering(
        (request) => secretAnswer(302).withHeader('Location', bad).with({ request }),
        (request) =>
          new HttpResponse(302, { Location: bad, 'Set-Cookie': `a=${hush('set-cookie')}` }).with({ request }),
      );
      const client = new Client({ handler: HandlerStack.create(handler), allowRedirects: { max: 2, referer: true } });
      isSilent(await failing(client.get('https://b.test/', secretOptions())));
      isSilent(await failing(client.get('http://b.test/', secretOptions())));
    }
  });

  it('of a pool, its results and a beacon', () =>
    withServer(async (server) => {
      const { client, all } = watched();
      const results: unknown[] = [];
      const pool = new Pool(client, [server.url('/status/500'), 'http://127.0.0.1:1/', server.url('/json')], {
        options: secretOptions(),
      });
      for await (const result of pool) results.push(result);
      expect(results).toHaveLength(3);
      isSilent([shown(pool), shown(results), shown(pool.stats)].join('\n'));
      const told: unknown[] = [];
      const beacon = client.beacon(server.url('/status/500'), {
        ...secretOptions(),
        onError: (error: unknown) => void told.push(error),
      });
      isSilent([shown(beacon), shown(await beacon.done), shown(told)].join('\n'));
      expect(told).toHaveLength(1);
      isSilent(all());
      await client.close();
    }));

  it('of sendRequest, send, attempt and requestSync', () =>
    withServer(async (server) => {
      const { client, all } = watched();
      const request = new HttpRequest(
        'POST',
        server.url(`/status/401?token=${hush('request-query')}`),
        {
          Authorization: hush('request-header'),
        },
        JSON.stringify({ password: hush('request-body') }),
      );
      isSilent(shown(request));
      isSilent(shown(await client.sendRequest(request)));
      isSilent(await failing(client.send(request)));
      isSilent(await failing(client.sendRequest(request.with({ url: 'http://127.0.0.1:1/' }))));
      const [, error] = await client.attempt('GET', server.url('/status/404'), secretOptions());
      isSilent(shown(error));
      isSilent(all());
      await client.destroy();
    }));

  it('of requestSync, whose error comes from another thread', async () => {
    const client = new Client();
    let error: unknown;
    try {
      client.requestSync('GET', 'http://127.0.0.1:1/', secretOptions());
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(Error);
    isSilent(shown(error));
  });

  it('of a cookie jar', async () => {
    const jar = new CookieJar();
    await jar.setCookie(`sid=${hush('jar')}`, 'http://a.test/');
    isSilent([shown({ jar: { inspect: String(jar) } }), (await import('node:util')).inspect({ jar })].join('\n'));
  });

  it('of a download, nor in what it leaves on disk beside the file', () =>
    withServer(async (server) => {
      const folder = await mkdtemp(join(tmpdir(), 'sluice-secrets-'));
      const { client, all } = watched();
      const options = { ...secretOptions(), json: undefined, headersTimeout: 2000, readTimeout: 1000 };
      for (const path of ['/close-in-body?length=200000&sent=150000', '/status/403', '/redirect-loop']) {
        isSilent(await failing(client.download(server.url(path), join(folder, 'file'), options)));
      }
      const files = await readdir(folder);
      isSilent(
        (
          await Promise.all(
            files.filter((one) => one.endsWith('.json')).map((one) => readFile(join(folder, one), 'utf8')),
          )
        ).join(),
      );
      isSilent(all());
      await client.destroy();
      await rm(folder, { recursive: true });
    }));

  it('of a WebSocket, open, refused and broken', async () => {
    const { client, all } = watched();
    const peers = await startPeer();
    const options = { ...secretOptions(), json: undefined };
    const [socket, peer] = await Promise.all([client.upgrade(peers.url, options), peers.accept()]);
    isSilent([shown(socket), shown(socket.response)].join('\n'));
    await peer.write(Buffer.from([0xff, 0xff]));
    isSilent(shown(await socket.receive().catch((error: unknown) => error)));
    isSilent(shown(await socket.closed));
    await peers.close();
    isSilent(await failing(client.upgrade(peers.url, options)));
    await withServer(async (server) => isSilent(await failing(client.upgrade(server.url('/status/401'), options))));
    isSilent(all());
    await client.destroy();
  });

  it('by the command line', () =>
    withServer(async (server) => {
      const header = ['-H', `Authorization: ${hush('cli-header')}`, '-H', `X-Api-Key: ${hush('cli-key')}`];
      const url = (path: string) =>
        server.url(`${path}?token=${hush('cli-query')}`).replace('//', `//ada:${hush('cli-userinfo')}@`);
      const lines = [
        ['get', '-v', ...header, url('/json')],
        ['get', '-v', ...header, 'http://127.0.0.1:1/'],
        ['get', `http//ada:${hush('cli-userinfo')}@h/?token=${hush('cli-query')}`],
        ['get', `ftp://ada:${hush('cli-userinfo')}@h/?token=${hush('cli-query')}`],
        ['get', server.url('/json'), url('/json')],
        ['get', '-v', url('/redirect/2')],
        ['get', '-v', '--auth', `ada:${hush('cli-auth')}`, server.url('/status/401')],
        ['get', '--auth', hush('cli-auth'), server.url('/json')],
        ['get', '-H', hush('cli-header'), server.url('/json')],
        ['get', '-H', `Authorization: ${hush('cli-header')}\n`, server.url('/json')],
        ['get', '-q', hush('cli-query'), server.url('/json')],
        ['crawl', url('/html')],
        ['crawl', '--json', url('/status/404')],
      ];
      for (const line of lines) {
        const terminal = fakeTerminal();
        await main(line, terminal);
        expect(leaks(terminal.out() + terminal.err()), line.join(' ')).toEqual([]);
      }
    }));
});
