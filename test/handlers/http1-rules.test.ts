import { afterEach, describe, expect, it, vi } from 'vitest';
import { chooseHandler } from '../../src/handlers/choose.ts';
import { fetchHandler } from '../../src/handlers/fetch/fetch.ts';
import { http2Handler } from '../../src/handlers/http2/http2.ts';
import { nodeHttpHandler } from '../../src/handlers/node/node-http.ts';
import { streamHandler } from '../../src/handlers/node/stream.ts';
import { undiciHandler } from '../../src/handlers/undici/undici.ts';
import { HttpRequest } from '../../src/message/request.ts';
import type { HttpResponse } from '../../src/message/response.ts';
import type { RequestOptions } from '../../src/options/options.ts';
import type { Transport } from '../../src/stack/handler.ts';
import { FakeClock } from '../../src/testing/fake-clock.ts';
import { plainResponse } from '../../src/testing/faults.ts';
import { type Script, startScriptedServer } from '../../src/testing/scripted-server.ts';
import { startHttp2 } from '../support/http2-peer.ts';

const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

function opened(handler: Transport): Transport {
  closing.push(async () => handler.destroy?.());
  return handler;
}

async function playing(script: Script | ((connection: number) => Script)) {
  const server = await startScriptedServer(script);
  closing.push(() => server.close());
  return server;
}

const handlers: readonly (readonly [string, () => Transport])[] = [
  ['undici', () => undiciHandler()],
  ['node:http', () => nodeHttpHandler()],
  ['stream', () => streamHandler()],
  ['fetch', () => fetchHandler()],
];
const NEXT = plainResponse('next');
const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
const EXTENDED = `${CHUNKED}2;a=1\r\nok\r\n3\r\n, e\r\n0;last=1\r\n\r\n`;
const QUOTED = `${CHUNKED}2;c;d=1;a="x;\\"y"\r\nok\r\n3\r\n, e\r\n0\r\n\r\n`;

interface Answer {
  readonly name: string;
  readonly method?: string;
  readonly answer: string;
  /** The server closes after it. */
  readonly ends?: boolean;
  readonly body: string;
  /** Whether the next request may go over the same connection. */
  readonly keeps: boolean;
}

/** RFC 9112 §6.3, §7.1 and §9.3: where a body ends, and what becomes of its connection. */
const answers: readonly Answer[] = [
  { name: 'HTTP/1.0 without a length', answer: 'HTTP/1.0 200 OK\r\n\r\nold', ends: true, body: 'old', keeps: false },
  {
    name: 'HTTP/1.0 with a length',
    answer: 'HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nold',
    body: 'old',
    keeps: false,
  },
  {
    name: 'HTTP/1.0 that keeps its connection',
    answer: 'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\nold',
    body: 'old',
    keeps: true,
  },
  {
    name: 'Connection: close',
    answer: 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok',
    body: 'ok',
    keeps: false,
  },
  { name: 'chunks with extensions', answer: EXTENDED, body: 'ok, e', keeps: true },
  {
    name: 'chunks with several extensions, one without a value, one quoted',
    answer: QUOTED,
    body: 'ok, e',
    keeps: true,
  },
  {
    name: 'HEAD with a length',
    method: 'HEAD',
    answer: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n',
    body: '',
    keeps: true,
  },
  { name: 'HEAD with chunks', method: 'HEAD', answer: CHUNKED, body: '', keeps: true },
  { name: '204', answer: 'HTTP/1.1 204 No Content\r\n\r\n', body: '', keeps: true },
  {
    name: '304 with a length',
    answer: 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n',
    body: '',
    keeps: true,
  },
  {
    name: 'many informational answers',
    answer: `${'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'.repeat(20)}HTTP/1.1 102 Processing\r\n\r\n${plainResponse('ok')}`,
    body: 'ok',
    keeps: true,
  },
];

/** The parser within Node 20's fetch refuses extensions of these kinds (RFC 9112 §7.1.1). */
const UNREAD_BY_FETCH: ReadonlySet<string> = new Set([
  'chunks with several extensions, one without a value, one quoted',
]);

describe.each(handlers)('over %s', (handlerName, make) => {
  const readable = answers.filter(({ name }) => handlerName !== 'fetch' || !UNREAD_BY_FETCH.has(name));

  it.each(readable)('reads $name, and what follows', async ({ method = 'GET', answer, ends, body, keeps }) => {
    const first: Script = [
      { expect: 'head' },
      { send: answer },
      ...(ends ? [{ fin: true } as const] : [{ expect: 'head' } as const, { send: NEXT }]),
    ];
    const server = await playing((n) => (n === 0 ? first : [{ expect: 'head' }, { send: NEXT }]));
    const handler = opened(make());
    expect(await (await handler(new HttpRequest(method, server.url()), {})).text()).toBe(body);
    // A turn, in which a connection that is kept becomes free.
    await new Promise((resolve) => setImmediate(resolve));
    expect(await (await handler(new HttpRequest('GET', server.url()), {})).text()).toBe('next');
    // Which connections fetch keeps is its own affair, as long as the answers are right.
    if (keeps && handlerName === 'fetch') return;
    // undici ends the connection of a 304 with a length.
    if (answer.includes('304') && handlerName === 'undici') return;
    expect(server.totalConnections).toBe(keeps ? 1 : 2);
  });
});

