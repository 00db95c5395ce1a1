/** The options that follow one transfer, on every handler: sinks, numbers, limits, waits, decoding, cookies, auth. */
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import {
  Client,
  CookieJar,
  FileCookieJar,
  HandlerStack,
  HttpResponse,
  type Progress,
  type RequestOptions,
  type TransferStats,
} from 'sluice';
import { FakeClock, mockHandler } from 'sluice/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { clientOver, makers, rejection, testSite } from './site-of-all-handlers.ts';

const site = testSite();
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-conformance-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each(makers)('over %s', (handlerName, make) => {
  const open = (options = {}) => clientOver(make, site.server, options);

  describe('a sink', () => {
    it('that is a path takes the body, and the response says where', async () => {
      const path = join(folder, `${handlerName}.bin`);
      const response = await open().get('bytes/70000', { sink: path });
      expect([response.status, response.sink, (await stat(path)).size]).toEqual([200, path, 70_000]);
      const error = await rejection(response.text());
      expect([error.name, error.message.includes(path)]).toEqual(['BodyError', true]);
      for (const read of ['bytes', 'json', 'arrayBuffer', 'blob', 'formData'] as const)
        await rejection(response[read]());
      await response.discard();
    });

    it('may be a Writable or a WritableStream', async () => {
      const path = join(folder, `${handlerName}-writable.bin`);
      await open().get('bytes/1000', { sink: createWriteStream(path) });
      expect((await readFile(path)).length).toBe(1000);
      let size = 0;
      const web = new WritableStream<Uint8Array>({ write: (chunk) => void (size += chunk.byteLength) });
      await open().get('bytes/1000', { sink: web });
      expect(size).toBe(1000);
    });

    it('takes the decoded body of the final answer after redirects', async () => {
      const path = join(folder, `${handlerName}-final.txt`);
      const response = await open().get('redirect-to?url=/gzip', { sink: path });
      expect(response.redirects.length).toBe(1);
      expect(() => JSON.parse('' + response.sink)).toThrow();
      expect(JSON.parse(await readFile(path, 'utf8'))).toBeTruthy();
    });

    it('that fails is an error that says so', async () => {
      const sink = new Writable({ write: (_chunk, _encoding, done) => done(new Error('disk full')) });
      const error = await rejection(open().get('bytes/1000', { sink }));
      expect([error.name, /disk full/.test(error.message)]).toEqual(['ResponseError', true]);
      await rejection(open().get('bytes/10', { sink: join(folder, 'no', 'such', 'folder') }));
    });

    it('of a bad status still rejects, and the error has a summary', async () => {
      const path = join(folder, `${handlerName}-error.txt`);
      const error = await rejection(open().get('status/500', { sink: path }));
      expect(error.name).toBe('ServerError');
      await expect(stat(path)).rejects.toThrow();
    });

    it('of a body that is cut is a BodyError', async () => {
      expect((await rejection(open().get('close-in-body', { sink: new PassThrough().resume() }))).name).toBe(
        'BodyError',
      );
    });

    it('counts against maxResponseSize only when that is set', async () => {
      const error = await rejection(
        open().get('bytes/5000', { sink: new PassThrough().resume(), maxResponseSize: 1000 }),
      );
      expect(error.name).toBe('BodyError');
    });
  });

  describe('onStats', () => {
    it('is called once for each hop, with every field', async () => {
      const all: TransferStats[] = [];
      await open().get('redirect/2', { onStats: (stats) => void all.push(stats) });
      expect(all.map(({ hop, attempt, response, handler }) => [hop, attempt, response?.status, handler])).toEqual([
        [0, 1, 302, handlerName],
        [1, 1, 302, handlerName],
        [2, 1, 200, handlerName],
      ]);
      for (const stats of all) {
        expect(Object.keys(stats).sort()).toEqual([
          'attempt',
          'bytesReceived',
          'bytesSent',
          'error',
          'handler',
          'hop',
          'request',
          'response',
          'timings',
        ]);
        expect(stats.timings.total).toBeGreaterThanOrEqual(0);
        expect(stats.timings.firstByte).toBeLessThanOrEqual(stats.timings.total!);
      }
    });

    it('is called for each attempt, failed ones too', async () => {
      const all: TransferStats[] = [];
      const path = `flaky?fail=2&key=${handlerName}-stats&fault=reset`;
      await open().get(path, { retry: { limit: 2, delay: () => 0 }, onStats: (stats) => void all.push(stats) });
      expect(all.map(({ attempt, error }) => [attempt, (error as Error | undefined)?.name])).toEqual([
        [1, 'NetworkError'],
        [2, 'NetworkError'],
        [3, undefined],
      ]);
    });

    it('counts bytes both ways', async () => {
      const all: TransferStats[] = [];
      await open().post('bytes/3000', {
        body: 'x'.repeat(500),
        onStats: (stats) => void all.push(stats),
        httpErrors: false,
      });
      expect(all[0]?.bytesSent).toBeGreaterThanOrEqual(500);
      expect(all[0]?.bytesReceived).toBeGreaterThan(0);
    });

    it('is called when nobody listens there', async () => {
      const all: TransferStats[] = [];
      const error = await rejection(open().get('reset-before-head', { onStats: (stats) => void all.push(stats) }));
      expect(all.map((stats) => [stats.error, stats.response])).toEqual([[error, undefined]]);
    });
  });

  describe('onHeaders', () => {
    it('is called once, for the final response alone', async () => {
      const statuses: number[] = [];
      const note = (response: HttpResponse) => void statuses.push(response.status);
      await open().get('redirect/2', { onHeaders: note });
      await open().get('basic-auth/ada/pw', { auth: ['ada', 'pw'], onHeaders: note });
      await open().get('digest-auth/auth/ada/pw', { auth: ['ada', 'pw', 'digest'], onHeaders: note });
      await open().get(`flaky?fail=1&key=${handlerName}-head`, {
        retry: { limit: 1, delay: () => 0 },
        onHeaders: note,
      });
      expect(statuses).toEqual([200, 200, 200, 200]);
    });

    it('is called for a bad status before the error, and for redirects that are not followed', async () => {
      const statuses: number[] = [];
      const note = (response: HttpResponse) => void statuses.push(response.status);
      await rejection(open().get('status/404', { onHeaders: note }));
      await open().get('redirect/1', { onHeaders: note, allowRedirects: false });
      expect(statuses).toEqual([404, 302]);
    });

    it('that throws stops the transfer before the body, as the cause of a ResponseError', async () => {
      const cause = new Error('not this one');
      const error = await rejection(
        open().get('stall-in-body?length=100&sent=1', {
          onHeaders: () => {
            throw cause;
          },
        }),
      );
      expect([error.name, error.cause, (error['response'] as HttpResponse).status]).toEqual([
        'ResponseError',
        cause,
        200,
      ]);
    });
  });

  it('progress tells both directions, with totals where they are known', async () => {
    const seen: Progress[] = [];
    await open().post('echo', { body: 'x'.repeat(1000), progress: (p) => void seen.push({ ...p }) });
    const last = (direction: string) => seen.filter((p) => p.direction === direction).at(-1);
    expect(last('upload')).toEqual({ direction: 'upload', transferred: 1000, total: 1000 });
    expect(last('download')?.transferred).toBe(last('download')?.total);
    seen.length = 0;
    await open().get('stream-bytes/1000', { progress: (p) => void seen.push({ ...p }) });
    expect(last('download')).toEqual({ direction: 'download', transferred: 1000, total: undefined });
  });

  describe('limits', () => {
    it.each([
      ['a length that is declared', 'bytes/20000', {}],
      ['chunks', 'stream-bytes/20000', {}],
      ['a bomb, after decoding', 'bomb/gzip/1', {}],
      ['a streamed body', 'stream-bytes/20000', { stream: true }],
      ['an error page', 'bytes/20000?status=500', {}],
    ] as const)('hold for %s', async (_, path, options) => {
      const call = open()
        .get(path, { maxResponseSize: 10_000, ...options })
        .then((response) => response.bytes());
      expect((await rejection(call)).name).toBe('BodyError');
    });

    it('are 100 MiB unless set, and off for streams', async () => {
      const response = await open().get('bytes/200000', { stream: true });
      expect((await response.bytes()).length).toBe(200_000);
    });

    it('of exactly the size let the body through', async () => {
      expect((await open().get('bytes/10000', { maxResponseSize: 10_000 }).bytes()).length).toBe(10_000);
    });
  });

  describe('timeouts', () => {
    it.each([
      ['total', 'stall', { timeout: 60 }],
      ['total', 'stall-in-body?length=10&sent=1', { timeout: 60 }],
      ['total', 'redirect-to?url=/stall', { timeout: 60 }],
      ['headers', 'stall', { headersTimeout: 60 }],
      ['read', 'stall-in-body?length=10&sent=1', { readTimeout: 60 }],
    ] as const)('in the phase %s of %s are a TimeoutError that names its option', async (phase, path, options) => {
      // No real time passes: what ends it is the clock that the option counts on.
      const clock = new FakeClock();
      let isOver = false;
      const failing = rejection(open({ clock }).get(path, options)).finally(() => (isOver = true));
      await vi.waitFor(async () => {
        await clock.advance(20);
        expect(isOver).toBe(true);
      });
      const error = await failing;
      expect([error.name, error['phase'], error['code']]).toEqual([
        'TimeoutError',
        phase,
        `ERR_TIMEOUT_${phase.toUpperCase()}`,
      ]);
      expect(error.message).toContain(phase === 'total' ? 'timeout' : Object.keys(options)[0]);
    });

    it('of the whole call end a streamed body too', async () => {
      // On a clock of its own: the head has as long as it takes.
      const clock = new FakeClock();
      const response = await open({ clock }).get('stall-in-body?length=10&sent=1', { timeout: 80, stream: true });
      const read = rejection(response.text());
      await clock.advance(80);
      const error = await read;
      expect([error.name, error['phase']]).toEqual(['TimeoutError', 'total']);
    });

    it('of the whole call count retries', async () => {
      const error = await rejection(open().get('status/503', { timeout: 100, retry: { limit: 5, delay: () => 60 } }));
      expect(['TimeoutError', 'ServerError']).toContain(error.name);
    });
  });

  describe('decodeContent', () => {
    it.each(['gzip', 'deflate', 'deflate-raw', 'br'])('undoes %s, and the headers go with it', async (coding) => {
      if (handlerName === 'fetch' && coding === 'deflate-raw') return;
      const response = await open().get(coding);
      expect(await response.json()).toBeTruthy();
      expect([response.headers.has('content-encoding'), response.headers.has('content-length')]).toEqual([
        false,
        false,
      ]);
    });

    it('asks for what it can undo', async () => {
      await open().get('json');
      expect(site.server.requests.at(-1)?.headers['accept-encoding']).toMatch(/gzip, ?deflate, ?br/);
    });

    it('as text is the Accept-Encoding to send', async () => {
      if (handlerName === 'fetch') return;
      await open().get('gzip', { decodeContent: 'gzip;q=0.5' });
      expect(site.server.requests.at(-1)?.headers['accept-encoding']).toBe('gzip;q=0.5');
    });

    it('false leaves the bytes, and asks for nothing', async () => {
      if (handlerName === 'fetch') return;
      const response = await open().get('gzip', { decodeContent: false });
      expect(response.headers.get('content-encoding')).toBe('gzip');
      expect([...(await response.bytes()).slice(0, 2)]).toEqual([0x1f, 0x8b]);
      expect(site.server.requests.at(-1)?.headers['accept-encoding']).toBe(undefined);
    });

    it('of a stream that is cut or corrupt is a BodyError', async () => {
      // The fetch of Node gives what it could decode of a stream that is cut, and no sign that there was more.
      if (handlerName !== 'fetch') expect((await rejection(open().get('gzip-truncated'))).name).toBe('BodyError');
      expect((await rejection(open().get('gzip-corrupt'))).name).toBe('BodyError');
    });
  });

  describe('cookies', () => {
    it('of a jar are kept across redirects and calls', async () => {
      const client = open({ cookies: true });
      expect(await client.get('cookies/set?a=1').text()).toContain('"a"');
      expect(await client.get('cookies').text()).toContain('1');
      await client.get('cookies/delete?a');
      expect(await client.get('cookies').text()).not.toContain('"a"');
    });

    it('of a call go beside the jar’s, for this call alone', async () => {
      const jar = new CookieJar();
      const client = open({ cookies: jar });
      await client.get('cookies/set?a=1');
      await client.get('cookies', { cookies: { b: '2' } });
      expect(site.server.requests.at(-1)?.headers.cookie?.split('; ').sort()).toEqual(['a=1', 'b=2']);
      await client.get('cookies');
      expect(site.server.requests.at(-1)?.headers.cookie).toBe('a=1');
      await client.get('cookies', { cookies: false });
      expect(site.server.requests.at(-1)?.headers.cookie).toBe(undefined);
    });

    it('are off by default', async () => {
      const client = open();
      await client.get('cookies/set?a=1');
      expect(site.server.requests.at(-1)?.headers.cookie).toBe(undefined);
    });
  });

  describe('auth', () => {
    it('basic, bearer and digest answer', async () => {
      expect((await open().get('basic-auth/ada/p%C3%A4ss', { auth: ['ada', 'päss'] })).status).toBe(200);
      expect((await open().get('bearer/tok', { auth: { bearer: 'tok' } })).status).toBe(200);
      for (const algorithm of ['MD5', 'MD5-sess', 'SHA-256', 'SHA-256-sess', 'SHA-512-256']) {
        for (const qop of ['auth', 'auth-int']) {
          const path = `digest-auth/${qop}/ada/pw?algorithm=${algorithm}`;
          expect((await open().post(path, { auth: ['ada', 'pw', 'digest'], body: 'x' })).status).toBe(200);
        }
      }
    });

    it('digest with a wrong password ends in a 401, asked twice and no more', async () => {
      const before = site.server.requests.length;
      const error = await rejection(open().get('digest-auth/auth/ada/pw', { auth: ['ada', 'wrong', 'digest'] }));
      expect([error.name, site.server.requests.length - before]).toEqual(['ClientError', 2]);
    });

    it('a generator answers challenges', async () => {
      const response = await open().get('bearer/second', {
        *auth(request) {
          const first = yield request;
          if (first.status === 401) yield request.withHeader('Authorization', 'Bearer second');
        },
      });
      expect(response.status).toBe(200);
    });

    const once = async function* () {
      yield 'once';
    };

    it('says clearly that a body cannot be sent again', async () => {
      const error = await rejection(
        open().post('bearer/second', {
          body: once(),
          *auth(request) {
            yield request;
            yield request.withHeader('Authorization', 'Bearer second');
          },
        }),
      );
      expect([error.name, /again/.test(error.message)]).toEqual(['RequestError', true]);
    });

    it('digest holds back a body that can be sent once', async () => {
      const response = await open().post('digest-auth/auth/ada/pw', { auth: ['ada', 'pw', 'digest'], body: once() });
      expect([response.status, site.server.requests.at(-1)?.body.toString()]).toEqual([200, 'once']);
    });
  });

  describe('a response', () => {
    it('knows url, redirects, attempts, timings and cookies', async () => {
      const response = await open().get('redirect/2');
      expect(response.url).toBe(site.server.url('/echo'));
      expect(response.redirects).toEqual([
        { status: 302, method: 'GET', url: site.server.url('/redirect/2') },
        { status: 302, method: 'GET', url: site.server.url('/redirect/1') },
      ]);
      expect(response.attempts).toBe(1);
      expect(response.timings.total).toBeGreaterThanOrEqual(0);
      const cookies = await open().get('cookies/set?a=1', { allowRedirects: false });
      expect(cookies.cookies).toEqual({ a: '1' });
    });

    it('that was retried counts its attempts', async () => {
      const path = `flaky?fail=2&key=${handlerName}-attempts`;
      expect((await open().get(path, { retry: { limit: 3, delay: () => 0 } })).attempts).toBe(3);
    });

    it('that streams is read once, by each of the ways', async () => {
      const client = open();
      for (const read of [
        async (r: HttpResponse) => (await r.bytes()).length,
        async (r: HttpResponse) => (await r.text()).length,
        async (r: HttpResponse) => {
          let n = 0;
          for await (const chunk of r) n += chunk.byteLength;
          return n;
        },
        async (r: HttpResponse) => {
          let n = 0;
          for await (const chunk of r.stream()) n += (chunk as Uint8Array).length;
          return n;
        },
        async (r: HttpResponse) => (await new Response(r.body).arrayBuffer()).byteLength,
        async (r: HttpResponse) => (await new Response(r.toWeb()).arrayBuffer()).byteLength,
      ]) {
        const response = await client.get('text', { stream: true });
        expect(await read(response)).toBeGreaterThan(0);
        expect((await rejection(response.text())).message).toMatch(/already read/);
      }
    });

    it('that streams gives events, lines and ndjson', async () => {
      const client = open();
      const events = [];
      for await (const event of (await client.get('sse', { stream: true })).events()) events.push(event);
      expect(events.length).toBeGreaterThan(0);
      expect(Object.keys(events[0]!).sort()).toEqual(expect.arrayContaining(['data', 'event', 'id']));
      const values = [];
      for await (const value of (await client.get('ndjson/3', { stream: true })).ndjson()) values.push(value);
      expect(values.length).toBe(3);
      const lines = [];
      for await (const line of (await client.get('ndjson/3', { stream: true })).lines()) lines.push(line);
      expect(lines.length).toBe(3);
    });
  });

  it('debug writes the exchange with secrets masked', async () => {
    let text = '';
    const writer = new Writable({
      write: (chunk, _encoding, done) => {
        text += chunk;
        done();
      },
    });
    await open().get('cookies/set?a=planted1&token=planted2', {
      debug: writer,
      cookies: true,
      auth: ['ada', 'planted3'],
      headers: { 'X-Api-Key': 'planted4', 'X-Mine': 'planted5' },
      redact: ['x-mine'],
    });
    expect(text).toMatch(/> GET \/cookies\/set/);
    expect(text).toMatch(/< HTTP\/1\.1 302/);
    expect(text).not.toContain(btoa('ada:planted3'));
    for (const planted of ['planted2', 'planted3', 'planted4', 'planted5']) expect(text).not.toContain(planted);
  });

  it('expect waits for the 100, and a refusal sends no body', async () => {
    if (handlerName === 'fetch' || handlerName === 'undici') return;
    const echo = await open().put('continue', { body: 'big', expect: true });
    expect(echo.status).toBe(200);
    expect(site.server.requests.at(-1)?.headers.expect).toBe('100-continue');
    await rejection(open().put('continue?refuse=417', { body: 'big', expect: 1 }));
    await open().put('echo', { body: 'big', expect: 1000 });
    expect(site.server.requests.at(-1)?.headers.expect).toBe(undefined);
  });
});

