import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Client, type ClientOptions } from '../../src/client/client.ts';
import { fetchHandler } from '../../src/handlers/fetch/fetch.ts';
import { nodeHttpHandler } from '../../src/handlers/node/node-http.ts';
import { undiciHandler } from '../../src/handlers/undici/undici.ts';
import {
  BadResponseError,
  ClientError,
  ConnectError,
  ResponseError,
  ServerError,
  TimeoutError,
} from '../../src/message/errors.ts';
import { HttpResponse } from '../../src/message/response.ts';
import type { TransferStats } from '../../src/options/options.ts';
import { HandlerStack } from '../../src/stack/handler-stack.ts';
import { FakeClock } from '../../src/testing/fake-clock.ts';
import { mockHandler } from '../../src/testing/mock-handler.ts';
import { handOver, type UpgradeOptions, upgradeHandler } from '../../src/websocket/index.ts';
import { text } from '../support/websocket-frames.ts';
import { acceptOf, type PeerOptions, type PeerServer, startPeer, switchingLines } from '../support/websocket-peer.ts';

const opened: AsyncDisposable[] = [];

afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one[Symbol.asyncDispose]();
});

async function peerOf(options?: PeerOptions): Promise<PeerServer> {
  const peer = await startPeer(options);
  opened.push(peer);
  return peer;
}

function clientOf(options?: ClientOptions): Client {
  const client = new Client(options);
  opened.push({ [Symbol.asyncDispose]: () => client.destroy() });
  return client;
}

const head = (...lines: string[]): string => `${lines.join('\r\n')}\r\n\r\n`;
const refused = (status: string, body = '', ...lines: string[]): string =>
  `${head(`HTTP/1.1 ${status}`, `Content-Length: ${body.length}`, ...lines)}${body}`;

describe('the request of a handshake', () => {
  it('is a GET with the lines of RFC 6455 section 4.1', async () => {
    const peer = await peerOf();
    await clientOf().upgrade(`${peer.url}/chat?x=1#top`);
    const [request] = peer.requests;
    expect(request!.line).toBe('GET /chat?x=1 HTTP/1.1');
    expect(Object.fromEntries(request!.headers)).toMatchObject({
      host: `127.0.0.1:${peer.port}`,
      upgrade: 'websocket',
      connection: 'Upgrade',
      'sec-websocket-version': '13',
    });
    expect(Buffer.from(request!.headers.get('sec-websocket-key')!, 'base64')).toHaveLength(16);
    expect(request!.headers.has('sec-websocket-extensions')).toBe(false);
    expect(request!.headers.has('sec-websocket-protocol')).toBe(false);
  });

  it('has another key each time', async () => {
    const peer = await peerOf();
    const client = clientOf();
    await client.upgrade(peer.url);
    await client.upgrade(peer.url);
    const [first, second] = peer.requests.map(({ headers }) => headers.get('sec-websocket-key'));
    expect(first).not.toBe(second);
  });

  it.each(['ws', 'WS', 'http'])('is sent to a URI of the scheme %s', async (scheme) => {
    const peer = await peerOf();
    const socket = await clientOf().upgrade(peer.url.replace('ws', scheme));
    expect(socket.response.url).toBe(`http://127.0.0.1:${peer.port}/`);
  });

  it('takes a URL object, a base URI of the call and a query', async () => {
    const peer = await peerOf();
    const client = clientOf({ baseUri: 'http://nowhere.invalid/' });
    await client.upgrade(new URL(`${peer.url}/a`));
    await client.upgrade('b', { baseUri: `${peer.url}/v1/`, query: { q: 1 } });
    expect(peer.requests.map(({ line }) => line)).toEqual(['GET /a HTTP/1.1', 'GET /v1/b?q=1 HTTP/1.1']);
  });

  it("resolves against the client's baseUri, with its headers, and leaves later requests alone", async () => {
    const peer = await peerOf({ answer: ({ line }) => (line.includes('plain') ? refused('200 OK', 'ok') : undefined) });
    const client = clientOf({ baseUri: `http://127.0.0.1:${peer.port}/v1/`, headers: { 'X-App': 'demo' } });
    await client.upgrade('chat', { headers: { 'X-Call': '1' } });
    expect(await client.get('plain').text()).toBe('ok');
    const [handshake, plain] = peer.requests;
    expect(handshake!.line).toBe('GET /v1/chat HTTP/1.1');
    expect([handshake!.headers.get('x-app'), handshake!.headers.get('x-call')]).toEqual(['demo', '1']);
    expect([...plain!.headers.keys()].filter((name) => /^(upgrade|sec-websocket)/.test(name))).toEqual([]);
  });

  it('drops bodies that are defaults of the client', async () => {
    const peer = await peerOf();
    await clientOf({ json: { a: 1 }, stream: true }).upgrade(peer.url);
    expect(peer.requests[0]!.headers.has('content-length')).toBe(false);
  });

  it('goes to a unix socket of the option socketPath', async () => {
    const path = `/tmp/sluice-ws-${process.pid}.sock`;
    const server = createServer();
    server.on('upgrade', (request, socket) => {
      const accept = request.headers['sec-websocket-key']!;
      socket.end(head('HTTP/1.1 403 Forbidden', 'Content-Length: 0', `X-Key-Length: ${accept.length}`));
    });
    await new Promise<void>((resolve) => server.listen(path, resolve));
    opened.push({ [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())) });
    const error = await clientOf()
      .upgrade('ws://app/x', { socketPath: path })
      .catch((e: unknown) => e);
    expect((error as ClientError).response.headers.get('x-key-length')).toBe('24');
  });

  it('does not let extensions be asked for by hand', async () => {
    const asked = clientOf().upgrade('ws://127.0.0.1:1', { headers: { 'Sec-WebSocket-Extensions': 'x-gzip' } });
    await expect(asked).rejects.toThrow(/see its compression option/);
  });
});

