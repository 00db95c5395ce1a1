/** PSR-18's rules, and those of PSR-7 and PSR-17 that a client of this kind has, one by one. */
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../../src/client/client.ts';
import type { HttpClient } from '../../src/client/psr-18.ts';
import { chooseHandler } from '../../src/handlers/choose.ts';
import { fetchHandler } from '../../src/handlers/fetch/fetch.ts';
import { nodeHttpHandler } from '../../src/handlers/node/node-http.ts';
import { streamHandler } from '../../src/handlers/node/stream.ts';
import { undiciHandler } from '../../src/handlers/undici/undici.ts';
import {
  isNetworkError,
  isRequestError,
  isTransferError,
  NetworkError,
  RequestError,
} from '../../src/message/errors.ts';
import { HttpRequest } from '../../src/message/request.ts';
import { HttpResponse } from '../../src/message/response.ts';
import type { Transport } from '../../src/stack/handler.ts';
import { HandlerStack } from '../../src/stack/handler-stack.ts';
import { FakeClock } from '../../src/testing/fake-clock.ts';
import * as faults from '../../src/testing/faults.ts';
import { type Script, type ScriptedServer, startScriptedServer } from '../../src/testing/scripted-server.ts';
import { startServer, type TestServer } from '../../src/testing/server.ts';
import { rejection } from '../support/fake-handler.ts';

const handlers: Readonly<Record<string, () => Transport>> = {
  undici: undiciHandler,
  'node:http': nodeHttpHandler,
  stream: streamHandler,
  fetch: fetchHandler,
  'the chosen one': chooseHandler,
};
const names = Object.keys(handlers);

let server: TestServer;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  server = await startServer();
});
afterEach(async () => {
  server.clear();
  await Promise.all(closing.splice(0).map((close) => close()));
});
afterAll(() => server.close());

function clientOver(name: string, options: ConstructorParameters<typeof Client>[0] = {}): Client {
  const client = new Client({ handler: HandlerStack.create(handlers[name]!()), ...options });
  closing.push(() => client.close());
  return client;
}

async function play(script: Script): Promise<ScriptedServer> {
  const scripted = await startScriptedServer(script);
  closing.push(() => scripted.close());
  return scripted;
}

const getting = (path: string) => new HttpRequest('GET', server.url(path));

describe('a client of PSR-18', () => {
  it('is what a library can type against', async () => {
    class Library {
      constructor(private readonly http: HttpClient) {}
      status = async (url: string) => (await this.http.sendRequest(new HttpRequest('GET', url))).status;
    }
    expect(await new Library(clientOver('the chosen one')).status(server.url('/status/204'))).toBe(204);
    const double: HttpClient = { sendRequest: async () => new HttpResponse(418) };
    expect(await new Library(double).status('http://nowhere.invalid/')).toBe(418);
  });

  it('behaves alike whatever the client was set to (Liskov)', async () => {
    server.enqueue({ status: 503 });
    const sink = new WritableStream();
    const set = { httpErrors: true, allowRedirects: { max: 5 }, retry: 3, stream: true, sink, json: { of: 'client' } };
    const client = clientOver('the chosen one', set);
    const response = await client.sendRequest(new HttpRequest('POST', server.url('/echo'), {}, 'mine'));
    expect([response.status, server.requests.length]).toEqual([503, 1]);
    expect(String(server.requests[0]!.body)).toBe('mine');
    expect(await response.text()).toBe('');
    expect((await client.sendRequest(getting('/redirect/1'))).status).toBe(302);
  });

  it('retries where the caller has wrapped it so', async () => {
    server.enqueue({ status: 503 }, { status: 200 });
    const inner = clientOver('the chosen one');
    const wrapped: HttpClient = {
      async sendRequest(request) {
        const response = await inner.sendRequest(request);
        return response.status === 503 ? inner.sendRequest(request) : response;
      },
    };
    expect((await wrapped.sendRequest(getting('/echo'))).status).toBe(200);
  });

  it.each(names)('takes every status from 200 to 599 as a result over %s', async (name) => {
    const client = clientOver(name);
    const statuses = Array.from({ length: 400 }, (_, i) => 200 + i).filter(
      (status) => name !== 'fetch' || status !== 407,
    );
    const seen: number[] = [];
    for (let at = 0; at < statuses.length; at += 20) {
      const some = statuses.slice(at, at + 20).map((status) => client.sendRequest(getting(`/status/${status}`)));
      seen.push(...(await Promise.all(some)).map(({ status }) => status));
    }
    expect(seen).toEqual(statuses);
  });

  it.each(names)('follows no redirect over %s', async (name) => {
    const response = await clientOver(name).sendRequest(getting('/redirect-to?url=/echo'));
    expect([response.status, response.headers.get('location')]).toEqual([302, '/echo']);
    expect(server.requests).toHaveLength(1);
  });

  it.each(names)('leaves the request that it was given as it was over %s', async (name) => {
    const request = new HttpRequest('POST', server.url('/echo'), { 'X-A': '1' }, 'body');
    const before = JSON.stringify(request);
    await clientOver(name, { headers: { 'X-B': '2' } }).sendRequest(request);
    expect(JSON.stringify(request)).toBe(before);
    expect([...request.headers]).toEqual([['X-A', '1']]);
  });
});

