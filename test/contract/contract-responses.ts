/** What comes back. */
import { expect } from 'vitest';
import { HttpRequest } from '../../src/message/request.ts';
import type { HttpResponse } from '../../src/message/response.ts';
import { type Check, deliveries, rejection } from './bench.ts';

const STATUSES = [200, 201, 202, 203, 204, 205, 206, 226, 300, 301, 302, 303, 304, 307, 308, 400, 401, 404, 418, 429];
const SERVER_STATUSES = [500, 501, 502, 503, 504, 511, 599];

export function responses(check: Check): void {
  check('gives every status from 200 to 599 as a response', async ({ send }) => {
    const all = [...STATUSES, ...SERVER_STATUSES];
    const given = await Promise.all(all.map((status) => send(`/status/${status}`)));
    expect(given.map(({ status }) => status)).toEqual(all);
  });

  check('gives a 407 that no proxy sent', async ({ send }) => {
    expect((await send('/status/407')).status).toBe(407);
  });

  check('gives a status that no class has', async ({ send }) => {
    expect((await send('/bad-status')).status).toBe(700);
  });

  check('gives the reason phrase', async ({ send }) => {
    expect((await send('/status/200?reason=Fine%20by%20me')).statusText).toBe('Fine by me');
  });

  check('keeps an answer whose reason phrase is beyond ASCII', async ({ fresh, play }) => {
    const phrase = Buffer.from('Größe 3 €').toString('latin1');
    const scripted = await play([
      { expect: 'head' },
      { send: `HTTP/1.1 200 ${phrase}\r\nContent-Length: 2\r\n\r\nok` },
    ]);
    const response = await fresh()(new HttpRequest('GET', scripted.url()), {});
    expect([response.statusText, await response.text()]).toEqual([phrase, 'ok']);
  });

  check('gives headers with their values', async ({ send }) => {
    const { headers } = await send('/response-headers?X-A=1&X-B=%C3%A4');
    expect([headers.get('x-a'), headers.get('x-b')]).toEqual(['1', Buffer.from('ä').toString('latin1')]);
  });

  check('keeps the order, the case and the repetition of response lines', async ({ fresh, play }) => {
    const head = 'HTTP/1.1 200 OK\r\nX-B: 1\r\nx-A: 2\r\nX-b: 3\r\nContent-Length: 0\r\n\r\n';
    const scripted = await play([{ expect: 'head' }, { send: head }]);
    const { headers } = await fresh()(new HttpRequest('GET', scripted.url()), {});
    expect([...headers]).toEqual([
      ['X-B', '1'],
      ['x-A', '2'],
      ['X-b', '3'],
      ['Content-Length', '0'],
    ]);
  });

  check('keeps Set-Cookie lines apart', async ({ send }) => {
    const lines = ['a=1; Expires=Wed, 01 Jan 2031 00:00:00 GMT', 'b=2'];
    const query = lines.map((line) => `line=${encodeURIComponent(line)}`).join('&');
    expect((await send(`/cookies/set-raw?${query}`)).headers.getSetCookie()).toEqual(lines);
  });

  check('keeps no cookie', async ({ send }) => {
    await send('/cookies/set-raw?line=a%3D1%3B%20Path%3D%2F');
    expect(await (await send('/echo')).json<{ headers: object }>()).not.toHaveProperty('headers.cookie');
  });

  check('follows no redirect', async ({ send }) => {
    const response = await send('/redirect-to?url=%2Fecho');
    expect([response.status, response.headers.get('location')]).toEqual([302, '/echo']);
  });

  for (const [path, status] of [
    ['/status/204', 204],
    ['/status/205', 205],
    ['/status/304', 304],
    ['/empty', 200],
  ] as const) {
    for (const [delivery, receive] of deliveries) {
      check(`gives an empty body for ${path}, ${delivery}`, async ({ send }) => {
        let seen: HttpResponse | undefined;
        const body = await receive(async (options) => (seen = await send(path, options)));
        expect([seen?.status, body.byteLength]).toEqual([status, 0]);
      });
    }
  }

  check('gives no body for HEAD, and the length it would have', async ({ send, url }) => {
    const response = await send(new HttpRequest('HEAD', url('/bytes/5')));
    expect([response.headers.get('content-length'), (await response.bytes()).byteLength]).toEqual(['5', 0]);
  });

  for (const [delivery, receive] of deliveries) {
    check(`gives a body with a length, ${delivery}`, async ({ send }) => {
      const body = await receive((options) => send('/bytes/300000?seed=7', options));
      const again = await receive((options) => send('/bytes/300000?seed=7', options));
      expect(body.byteLength).toBe(300_000);
      expect(Buffer.compare(body, again)).toBe(0);
    });

    check(`gives a chunked body, ${delivery}`, async ({ send }) => {
      expect((await receive((options) => send('/stream-bytes/300000?chunk=777', options))).byteLength).toBe(300_000);
    });

    check(`gives a chunked body without its trailers, ${delivery}`, async ({ send }) => {
      const body = await receive((options) => send('/trailers', options));
      expect(new TextDecoder().decode(body)).toBe('one\ntwo\n');
    });

    check(`gives a body that ends with its connection, ${delivery}`, async ({ send }) => {
      const body = await receive((options) => send('/no-length', options));
      expect(new TextDecoder().decode(body)).toBe('until the connection ends\n');
    });
  }

  check('leaves a coded body as it came', async ({ send, url }) => {
    const response = await send(new HttpRequest('GET', url('/gzip'), { 'Accept-Encoding': 'gzip' }));
    expect(response.headers.get('content-encoding')).toBe('gzip');
    expect([...(await response.bytes()).subarray(0, 2)]).toEqual([0x1f, 0x8b]);
  });

  check('hides an informational answer', async ({ send }) => {
    const response = await send('/early-hints');
    expect([response.status, await response.json()]).toEqual([200, { hinted: true }]);
  });

  check('reads past a 100 that nobody asked for', async ({ send }) => {
    expect((await send('/unexpected-continue')).status).toBe(200);
  });

  check('resolves at the head when the body is streamed', async ({ send }) => {
    const response = await send('/stall-in-body', { stream: true });
    expect([response.status, response.streamed]).toEqual([200, true]);
    await response.discard();
  });

  check('gives a streamed body once, with an error that says so', async ({ send }) => {
    const response = await send('/bytes/10', { stream: true });
    await response.bytes();
    expect(await rejection(response.bytes())).toMatchObject({ name: 'BodyError', code: 'ERR_BODY_USED' });
  });

  check('gives a buffered body as often as it is asked for', async ({ send }) => {
    const response = await send('/text');
    expect(await response.text()).toBe(await response.text());
  });

  check('announces the head before the body', async ({ send }) => {
    const stop = new AbortController();
    const heads: HttpResponse[] = [];
    const onHeaders = (head: HttpResponse) => {
      heads.push(head);
      stop.abort(new Error('the head is enough'));
    };
    const error = await rejection(send('/stall-in-body', { onHeaders, signal: stop.signal }));
    expect(error.message).toBe('the head is enough');
    expect(heads.map(({ status }) => status)).toEqual([200]);
  });

  for (const stream of [false, true]) {
    check(`stops at a throw of onHeaders, stream: ${stream}`, async ({ send }) => {
      const cause = new Error('too large for me');
      const onHeaders = () => {
        throw cause;
      };
      const error = await rejection(send('/bytes/1000', { onHeaders, stream }));
      expect(error).toMatchObject({ name: 'ResponseError', code: 'ERR_ON_HEADERS', cause, response: { status: 200 } });
    });
  }

  check('reports the download as it comes', async ({ send }) => {
    const seen: [number, number | undefined][] = [];
    await send('/bytes/300000', {
      progress: ({ direction, transferred, total }) => direction === 'download' && void seen.push([transferred, total]),
    });
    expect(seen.at(-1)).toEqual([300_000, 300_000]);
    expect(seen.map(([bytes]) => bytes)).toEqual(seen.map(([bytes]) => bytes).sort((a, b) => a - b));
  });

  check('says what was asked, who answered and how long it took', async ({ send, url, handler }) => {
    const request = new HttpRequest('POST', url('/echo'), {}, 'hello');
    const response = await send(request);
    expect([response.url, response.request]).toEqual([url('/echo'), request]);
    expect(handler.handlerName).toContain(response.facts.handler);
    expect(response.facts.bytesSent).toBeGreaterThanOrEqual(5);
    expect(response.facts.bytesReceived).toBe((await response.bytes()).byteLength);
    expect(response.timings.total).toBeTypeOf('number');
    expect(response.timings.end).toBeTypeOf('number');
  });

  check('measures the first byte', async ({ send }) => {
    const { timings } = await send('/echo');
    expect(timings.firstByte).toBeGreaterThan(0);
    expect(timings.total).toBeGreaterThanOrEqual(timings.firstByte!);
  });
}