describe('what a 101 agrees to', () => {
  it('is the subprotocol that the server chose', async () => {
    const peer = await peerOf({ lines: () => ['Sec-WebSocket-Protocol: chat.v1'] });
    const socket = await clientOf().upgrade(peer.url, { protocols: ['chat.v2', 'chat.v1'] });
    expect(peer.requests[0]!.headers.get('sec-websocket-protocol')).toBe('chat.v2, chat.v1');
    expect(socket.protocol).toBe('chat.v1');
  });

  it('may be one that was offered by a header', async () => {
    const peer = await peerOf({ lines: () => ['Sec-WebSocket-Protocol: chat'] });
    const socket = await clientOf().upgrade(peer.url, { headers: { 'Sec-WebSocket-Protocol': 'chat' } });
    expect(socket.protocol).toBe('chat');
  });

  it('may be no subprotocol, and no compression', async () => {
    const peer = await peerOf();
    const socket = await clientOf().upgrade(peer.url, { protocols: 'chat', compression: true });
    expect([socket.protocol, socket.extensions]).toEqual(['', '']);
  });

  it.each([
    [true, 'permessage-deflate; client_max_window_bits'],
    [{ clientMaxWindowBits: false as const }, 'permessage-deflate'],
    [
      {
        serverNoContextTakeover: true,
        clientNoContextTakeover: true,
        serverMaxWindowBits: 10,
        clientMaxWindowBits: 12,
      },
      'permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=10; client_max_window_bits=12',
    ],
  ])('follows the offer of compression: %j', async (compression, offer) => {
    const peer = await peerOf();
    await clientOf().upgrade(peer.url, { compression });
    expect(peer.requests[0]!.headers.get('sec-websocket-extensions')).toBe(offer);
  });

  it('is told as the server wrote it', async () => {
    const line = 'permessage-deflate; server_no_context_takeover; client_max_window_bits=10';
    const peer = await peerOf({ lines: () => [`Sec-WebSocket-Extensions: ${line}`] });
    const socket = await clientOf().upgrade(peer.url, { compression: true });
    expect(socket.extensions).toBe(line);
  });
});

