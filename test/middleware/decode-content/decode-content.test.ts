import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import zlib from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Call } from '../../../src/call/call.ts';
import { Content } from '../../../src/message/content.ts';
import { BodyError } from '../../../src/message/errors.ts';
import { HttpRequest } from '../../../src/message/request.ts';
import { HttpResponse } from '../../../src/message/response.ts';
import { decodeContent } from '../../../src/middleware/decode-content/decode-content.ts';
import type { RequestOptions } from '../../../src/options/options.ts';
import { acceptEncoding } from '../../../src/semantics/codings.ts';
import type { Handler } from '../../../src/stack/handler.ts';
import { recordingHandler } from '../../support/recording-handler.ts';

const text = 'sluice '.repeat(500);
const encoders: Record<string, (bytes: Uint8Array) => Buffer> = {
  gzip: zlib.gzipSync,
  'x-gzip': zlib.gzipSync,
  deflate: zlib.deflateSync,
  'deflate (raw)': zlib.deflateRawSync,
  br: zlib.brotliCompressSync,
};
const kinds = Object.keys(encoders);
const coding = (kind: string) => kind.split(' ', 1)[0]!;
const encode = (kind: string, data: string | Uint8Array = text) => encoders[kind]!(Buffer.from(data));

function answering(response: HttpResponse): Handler {
  return async () => response;
}

function run(response: HttpResponse, options: RequestOptions = {}, method = 'GET', call?: Call): Promise<HttpResponse> {
  const request = new HttpRequest(method, 'http://h/');
  request.call = call;
  return decodeContent()(answering(response))(request, options);
}

function encoded(kind: string, body: Uint8Array | Readable | ReadableStream<Uint8Array> = encode(kind), status = 200) {
  return new HttpResponse(status, { 'Content-Encoding': coding(kind), 'Content-Type': 'text/plain' }, body as Readable);
}

const caught = (promise: Promise<unknown>) =>
  promise.then(
    () => 'nothing',
    (reason: unknown) => reason,
  );

/** The bytes as a Node stream, in pieces of `size`. */
function trickle(bytes: Uint8Array, size = 100): Readable {
  return Readable.from(
    (function* pieces() {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    })(),
    { objectMode: false },
  );
}

async function failure(promise: Promise<unknown>): Promise<BodyError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(BodyError);
  return error as BodyError;
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.resetModules();
});

describe('what is asked for', () => {
  async function sent(options: RequestOptions, headers: Record<string, string> = {}) {
    const handler = recordingHandler();
    await decodeContent()(handler)(new HttpRequest('GET', 'http://h/', headers), options);
    return handler.last.headers.get('accept-encoding');
  }

  it('names the codings that this runtime can undo', async () => {
    const expected = 'createZstdDecompress' in zlib ? 'gzip, deflate, br, zstd' : 'gzip, deflate, br';
    expect(await sent({})).toBe(expected);
    expect(await sent({ decodeContent: true })).toBe(expected);
    expect(acceptEncoding()).toBe(expected);
  });

  it('leaves an Accept-Encoding of the caller alone', async () => {
    expect(await sent({}, { 'accept-encoding': 'br' })).toBe('br');
  });

  it('sends a string exactly as it is given, over a header too', async () => {
    expect(await sent({ decodeContent: 'gzip;q=0.5, *;q=0' })).toBe('gzip;q=0.5, *;q=0');
    expect(await sent({ decodeContent: 'gzip' }, { 'Accept-Encoding': 'br' })).toBe('gzip');
  });

  it.each([false, null])('sends nothing and passes the request on untouched for %s', (off) => {
    const handler = recordingHandler();
    const request = new HttpRequest('GET', 'http://h/');
    void decodeContent()(handler)(request, { decodeContent: off });
    expect(handler.last).toBe(request);
  });

  it('asks for no coding with a Range, because a part of encoded bytes could not be decoded', async () => {
    expect(await sent({}, { Range: 'bytes=10-' })).toBe('identity');
  });

  it('reuses the headers it made for the same headers', async () => {
    const handler = recordingHandler();
    const layer = decodeContent()(handler);
    const request = new HttpRequest('GET', 'http://h/', { A: 'b' });
    await layer(request, {});
    await layer(request.with({ url: 'http://h/2' }), {});
    expect(handler.requests[1]!.headers).toBe(handler.requests[0]!.headers);
    expect([...handler.last.headers.keys()]).toEqual(['A', 'Accept-Encoding']);
  });

  it('rejects, and does not throw, for an Accept-Encoding that no header can carry', async () => {
    await expect(sent({ decodeContent: 'gz\nip' })).rejects.toThrow(TypeError);
  });
});

