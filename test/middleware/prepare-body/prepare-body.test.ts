import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Call } from '../../../src/call/call.ts';
import type { BodyInit } from '../../../src/message/body-from.ts';
import { multipartBody } from '../../../src/message/multipart-parts.ts';
import { HttpRequest } from '../../../src/message/request.ts';
import { prepareBody } from '../../../src/middleware/prepare-body/prepare-body.ts';
import type { RequestOptions } from '../../../src/options/options.ts';
import { recordingHandler } from '../../support/recording-handler.ts';

type Lines = Record<string, string>;

async function prepared(request: HttpRequest, options: RequestOptions = {}): Promise<HttpRequest> {
  const handler = recordingHandler();
  await prepareBody()(handler)(request, options);
  return handler.last;
}

async function added(
  method: string,
  headers: Lines,
  body: BodyInit | null,
  options: RequestOptions = {},
): Promise<Lines> {
  const request = await prepared(new HttpRequest(method, 'http://h/', headers, body), options);
  return Object.fromEntries([...request.headers].filter(([name]) => !(name in headers)));
}

async function* chunks() {
  yield 'abc';
}

describe('without content', () => {
  it.each(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE', 'QUERY'])('%s goes on as the same request', async (method) => {
    for (const body of [null, '']) {
      const request = new HttpRequest(method, 'http://h/', {}, body);
      expect(await prepared(request)).toBe(request);
    }
  });

  it.each(['POST', 'PUT', 'PATCH'])('%s says that its length is 0', async (method) => {
    expect(await added(method, {}, null)).toEqual({ 'Content-Length': '0' });
    expect(await added(method, {}, '')).toEqual({ 'Content-Length': '0' });
  });

  it('leaves framing of the caller alone', async () => {
    expect(await added('POST', { 'content-length': '0' }, null)).toEqual({});
    expect(await added('POST', { 'transfer-encoding': 'chunked' }, null)).toEqual({});
  });

  it('costs no promise of its own', () => {
    const answer = Promise.reject(new Error('never awaited'));
    answer.catch(() => undefined);
    expect(prepareBody()(() => answer)(new HttpRequest('GET', 'http://h/'), {})).toBe(answer);
    expect(prepareBody()(() => answer)(new HttpRequest('POST', 'http://h/', {}, 'x'), {})).toBe(answer);
  });

  it('sends no Expect', async () => {
    expect(await added('PUT', {}, '', { expect: true })).toEqual({ 'Content-Length': '0' });
  });
});

describe('with content', () => {
  it.each<[string, BodyInit, Lines]>([
    ['text', 'häh', { 'Content-Length': '4' }],
    ['bytes', new Uint8Array(7), { 'Content-Length': '7' }],
    ['a stream', Readable.from(['abc']), { 'Transfer-Encoding': 'chunked' }],
    ['an async iterable', chunks(), { 'Transfer-Encoding': 'chunked' }],
    ['a function', () => 'abc', { 'Transfer-Encoding': 'chunked' }],
    ['a Blob', new Blob(['abc'], { type: 'text/css' }), { 'Content-Type': 'text/css', 'Content-Length': '3' }],
    [
      'URLSearchParams',
      new URLSearchParams({ a: 'b' }),
      { 'Content-Type': 'application/x-www-form-urlencoded;charset=UTF-8', 'Content-Length': '3' },
    ],
  ])('%s is announced', async (_, body, lines) => {
    expect(await added('POST', {}, body)).toEqual(lines);
  });

  it('a method that needs none is framed too', async () => {
    expect(await added('GET', {}, 'abc')).toEqual({ 'Content-Length': '3' });
  });

  it('adds its lines after the others and changes nothing else', async () => {
    const request = new HttpRequest(
      'PUT',
      'http://h/?a',
      [
        ['X', '1'],
        ['x', '2'],
      ],
      new Blob(['abc'], { type: 'a/b' }),
    );
    request.call = new Call(0);
    const result = await prepared(request);
    expect(result.headers.toRaw()).toEqual(['X', '1', 'x', '2', 'Content-Type', 'a/b', 'Content-Length', '3']);
    expect(result).toMatchObject({ method: 'PUT', url: 'http://h/?a', body: request.body, call: request.call });
    expect(request.headers.size).toBe(2);
  });

  it.each<[string, Lines, BodyInit, Lines]>([
    ['Content-Type', { 'content-type': 'x/y' }, new Blob(['a'], { type: 'a/b' }), { 'Content-Length': '1' }],
    ['a right Content-Length', { 'content-length': '3' }, 'abc', {}],
    ['a Content-Length nobody can check', { 'content-length': '3' }, chunks(), {}],
    ['Transfer-Encoding', { 'transfer-encoding': 'chunked' }, 'abc', {}],
  ])('leaves %s of the caller alone', async (_, headers, body, lines) => {
    expect(await added('POST', headers, body)).toEqual(lines);
  });

  it('goes on as the same request when everything is said', async () => {
    const request = new HttpRequest('POST', 'http://h/', { 'Content-Length': '3' }, 'abc');
    expect(await prepared(request)).toBe(request);
  });

  it('adds the type alone where the length is said', async () => {
    const body = multipartBody([{ name: 'a', contents: 'b' }]);
    const headers = { 'Content-Length': String(body.length), 'Content-Type': 'multipart/form-data' };
    const request = await prepared(new HttpRequest('POST', 'http://h/', headers, body));
    expect([...request.headers].map(([name]) => name)).toEqual(['Content-Length', 'Content-Type']);
    expect(request.headers.get('content-type')).toContain('boundary=');
  });

  it.each([
    ['multipart/form-data', /^multipart\/form-data; boundary=[0-9a-f]{40}$/],
    ['multipart/mixed; a=b', /^multipart\/mixed; a=b; boundary=[0-9a-f]{40}$/],
    ['multipart/form-data; boundary=mine', /^multipart\/form-data; boundary=mine$/],
    ['text/plain', /^text\/plain$/],
  ])('the type %s written by hand gets the boundary it misses', async (type, expected) => {
    const body = multipartBody([{ name: 'a', contents: 'b' }]);
    const request = await prepared(new HttpRequest('POST', 'http://h/', { 'Content-Type': type }, body));
    expect(request.headers.getAll('content-type')).toEqual([expect.stringMatching(expected)]);
  });
});