describe('a lying 101', () => {
  const answers: readonly [string, (lines: string[]) => string[], RegExp][] = [
    ['without Sec-WebSocket-Accept', (lines) => lines.slice(0, 3), /Sec-WebSocket-Accept does not fit/],
    [
      'with the accept of another key',
      (lines) => [...lines.slice(0, 3), 'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo='],
      /Sec-WebSocket-Accept does not fit/,
    ],
    ['with two accepts', (lines) => [...lines, lines[3]!], /Sec-WebSocket-Accept does not fit/],
    ['that switches to h2c', ([a, , c, d]) => [a!, 'Upgrade: h2c', c!, d!], /Upgrade must be websocket, got "h2c"/],
    ['without Upgrade', ([a, , c, d]) => [a!, c!, d!], /Upgrade must be websocket, got none/],
    ['without Connection', ([a, b, , d]) => [a!, b!, d!], /Connection must hold upgrade, got none/],
    [
      'with Connection: close',
      ([a, b, , d]) => [a!, b!, 'Connection: close', d!],
      /Connection must hold upgrade, got "close"/,
    ],
    [
      'with a subprotocol that was not offered',
      (lines) => [...lines, 'Sec-WebSocket-Protocol: other'],
      /the subprotocol "other"; offered were chat/,
    ],
    [
      'with two subprotocols',
      (lines) => [...lines, 'Sec-WebSocket-Protocol: chat', 'Sec-WebSocket-Protocol: chat'],
      /stands there twice/,
    ],
    [
      'with an extension that was not offered',
      (lines) => [...lines, 'Sec-WebSocket-Extensions: x-webkit-deflate-frame'],
      /x-webkit-deflate-frame was not offered/,
    ],
    [
      'with broken extensions',
      (lines) => [...lines, 'Sec-WebSocket-Extensions: permessage-deflate; ;'],
      /Unexpected character/,
    ],
  ];

  it.each(answers)('%s is a ResponseError, and the connection is closed', async (_, change, fact) => {
    const peer = await peerOf({ answer: (request) => head(...change(switchingLines(request))) });
    const error = await clientOf()
      .upgrade(peer.url, { protocols: 'chat' })
      .catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ResponseError);
    expect(error).toMatchObject({
      code: 'ERR_UPGRADE',
      response: { status: 101 },
      message: expect.stringMatching(fact),
    });
    await vi.waitFor(() => expect(peer.open).toBe(0));
  });

  it.each([
    ['permessage-deflate', { serverNoContextTakeover: true }, /server_no_context_takeover was asked for/],
    ['permessage-deflate', { serverMaxWindowBits: 10 }, /server_max_window_bits must be at most 10, got none/],
    ['permessage-deflate; server_max_window_bits=11', { serverMaxWindowBits: 10 }, /at most 10, got 11/],
    ['permessage-deflate; client_max_window_bits=10', { clientMaxWindowBits: false }, /client_max_window_bits/],
    ['permessage-deflate; client_max_window_bits=16', {}, /client_max_window_bits/],
    ['permessage-deflate; gzip', {}, /Unknown parameter "gzip"/],
    ['permessage-deflate, permessage-deflate', {}, /stands there twice/],
    ['permessage-deflate, x-other', {}, /x-other was not offered/],
  ] as const)('with the extension "%s" is one for an offer of %j', async (line, compression, fact) => {
    const peer = await peerOf({ lines: () => [`Sec-WebSocket-Extensions: ${line}`] });
    await expect(clientOf().upgrade(peer.url, { compression })).rejects.toThrow(fact);
  });

  it('that ends in its head is a NetworkError', async () => {
    const peer = await peerOf({ answer: () => 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: webs' });
    const opening = clientOf().upgrade(peer.url);
    (await peer.accept()).end();
    await expect(opening).rejects.toMatchObject({ name: 'NetworkError', code: 'ERR_CLOSED' });
  });

  it('that is no HTTP is a NetworkError', async () => {
    const peer = await peerOf({ answer: () => 'SSH-2.0-OpenSSH_9.6\r\n' });
    await expect(clientOf().upgrade(peer.url)).rejects.toMatchObject({ name: 'NetworkError', code: 'ERR_PROTOCOL' });
  });
});

describe('a refusal', () => {
  it.each([
    ['403 Forbidden', ClientError],
    ['426 Upgrade Required', ClientError],
    ['503 Service Unavailable', ServerError],
  ])('%s rejects with its status and body', async (status, Kind) => {
    const peer = await peerOf({ answer: () => refused(status, '{"why":"no"}', 'Content-Type: application/json') });
    const error = (await clientOf()
      .upgrade(peer.url)
      .catch((e: unknown) => e)) as BadResponseError;
    expect(error).toBeInstanceOf(Kind);
    expect(error.response.status).toBe(Number(status.slice(0, 3)));
    expect(await error.response.json()).toEqual({ why: 'no' });
    await vi.waitFor(() => expect(peer.open).toBe(0));
  });

  it('rejects with httpErrors: false too, because there is no connection to resolve with', async () => {
    const peer = await peerOf({ answer: () => refused('404 Not Found', 'gone') });
    const error = await clientOf()
      .upgrade(peer.url, { httpErrors: false })
      .catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ClientError);
    expect((error as Error).message).toMatch(/did not switch to WebSocket: it answered 404 Not Found/);
    expect(await (error as ClientError).response.text()).toBe('gone');
  });

  it.each<[what: string, options: UpgradeOptions, status: string, body: string, lines: string[]]>([
    ['stops coming', {}, '403 Forbidden', 'because', ['Content-Length: 100']],
    ['stops coming, of an answer that is no error', {}, '200 OK', 'because', ['Content-Length: 100']],
    ['stops coming, without httpErrors', { httpErrors: false }, '403 Forbidden', 'because', ['Content-Length: 100']],
    ['stops coming, without a readTimeout', { readTimeout: 0 }, '403 Forbidden', 'because', ['Content-Length: 100']],
    [
      'stops coming, and is left',
      { retry: { limit: 1, delay: () => 0 } },
      '503 Busy',
      'because',
      ['Content-Length: 100'],
    ],
    ['never ends', {}, '403 Forbidden', 'x'.repeat(100_000), []],
    ['is cut off in a coding', {}, '403 Forbidden', 'because', ['Content-Length: 100', 'Content-Encoding: gzip']],
  ])('whose body %s rejects with what came', async (_, options, status, body, lines) => {
    const peer = await peerOf({
      answer: () => head(`HTTP/1.1 ${status}`, 'Content-Type: text/plain', ...lines) + body,
    });
    const error = (await clientOf()
      .upgrade(peer.url, options)
      .catch((e: unknown) => e)) as BadResponseError;
    expect(error).toBeInstanceOf(BadResponseError);
    expect(error.response.status).toBe(Number(status.slice(0, 3)));
    const isCoded = lines.some((line) => line.includes('gzip'));
    expect(await error.response.text()).toBe(isCoded ? '' : body.slice(0, 65_536));
    await vi.waitFor(() => expect(peer.open).toBe(0));
  });

  it('has no control character in its words', async () => {
    const peer = await peerOf({ answer: () => 'HTTP/1.1 302 Found\u009b31m\r\nContent-Length: 0\r\n\r\n' });
    const error = (await clientOf()
      .upgrade(peer.url)
      .catch((e: unknown) => e)) as Error;
    expect(error.message).toMatch(/answered 302 Found/);
    expect(error.message).not.toMatch(/\p{Cc}/u);
  });

  it.each(['200 OK', '204 No Content', '302 Found'])('may be a %s', async (status) => {
    const peer = await peerOf({ answer: () => refused(status) });
    const error = await clientOf()
      .upgrade(peer.url)
      .catch((e: unknown) => e);
    expect(error).toBeInstanceOf(BadResponseError);
    expect(error).toMatchObject({ code: 'ERR_UPGRADE' });
  });

  it('may be our own, of a private address', async () => {
    const peer = await peerOf();
    const asked = clientOf({ denyPrivateNetwork: true }).upgrade(peer.url);
    await expect(asked).rejects.toMatchObject({ name: 'ConnectError', code: 'ERR_ADDRESS_BLOCKED' });
    expect(peer.requests).toEqual([]);
  });

  it('may be nobody who listens', async () => {
    const peer = await startPeer();
    await peer.close();
    await expect(clientOf().upgrade(peer.url)).rejects.toBeInstanceOf(ConnectError);
  });
});