describe('a buffered body', () => {
  it.each(kinds)('is decoded from %s, and the headers about the coding leave', async (kind) => {
    const answer = encoded(kind).withHeader('Content-Length', '123');
    const response = await run(answer);
    expect(await response.text()).toBe(text);
    expect(response.headers.has('content-encoding')).toBe(false);
    expect(response.headers.has('content-length')).toBe(false);
    expect(response.headers.get('content-type')).toBe('text/plain');
    expect(response.streamed).toBe(false);
  });

  it.each(kinds)('of more than 64 KiB is decoded from %s in the background', async (kind) => {
    const bytes = Buffer.concat([randomBytes(70_000), Buffer.alloc(200_000)]);
    const packed = encode(kind, bytes);
    expect(packed.length).toBeGreaterThan(65_536);
    expect(Buffer.from(await (await run(encoded(kind, packed))).bytes()).equals(bytes)).toBe(true);
  });

  it('of a small size that grows beyond 4 MiB is decoded whole', async () => {
    const response = await run(encoded('gzip', zlib.gzipSync(Buffer.alloc(6_000_000))));
    expect((await response.bytes()).byteLength).toBe(6_000_000);
  });

  it('of several codings is decoded in reverse order', async () => {
    const body = zlib.gzipSync(zlib.brotliCompressSync(zlib.deflateRawSync(Buffer.from(text))));
    const response = new HttpResponse(
      200,
      [
        ['Content-Encoding', 'deflate, br'],
        ['content-encoding', 'GZIP'],
      ],
      body,
    );
    expect(await (await run(response)).text()).toBe(text);
  });

  it('of gzip in several members is decoded whole', async () => {
    const body = Buffer.concat([zlib.gzipSync('one '), zlib.gzipSync('two')]);
    expect(await (await run(encoded('gzip', body))).text()).toBe('one two');
  });

  it('keeps what is not about the body', async () => {
    const answer = new HttpResponse(404, { 'Content-Encoding': 'gzip' }, zlib.gzipSync('x'), '1.0', 'Gone Fishing', {
      url: 'http://h/x',
      attempts: 3,
    });
    const response = await run(answer);
    expect(response).toMatchObject({ status: 404, statusText: 'Gone Fishing', url: 'http://h/x', attempts: 3 });
    expect(response.protocolVersion).toBe('1.0');
  });
});

describe('what is left as it came', () => {
  const gzip = zlib.gzipSync('x');
  it.each<[string, HttpResponse, RequestOptions?, string?]>([
    ['a response without Content-Encoding', new HttpResponse(200, {}, gzip)],
    ['the answer to HEAD', new HttpResponse(200, { 'Content-Encoding': 'gzip' }), {}, 'HEAD'],
    ['204', new HttpResponse(204, { 'Content-Encoding': 'gzip' })],
    ['304', new HttpResponse(304, { 'Content-Encoding': 'gzip' })],
    ['an empty body', new HttpResponse(200, { 'Content-Encoding': 'gzip', 'Content-Length': '0' })],
    ['a part of the encoded bytes', new HttpResponse(206, { 'Content-Encoding': 'gzip' }, gzip)],
    ['an unknown coding', new HttpResponse(200, { 'Content-Encoding': 'pack200-gzip' }, gzip)],
    ['a known coding under an unknown one', new HttpResponse(200, { 'Content-Encoding': 'gzip, rot13' }, gzip)],
    ['identity', new HttpResponse(200, { 'Content-Encoding': 'identity' }, gzip)],
    [
      'anything, when the option is off',
      new HttpResponse(200, { 'Content-Encoding': 'gzip' }, gzip),
      { decodeContent: false },
    ],
    ['a body that went to a sink', new HttpResponse(200, { 'Content-Encoding': 'gzip' }).with({ sink: '/tmp/x' })],
  ])('%s', async (_, response, options = {}, method = 'GET') => {
    expect(await run(response, options, method)).toBe(response);
  });
});