describe('an altered response is consistent', () => {
  const text = 'the body as it was meant';
  const codings = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync };

  describe.each(names)('over %s', (name) => {
    it.each(Object.entries(codings))('after %s was decoded', async (coding, encode) => {
      server.enqueue({ headers: { 'Content-Encoding': coding }, body: encode(text) });
      const response = await clientOver(name).sendRequest(getting('/'));
      expect(await response.text()).toBe(text);
      expect(response.headers.has('content-encoding')).toBe(false);
      expect([null, String(text.length)]).toContain(response.headers.get('content-length'));
    });

    it('for HEAD, whose body nobody decodes', async () => {
      server.enqueue({ headers: { 'Content-Encoding': 'gzip', 'Content-Length': 100 } });
      const response = await clientOver(name).sendRequest(new HttpRequest('HEAD', server.url('/')));
      expect([response.status, await response.text()]).toEqual([200, '']);
    });
  });
});

const FINAL = faults.plainResponse('final');
const informational: readonly (readonly [string, string])[] = [
  ['a 100', 'HTTP/1.1 100 Continue\r\n\r\n'],
  ['a 102', 'HTTP/1.1 102 Processing\r\n\r\n'],
  ['a 103', 'HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n'],
  ['two 103s', 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(2)],
  ['a 102 and a 103', 'HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n'],
];
/** undici, and Node's fetch with it, end the connection at a 100 that nobody asked for. */
const WITHOUT_100 = new Set(['undici', 'fetch']);

describe('an informational answer', () => {
  for (const name of names) {
    for (const [what, bytes] of informational) {
      if (what === 'a 100' && WITHOUT_100.has(name)) {
        it(`${what} is a NetworkError over ${name} alone, never the answer`, async () => {
          const scripted = await play([{ expect: 'head' }, { send: bytes + FINAL }]);
          const sent = clientOver(name).sendRequest(new HttpRequest('GET', scripted.url()));
          expect(await rejection(sent)).toBeInstanceOf(NetworkError);
        });
        continue;
      }
      it(`${what} is hidden over ${name}`, async () => {
        const scripted = await play([{ expect: 'head' }, { send: bytes }, { wait: 5 }, { send: FINAL }]);
        const response = await clientOver(name).sendRequest(new HttpRequest('GET', scripted.url()));
        expect([response.status, await response.text()]).toEqual([200, 'final']);
        expect(response.headers.has('link')).toBe(false);
      });
    }

    it(`a 101 that nobody asked for is a NetworkError over ${name}`, async () => {
      const switching = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: odd\r\n\r\n';
      const scripted = await play([{ expect: 'head' }, { send: switching }]);
      const error = await rejection(clientOver(name).sendRequest(new HttpRequest('GET', scripted.url())));
      expect(error).toBeInstanceOf(NetworkError);
    });
  }

  it('of a handler of the user is a NetworkError', async () => {
    const client = new Client({ handler: async () => new HttpResponse(103) });
    const error = await rejection(client.sendRequest(getting('/')));
    expect(error).toMatchObject({ name: 'NetworkError', code: 'ERR_PROTOCOL' });
  });
});

