/** One exchange over HTTP/2 against peers that go their own way; `http2.test.ts` has the handler as a whole. */
import { sensitiveHeaders } from 'node:http2';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { OpenExchanges } from '../../../src/handlers/exchange/open-exchanges.ts';
import type { Transfer } from '../../../src/handlers/exchange/transfer.ts';
import { Http2Answer } from '../../../src/handlers/http2/answer.ts';
import type { Http2Connection } from '../../../src/handlers/http2/connection.ts';
import { Http2Exchange } from '../../../src/handlers/http2/exchange.ts';
import type { Http2Host } from '../../../src/handlers/http2/host.ts';
import { http2Handler } from '../../../src/handlers/http2/http2.ts';
import { HttpRequest } from '../../../src/message/request.ts';
import type { HttpResponse } from '../../../src/message/response.ts';
import { targetOf } from '../../../src/message/uri.ts';
import type { RequestOptions } from '../../../src/options/options.ts';
import type { Transport } from '../../../src/stack/handler.ts';
import { frames, startFrames, startHttp2 } from '../../support/http2-peer.ts';

const made: Transport[] = [];
afterEach(async () => {
  await Promise.all(made.splice(0).map((handler) => handler.destroy?.()));
});

function send(request: HttpRequest, options: RequestOptions = {}): Promise<HttpResponse> {
  const handler = http2Handler();
  made.push(handler);
  return handler(request, { version: '2', ...options });
}

const get = (url: string, options?: RequestOptions) => send(new HttpRequest('GET', url), options);

async function failed(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  const reason = await promise.then(() => undefined).catch((error: unknown) => error);
  expect(reason, 'the promise must reject').toBeInstanceOf(Error);
  return reason as Error & Record<string, unknown>;
}

describe('the head of a request over HTTP/2', () => {
  it('asks that Authorization is kept in no table of the way', async () => {
    const heads: unknown[] = [];
    await using peer = await startHttp2();
    peer.server.on('stream', (stream, head) => {
      heads.push(head['authorization'], (head as Record<symbol, unknown>)[sensitiveHeaders]);
      stream.respond({}, { endStream: true });
    });
    await send(new HttpRequest('GET', peer.url(), { Authorization: 'Bearer t', 'X-A': 'b' }));
    expect(heads).toEqual(['Bearer t', ['authorization']]);
  });

  it.each([
    ['gzip', undefined],
    ['trailers', 'trailers'],
    ['gzip, Trailers', 'trailers'],
  ])('says of TE: %s what HTTP/2 may hear: %s', async (te, heard) => {
    await using peer = await startHttp2({
      listener: (request, response) => response.end(String(request.headers.te ?? 'none')),
    });
    const response = await send(new HttpRequest('GET', peer.url(), { TE: te }));
    expect(await response.text()).toBe(heard ?? 'none');
  });
});

describe('an answer over HTTP/2', () => {
  it('is refused at its head when it says that it is larger than maxResponseSize', async () => {
    await using peer = await startFrames((stream) => [frames.headers(stream, { 'content-length': '2000' })]);
    const error = await failed(get(peer.url, { maxResponseSize: 1000 }));
    expect(error).toMatchObject({ name: 'BodyError', code: 'ERR_BODY_TOO_LARGE' });
  });

  it('may have a head of any size with maxHeaderSize: 0', async () => {
    await using peer = await startHttp2({
      listener: (_, response) => response.writeHead(200, { x: 'a'.repeat(20_000) }).end(),
    });
    expect((await get(peer.url(), { maxHeaderSize: 0 })).headers.get('x')).toHaveLength(20_000);
  });

  it('may have informational ones before it, which nobody has to listen to', async () => {
    await using peer = await startHttp2();
    peer.server.on('stream', (stream) => {
      stream.additionalHeaders({ ':status': 103, link: '</a>' });
      stream.respond({ ':status': 204 }, { endStream: true });
    });
    expect((await get(peer.url())).status).toBe(204);
  });

  it.each<[number, string]>([
    [1, 'ERR_BODY_FRAMING'],
    [2, 'ERR_BODY_TRUNCATED'],
  ])('that a reset with code %i ends without saying how long it is: %s', async (code, ours) => {
    await using peer = await startFrames((stream) => [
      frames.headers(stream),
      frames.data(stream, 'abc'),
      frames.reset(stream, code),
    ]);
    expect(await failed(get(peer.url))).toMatchObject({ name: 'BodyError', code: ours });
  });

  it.each([
    ['099', true],
    ['099', false],
    ['000', true],
    ['000', false],
    ['101', true],
    ['101', false],
    ['1000', true],
    ['2x0', true],
    ['', true],
  ])('with the status %j, which is none, is broken (with its end: %s)', async (status, isEnd) => {
    const told: number[] = [];
    for (const stream of [false, true]) {
      await using peer = await startFrames((id) => [
        frames.status(id, status, isEnd),
        ...(isEnd ? [] : [frames.data(id, 'abc', true)]),
      ]);
      const onInformation = (response: HttpResponse) => void told.push(response.status);
      const error = await failed(get(peer.url, { stream, onInformation, headersTimeout: 5000 }));
      expect(error).toMatchObject({ name: 'NetworkError', code: 'ERR_PROTOCOL' });
    }
    expect(told).toEqual([]);
  });

  it('that a reset of no known code takes the place of names that code', async () => {
    await using peer = await startFrames((stream) => [frames.reset(stream, 99)]);
    expect((await failed(get(peer.url))).message).toContain('HTTP/2 code 99');
  });

  it('may begin while the request is still being sent', async () => {
    await using peer = await startHttp2();
    peer.server.on('stream', (stream) => {
      stream.respond();
      stream.pipe(stream);
    });
    const body = Readable.from(Array.from({ length: 20 }, () => Buffer.alloc(10_000, 97)));
    const sent: number[] = [];
    const response = await send(new HttpRequest('POST', peer.url(), {}, body), {
      progress: ({ direction, transferred }) => void (direction === 'upload' && sent.push(transferred)),
    });
    expect((await response.bytes()).length).toBe(200_000);
    expect(sent.at(-1)).toBe(200_000);
  });
});