describe('waits', () => {
  it('delay holds a call back, is not counted by timeout and not repeated for a hop', async () => {
    const clock = new FakeClock();
    const mock = mockHandler([new HttpResponse(302, { Location: '/x' }), new HttpResponse()]);
    const pending = new Client({ handler: HandlerStack.create(mock), clock }).get('http://a.test/', {
      delay: '5s',
      timeout: 1000,
    });
    await clock.advance(4999);
    expect(mock.requests.length).toBe(0);
    await clock.advance(1);
    expect((await pending).status).toBe(200);
    expect([clock.now(), clock.pending]).toEqual([5000, 0]);
  });

  it('timeout fires on the clock that was given, over a handler that never answers', async () => {
    const clock = new FakeClock();
    const stuck = () => new Promise<HttpResponse>(() => undefined);
    const pending = rejection(
      new Client({ handler: HandlerStack.create(stuck), clock, timeout: '10s' }).get('http://a.test/'),
    );
    await clock.advance(10_000);
    const error = await pending;
    expect([error.name, error['phase'], error['elapsed'], clock.pending]).toEqual(['TimeoutError', 'total', 10_000, 0]);
  });
});

describe('retry', () => {
  const clientOf = (clock: FakeClock, ...answers: (HttpResponse | Error)[]) => {
    const mock = mockHandler(answers);
    return { mock, client: new Client({ handler: HandlerStack.create(mock), clock }) };
  };

  it.each([408, 413, 425, 429, 500, 502, 503, 504])('repeats a %i', async (status) => {
    const clock = new FakeClock();
    const { client } = clientOf(clock, new HttpResponse(status), new HttpResponse());
    const pending = client.get('http://a.test/', { retry: 1 });
    await clock.advance(60_000);
    expect((await pending).attempts).toBe(2);
  });

  it.each([400, 401, 404, 501])('does not repeat a %i', async (status) => {
    const { client, mock } = clientOf(new FakeClock(), new HttpResponse(status));
    await rejection(client.get('http://a.test/', { retry: 3 }));
    expect(mock.requests.length).toBe(1);
  });

  it('does not repeat a POST unless asked', async () => {
    const { client, mock } = clientOf(new FakeClock(), new HttpResponse(503));
    await rejection(client.post('http://a.test/', { retry: 3 }));
    expect(mock.requests.length).toBe(1);
  });

  it('is off unless asked', async () => {
    const { client, mock } = clientOf(new FakeClock(), new HttpResponse(503));
    await rejection(client.get('http://a.test/'));
    expect(mock.requests.length).toBe(1);
  });

  it('waits as long as Retry-After says, seconds or a date, over a computed delay', async () => {
    const clock = new FakeClock(Date.parse('2030-01-01T00:00:00Z'));
    const date = new Date(clock.now() + 30_000).toUTCString();
    const { client, mock } = clientOf(
      clock,
      new HttpResponse(503, { 'Retry-After': '20' }),
      new HttpResponse(429, { 'Retry-After': date }),
      new HttpResponse(),
    );
    const pending = client.get('http://a.test/', { retry: { limit: 2, delay: () => 1 } });
    await clock.advance(19_999);
    expect(mock.requests.length).toBe(1);
    await clock.advance(1);
    expect(mock.requests.length).toBe(2);
    await clock.advance(10_000);
    expect((await pending).attempts).toBe(3);
  });

  it('does not wait for a Retry-After beyond 60 s or past the timeout, and the message says so', async () => {
    const { client } = clientOf(
      new FakeClock(),
      new HttpResponse(503, { 'Retry-After': '61' }),
      new HttpResponse(503, { 'Retry-After': '30' }),
    );
    expect((await rejection(client.get('http://a.test/', { retry: 1 }))).message).toMatch(/maxRetryAfter|Retry-After/);
    expect((await rejection(client.get('http://a.test/', { retry: 1, timeout: '10s' }))).message).toMatch(
      /timeout|Retry-After/,
    );
  });

  it('gives decider and delay the context', async () => {
    const clock = new FakeClock();
    const { client } = clientOf(clock, new HttpResponse(418), new HttpResponse());
    const decider = vi.fn(() => true);
    const delay = vi.fn(() => 5);
    const pending = client.get('http://a.test/', { retry: { limit: 1, decider, delay } });
    await clock.advance(5);
    await pending;
    const [context] = decider.mock.calls[0] as unknown as [Record<string, unknown>];
    expect(Object.keys(context).sort()).toEqual(['attempt', 'elapsed', 'error', 'request', 'response']);
    expect([context['attempt'], (context['response'] as HttpResponse).status]).toEqual([1, 418]);
  });
});