describe('it rejects with a NetworkError', () => {
  const failures: readonly (readonly [string, () => Script, string | RegExp])[] = [
    ['no head comes', faults.closeBeforeHead, 'ERR_CLOSED'],
    ['the connection is reset', () => faults.resetAt(0), 'ERR_RESET'],
    ['the head is no HTTP', faults.garbage, 'ERR_PROTOCOL'],
    ['two lengths differ', faults.conflictingContentLength, 'ERR_PROTOCOL'],
    ['the body is cut', faults.truncatedBody, 'ERR_BODY_TRUNCATED'],
    ['a chunk has no size', faults.badChunkSize, /ERR_(BODY_FRAMING|PROTOCOL)/],
  ];
  for (const name of names) {
    it.each(failures)(`when %s, over ${name}`, async (_, script, code) => {
      const scripted = await play(script());
      const request = new HttpRequest('POST', scripted.url(), {}, 'x');
      const error = await rejection(clientOver(name).sendRequest(request));
      expect(error).toBeInstanceOf(NetworkError);
      expect(error).toMatchObject({ code: expect.stringMatching(code), request: { url: request.url } });
      expect(error).not.toHaveProperty('response');
    });

    it(`when nobody listens and when a name does not exist, over ${name}`, async () => {
      const gone = await startServer();
      await gone.close();
      const client = clientOver(name);
      for (const [url, code] of [
        [gone.url(), 'ERR_CONNECT_REFUSED'],
        ['http://nothing.invalid/', 'ERR_DNS'],
      ]) {
        const error = await rejection(client.sendRequest(new HttpRequest('GET', url!)));
        expect(error).toMatchObject({ name: 'ConnectError', code });
        expect([isNetworkError(error), isRequestError(error)]).toEqual([true, false]);
      }
    });

    it(`when it takes too long, over ${name}`, async () => {
      const clock = new FakeClock();
      const scripted = await play(faults.stallAt(12));
      const client = clientOver(name, { clock, timeout: '3s' });
      const waiting = rejection(client.sendRequest(new HttpRequest('GET', scripted.url())));
      while (scripted.received.length === 0) await new Promise((resolve) => setImmediate(resolve));
      await clock.advance(3000);
      expect(await waiting).toMatchObject({ name: 'TimeoutError', phase: 'total', request: { method: 'GET' } });
    });
  }

  it('when a body cannot be decoded', async () => {
    server.enqueue({ headers: { 'Content-Encoding': 'gzip' }, body: 'no gzip' });
    const error = await rejection(clientOver('undici').sendRequest(getting('/')));
    expect(error).toMatchObject({ name: 'NetworkError', cause: { name: 'BodyError' } });
  });

  it('when the signal of the client aborts', async () => {
    const controller = new AbortController();
    const client = clientOver('undici', { signal: controller.signal });
    const waiting = rejection(client.sendRequest(getting('/delay/10')));
    controller.abort(new Error('enough'));
    expect(await waiting).toMatchObject({ name: 'NetworkError', code: 'ERR_ABORTED', cause: { message: 'enough' } });
  });
});

describe('it rejects with a RequestError', () => {
  it.each<[string, () => HttpRequest, string]>([
    ['without a host', () => new HttpRequest('GET', '/path'), 'ERR_URI'],
    ['with an empty URI', () => new HttpRequest('GET', ''), 'ERR_URI'],
    ['of another scheme', () => new HttpRequest('GET', 'ftp://host/'), 'ERR_URI'],
    ['with a body that was read already', used, 'ERR_BODY_USED'],
    [
      'with a body whose source fails',
      () => new HttpRequest('POST', server.url('/echo'), {}, failing()),
      'ERR_BODY_SOURCE',
    ],
    ['that is none', () => null as never, 'ERR_REQUEST'],
  ])('for a request %s', async (_, make, code) => {
    const error = await rejection(clientOver('the chosen one').sendRequest(make()));
    expect(error).toBeInstanceOf(RequestError);
    expect(error).toMatchObject({ code });
    expect([isRequestError(error), isNetworkError(error)]).toEqual([true, false]);
  });

  it('when a layer fails before anything is sent', async () => {
    const client = new Client({ handler: () => Promise.reject(new Error('no key to sign with')) });
    const error = await rejection(client.sendRequest(getting('/')));
    expect(error).toMatchObject({ name: 'RequestError', cause: { message: 'no key to sign with' } });
  });

  it('cannot be made without a method', () => {
    expect(() => new HttpRequest('', server.url())).toThrow(TypeError);
  });
});