describe('a bad body', () => {
  it.each(kinds)('cut short in %s is a BodyError that says so', async (kind) => {
    for (const cut of [encode(kind).length - 1, encode(kind).length >> 1, 3]) {
      const answer = encoded(kind, encode(kind).subarray(0, cut));
      const error = await failure(run(answer));
      expect(error.code).toBe('ERR_BODY_TRUNCATED');
      expect(error.message).toBe(
        `GET http://h/: the ${coding(kind).replace('x-', '')} body ended before it was complete`,
      );
    }
  });

  it.each(['gzip', 'br', 'deflate'])('that is not %s at all is a BodyError with the decoder as cause', async (kind) => {
    const garbage = Buffer.from([0x78, 0xff, 0xff, 0xff, ...Buffer.from('this is plain text, not encoded at all')]);
    const error = await failure(run(encoded(kind, garbage)));
    expect(error.code).toBe('ERR_BODY_ENCODING');
    expect(error.message).toContain('decodeContent: false');
    expect(error.cause).toBeInstanceOf(Error);
    expect(error.response.status).toBe(200);
  });

  it('with a wrong checksum is a BodyError, at once and in the background', async () => {
    for (const data of [text, randomBytes(70_000)]) {
      const body = encode('gzip', data);
      body[body.length - 8]! ^= 0xff;
      expect((await failure(run(encoded('gzip', body)))).code).toBe('ERR_BODY_ENCODING');
    }
  });

  it('with more than five codings is refused, five are undone', async () => {
    const times = (n: number) =>
      Array.from({ length: n }).reduce<Buffer>((body) => zlib.gzipSync(body), Buffer.from('x'));
    const answer = (n: number) =>
      new HttpResponse(200, { 'Content-Encoding': Array(n).fill('gzip').join(',') }, times(n));
    expect(await (await run(answer(5))).text()).toBe('x');
    const error = await failure(run(answer(6)));
    expect(error.code).toBe('ERR_BODY_ENCODING');
    expect(error.message).toContain('more than 5');
  });
});

describe('maxResponseSize', () => {
  const bomb = zlib.gzipSync(Buffer.alloc(3_000_000));

  it.each([10, 1000, 2_999_999])('of %d bytes counts what comes out of a small body', async (maxResponseSize) => {
    const error = await failure(run(encoded('gzip', bomb), { maxResponseSize }));
    expect(error.code).toBe('ERR_BODY_TOO_LARGE');
    expect(error.message).toContain(`maxResponseSize (${maxResponseSize} bytes)`);
  });

  it('of 0 takes no byte that is decoded, and an answer without any', async () => {
    await expect(run(encoded('gzip', encode('gzip', 'x')), { maxResponseSize: 0 })).rejects.toMatchObject({
      code: 'ERR_BODY_TOO_LARGE',
    });
    expect((await (await run(encoded('gzip', encode('gzip', '')), { maxResponseSize: 0 })).bytes()).length).toBe(0);
  });

  it.each([3_000_000, Number.POSITIVE_INFINITY, false as const, undefined])('of %s lets 3 MB through', async (max) => {
    const response = await run(encoded('gzip', bomb), { maxResponseSize: max });
    expect((await response.bytes()).byteLength).toBe(3_000_000);
  });

  it('ends a stream after that many bytes, and releases its source', async () => {
    const source = trickle(bomb);
    const response = await run(encoded('gzip', source), { maxResponseSize: 100_000, stream: true });
    let size = 0;
    const reading = (async () => {
      for await (const chunk of response) size += chunk.byteLength;
    })();
    expect((await failure(reading)).code).toBe('ERR_BODY_TOO_LARGE');
    expect(size).toBeLessThanOrEqual(100_000);
    expect(source.destroyed).toBe(true);
  });
});

