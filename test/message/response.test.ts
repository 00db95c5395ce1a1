import { Readable } from 'node:stream';
import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { Call } from '../../src/call/call.ts';
import { type BodyError, isBodyError } from '../../src/message/errors.ts';
import { HttpHeaders } from '../../src/message/headers.ts';
import { HttpRequest } from '../../src/message/request.ts';
import { HttpResponse, type ResponseBodyInit, type ResponseChanges } from '../../src/message/response.ts';

const streamed = (...pieces: string[]) =>
  new HttpResponse(200, {}, Readable.from(pieces.map((one) => Buffer.from(one))));

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

describe('a response', () => {
  it('is made in the order of its constructor', async () => {
    const response = new HttpResponse(404, { X: 'y' }, 'gone', '1.0', 'Nope', { url: 'http://h/', attempts: 2 });
    expect(response).toMatchObject({
      status: 404,
      statusText: 'Nope',
      protocolVersion: '1.0',
      url: 'http://h/',
      attempts: 2,
      ok: false,
    });
    expect(response.headers.get('x')).toBe('y');
    expect(await response.text()).toBe('gone');
  });

  it('is an empty 200 unless told otherwise', async () => {
    const response = new HttpResponse();
    expect(response).toMatchObject({
      status: 200,
      statusText: 'OK',
      protocolVersion: '1.1',
      url: '',
      redirects: [],
      attempts: 1,
      ok: true,
    });
    expect(response.headers).toBe(HttpHeaders.empty);
    expect((await response.bytes()).byteLength).toBe(0);
    expect(response.streamed).toBe(false);
  });

  it.each([
    [199, false],
    [200, true],
    [299, true],
    [300, false],
  ])('of %d is ok: %s', (status, ok) => {
    expect(new HttpResponse(status).ok).toBe(ok);
  });

  it.each([0, 99, 1000, 200.5, Number.NaN, '200'])('is refused with the status %s', (status) => {
    expect(() => new HttpResponse(status as number)).toThrow(RangeError);
  });

  it.each(['a\r\nb', 'a\0', 'a\x7f'])('is refused with the reason %j', (reason) => {
    expect(() => new HttpResponse(200, {}, null, '1.1', reason)).toThrow('reason must not have control characters');
  });

  it('knows the phrase of a status, and none for one that has none', () => {
    expect([new HttpResponse(418).statusText, new HttpResponse(599).statusText]).toEqual(["I'm a Teapot", '']);
  });

  it('has its cookies by name', () => {
    const lines = ['a=1; Path=/', 'b="x=y"; HttpOnly', '=nothing', 'c', 'a=2', '__proto__=x'];
    const { cookies } = new HttpResponse(200, { 'Set-Cookie': lines });
    expect({ ...cookies }).toEqual({ a: '2', b: '"x=y"', ['__proto__']: 'x' });
    expect(Object.getPrototypeOf(cookies)).toBeNull();
  });
});

describe('a copy with changes', () => {
  const response = new HttpResponse(200, { A: 'b' }, 'x', '1.1', 'Fine', { url: 'http://h/' });

  it.each<[string, ResponseChanges]>([
    ['no changes', {}],
    ['undefined', { status: undefined, headers: undefined, body: undefined }],
    ['the same values', { status: 200, statusText: 'Fine', headers: response.headers, url: 'http://h/' }],
  ])('is the same instance for %s', (_, changes) => {
    expect(response.with(changes)).toBe(response);
  });

  it('over another status has the phrase of that, and the same body', async () => {
    const copy = response.with({ status: 404 });
    expect(copy).toMatchObject({ status: 404, statusText: 'Not Found', url: 'http://h/' });
    expect(copy.content).toBe(response.content);
    expect(response.status).toBe(200);
  });

  it('with another body leaves the body of the original', async () => {
    expect(await response.with({ body: 'other' }).text()).toBe('other');
    expect(await response.with({ body: null }).text()).toBe('');
    expect(await response.text()).toBe('x');
  });

  it('by header is the same instance when nothing changes', () => {
    expect(response.withHeader('a', 'b')).toBe(response);
    expect(response.withoutHeader('x')).toBe(response);
    expect(response.withHeader('a', 'c').headers.get('A')).toBe('c');
    expect(response.withAddedHeader('A', 'c').headers.getAll('a')).toEqual(['b', 'c']);
    expect(response.withoutHeader('a').headers.size).toBe(0);
  });

  it('does not take the stream of the original', () => {
    const original = streamed('x');
    expect(original.with({ status: 201 }).bodyUsed).toBe(false);
    expect(original.with({ body: original.content }).bodyUsed).toBe(false);
  });
});