describe('the timings of an exchange over HTTP/2', () => {
  it.each<[string, boolean]>([
    ['GET', false],
    ['POST', true],
  ])('have a time of sending when there is a body to send: %s %s', async (method, isThere) => {
    await using peer = await startHttp2({ listener: (_, response) => response.end('ok') });
    const request = new HttpRequest(method, peer.url(), {}, isThere ? 'sent' : null);
    const { timings } = await send(request);
    expect(Object.hasOwn(timings!, 'send')).toBe(isThere);
    expect(timings).toMatchObject({ total: expect.any(Number), firstByte: expect.any(Number) });
  });
});

describe('what fails on our side of HTTP/2', () => {
  it.each<[string, unknown, string]>([
    ['an error', new Error('the disk is gone'), 'the disk is gone'],
    ['a text', 'out of paper', 'out of paper'],
  ])('names a body that throws %s', async (_, thrown, words) => {
    await using peer = await startHttp2();
    const broken = async function* () {
      yield new Uint8Array(10);
      throw thrown;
    };
    const error = await failed(send(new HttpRequest('POST', peer.url(), {}, broken())));
    expect(error).toMatchObject({ name: 'RequestError', code: 'ERR_BODY_SOURCE', cause: thrown });
    expect(error.message).toContain(words);
  });

  it.each<keyof RequestOptions>(['progress', 'onInformation'])(
    'ends with what %s throws as the cause',
    async (name) => {
      await using peer = await startHttp2();
      peer.server.on('stream', (stream) => {
        stream.additionalHeaders({ ':status': 103 });
        stream.respond();
        stream.end('hello');
      });
      const cause = new Error('mine');
      const callback = () => {
        throw cause;
      };
      const error = await failed(get(peer.url(), { [name]: callback }));
      expect(error.message).toContain(name);
      expect(error.cause).toBe(cause);
    },
  );

  it('does not send a body again that can be read once, though the server refused it', async () => {
    await using peer = await startFrames((stream) => [frames.reset(stream, 7)]);
    const body = Readable.from([Buffer.from('abc')]);
    const error = await failed(send(new HttpRequest('POST', peer.url, {}, body)));
    expect(error.message).toContain('REFUSED_STREAM');
    expect(peer.heads).toHaveLength(1);
  });
});

describe('a mistake of ours in an event of HTTP/2', () => {
  it.each<['begin' | 'completed' | 'isShort', boolean]>([
    ['begin', false],
    ['begin', true],
    ['isShort', false],
    ['isShort', true],
    ['completed', false],
    ['completed', true],
  ])('in %s ends the exchange and not the process, streamed %s', async (method, stream) => {
    const fault = new Error('a mistake of ours');
    const spy = vi.spyOn(Http2Answer.prototype, method).mockImplementation(() => {
      throw fault;
    });
    await using peer = await startFrames((id) => [frames.headers(id), frames.data(id, 'abc', true)]);
    const error = await failed(get(peer.url, { stream }).then((response) => response.text()));
    expect([error, error.cause]).toContain(fault);
    spy.mockRestore();
  });
});

describe('a connection that ends in the moment a stream is to be opened', () => {
  /** A host whose connections refuse the first `times` streams, as node:http2 does after a GOAWAY. */
  function refusing(times: number, code: string): { host: Http2Host; asked: () => number; ended: () => number } {
    let asked = 0;
    const connection = {
      socket: { bytesRead: 0 },
      served: 0,
      isLive: false,
      lastTaken: Number.POSITIVE_INFINITY,
      release: vi.fn(),
      request: () => {
        asked += 1;
        throw Object.assign(new Error('no more streams'), { code: asked <= times ? code : 'ERR_INVALID_ARG_VALUE' });
      },
    } as unknown as Http2Connection;
    const running = new OpenExchanges<Transfer>();
    const ended = vi.spyOn(running, 'ended');
    const group = {
      acquire: (waiter: Http2Exchange) => {
        waiter.connected(connection, false);
        return () => undefined;
      },
    };
    const host = { group: () => group, plain: vi.fn(), wantsHttp1: vi.fn(), running } as unknown as Http2Host;
    return { host, asked: () => asked, ended: () => ended.mock.calls.length };
  }

  it.each<[string, number, number]>([
    ['ERR_HTTP2_GOAWAY_SESSION', 2, 3],
    ['ERR_HTTP2_INVALID_SESSION', 99, 6],
    ['ERR_INVALID_CHAR', 99, 1],
  ])('%s, %i times: is asked for a stream %i times, and the call ends once', async (code, times, asked) => {
    const peer = refusing(times, code);
    const request = new HttpRequest('GET', 'http://h.test/');
    const promise = new Promise((resolve, reject) => {
      new Http2Exchange(request, {}, targetOf(request.url), peer.host, { resolve, reject }).start();
    });
    expect((await failed(promise)).cause).toBeInstanceOf(Error);
    expect([peer.asked(), peer.ended()]).toEqual([asked, 1]);
  });
});
