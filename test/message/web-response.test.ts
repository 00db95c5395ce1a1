import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../../src/client/client.ts';
import { HttpResponse } from '../../src/message/response.ts';
import { startServer, type TestServer } from '../../src/testing/index.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

describe('HttpResponse.json', () => {
  it('has a JSON body and its type', async () => {
    const response = HttpResponse.json({ a: [1, null] });
    expect([response.status, response.statusText, response.headers.get('content-type')]).toEqual([
      200,
      'OK',
      'application/json',
    ]);
    expect(await response.json()).toEqual({ a: [1, null] });
  });

  it('takes status, reason and headers', async () => {
    const headers = { 'Content-Type': 'application/problem+json', 'X-A': 'b' };
    const response = HttpResponse.json(null, { status: 404, statusText: 'Gone Fishing', headers });
    expect([response.status, response.statusText, [...response.headers]]).toEqual([
      404,
      'Gone Fishing',
      Object.entries(headers),
    ]);
    expect(await response.text()).toBe('null');
  });

  it.each([
    [undefined, 'must be a JSON value, got undefined'],
    [1n, 'cannot be written as JSON'],
    [() => 1, 'must be a JSON value, got function'],
  ])('refuses %s', (value, message) => {
    expect(() => HttpResponse.json(value)).toThrow(message);
  });
});

describe('response.toResponse', () => {
  it('is a Response with the same head and body', async () => {
    const ours = await new Client({ baseUri: server.origin }).get('redirect/1', { query: { a: 1 } });
    const web = ours.toResponse();
    expect(web).toBeInstanceOf(Response);
    expect([web.status, web.ok, web.url, web.redirected]).toEqual([200, true, ours.url, true]);
    expect([...web.headers.keys()].sort()).toEqual([...ours.headers.keys()].map((name) => name.toLowerCase()).sort());
    expect(await web.text()).toBe(await ours.text());
  });

  it('takes over a stream', async () => {
    const ours = await new Client({ baseUri: server.origin }).get('bytes/100000', { stream: true });
    const web = ours.toResponse();
    expect((await web.arrayBuffer()).byteLength).toBe(100_000);
    expect(ours.bodyUsed).toBe(true);
    expect(() => ours.toResponse()).toThrow('already read');
  });

  it.each([101, 204, 304, 404, 599, 600, 999])('has the status %i', async (status) => {
    const web = new HttpResponse(status).toResponse();
    expect([web.status, web.ok, await web.text()]).toEqual([status, status === 204, '']);
  });

  it('keeps each Set-Cookie', () => {
    const web = new HttpResponse(200, {
      'Set-Cookie': ['a=1', 'b=2; Expires=Thu, 01 Jan 2099 00:00:00 GMT'],
    }).toResponse();
    expect(web.headers.getSetCookie()).toEqual(['a=1', 'b=2; Expires=Thu, 01 Jan 2099 00:00:00 GMT']);
  });
});

describe('HttpResponse.from', () => {
  it('takes over head and body of a Response', async () => {
    const headers = new Headers({ 'X-A': 'b' });
    headers.append('Set-Cookie', 'a=1');
    headers.append('Set-Cookie', 'b=2');
    const ours = HttpResponse.from(new Response('hello', { status: 201, statusText: 'Made', headers }));
    expect([ours.status, ours.statusText, ours.headers.get('x-a'), ours.cookies]).toEqual([
      201,
      'Made',
      'b',
      { a: '1', b: '2' },
    ]);
    expect(await ours.text()).toBe('hello');
  });

  it('knows the URL, and that the body of a fetch is decoded', async () => {
    const ours = HttpResponse.from(await fetch(`${server.origin}/gzip`));
    expect([ours.url, ours.headers.has('content-encoding')]).toEqual([`${server.origin}/gzip`, false]);
    expect(await ours.text()).not.toBe('');
  });

  it('keeps the coding of a Response that nobody has decoded', () => {
    const web = new Response('x', { headers: { 'Content-Encoding': 'gzip' } });
    expect(HttpResponse.from(web).headers.get('content-encoding')).toBe('gzip');
  });

  it('goes round', async () => {
    const ours = HttpResponse.from(HttpResponse.json({ a: 1 }, { status: 202 }).toResponse());
    expect([ours.status, await ours.json()]).toEqual([202, { a: 1 }]);
  });

  it('refuses what is no Response, shows nothing, or was read', async () => {
    const read = new Response('x');
    await read.text();
    const locked = new Response('x');
    locked.body?.getReader();
    const cases: [unknown, string][] = [
      [null, 'takes a Response, got null'],
      [{ status: 200 }, 'takes a Response, got Object'],
      [Response.error(), 'of type "error"'],
      [read, 'whose body nobody has read'],
      [locked, 'whose body nobody has read'],
    ];
    for (const [given, message] of cases) expect(() => HttpResponse.from(given as Response)).toThrow(message);
  });
});