describe('what contradicts the body', () => {
  it.each<[string, Lines, BodyInit | null, string, string?]>([
    ['a length too short', { 'Content-Length': '2' }, 'abc', 'Content-Length says 2 bytes, and the body has 3'],
    ['a length too long', { 'Content-Length': '4' }, 'abc', 'Content-Length says 4 bytes, and the body has 3'],
    ['a length without content', { 'Content-Length': '4' }, null, 'Content-Length says 4 bytes, and the body has 0'],
    ['a length that is none', { 'Content-Length': '3x' }, 'abc', 'must be one number of bytes, got "3x"'],
    ['a negative length', { 'Content-Length': '-3' }, chunks(), 'must be one number of bytes'],
    ['a length and chunks', { 'Content-Length': '3', 'Transfer-Encoding': 'chunked' }, 'abc', 'exclude each other'],
    ['HTTP/1.0 without a length', {}, chunks(), 'HTTP/1.0 has no chunked coding', '1.0'],
  ])('%s is a RequestError', async (_, headers, body, message, version = '1.1') => {
    const request = new HttpRequest('POST', 'http://h/', headers, body, version);
    const error = await prepared(request).catch((reason) => reason);
    expect(error).toMatchObject({ name: 'RequestError', code: 'ERR_BODY_LENGTH', request });
    expect(error.message).toContain(message);
  });

  it('two lines of Content-Length are a RequestError', async () => {
    const request = new HttpRequest('POST', 'http://h/', { 'Content-Length': ['3', '3'] }, 'abc');
    await expect(prepared(request)).rejects.toMatchObject({ code: 'ERR_BODY_LENGTH' });
  });
});

describe('expect', () => {
  const stream = () => chunks();
  it.each<[RequestOptions['expect'], () => BodyInit, boolean]>([
    [undefined, () => 'abc', false],
    [null, () => 'abc', false],
    [false, () => 'abc', false],
    [false, stream, false],
    [true, () => 'a', true],
    [true, stream, true],
    [0, () => 'a', true],
    [3, () => 'abc', true],
    [4, () => 'abc', false],
    [1_000_000, stream, true],
  ])('%s decides (row %#)', async (option, body, expected) => {
    const lines = await added('PUT', {}, body(), { expect: option });
    expect(lines['Expect']).toBe(expected ? '100-continue' : undefined);
  });

  it('leaves an Expect of the caller alone', async () => {
    expect(await added('PUT', { Expect: 'something' }, 'abc', { expect: true })).toEqual({ 'Content-Length': '3' });
  });

  it('is not for HTTP/1.0', async () => {
    const request = await prepared(new HttpRequest('PUT', 'http://h/', {}, 'abc', '1.0'), { expect: true });
    expect(request.headers.has('expect')).toBe(false);
  });
});