describe('the layers around a handshake', () => {
  it('send cookies, and keep those of the 101', async () => {
    const peer = await peerOf({ lines: () => ['Set-Cookie: session=abc; Path=/'] });
    const client = clientOf({ cookies: true });
    const first = await client.upgrade(peer.url);
    await client.upgrade(peer.url, { cookies: { extra: '1' } });
    expect(first.response.cookies).toEqual({ session: 'abc' });
    expect(peer.requests.map(({ headers }) => headers.get('cookie'))).toEqual([undefined, 'session=abc; extra=1']);
  });

  it('answer a digest challenge', async () => {
    const challenge = 'WWW-Authenticate: Digest realm="r", nonce="n", qop="auth", algorithm=SHA-256';
    const peer = await peerOf({
      answer: (_, count) => (count === 1 ? refused('401 Unauthorized', '', challenge) : undefined),
    });
    const socket = await clientOf().upgrade(`${peer.url}/chat`, { auth: ['ada', 'secret', 'digest'] });
    const [first, second] = peer.requests;
    expect(first!.headers.has('authorization')).toBe(false);
    expect(second!.headers.get('authorization')).toMatch(/^Digest username="ada".*uri="\/chat"/);
    expect(second!.headers.get('sec-websocket-key')).not.toBe(first!.headers.get('sec-websocket-key'));
    expect(socket.state).toBe('open');
  });

  it('send basic credentials of the URI', async () => {
    const peer = await peerOf();
    await clientOf().upgrade(peer.url.replace('ws://', 'ws://ada:secret@'));
    expect(peer.requests[0]!.headers.get('authorization')).toBe(`Basic ${btoa('ada:secret')}`);
  });

  it('follow a redirect to another origin, with a handshake and without credentials', async () => {
    const target = await peerOf();
    const peer = await peerOf({
      answer: () => refused('307 Temporary Redirect', '', `Location: http://127.0.0.1:${target.port}/there`),
    });
    const socket = await clientOf().upgrade(peer.url, { auth: { bearer: 'secret' }, protocols: 'chat' });
    expect(socket.response.redirects).toHaveLength(1);
    expect(socket.response.url).toBe(`http://127.0.0.1:${target.port}/there`);
    const [request] = target.requests;
    expect(request!.headers.get('upgrade')).toBe('websocket');
    expect(request!.headers.get('sec-websocket-protocol')).toBe('chat');
    expect(request!.headers.has('authorization')).toBe(false);
    const far = await target.accept();
    await far.write(text('hello'));
    expect(await socket.receive()).toEqual({ type: 'text', data: 'hello' });
  });

  it('retry a 503 when asked to', async () => {
    const peer = await peerOf({ answer: (_, count) => (count === 1 ? refused('503 Busy') : undefined) });
    const socket = await clientOf().upgrade(peer.url, { retry: { limit: 1, delay: () => 0 } });
    expect(socket.response.attempts).toBe(2);
  });

  it.each([
    ['headersTimeout', { headersTimeout: 30 }, 'headers'],
    ['timeout', { timeout: 30 }, 'total'],
  ] as const)('hold to %s', async (_, options, phase) => {
    const peer = await peerOf({ answer: () => 'HTTP/1.1 101 Switching' });
    const error = await clientOf()
      .upgrade(peer.url, options)
      .catch((e: unknown) => e);
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({ phase });
    await vi.waitFor(() => expect(peer.open).toBe(0));
  });

  it('do not count the life of the connection against timeout', async () => {
    const peer = await peerOf();
    const clock = new FakeClock();
    const socket = await clientOf().upgrade(peer.url, { timeout: 50, clock });
    const far = await peer.accept();
    await clock.advance(1000);
    await far.write(text('still here'));
    expect(await socket.receive()).toEqual({ type: 'text', data: 'still here' });
  });

  it('stop at an abort, with its reason', async () => {
    const peer = await peerOf({ answer: () => 'HTTP/1.1 101 Switching' });
    const controller = new AbortController();
    const opening = clientOf().upgrade(peer.url, { signal: controller.signal });
    await peer.accept();
    controller.abort(new Error('enough'));
    await expect(opening).rejects.toThrow('enough');
    await vi.waitFor(() => expect(peer.open).toBe(0));
  });

  it('are told of it: debug, onStats, onHeaders', async () => {
    const peer = await peerOf();
    const written: string[] = [];
    const stats: TransferStats[] = [];
    const heads: number[] = [];
    await clientOf().upgrade(peer.url, {
      debug: { write: (line) => written.push(line) },
      onStats: (one) => stats.push(one),
      onHeaders: ({ status }) => heads.push(status),
    });
    expect(written.join('')).toMatch(/> Upgrade: websocket[\s\S]*< HTTP\/1.1 101/);
    expect(stats).toMatchObject([{ handler: 'upgrade', response: { status: 101 }, attempt: 1 }]);
    expect(stats[0]!.timings.connect).toBeGreaterThanOrEqual(0);
    expect(heads).toEqual([101]);
  });

  it('close a connection that one of them gives up', async () => {
    const peer = await peerOf();
    const opening = clientOf().upgrade(peer.url, {
      onStats: () => {
        throw new Error('no room');
      },
    });
    await expect(opening).rejects.toThrow('no room');
    await vi.waitFor(() => expect(peer.open).toBe(0));
  });

  it('are those that were pushed, too', async () => {
    const peer = await peerOf();
    const client = clientOf();
    client.stack!.push((next) => (request, options) => next(request.withHeader('X-Signed', 'yes'), options), 'sign');
    await client.upgrade(peer.url);
    expect(peer.requests[0]!.headers.get('x-signed')).toBe('yes');
    expect(String(client.stack)).not.toContain('webSocketHandshake');
  });

  it('show no secret in errors', async () => {
    const peer = await peerOf({ answer: () => refused('403 Forbidden', 'token hunter22') });
    const asked = clientOf().upgrade(`${peer.url}/?token=hunter22`, { auth: { bearer: 'hunter22' } });
    const error = (await asked.catch((e: unknown) => e)) as Error;
    expect(`${inspect(error)}${JSON.stringify(error)}`).not.toContain('hunter22');
  });
});