describe('the two errors', () => {
  it('are siblings under one that both extend', () => {
    const [request, network] = [new RequestError('x'), new NetworkError('x')];
    expect([request instanceof NetworkError, network instanceof RequestError]).toEqual([false, false]);
    expect([isTransferError(request), isTransferError(network)]).toEqual([true, true]);
  });

  it('carry the request, and the network one no response', async () => {
    const scripted = await play(faults.truncatedBody());
    const error = await rejection(clientOver('undici').sendRequest(new HttpRequest('GET', scripted.url())));
    expect(error).toMatchObject({ request: { method: 'GET', url: scripted.url() } });
    expect('response' in error).toBe(false);
  });
});

describe('messages (PSR-7)', () => {
  const request = new HttpRequest('GET', 'http://host/path?q', { 'X-A': ['1', '2'] });

  it('change into a new instance', () => {
    expect(request.with({ method: 'PUT' })).not.toBe(request);
    expect(request.withHeader('X-B', '1').headers.get('x-b')).toBe('1');
    expect([request.method, request.headers.has('x-b')]).toEqual(['GET', false]);
  });

  it('look names up in any case, keep theirs, overwrite in any case, and append', () => {
    expect(request.headers.getAll('x-a')).toEqual(['1', '2']);
    expect(request.headers.get('x-A')).toBe('1, 2');
    expect(request.headers.getAll('x-none')).toEqual([]);
    expect([...request.headers].map(([name]) => name)).toEqual(['X-A', 'X-A']);
    expect(request.withHeader('x-a', '3').headers.getAll('X-A')).toEqual(['3']);
    expect(request.withAddedHeader('x-a', '3').headers.getAll('X-A')).toEqual(['1', '2', '3']);
    expect(request.withoutHeader('x-a').headers.has('X-A')).toBe(false);
  });

  it.each(['a b', 'a\r\n', 'a\0', ''])('refuse the header name %j', (name) => {
    expect(() => request.withHeader(name, '1')).toThrow(TypeError);
  });

  it.each(['a\r\nb: c', 'a\nb', 'a\0'])('refuse the header value %j', (value) => {
    expect(() => request.withHeader('X', value)).toThrow(TypeError);
  });

  it.each(['a b', 'a\r\n', ''])('refuse the method %j', (method) => {
    expect(() => request.with({ method })).toThrow(TypeError);
  });

  it.each(['get', 'pUrGe'])('send the method %s in its case', async (method) => {
    const scripted = await play([{ expect: 'head' }, { send: FINAL }]);
    await clientOver('the chosen one').sendRequest(new HttpRequest(method, scripted.url()));
    expect(String(scripted.received[0])).toMatch(new RegExp(`^${method} / HTTP/1.1\r\n`));
  });

  it.each([99, 1000, 200.5])('refuse the status %s', (status) => {
    expect(() => new HttpResponse(status)).toThrow();
  });

  it('have the phrase of a status, or none', () => {
    expect([new HttpResponse(404).statusText, new HttpResponse(599).statusText]).toEqual(['Not Found', '']);
  });

  it('keep each Set-Cookie line', () => {
    const response = new HttpResponse(200, { 'Set-Cookie': ['a=1; Expires=Thu, 01 Jan 2099 00:00:00 GMT', 'b=2'] });
    expect(response.headers.getSetCookie()).toEqual(['a=1; Expires=Thu, 01 Jan 2099 00:00:00 GMT', 'b=2']);
  });

  it('get the Host of their URL, with a port that is not the default one', async () => {
    await clientOver('the chosen one').sendRequest(getting('/echo'));
    expect(server.requests[0]?.headers['host']).toBe(`127.0.0.1:${server.port}`);
  });

  it('keep a Host that was set when the URL changes', async () => {
    const set = getting('/echo')
      .withHeader('Host', 'named.test')
      .with({ url: server.url('/anything') });
    await clientOver('the chosen one').sendRequest(set);
    expect(server.requests[0]?.headers['host']).toBe('named.test');
  });

  it('are sent in origin form, / for an empty path, and nothing is encoded twice', async () => {
    const client = clientOver('the chosen one');
    for (const url of [server.origin, server.url('/a%20b?c=%2F'), server.url('/é')]) {
      await client.sendRequest(new HttpRequest('GET', url));
    }
    expect(server.requests.map((seen) => seen.url)).toEqual(['/', '/a%20b?c=%2F', '/%C3%A9']);
  });
});

async function* failing(): AsyncGenerator<string> {
  yield 'first';
  throw new Error('the source broke');
}

function used(): HttpRequest {
  const request = new HttpRequest('POST', server.url('/echo'), {}, failing());
  void request.text().catch(() => undefined);
  return request;
}