describe('a streamed body', () => {
  it.each(kinds)('of %s stays a Node stream and gives the decoded bytes, in whatever pieces it comes', async (kind) => {
    for (const size of [1, 7, 1000]) {
      const response = await run(encoded(kind, trickle(encode(kind), size)), { stream: true });
      expect(response.content.source).toBeInstanceOf(Readable);
      expect(response.headers.has('content-encoding')).toBe(false);
      expect(await response.text()).toBe(text);
    }
  });

  it('of three codings is decoded in reverse order', async () => {
    const body = zlib.gzipSync(zlib.deflateRawSync(zlib.brotliCompressSync(Buffer.from(text))));
    const answer = new HttpResponse(200, { 'Content-Encoding': 'br, deflate, gzip' }, trickle(body));
    expect(await (await run(answer, { stream: true })).text()).toBe(text);
  });

  it('given as a web stream is decoded too, and cancelling reaches it', async () => {
    const web = () => Readable.toWeb(trickle(encode('gzip'))) as unknown as ReadableStream<Uint8Array>;
    expect(await (await run(encoded('gzip', web()), { stream: true })).text()).toBe(text);
    const cancel = vi.fn();
    const silent = new ReadableStream<Uint8Array>({ cancel });
    const response = await run(encoded('gzip', silent), { stream: true });
    const reading = response.stream();
    reading.resume();
    reading.destroy();
    await vi.waitFor(() => expect(cancel).toHaveBeenCalled());
  });

  it('that turns out empty is empty', async () => {
    for (const kind of kinds) {
      const response = await run(encoded(kind, Readable.from([], { objectMode: false })), { stream: true });
      expect(await response.text()).toBe('');
    }
  });

  it.each(kinds)('cut short in %s fails with a BodyError after the bytes that came', async (kind) => {
    const response = await run(encoded(kind, trickle(encode(kind).subarray(0, -1))), { stream: true });
    expect((await failure(response.bytes())).code).toBe('ERR_BODY_TRUNCATED');
  });

  it('that is corrupt fails with a BodyError and releases the source', async () => {
    const source = trickle(Buffer.concat([encode('gzip').subarray(0, 20), Buffer.alloc(5000, 0xff)]));
    const response = await run(encoded('gzip', source), { stream: true });
    expect((await failure(response.bytes())).code).toBe('ERR_BODY_ENCODING');
    expect(source.destroyed).toBe(true);
  });

  it('whose source fails ends with the very error of the source', async () => {
    const broken = new Error('the wire broke');
    const source = new Readable({ read() {} });
    source.push(encode('gzip').subarray(0, 30));
    const response = await run(encoded('gzip', source), { stream: true });
    const reading = response.bytes();
    await new Promise(setImmediate);
    source.destroy(broken);
    await expect(reading).rejects.toBe(broken);
  });

  it('whose source fails before anybody reads harms nobody, and tells who reads later', async () => {
    const source = new Readable({ read() {} });
    const response = await run(encoded('gzip', source), { stream: true });
    source.destroy(new Error('the wire broke'));
    await new Promise((resolve) => source.once('close', resolve));
    await expect(response.bytes()).rejects.toThrow('the wire broke');
  });

  it.each([new Error('the wire broke'), undefined])('whose source was gone before, with %s, fails', async (error) => {
    const source = new Readable({ read() {} }).on('error', () => undefined);
    source.destroy(error);
    await new Promise((resolve) => source.once('close', resolve));
    const response = new HttpResponse(200, { 'Content-Encoding': 'gzip' }, new Content(undefined, source));
    const reason = await caught((await run(response, { stream: true })).bytes());
    if (error === undefined) expect(reason).toMatchObject({ name: 'BodyError', code: 'ERR_BODY_TRUNCATED' });
    else expect(reason).toBe(error);
  });

  it('of two codings is decoded whole though each step is many pieces', async () => {
    const plain = randomBytes(500_000);
    const twice = zlib.gzipSync(
      zlib.brotliCompressSync(plain, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 1 } }),
    );
    const response = new HttpResponse(200, { 'Content-Encoding': 'br, gzip' }, trickle(twice, 10_000));
    const bytes = await (await run(response, { stream: true, maxResponseSize: 500_000 })).bytes();
    expect(Buffer.compare(bytes, plain)).toBe(0);
  });

  it('whose source closes without an end is truncated', async () => {
    const source = new Readable({ read() {} });
    source.push(encode('gzip').subarray(0, 30));
    const response = await run(encoded('gzip', source), { stream: true });
    const reading = failure(response.bytes());
    await new Promise(setImmediate);
    source.destroy();
    expect((await reading).code).toBe('ERR_BODY_TRUNCATED');
  });

  it('is read no faster than it is wanted', async () => {
    let given = 0;
    const piece = zlib.gzipSync(randomBytes(60_000));
    const source = new Readable({
      highWaterMark: 1,
      read() {
        given += 1;
        this.push(given > 500 ? null : piece);
      },
    });
    const response = await run(encoded('gzip', source), { stream: true });
    const stream = response.stream();
    await once(stream, 'readable');
    for (let i = 0; i < 50; i += 1) await new Promise(setImmediate);
    expect(given).toBeLessThan(20);
    stream.resume();
    await once(stream, 'end');
    expect(given).toBe(501);
  });

  it('that is not read is not begun', async () => {
    const read = vi.fn();
    await run(encoded('gzip', new Readable({ read })), { stream: true });
    await new Promise(setImmediate);
    expect(read).not.toHaveBeenCalled();
  });

  it('that is destroyed while it waits destroys its source', async () => {
    const source = new Readable({ read() {} });
    const response = await run(encoded('gzip', source), { stream: true });
    const stream = response.stream();
    stream.resume();
    await new Promise(setImmediate);
    stream.destroy();
    expect(source.destroyed).toBe(true);
  });

  it('that is left in the middle of a loop destroys its source', async () => {
    const source = trickle(zlib.gzipSync(Buffer.alloc(1_000_000)), 10);
    const response = await run(encoded('gzip', source), { stream: true });
    for await (const _ of response) break;
    expect(source.destroyed).toBe(true);
  });

  it.each([
    ['is drained when its rest is short', '2000', false],
    ['is closed when its rest is long', '2000000', true],
    ['is closed when nobody knows how long its rest is', undefined, true],
  ])('that is discarded unread %s', async (_, length, destroyed) => {
    const source = trickle(encode('gzip'));
    const answer =
      length === undefined ? encoded('gzip', source) : encoded('gzip', source).withHeader('Content-Length', length);
    const end = vi.fn();
    source.on('end', end);
    await (await run(answer, { stream: true })).discard();
    await once(source, 'close');
    expect(end).toHaveBeenCalledTimes(destroyed ? 0 : 1);
  });

  it('leaves the body of the response that it came from used', async () => {
    const answer = encoded('gzip', trickle(encode('gzip')));
    const response = await run(answer, { stream: true });
    expect(answer.bodyUsed).toBe(true);
    expect(response.bodyUsed).toBe(false);
    await expect(answer.bytes()).rejects.toMatchObject({ code: 'ERR_BODY_USED' });
    await response.discard();
  });
});

