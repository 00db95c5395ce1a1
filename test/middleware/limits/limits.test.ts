import { once } from 'node:events';
import { Readable } from 'node:stream';
import zlib from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { HttpRequest } from '../../../src/message/request.ts';
import { HttpResponse } from '../../../src/message/response.ts';
import { decodeContent } from '../../../src/middleware/decode-content/decode-content.ts';
import { limits } from '../../../src/middleware/limits/limits.ts';
import type { RequestOptions } from '../../../src/options/options.ts';
import type { Handler } from '../../../src/stack/handler.ts';

const MIB = 1_048_576;
const TOO_LARGE = { name: 'BodyError', code: 'ERR_BODY_TOO_LARGE' };

function run(response: HttpResponse, options: RequestOptions = {}, method = 'GET'): Promise<HttpResponse> {
  return limits()(async () => response)(new HttpRequest(method, 'http://h/'), options);
}

/** A stream of each kind with that many bytes, in pieces of 10. */
const streams: Record<
  string,
  (bytes: number, released: () => void) => ReadableStream | Readable | AsyncIterable<Uint8Array>
> = {
  node: (bytes, released) => Readable.from(pieces(bytes), { objectMode: false }).on('close', released),
  web: (bytes, released) => {
    const source = pieces(bytes);
    return new ReadableStream(
      {
        pull(controller) {
          const { done, value } = source.next();
          if (done) controller.close();
          else controller.enqueue(value);
        },
        cancel: released,
      },
      { highWaterMark: 0 },
    );
  },
  'async iterable': async function* (bytes, released) {
    try {
      yield* pieces(bytes);
    } finally {
      released();
    }
  },
};

function* pieces(bytes: number): Generator<Uint8Array, void> {
  for (let at = 0; at < bytes; at += 10) yield new Uint8Array(Math.min(10, bytes - at));
}

describe('a buffered body', () => {
  it('passes up to 100 MiB without the option, as the same response', async () => {
    const response = new HttpResponse(200, {}, new Uint8Array(100 * MIB));
    expect(await run(response)).toBe(response);
  });

  it('of one byte more is a BodyError that does not hold the body', async () => {
    const error = await run(new HttpResponse(200, {}, new Uint8Array(100 * MIB + 1))).catch((reason) => reason);
    expect(error).toMatchObject(TOO_LARGE);
    expect(error.message).toBe('GET http://h/: the body is larger than maxResponseSize (104857600 bytes)');
    expect((await error.response.bytes()).byteLength).toBe(0);
  });

  it.each([200, 302, 404, 500])('counts whatever its status: %d', async (status) => {
    await expect(run(new HttpResponse(status, {}, 'abcdef'), { maxResponseSize: 5 })).rejects.toMatchObject(TOO_LARGE);
    expect(await (await run(new HttpResponse(status, {}, 'abcde'), { maxResponseSize: 5 })).text()).toBe('abcde');
  });

  it.each<RequestOptions['maxResponseSize']>([false, null, Number.POSITIVE_INFINITY])(
    'is not looked at when the option is %s',
    async (maxResponseSize) => {
      const answer = Promise.resolve(new HttpResponse(200));
      const handler: Handler = () => answer;
      const request = new HttpRequest('GET', 'http://h/');
      expect(limits()(handler)(request, { maxResponseSize })).toBe(answer);
    },
  );

  it('that is still encoded may be larger than what comes out, but not without end', async () => {
    const encoded = (size: number) => new HttpResponse(200, { 'Content-Encoding': 'gzip' }, new Uint8Array(size));
    await expect(run(encoded(2 * 1000 + 65_536), { maxResponseSize: 1000 })).resolves.toBeInstanceOf(HttpResponse);
    await expect(run(encoded(2 * 1000 + 65_537), { maxResponseSize: 1000 })).rejects.toMatchObject(TOO_LARGE);
  });

  it('that nobody will decode counts as it is', async () => {
    const answer = (coding: string) => new HttpResponse(200, { 'Content-Encoding': coding }, new Uint8Array(1001));
    await expect(run(answer('gzip'), { maxResponseSize: 1000, decodeContent: false })).rejects.toMatchObject(TOO_LARGE);
    await expect(run(answer('rot13'), { maxResponseSize: 1000 })).rejects.toMatchObject(TOO_LARGE);
  });
});

