import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Call } from '../../src/call/call.ts';
import { HttpHeaders } from '../../src/message/headers.ts';
import { HttpRequest, type RequestChanges } from '../../src/message/request.ts';

describe('a request', () => {
  it('is made in the order of its constructor', () => {
    const request = new HttpRequest('PUT', 'http://h/a', { X: 'y' }, 'body', '1.0');
    expect(request).toMatchObject({ method: 'PUT', url: 'http://h/a', protocolVersion: '1.0' });
    expect([...request.headers]).toEqual([['X', 'y']]);
    expect(request.body?.toString()).toBe('body');
  });

  it('has no body, no headers and HTTP/1.1 unless told otherwise', () => {
    const request = new HttpRequest('GET', new URL('http://h/a b'));
    expect(request).toMatchObject({ url: 'http://h/a%20b', body: null, protocolVersion: '1.1' });
    expect(request.headers).toBe(HttpHeaders.empty);
  });

  it('takes headers as they are when they are HttpHeaders', () => {
    const headers = new HttpHeaders({ a: 'b' });
    expect(new HttpRequest('GET', 'http://h/', headers).headers).toBe(headers);
  });

  it('keeps the case of its method', () => {
    expect(new HttpRequest('pAtch', 'http://h/').method).toBe('pAtch');
  });

  it.each<[string, unknown]>([
    ['empty', ''],
    ['with a space', 'GET /'],
    ['with a line end', 'GET\r\n'],
    ['no text', 1],
    ['undefined', undefined],
  ])('is refused with a method that is %s', (_, method) => {
    expect(() => new HttpRequest(method as string, 'http://h/')).toThrow(TypeError);
    expect(() => new HttpRequest(method as string, 'http://h/')).toThrow('method must be a token');
  });

  it.each(['\r', '\n', '\0', '\t', '\x1f', '\x7f'])('is refused with the control character %j in its URI', (bad) => {
    expect(() => new HttpRequest('GET', `http://h/a${bad}b`)).toThrow(
      /uri has the control character U\+00[0-9A-F]{2} at 10/,
    );
  });

  it('does not show a secret of the URI that it refuses', () => {
    expect(() => new HttpRequest('GET', 'http://u:s3cret@h/?token=s3cret\n')).toThrow(/^(?!.*s3cret)/s);
  });

  it.each([undefined, null, 1, {}])('is refused with the URI %j', (uri) => {
    expect(() => new HttpRequest('GET', uri as unknown as string)).toThrow('uri must be a string or a URL');
  });

  it('is refused with a body of an unknown kind', () => {
    expect(() => new HttpRequest('POST', 'http://h/', {}, {} as never)).toThrow('use json or formParams');
  });

  it('reads its body', async () => {
    const request = new HttpRequest('POST', 'http://h/', {}, '{"a":"ä"}');
    expect(await request.text()).toBe('{"a":"ä"}');
    expect(await request.json()).toEqual({ a: 'ä' });
    expect((await request.bytes()).byteLength).toBe(10);
    const empty = new HttpRequest('GET', 'http://h/');
    expect(await empty.text()).toBe('');
    expect((await empty.bytes()).byteLength).toBe(0);
  });
});

describe('a copy with changes', () => {
  const request = new HttpRequest('POST', 'http://h/', { A: 'b' }, 'x');
  request.call = new Call(0);

  it.each<[string, RequestChanges]>([
    ['no changes', {}],
    ['undefined', { method: undefined, url: undefined, headers: undefined, body: undefined }],
    [
      'the same values',
      { method: 'POST', url: 'http://h/', headers: request.headers, body: request.body, protocolVersion: '1.1' },
    ],
  ])('is the same instance for %s', (_, changes) => {
    expect(request.with(changes)).toBe(request);
  });

  it.each<[string, RequestChanges, object]>([
    ['method', { method: 'GET' }, { method: 'GET', url: 'http://h/' }],
    ['url', { url: new URL('http://i/') }, { url: 'http://i/', method: 'POST' }],
    ['version', { protocolVersion: '1.0' }, { protocolVersion: '1.0' }],
    ['body', { body: null }, { body: null }],
  ])('changes %s alone, belongs to the same call and leaves the original', (_, changes, expected) => {
    const copy = request.with(changes);
    expect(copy).not.toBe(request);
    expect(copy).toMatchObject(expected);
    expect(copy.call).toBe(request.call);
    expect(copy.headers).toBe(request.headers);
    expect(request).toMatchObject({ method: 'POST', url: 'http://h/', protocolVersion: '1.1' });
  });

  it('is checked as a new one is', () => {
    expect(() => request.with({ method: '' })).toThrow(TypeError);
    expect(() => request.with({ url: 'http://h/\n' })).toThrow(TypeError);
    expect(() => request.with({ headers: { A: '\n' + 'b' + '\n' + 'c' } })).toThrow(TypeError);
  });

  it('by header is the same instance when nothing changes', () => {
    expect(request.withHeader('a', 'b')).toBe(request);
    expect(request.withHeader('a', ['b'])).toBe(request);
    expect(request.withoutHeader('x')).toBe(request);
    expect(request.withHeader('a', 'c').headers.get('A')).toBe('c');
    expect(request.withAddedHeader('a', 'c').headers.getAll('A')).toEqual(['b', 'c']);
    expect(request.withoutHeader('a').headers.size).toBe(0);
    expect(request.withHeader('n', 5).headers.get('n')).toBe('5');
  });
});

describe('what is shown of a request', () => {
  const request = new HttpRequest(
    'POST',
    'http://ada:s3cret@h/?api_key=s3cret&q=1&own=s3cret',
    { Authorization: 'Bearer s3cret', 'X-Api-Key': 's3cret' },
    'password=s3cret',
  );
  request.call = new Call(0, ['own']);

  it.each([
    ['JSON', JSON.stringify(request)],
    ['inspect', inspect(request, { depth: 10, showHidden: true })],
    ['text', String(request)],
  ])('has no secret: %s', (_, shown) => {
    expect(shown).not.toContain('s3cret');
    expect(shown).toContain('q=1');
  });

  it('says what its body is like, never what it holds', () => {
    expect(JSON.parse(JSON.stringify(request)).body).toEqual({ length: 15, replayable: true });
    expect(inspect(request.body)).toBe('RequestBody { length: 15, replayable: true }');
  });
});