describe('OPTIONS *', () => {
  it('goes over node:http, which alone can send it', async () => {
    const server = await playing([{ expect: 'head' }, { send: NEXT }]);
    const response = await opened(chooseHandler())(new HttpRequest('OPTIONS', server.url('/*')), {});
    expect(response.facts.handler).toBe('node');
    expect(server.received[0]!.toString()).toMatch(/^OPTIONS \* HTTP\/1\.1\r\n/);
  });

  it('is :path * over HTTP/2', async () => {
    const paths: unknown[] = [];
    await using peer = await startHttp2({
      listener(request, response) {
        paths.push(request.url);
        response.end();
      },
    });
    expect((await opened(http2Handler())(new HttpRequest('OPTIONS', peer.url('/*')), {})).status).toBe(200);
    expect(paths).toEqual(['*']);
  });
});

const asking = (url: string) => new HttpRequest('POST', url, { Expect: '100-continue' }, 'hello');

describe.each([
  ['node:http', () => nodeHttpHandler()],
  ['stream', () => streamHandler()],
] as const)('Expect: 100-continue over %s', (_, make) => {
  const send = async (script: Script, options: RequestOptions = {}) => {
    const server = await playing(script);
    const response = await opened(make())(asking(server.url()), options);
    return { response, sent: server.received[0]!.toString() };
  };

  it('sends the body after a 100, which onInformation sees', async () => {
    const seen: number[] = [];
    const script: Script = [
      { expect: 'head' },
      { send: 'HTTP/1.1 100 Continue\r\n\r\n' },
      { expect: 'body', bytes: 5 },
      { send: plainResponse('ok') },
    ];
    const onInformation = ({ status }: HttpResponse) => void seen.push(status);
    const { response, sent } = await send(script, { onInformation });
    expect([response.status, seen, sent.endsWith('\r\n\r\nhello')]).toEqual([200, [100], true]);
  });

  it.each(['417 Expectation Failed', '413 Content Too Large', '200 OK'])('sends none after a %s', async (status) => {
    const { response, sent } = await send([
      { expect: 'head' },
      { send: `HTTP/1.1 ${status}\r\nContent-Length: 0\r\n\r\n` },
    ]);
    expect([response.status, sent.endsWith('\r\n\r\n')]).toEqual([Number(status.slice(0, 3)), true]);
  });

  it('uses no connection again over which the body was not sent', async () => {
    const refusing: Script = [{ expect: 'head' }, { send: 'HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n' }];
    const server = await playing((n) => (n === 0 ? refusing : [{ expect: 'head' }, { send: NEXT }]));
    const handler = opened(make());
    await handler(asking(server.url()), {});
    expect(await (await handler(new HttpRequest('GET', server.url()), {})).text()).toBe('next');
    expect(server.totalConnections).toBe(2);
  });

  it('sends the body after a second of silence', async () => {
    const clock = new FakeClock();
    const server = await playing([{ expect: 'head' }, { expect: 'body', bytes: 5 }, { send: plainResponse('ok') }]);
    const sending = opened(make())(asking(server.url()), { clock });
    await vi.waitFor(() => expect(server.received[0]?.toString()).toMatch(/\r\n\r\n$/), 5000);
    await clock.advance(999);
    expect(server.received[0]!.toString()).toMatch(/\r\n\r\n$/);
    await clock.advance(1);
    expect((await sending).status).toBe(200);
  });
});

describe('Expect: 100-continue over HTTP/2', () => {
  it('sends the body after a 100, which onInformation sees', async () => {
    await using peer = await startHttp2({ listener: unasked });
    peer.server.on('checkContinue', (request, response) => {
      response.writeContinue();
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => response.end(body));
    });
    const seen: number[] = [];
    const onInformation = ({ status }: HttpResponse) => void seen.push(status);
    const response = await opened(http2Handler())(asking(peer.url()), { onInformation });
    expect([await response.text(), seen]).toEqual(['hello', [100]]);
  });

  it('sends none after a 417', async () => {
    await using peer = await startHttp2({ listener: unasked });
    let got = 0;
    peer.server.on('checkContinue', (request, response) => {
      request.on('data', () => (got += 1));
      response.statusCode = 417;
      response.end();
    });
    const response = await opened(http2Handler())(asking(peer.url()), {});
    expect([response.status, got]).toEqual([417, 0]);
  });
});

/** What asks first is not a request to node:http2 before somebody listens to requests. */
function unasked(): never {
  throw new Error('a request that did not ask first');
}