describe.each(Object.keys(streams))('a body streamed from a source of kind %s', (kind) => {
  const body = (bytes: number, released: () => void = () => undefined) => streams[kind]!(bytes, released) as Readable;

  it('is left as it is without the option', async () => {
    const response = new HttpResponse(200, {}, body(1000));
    expect(await run(response, { stream: true })).toBe(response);
  });

  it('passes when it is as long as it may be, as the same kind of stream', async () => {
    const response = await run(new HttpResponse(200, {}, body(1000)), { stream: true, maxResponseSize: 1000 });
    expect(response.content.source instanceof Readable).toBe(kind === 'node');
    expect(response.content.source instanceof ReadableStream).toBe(kind === 'web');
    expect((await response.bytes()).byteLength).toBe(1000);
  });

  it('ends with a BodyError after that many bytes, and its source is released', async () => {
    const released = vi.fn();
    const response = await run(new HttpResponse(200, {}, body(1000, released)), { stream: true, maxResponseSize: 500 });
    let size = 0;
    const reading = (async () => {
      for await (const chunk of response) size += chunk.byteLength;
    })();
    await expect(reading).rejects.toMatchObject(TOO_LARGE);
    expect(size).toBeLessThanOrEqual(500);
    await vi.waitFor(() => expect(released).toHaveBeenCalled());
  });

  it('is released when it is left early, and when it is discarded', async () => {
    const left = vi.fn();
    const response = await run(new HttpResponse(200, {}, body(1_000_000, left)), { maxResponseSize: 1e9 });
    for await (const _ of response) break;
    await vi.waitFor(() => expect(left).toHaveBeenCalled());
    if (kind === 'async iterable') return;
    const discarded = vi.fn();
    await (await run(new HttpResponse(200, {}, body(1_000_000, discarded)), { maxResponseSize: 1e9 })).discard();
    await vi.waitFor(() => expect(discarded).toHaveBeenCalled());
  });

  it('is not begun when its Content-Length is too large already', async () => {
    const answer = new HttpResponse(200, { 'Content-Length': '1001' }, body(1001));
    await expect(run(answer, { stream: true, maxResponseSize: 1000 })).rejects.toMatchObject(TOO_LARGE);
    expect(answer.bodyUsed).toBe(true);
  });
});

describe('a streamed body', () => {
  it('that fails hands on the very error of its source', async () => {
    const broken = new Error('the wire broke');
    const source = new Readable({ read() {} });
    const response = await run(new HttpResponse(200, {}, source), { maxResponseSize: 1000 });
    source.destroy(broken);
    await expect(response.bytes()).rejects.toBe(broken);
  });

  it('that fails while nobody listens harms nobody', async () => {
    const source = new Readable({ read() {} });
    const response = await run(new HttpResponse(200, {}, source), { maxResponseSize: 1000 });
    source.destroy(new Error('the wire broke'));
    await new Promise(setImmediate);
    expect(response.bodyUsed).toBe(false);
  });

  it('is pulled no faster than it is read', async () => {
    let given = 0;
    const source = new Readable({
      read() {
        given += 1;
        this.push(given > 100 ? null : new Uint8Array(65_536));
      },
    });
    const response = await run(new HttpResponse(200, {}, source), { maxResponseSize: 1e9 });
    const stream = response.stream();
    await once(stream, 'readable');
    for (let i = 0; i < 20; i += 1) await new Promise(setImmediate);
    expect(given).toBeLessThan(10);
    const closed = new Promise((resolve) => source.once('close', resolve));
    stream.destroy();
    await closed;
  });

  it('of the answer to HEAD has the length of what it stands for', async () => {
    const answer = new HttpResponse(200, { 'Content-Length': '1001' }, Readable.from([]));
    expect(await run(answer, { maxResponseSize: 1000 }, 'HEAD')).toBe(answer);
  });
});

describe('inside of decodeContent', () => {
  const ask = (response: HttpResponse, options: RequestOptions) =>
    decodeContent()(limits()(async () => response))(new HttpRequest('GET', 'http://h/'), options);
  const gzip = zlib.gzipSync('x'.repeat(1000));
  const answer = (body: Uint8Array | Readable) => new HttpResponse(200, { 'Content-Encoding': 'gzip' }, body);

  it.each([
    ['buffered', () => gzip],
    ['streamed', () => Readable.from([gzip], { objectMode: false })],
  ])('a %s body counts as it comes out', async (_, body) => {
    const within = await ask(answer(body()), { maxResponseSize: 1000 });
    expect((await within.text()).length).toBe(1000);
    const beyond = ask(answer(body()), { maxResponseSize: 999 }).then((response) => response.text());
    await expect(beyond).rejects.toMatchObject(TOO_LARGE);
  });
});
