/** Messages: immutable values that know their bodies. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Client, HandlerStack, HttpHeaders, HttpRequest, HttpResponse } from 'sluice';
import { mockHandler } from 'sluice/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientOver, makers, rejection, testSite } from './site-of-all-handlers.ts';

const site = testSite();

describe('an HttpRequest', () => {
  it('is made in Guzzle’s order', async () => {
    const made = new HttpRequest('POST', 'http://a.test/x', { 'X-A': 'b' }, 'hello', '1.0');
    expect([made.method, made.url, made.headers.get('x-a'), await made.text(), made.protocolVersion]).toEqual([
      'POST',
      'http://a.test/x',
      'b',
      'hello',
      '1.0',
    ]);
    expect([new HttpRequest('GET', 'x').body, new HttpRequest('GET', 'x').protocolVersion]).toEqual([null, '1.1']);
  });

  it('keeps the case of its method', () => {
    expect(new HttpRequest('pUrGe', 'http://a.test/').method).toBe('pUrGe');
  });

  it('gives the same instance when nothing changes', () => {
    const made = new HttpRequest('GET', 'http://a.test/', { 'X-A': 'b' });
    expect(made.with({})).toBe(made);
    expect(made.with({ method: 'GET' })).toBe(made);
    expect(made.with({ url: 'http://a.test/', headers: made.headers })).toBe(made);
    expect(made.withHeader('X-A', 'b')).toBe(made);
    expect(made.withoutHeader('X-None')).toBe(made);
  });

  it('gives a new one when something does, and stays as it was', () => {
    const made = new HttpRequest('GET', 'http://a.test/', { 'X-A': 'b' });
    const other = made
      .with({ method: 'PUT', body: 'x' })
      .withHeader('x-a', 'c')
      .withAddedHeader('X-A', 'd')
      .withoutHeader('none');
    expect([other.method, other.headers.getAll('X-A'), made.method, made.body, made.headers.getAll('x-a')]).toEqual([
      'PUT',
      ['c', 'd'],
      'GET',
      null,
      ['b'],
    ]);
  });

  it.each([
    ['string', 'héllo', 6, true],
    ['bytes', new Uint8Array(3), 3, true],
    ['Blob', new Blob(['abc']), 3, true],
    ['URLSearchParams', new URLSearchParams({ a: '1' }), 3, true],
    ['function', () => 'abc', undefined, true],
    ['web stream', new Blob(['a']).stream(), undefined, false],
    ['Node stream', Readable.from(['a']), undefined, false],
    [
      'generator',
      (async function* () {
        yield 'a';
      })(),
      undefined,
      false,
    ],
  ])('knows of a %s body how long it is and whether it can be sent again', (_, body, length, replayable) => {
    const made = new HttpRequest('POST', 'http://a.test/', {}, body as never);
    expect([made.body?.length, made.body?.replayable]).toEqual([length, replayable]);
  });

  it('of a form can be sent again', () => {
    const form = new FormData();
    form.set('a', '1');
    expect(new HttpRequest('POST', 'http://a.test/', {}, form).body?.replayable).toBe(true);
  });

  const bad: [string, () => unknown][] = [
    ['an empty method', () => new HttpRequest('', 'http://a.test/')],
    ['a method with a space', () => new HttpRequest('GE T', 'http://a.test/')],
    ['a method with CR/LF', () => new HttpRequest('GET\r\n', 'http://a.test/')],
    ['a URI with CR', () => new HttpRequest('GET', 'http://a.test/\r')],
    ['a URI with NUL', () => new HttpRequest('GET', 'http://a.test/\0')],
    ['a name with LF', () => new HttpRequest('GET', 'http://a.test/', { 'a\n': 'b' })],
    ['an empty name', () => new HttpRequest('GET', 'http://a.test/', { '': 'b' })],
    ['a value with LF', () => new HttpRequest('GET', 'http://a.test/', { a: 'b\nc' })],
    ['a value with NUL', () => new HttpRequest('GET', 'http://a.test/', { a: 'b\0' })],
    ['a value that is an object', () => new HttpRequest('GET', 'http://a.test/', { a: {} as never })],
    ['a value beyond latin1', () => new HttpRequest('GET', 'http://a.test/', { a: '☃' })],
    ['a name with LF, added later', () => new HttpRequest('GET', 'http://a.test/').withHeader('a\n', 'b')],
    ['a value with LF, added later', () => new HttpRequest('GET', 'http://a.test/').withAddedHeader('a', 'b\r\nc: d')],
    ['a response header with LF', () => new HttpResponse(200, { a: 'b\n' })],
    ['a reason with LF', () => new HttpResponse(200, {}, '', '1.1', 'O\nK')],
  ];
  it.each(bad)('refuses %s when it is built', (_, make) => {
    expect(make).toThrow(TypeError);
  });

  it('refuses a status that is none', () => {
    for (const status of [99, 1000, 200.5, Number.NaN, '200'])
      expect(() => new HttpResponse(status as never)).toThrow();
  });
});

describe('HttpHeaders', () => {
  it('look names up in any case and keep theirs, in order', () => {
    const headers = new HttpHeaders([
      ['B-One', '1'],
      ['a-TWO', '2'],
      ['b-one', '3'],
    ]);
    expect([...headers]).toEqual([
      ['B-One', '1'],
      ['a-TWO', '2'],
      ['b-one', '3'],
    ]);
    expect([
      headers.get('B-ONE'),
      headers.getAll('b-One'),
      headers.has('A-two'),
      headers.get('none'),
      headers.getAll('none'),
    ]).toEqual(['1, 3', ['1', '3'], true, null, []]);
  });

  it('read like the web’s', () => {
    const init: [string, string][] = [
      ['X-A', '1'],
      ['Set-Cookie', 'a=1'],
      ['Set-Cookie', 'b=2, c'],
      ['X-A', '2'],
    ];
    const ours = new HttpHeaders(init);
    const web = new Headers(init);
    expect(ours.getSetCookie()).toEqual(web.getSetCookie());
    expect(ours.get('x-a')).toBe(web.get('x-a'));
    expect(new Headers([...ours]).get('x-a')).toBe('1, 2');
    expect([...ours.keys()].length).toBe([...ours.values()].length);
    expect([...ours.entries()]).toEqual([...ours]);
    const seen: string[] = [];
    ours.forEach((value, name) => void seen.push(`${name}=${value}`));
    expect(seen.length).toBeGreaterThan(0);
  });

  it('trim what surrounds a value', () => {
    expect(new HttpHeaders({ a: '  b ' }).get('a')).toBe('b');
  });
});

describe('an HttpResponse', () => {
  it('is made in Guzzle’s order, 200 by default', async () => {
    const made = new HttpResponse(200, { 'X-A': 'b' }, 'hello', '1.0', 'Fine');
    expect([
      made.status,
      made.statusText,
      made.ok,
      made.headers.get('x-a'),
      await made.text(),
      made.protocolVersion,
    ]).toEqual([200, 'Fine', true, 'b', 'hello', '1.0']);
    expect([new HttpResponse().status, new HttpResponse().statusText, await new HttpResponse().text()]).toEqual([
      200,
      'OK',
      '',
    ]);
    expect(new HttpResponse(404).statusText).toBe('Not Found');
    expect(new HttpResponse(299).ok).toBe(true);
    expect(new HttpResponse(300).ok).toBe(false);
  });

  it('gives the same instance when nothing changes', () => {
    const made = new HttpResponse(200, { 'X-A': 'b' }, 'hello');
    expect(made.with({})).toBe(made);
    expect(made.with({ status: 200 })).toBe(made);
    expect(made.withHeader('x-a', 'b')).toBe(made);
    expect(made.withoutHeader('none')).toBe(made);
    expect(made.with({ status: 201 })).not.toBe(made);
  });

  it('can be read any number of times when it is buffered, in every way', async () => {
    const made = new HttpResponse(200, { 'Content-Type': 'application/json' }, '{"a":1}');
    for (let i = 0; i < 2; i++) {
      expect(await made.json()).toEqual({ a: 1 });
      expect(await made.text()).toBe('{"a":1}');
      expect((await made.bytes()).length).toBe(7);
      expect((await made.arrayBuffer()).byteLength).toBe(7);
      expect([(await made.blob()).size, (await made.blob()).type]).toEqual([7, 'application/json']);
      expect(await new Response(made.body).text()).toBe('{"a":1}');
      expect(await new Response(made.toWeb()).text()).toBe('{"a":1}');
      expect(await new Response(Readable.toWeb(made.stream() as Readable) as ReadableStream).text()).toBe('{"a":1}');
      let n = 0;
      for await (const chunk of made) n += chunk.length;
      expect(n).toBe(7);
    }
    await made.discard();
    expect(await made.text()).toBe('{"a":1}');
  });

  it('reads text by the charset of the response', async () => {
    const latin = new Uint8Array([0xe9]);
    expect(await new HttpResponse(200, { 'Content-Type': 'text/plain; charset=iso-8859-1' }, latin).text()).toBe('é');
    expect(
      await new HttpResponse(
        200,
        { 'Content-Type': 'text/plain; charset="windows-1252"' },
        new Uint8Array([0x80]),
      ).text(),
    ).toBe('€');
    expect(await new HttpResponse(200, { 'Content-Type': 'text/plain; charset=nonsense' }, 'é').text()).toBe('é');
    expect(await new HttpResponse(200, {}, '\uFEFFé').text()).toBe('é');
  });

  it('tells a body that is not JSON as a BodyError', async () => {
    for (const body of ['', '{', '<html>']) {
      const error = await rejection(new HttpResponse(200, {}, body).json());
      expect([error.name, error['code']]).toEqual(['BodyError', 'ERR_BODY_JSON']);
    }
  });

  it('knows its cookies, name to value', () => {
    const made = new HttpResponse(200, [
      ['Set-Cookie', 'a=1; Path=/; HttpOnly'],
      ['Set-Cookie', 'b="2"; Secure'],
    ]);
    expect(made.cookies).toEqual({ a: '1', b: expect.stringMatching(/^"?2"?$/) });
  });

  it('that a mock gave knows url, redirects and attempts', async () => {
    const mock = mockHandler([new HttpResponse(301, { Location: '/b' }), new HttpResponse(200)]);
    const response = await new Client({ handler: HandlerStack.create(mock) }).get('http://a.test/a');
    expect([response.url, response.redirects, response.attempts]).toEqual([
      'http://a.test/b',
      [{ status: 301, method: 'GET', url: 'http://a.test/a' }],
      1,
    ]);
  });

  it('reads events with id, event, data and retry', async () => {
    const body = ': hi\n\nid: 1\nevent: add\ndata: a\ndata: b\nretry: 50\n\ndata: last\n\n';
    const events = [];
    for await (const event of new HttpResponse(200, {}, body).events()) events.push(event);
    expect(events).toEqual([
      { event: 'add', data: 'a\nb', id: '1', retry: 50 },
      expect.objectContaining({ event: 'message', data: 'last', id: '1' }),
    ]);
  });

  it('reads lines and ndjson, ends of every kind', async () => {
    const lines = [];
    for await (const line of new HttpResponse(200, {}, 'a\r\nb\n\nc').lines()) lines.push(line);
    expect(lines).toEqual(['a', 'b', '', 'c']);
    const values = [];
    for await (const value of new HttpResponse(200, {}, '{"a":1}\n\n[2]\n').ndjson()) values.push(value);
    expect(values).toEqual([{ a: 1 }, [2]]);
  });
});

describe('multipart', () => {
  let folder = '';
  let path = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-multipart-'));
    path = join(folder, 'data.txt');
    await writeFile(path, '0123456789');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each(makers)('over %s sends parts and files with an exact Content-Length', async (_, make) => {
    await clientOver(make, site.server).post('anything', {
      multipart: [
        { name: 'field', contents: 'value' },
        { name: 'a"b\r\nc', contents: 'quoted' },
        {
          name: 'file',
          contents: new Blob(['blob']),
          filename: 'b.txt',
          type: 'text/plain',
          headers: { 'X-Part': '1' },
        },
        { name: 'disk', path, offset: 2, length: 3 },
        { name: 'whole', path, filename: 'other.bin', type: 'application/x-own' },
      ],
    });
    const seen = site.server.requests.at(-1)!;
    const text = seen.body.toString();
    expect(Number(seen.headers['content-length'])).toBe(seen.body.length);
    const form = await new Response(new Uint8Array(seen.body), {
      headers: { 'content-type': seen.headers['content-type']! },
    }).formData();
    expect(form.get('field')).toBe('value');
    expect(text).toContain('name="a%22b%0D%0Ac"');
    expect(text).toMatch(/x-part: 1/i);
    expect(await (form.get('disk') as File).text()).toBe('234');
    expect([
      (form.get('disk') as File).name,
      (form.get('whole') as File).name,
      (form.get('whole') as File).type,
    ]).toEqual(['data.txt', 'other.bin', 'application/x-own']);
    expect(await (form.get('whole') as File).text()).toBe('0123456789');
  });

  it('names a file that is not there, before anything is sent', async () => {
    const mock = mockHandler([new HttpResponse()]);
    const error = await rejection(
      new Client({ handler: HandlerStack.create(mock) }).post('http://a.test/', {
        multipart: [{ name: 'x', path: join(folder, 'none') }],
      }),
    );
    expect(error.message).toContain('none');
    expect(mock.requests.length).toBe(0);
  });
});

describe('a body that fails', () => {
  it.each(makers)('midway over %s is a RequestError with its cause', async (_, make) => {
    const cause = new Error('the source broke');
    const body = async function* () {
      yield 'first';
      throw cause;
    };
    const error = await rejection(clientOver(make, site.server).post('echo', { body: body() as never }));
    expect([error.name, error.cause]).toEqual(['RequestError', cause]);
  });

  it.each(makers)('because it was read already, over %s, says so', async (_, make) => {
    const body = new Blob(['x']).stream();
    await new Response(body).text();
    const error = await rejection(clientOver(make, site.server).post('echo', { body: body as never }));
    expect(error.message).toMatch(/read/);
  });

  it.each(makers)(
    'because it is shorter or longer than its Content-Length, over %s, is a RequestError',
    async (name, make) => {
      if (name === 'fetch') return;
      for (const length of ['3', '99']) {
        const error = await rejection(
          clientOver(make, site.server).post('echo', { body: 'hello', headers: { 'Content-Length': length } }),
        );
        expect(error.name).toBe('RequestError');
      }
    },
  );
});