describe('the handler of a handshake', () => {
  it.each([
    ['undici', () => undiciHandler()],
    ['node', () => nodeHttpHandler()],
  ])('replaces %s', async (_, make) => {
    const peer = await peerOf();
    const socket = await clientOf({ handler: HandlerStack.create(make()) }).upgrade(peer.url);
    expect(socket.state).toBe('open');
  });

  it('is asked without layers when it is a plain function', async () => {
    const peer = await peerOf();
    const socket = await clientOf({ handler: upgradeHandler() }).upgrade(peer.url);
    expect(socket.response.status).toBe(101);
  });

  it('is a mock where the client has one: no socket is opened', async () => {
    const mock = mockHandler([new HttpResponse(403)]);
    await expect(clientOf({ handler: HandlerStack.create(mock) }).upgrade('ws://h.invalid/')).rejects.toBeInstanceOf(
      ClientError,
    );
    expect(mock.lastRequest!.headers.get('upgrade')).toBe('websocket');
  });

  it('that answers 101 without a connection is told how to give one', async () => {
    const mock = mockHandler([
      (request) => {
        const accept = acceptOf(request.headers.get('sec-websocket-key')!);
        const headers = { Upgrade: 'websocket', Connection: 'Upgrade', 'Sec-WebSocket-Accept': accept };
        return new HttpResponse(101, headers);
      },
    ]);
    await expect(clientOf({ handler: HandlerStack.create(mock) }).upgrade('ws://h.invalid/')).rejects.toThrow(
      /handOver\(response, socket, head\)/,
    );
  });

  it('may be one that brings its own connection', async () => {
    const peer = await peerOf();
    const inner = upgradeHandler();
    const handler = HandlerStack.create(async (request, options) => {
      const response = await inner(request.withHeader('X-Via', 'mine'), options);
      return response.withHeader('X-Seen', 'yes');
    });
    const socket = await clientOf({ handler }).upgrade(peer.url);
    expect(socket.response.headers.get('x-seen')).toBe('yes');
    expect(peer.requests[0]!.headers.get('x-via')).toBe('mine');
    expect(typeof handOver).toBe('function');
  });

  it('cannot be fetch', async () => {
    const client = clientOf({ handler: HandlerStack.create(fetchHandler()) });
    await expect(client.upgrade('ws://h.invalid/')).rejects.toThrow(/fetch cannot open a WebSocket/);
  });

  it('refuses HTTP/2 in words', async () => {
    const asked = clientOf().upgrade('ws://h.invalid/', { version: '2' });
    await expect(asked).rejects.toMatchObject({ name: 'RequestError', message: expect.stringContaining('upgrade:') });
  });
});

describe('a server that speaks HTTP beside it', () => {
  it('is asked over a connection of its own, which a refusal closes', async () => {
    const ports = new Set<number | undefined>();
    const server = createServer((request, response) => {
      ports.add(request.socket.remotePort);
      response.end('ok');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    opened.push({ [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())) });
    const client = clientOf({ baseUri: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
    await expect(client.upgrade('/')).rejects.toBeInstanceOf(BadResponseError);
    expect(await client.get('/').text()).toBe('ok');
    expect(ports.size).toBe(2);
    await client.close();
  });
});
