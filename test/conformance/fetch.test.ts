/** client.fetch: the web's fetch over the stack. */
import { Client, HandlerStack, HttpResponse } from 'sluice';
import { mockHandler } from 'sluice/testing';
import { describe, expect, it } from 'vitest';
import { clientOver, type Echo, makers, rejection, testSite } from './site-of-all-handlers.ts';

const site = testSite();

describe.each(makers)('client.fetch over %s', (_, make) => {
  const open = (options = {}) => clientOver(make, site.server, options);
  const url = (path: string) => site.server.url(path);

  it('gives a real Response', async () => {
    const response = await open().fetch(url('/json'));
    expect(response).toBeInstanceOf(Response);
    expect([response.ok, response.status, response.statusText, response.url, response.redirected]).toEqual([
      true,
      200,
      'OK',
      url('/json'),
      false,
    ]);
    expect(await response.json()).toBeTruthy();
  });

  it('is bound: it can be handed on', async () => {
    const { fetch } = open();
    expect((await fetch(url('/json'))).status).toBe(200);
  });

  it('throws for no status', async () => {
    expect((await open().fetch(url('/status/500'))).status).toBe(500);
    expect((await open({ httpErrors: true }).fetch(url('/status/404'))).ok).toBe(false);
  });

  it('takes a URL, a Request, and a Request with an init over it', async () => {
    const { fetch } = open();
    expect((await fetch(new URL(url('/json')))).status).toBe(200);
    const asked = new Request(url('/anything'), { method: 'POST', body: 'original', headers: { 'X-A': '1' } });
    const echo = (await (await fetch(asked.clone())).json()) as Echo;
    expect([echo.method, echo.body]).toEqual(['POST', 'original']);
    const over = (await (await fetch(asked, { method: 'PUT', body: 'new', headers: { 'X-B': '2' } })).json()) as Echo;
    expect([over.method, over.body]).toEqual(['PUT', 'new']);
    expect(site.server.requests.at(-1)?.headers['x-a']).toBe(undefined);
    expect(site.server.requests.at(-1)?.headers['x-b']).toBe('2');
  });

  it('sends forms, parameters, blobs and streams with their types', async () => {
    const { fetch } = open();
    const form = new FormData();
    form.set('field', 'value');
    form.set('file', new Blob(['bytes'], { type: 'text/css' }), 'a.css');
    await fetch(url('/anything'), { method: 'POST', body: form });
    expect(site.server.requests.at(-1)?.headers['content-type']).toMatch(/^multipart\/form-data; ?boundary=/);
    expect(site.server.requests.at(-1)?.body.toString()).toMatch(
      /name="field"\r\n\r\nvalue\r\n[\s\S]*filename="a.css"\r\nContent-Type: text\/css/i,
    );
    await fetch(url('/anything'), { method: 'POST', body: new URLSearchParams({ a: '1' }) });
    expect(site.server.requests.at(-1)?.headers['content-type']).toBe(
      'application/x-www-form-urlencoded;charset=UTF-8',
    );
    await fetch(url('/anything'), { method: 'POST', body: new Blob(['b'], { type: 'text/csv' }) });
    expect(site.server.requests.at(-1)?.headers['content-type']).toBe('text/csv');
    await fetch(url('/anything'), { method: 'POST', body: 'text' });
    expect(site.server.requests.at(-1)?.headers['content-type']).toBe('text/plain;charset=UTF-8');
    const stream = new Blob(['streamed']).stream();
    const echo = (await (
      await fetch(url('/anything'), { method: 'POST', body: stream, duplex: 'half' } as RequestInit)
    ).json()) as Echo;
    expect(echo.body).toBe('streamed');
  });

  it('has no body for HEAD and 204', async () => {
    const { fetch } = open();
    const head = await fetch(url('/json'), { method: 'HEAD' });
    expect([head.body, await head.text()]).toEqual([null, '']);
    const empty = await fetch(url('/status/204'));
    expect([empty.status, empty.body, await empty.text()]).toEqual([204, null, '']);
  });

  it('can be cloned', async () => {
    const response = await open().fetch(url('/json'));
    const copy = response.clone();
    expect(await copy.text()).toBe(await response.text());
  });

  it('follows redirects, and says so', async () => {
    const response = await open().fetch(url('/redirect/2'));
    expect([response.status, response.redirected, response.url]).toEqual([200, true, url('/echo')]);
    await response.text();
  });

  it('follows twenty redirects as fetch does', async () => {
    expect((await open().fetch(url('/redirect/20'))).status).toBe(200);
    expect((await rejection(open().fetch(url('/redirect/21')))).name).toBe('TypeError');
  });

  it('gives the 3xx itself with redirect: manual', async () => {
    const response = await open().fetch(url('/redirect/1'), { redirect: 'manual' });
    expect([response.status, response.headers.get('location') !== null]).toEqual([302, true]);
    await response.body?.cancel();
  });

  it('rejects with a TypeError with redirect: error', async () => {
    expect((await rejection(open().fetch(url('/redirect/1'), { redirect: 'error' }))).name).toBe('TypeError');
  });

  it('rejects with a TypeError when the network fails, whose cause tells why', async () => {
    const error = await rejection(open().fetch(url('/reset-before-head')));
    expect([error.name, (error.cause as Error).name]).toEqual(['TypeError', 'NetworkError']);
  });

  it('rejects with the reason of its signal, before, during and after the head', async () => {
    const { fetch } = open();
    const reason = new Error('stop');
    expect(await rejection(fetch(url('/json'), { signal: AbortSignal.abort(reason) }))).toBe(reason);
    const during = new AbortController();
    setTimeout(() => during.abort(reason), 20);
    expect(await rejection(fetch(url('/stall'), { signal: during.signal }))).toBe(reason);
    const after = new AbortController();
    const response = await fetch(url('/stall-in-body?length=10&sent=1'), { signal: after.signal });
    setTimeout(() => after.abort(reason), 20);
    expect(await rejection(response.text())).toBe(reason);
  });

  it('takes the signal of a Request', async () => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 20);
    expect((await rejection(open().fetch(new Request(url('/stall'), { signal: abort.signal })))).name).toBe(
      'AbortError',
    );
  });

  it('rejects for an init that no fetch takes', async () => {
    const { fetch } = open();
    for (const init of [
      { body: 'x' },
      { method: 'HEAD', body: 'x' },
      { method: 'bad method' },
      { headers: { 'X-A': 'a\r\nb' } },
    ]) {
      expect((await rejection(fetch(url('/anything'), init))).name).toBe('TypeError');
    }
  });

  it('decodes, and shows each Set-Cookie by itself', async () => {
    const { fetch } = open();
    expect(await (await fetch(url('/gzip'))).json()).toBeTruthy();
    const response = await fetch(url('/cookies/set-raw?line=a%3D1&line=b%3D2'), { redirect: 'manual' });
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    await response.body?.cancel();
  });
});

describe('client.fetch', () => {
  it('uses the client’s base, headers and layers', async () => {
    const mock = mockHandler([new HttpResponse(200, {}, 'x')]);
    const { fetch } = new Client({
      handler: HandlerStack.create(mock),
      baseUri: 'http://a.test/v1/',
      headers: { 'X-App': 'demo' },
    });
    await fetch('users');
    expect([mock.lastRequest?.url, mock.lastRequest?.headers.get('x-app')]).toEqual(['http://a.test/v1/users', 'demo']);
  });

  it('keeps its rules when the client’s defaults are other ones', async () => {
    const mock = mockHandler([new HttpResponse(404, {}, 'x')]);
    const { fetch } = new Client({
      handler: HandlerStack.create(mock),
      httpErrors: true,
      stream: false,
      sink: undefined,
    });
    expect((await fetch('http://a.test/')).status).toBe(404);
  });

  it('rejects a body that was used', async () => {
    const asked = new Request('http://a.test/', { method: 'POST', body: 'x' });
    await asked.text();
    expect((await rejection(new Client({ handler: mockHandler([new HttpResponse()]) }).fetch(asked))).name).toBe(
      'TypeError',
    );
  });
});