describe('a FileCookieJar', () => {
  it('is saved after a response changed it and on close, with mode 0600', async () => {
    const path = join(folder, 'jar.json');
    const jar = await FileCookieJar.open(path);
    const client = new Client({ cookies: jar, baseUri: site.server.origin });
    await client.get('/cookies/set-raw?line=a%3D1%3B%20Max-Age%3D1000');
    await client.close();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const again = new Client({ cookies: await FileCookieJar.open(path), baseUri: site.server.origin });
    await again.get('/cookies');
    expect(site.server.requests.at(-1)?.headers.cookie).toBe('a=1');
    await again.close();
  });

  it('is saved after a response by itself', async () => {
    const path = join(folder, 'jar-by-itself.json');
    const client = new Client({ cookies: await FileCookieJar.open(path), baseUri: site.server.origin });
    await client.get('/cookies/set-raw?line=b%3D2%3B%20Max-Age%3D1000');
    await vi.waitFor(async () => expect(await readFile(path, 'utf8')).toContain('"b"'));
    await client.close();
  });
});

describe('options at a mock', () => {
  it('an expect, echo and context travel to a user’s own layer', async () => {
    const seen: RequestOptions[] = [];
    const stack = HandlerStack.create(mockHandler([new HttpResponse()])).push((next) => (request, options) => {
      seen.push(options);
      return next(request, options);
    });
    await new Client({ handler: stack }).get('http://a.test/', { context: { tenant: 1 } });
    expect(seen[0]?.context).toEqual({ tenant: 1 });
  });
});