describe('an abort while a body is decoded in the background', () => {
  const large = zlib.gzipSync(Buffer.concat([randomBytes(70_000), Buffer.alloc(90_000_000)]));

  it('rejects with the reason of the signal', async () => {
    const controller = new AbortController();
    const reason = { why: 'enough' };
    const running = run(encoded('gzip', large), { signal: controller.signal });
    setImmediate(() => controller.abort(reason));
    await expect(running).rejects.toBe(reason);
  });

  it('rejects with the reason of the call', async () => {
    const call = new Call(0);
    const reason = new Error('cancelled');
    const running = run(encoded('gzip', large), {}, 'GET', call);
    setImmediate(() => call.abort(reason));
    await expect(running).rejects.toBe(reason);
  });
});

describe('without node:zlib', () => {
  async function webLayer() {
    vi.resetModules();
    vi.spyOn(process, 'getBuiltinModule').mockImplementation(() => undefined as never);
    const layer = await import('../../../src/middleware/decode-content/decode-content.ts');
    const { HttpResponse } = await import('../../../src/message/response.ts');
    const { HttpRequest } = await import('../../../src/message/request.ts');
    const answer = (kind: string, body: Uint8Array | ReadableStream<Uint8Array>) =>
      new HttpResponse(200, { 'Content-Encoding': coding(kind) }, body);
    const ask = (response: HttpResponse, options: RequestOptions = {}) =>
      layer.decodeContent()(async () => response)(new HttpRequest('GET', 'http://h/'), options);
    return { answer, ask, layer, HttpRequest };
  }
  const webStream = (bytes: Uint8Array) =>
    new ReadableStream<Uint8Array>({
      start(controller) {
        for (let at = 0; at < bytes.length; at += 50) controller.enqueue(Uint8Array.from(bytes.subarray(at, at + 50)));
        controller.close();
      },
    });

  it('asks for what the web can undo', async () => {
    const { layer, HttpRequest } = await webLayer();
    const handler = recordingHandler();
    await layer.decodeContent()(handler)(new HttpRequest('GET', 'http://h/'), {});
    expect(handler.last.headers.get('accept-encoding')).toBe('gzip, deflate');
  });

  it.each(kinds.filter((kind) => kind !== 'br'))('decodes %s, buffered and streamed', async (kind) => {
    const { answer, ask } = await webLayer();
    expect(await (await ask(answer(kind, encode(kind)))).text()).toBe(text);
    expect(await (await ask(answer(kind, webStream(encode(kind))))).text()).toBe(text);
  });

  it('asks for nothing where the web can undo nothing', async () => {
    vi.stubGlobal('DecompressionStream', undefined);
    const { layer, HttpRequest, answer, ask } = await webLayer();
    const handler = recordingHandler();
    await layer.decodeContent()(handler)(new HttpRequest('GET', 'http://h/'), {});
    expect(handler.last.headers.has('accept-encoding')).toBe(false);
    expect((await ask(answer('gzip', encode('gzip')))).headers.get('content-encoding')).toBe('gzip');
    vi.unstubAllGlobals();
  });

  it('decodes two codings, and counts what comes out of the first', async () => {
    const { ask } = await webLayer();
    const { HttpResponse } = await import('../../../src/message/response.ts');
    const twice = (bytes: Uint8Array) =>
      new HttpResponse(200, { 'Content-Encoding': 'deflate, gzip' }, zlib.gzipSync(zlib.deflateSync(bytes)));
    expect(await (await ask(twice(Buffer.from(text)))).text()).toBe(text);
    const reason = await caught(ask(twice(randomBytes(300_000)), { maxResponseSize: 1000 }));
    expect(reason).toMatchObject({ name: 'BodyError', code: 'ERR_BODY_TOO_LARGE' });
  });

  it('ends with the very error of a source that fails, and lets go of one that is left in the middle', async () => {
    const { answer, ask } = await webLayer();
    const broken = new Error('the wire broke');
    const cancel = vi.fn();
    const bytes = Uint8Array.from(zlib.gzipSync(randomBytes(2_000_000)));
    const begun = (fails: boolean) => {
      let at = 0;
      const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => {
        if (fails && at === 50_000) controller.error(broken);
        else controller.enqueue(bytes.slice(at, at + 10_000));
        at += 10_000;
      };
      return answer('gzip', new ReadableStream<Uint8Array>({ pull, cancel }));
    };
    expect(await caught((await ask(begun(true), { stream: true })).bytes())).toBe(broken);
    const left = await ask(begun(false), { stream: true });
    const reader = left.body!.getReader();
    expect((await reader.read()).value!.byteLength).toBeGreaterThan(0);
    await reader.cancel();
    await vi.waitFor(() => expect(cancel).toHaveBeenCalledOnce());
  });

  it('rejects with the reason of an abort', async () => {
    const { answer, ask } = await webLayer();
    const stop = new AbortController();
    const waiting = caught(ask(answer('gzip', encode('gzip')), { signal: stop.signal }));
    const enough = new Error('enough');
    stop.abort(enough);
    expect(await waiting).toBe(enough);
  });

  it('counts, and fails on what is cut short or corrupt', async () => {
    const { answer, ask } = await webLayer();
    const gzip = encode('gzip');
    await expect(ask(answer('gzip', gzip), { maxResponseSize: 100 })).rejects.toMatchObject({
      code: 'ERR_BODY_TOO_LARGE',
    });
    await expect(ask(answer('gzip', gzip.subarray(0, -9)))).rejects.toMatchObject({ name: 'BodyError' });
    await expect(ask(answer('gzip', Buffer.from('plain text')))).rejects.toMatchObject({ code: 'ERR_BODY_ENCODING' });
  });

  it('leaves br as it came, and releases a stream that nobody reads', async () => {
    const { answer, ask } = await webLayer();
    expect((await ask(answer('br', encode('br')))).headers.get('content-encoding')).toBe('br');
    const cancel = vi.fn();
    await (await ask(answer('gzip', new ReadableStream({ cancel })))).discard();
    expect(cancel).toHaveBeenCalled();
  });
});