describe('every kind of body', () => {
  const web = () => new Blob(['abc']).stream();
  it.each<[string, () => ResponseBodyInit, boolean]>([
    ['text', () => 'abc', false],
    ['bytes', () => Buffer.from('abc'), false],
    ['Blob', () => new Blob(['abc']), true],
    ['Node stream', () => Readable.from(['a', 'bc']), true],
    ['web stream', web, true],
    ['web stream of text', () => new Blob(['abc']).stream().pipeThrough(new TextDecoderStream()) as never, true],
    [
      'async iterable',
      () =>
        (async function* () {
          yield 'abc';
        })(),
      true,
    ],
    ['function', () => () => 'abc', true],
  ])('%s is read in every way', async (_, make, isStreamed) => {
    const response = () => new HttpResponse(200, {}, make());
    expect(response().streamed).toBe(isStreamed);
    expect(await response().text()).toBe('abc');
    expect(Buffer.from(await response().bytes()).toString()).toBe('abc');
    expect(Buffer.from(await response().arrayBuffer()).toString()).toBe('abc');
    expect(await (await response().blob()).text()).toBe('abc');
    expect(Buffer.concat(await all(response())).toString()).toBe('abc');
    expect(await all(response().lines())).toEqual(['abc']);
    expect(
      Buffer.concat(
        (await all(response().stream() as AsyncIterable<string>)).map((one) => Buffer.from(one)),
      ).toString(),
    ).toBe('abc');
  });

  it('is a web stream', async () => {
    for (const response of [new HttpResponse(200, {}, 'abc'), streamed('a', 'bc')]) {
      expect(await new Response(response.body).text()).toBe('abc');
    }
  });

  it('of an unknown kind is refused', () => {
    expect(() => new HttpResponse(200, {}, { a: 1 } as never)).toThrow(TypeError);
  });
});

describe('a buffered body', () => {
  const response = new HttpResponse(200, { 'Content-Type': 'application/json' }, '{"a":1}');

  it('can be read any number of times, in every way', async () => {
    for (let i = 0; i < 2; i += 1) {
      expect(await response.json()).toEqual({ a: 1 });
      expect(response.jsonNow()).toEqual({ a: 1 });
      expect(await new Response(response.toWeb()).text()).toBe('{"a":1}');
      expect(await all(response)).toHaveLength(1);
      await response.discard();
    }
    expect(response.bodyUsed).toBe(false);
  });

  it('gives an ArrayBuffer of its own bytes alone', async () => {
    const view = Buffer.from('xabcx').subarray(1, 4);
    expect((await new HttpResponse(200, {}, view).arrayBuffer()).byteLength).toBe(3);
  });

  it('gives a Blob of its type', async () => {
    expect((await response.blob()).type).toBe('application/json');
  });
});

describe('text', () => {
  it.each<[string, number[], string]>([
    ['', [0xc3, 0xa4], 'ä'],
    ['text/html; charset=latin1', [0xe4], 'ä'],
    ['text/html; charset=utf-16le', [0xe4, 0], 'ä'],
    ['text/html; charset=Shift_JIS', [0x93, 0xfa, 0x96, 0x7b], '日本'],
    ['text/html; charset="gbk"', [0xc4, 0xe3], '你'],
    ['text/html; charset=unknown', [0xc3, 0xa4], 'ä'],
  ])('of %j is decoded, buffered and streamed', async (type, bytes, text) => {
    const headers = type === '' ? {} : { 'Content-Type': type };
    expect(await new HttpResponse(200, headers, Uint8Array.from(bytes)).text()).toBe(text);
    const pieces = bytes.map((byte) => Uint8Array.of(byte));
    const stream = () => new HttpResponse(200, headers, Readable.from(pieces));
    expect(await stream().text()).toBe(text);
    expect(await all(stream().lines())).toEqual([text]);
  });
});

describe('JSON', () => {
  it('may begin with a byte order mark', async () => {
    expect(await new HttpResponse(200, {}, '\ufeff[1]').json()).toEqual([1]);
  });

  it.each([
    ['', 'the body is empty'],
    ['<html>', 'the body is not JSON, Content-Type: text/html'],
  ])('that is %j is a BodyError', async (body, message) => {
    const response = new HttpResponse(200, { 'Content-Type': 'text/html' }, body);
    const error = await refusal(() => response.json());
    expect(isBodyError(error)).toBe(true);
    expect(error).toMatchObject({ code: 'ERR_BODY_JSON', response });
    expect(error.message).toContain(message);
  });
});

describe('a form', () => {
  it.each([
    ['application/x-www-form-urlencoded', 'a=b+c'],
    ['multipart/form-data; boundary=B', '--B\r\nContent-Disposition: form-data; name="a"\r\n\r\nb c\r\n--B--\r\n'],
  ])('of %s is parsed', async (type, body) => {
    expect((await new HttpResponse(200, { 'Content-Type': type }, body).formData()).get('a')).toBe('b c');
  });

  it('of another type is a BodyError', async () => {
    await expect(new HttpResponse(200, {}, 'x').formData()).rejects.toMatchObject({
      name: 'BodyError',
      code: 'ERR_BODY_FORM',
    });
  });
});

async function refusal(read: () => unknown): Promise<BodyError> {
  try {
    await read();
  } catch (error) {
    return error as BodyError;
  }
  throw new Error('it was read');
}

describe('a streamed body', () => {
  const readers: [string, (response: HttpResponse) => unknown][] = [
    ['bytes()', (response) => response.bytes()],
    ['text()', (response) => response.text()],
    ['json()', (response) => response.json()],
    ['blob()', (response) => response.blob()],
    ['formData()', (response) => response.formData()],
    ['iteration', (response) => all(response)],
    ['lines()', (response) => all(response.lines())],
    ['events()', (response) => all(response.events())],
    ['ndjson()', (response) => all(response.ndjson())],
    ['stream()', (response) => response.stream()],
    ['toWeb()', (response) => response.toWeb()],
    ['body', (response) => response.body],
  ];

  it.each(readers)('can be read once; %s after that explains', async (_, read) => {
    const response = streamed('1');
    expect(await response.text()).toBe('1');
    expect(response.bodyUsed).toBe(true);
    const error = await refusal(() => read(response));
    expect(error).toMatchObject({ name: 'BodyError', code: 'ERR_BODY_USED' });
    expect(error.message).toContain('leave out the stream option to read it again');
  });

  it.each(readers)('that went to a sink is not here; %s says where it is', async (_, read) => {
    const response = streamed('1').with({ sink: '/data/file' });
    const error = await refusal(() => read(response));
    expect(error).toMatchObject({ name: 'BodyError', code: 'ERR_BODY_SINK' });
    expect(error.message).toContain('/data/file');
  });

  it('is shared by the copies of a response', async () => {
    const response = streamed('1');
    const copy = response.with({ status: 201 });
    expect(await copy.text()).toBe('1');
    await expect(response.text()).rejects.toMatchObject({ code: 'ERR_BODY_USED' });
  });

  it('hands on the failure of its source', async () => {
    const broken = new Error('the wire broke');
    const failing = () =>
      new HttpResponse(
        200,
        {},
        new Readable({
          read() {
            this.destroy(broken);
          },
        }),
      );
    await expect(failing().bytes()).rejects.toBe(broken);
    await expect(all(failing())).rejects.toBe(broken);
    await expect(new Response(failing().body).text()).rejects.toBe(broken);
  });

  it('that is left early is released', async () => {
    const source = Readable.from(['a', 'b', 'c']);
    for await (const _ of new HttpResponse(200, {}, source)) break;
    expect(source.destroyed).toBe(true);
    const cancel = vi.fn();
    const web = new ReadableStream({ pull: (c) => c.enqueue(Buffer.from('x')), cancel });
    for await (const _ of new HttpResponse(200, {}, web)) break;
    expect(cancel).toHaveBeenCalled();
  });

  it('that is discarded is released, and cannot be read', async () => {
    const source = new Readable({ read() {} });
    const response = new HttpResponse(200, {}, source);
    await response.discard();
    expect(source.destroyed).toBe(true);
    await expect(response.text()).rejects.toMatchObject({ code: 'ERR_BODY_USED' });
    const cancel = vi.fn();
    await new HttpResponse(200, {}, new ReadableStream({ cancel })).discard();
    expect(cancel).toHaveBeenCalled();
  });

  it('gives lines, events and values as they arrive', async () => {
    expect(await all(streamed('a\nb', 'c\n').lines())).toEqual(['a', 'bc']);
    expect(await all(streamed('data: a\n', '\n').events())).toMatchObject([{ event: 'message', data: 'a' }]);
    expect(await all(streamed('{"a":1}\n[', '2]').ndjson())).toEqual([{ a: 1 }, [2]]);
    await expect(all(streamed('1\nx').ndjson())).rejects.toMatchObject({
      code: 'ERR_BODY_JSON',
      message: 'line 2 of the body is not JSON',
    });
  });
});

describe('what is shown of a response', () => {
  const request = new HttpRequest('GET', 'http://h/');
  request.call = new Call(0, ['own']);
  const response = new HttpResponse(200, { 'Set-Cookie': 'sid=s3cret', Own: 's3cret', A: 'b' }, 's3cret', '1.1', 'OK', {
    url: 'http://u:s3cret@h/?token=s3cret&q=1',
    redirects: [{ status: 302, method: 'GET', url: 'http://h/?own=s3cret&code_verifier=s3cret' }],
    request,
  });

  it.each([
    ['JSON', JSON.stringify(response)],
    ['inspect', inspect(response, { depth: 10, showHidden: true })],
  ])('has no secret and no body: %s', (_, shown) => {
    expect(shown).not.toContain('s3cret');
    expect(shown).toContain('q=1');
  });
});
