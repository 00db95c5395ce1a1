/** What reaches the wire. */
import { Readable } from 'node:stream';
import { expect } from 'vitest';
import type { BodyInit } from '../../src/message/body-from.ts';
import { HttpRequest } from '../../src/message/request.ts';
import { plainResponse } from '../../src/testing/faults.ts';
import { type Check, rejection, released } from './bench.ts';

interface Echo {
  method: string;
  path: string;
  query: [string, string][];
  rawHeaders: [string, string][];
  headers: Record<string, string>;
  bodyBase64: string;
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
const large = new Uint8Array(1_000_000).fill(7);

const BODIES: readonly (readonly [string, () => BodyInit, Uint8Array])[] = [
  ['bytes', () => bytes, bytes],
  ['text', () => 'äöü€', new TextEncoder().encode('äöü€')],
  ['no bytes at all', () => new Uint8Array(0), new Uint8Array(0)],
  ['a million bytes', () => large, large],
  ['a Blob', () => new Blob([bytes]), bytes],
  ['an async iterable', () => pieces(bytes, 100), bytes],
  ['an empty iterable', () => [], new Uint8Array(0)],
  ['a Node stream', () => Readable.from([Buffer.from(bytes)]), bytes],
  ['a web stream', () => new Blob([large]).stream() as ReadableStream<Uint8Array>, large],
  ['a function', () => () => pieces(large, 70_000), large],
  ['an async function that gives text', () => async () => 'late', new TextEncoder().encode('late')],
];

async function* pieces(whole: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < whole.byteLength; at += size) yield whole.subarray(at, at + size);
}

export function requests(check: Check): void {
  for (const [what, given, length] of [
    ['more', 4, 10],
    ['less', 10, 4],
  ] as const) {
    check(`rejects at once a streamed body that has ${what} bytes than its length says`, async ({ fresh, play }) => {
      const scripted = await play([{ expect: 'head' }, { stall: true }]);
      const body = pieces(bytes.subarray(0, length), 3);
      const request = new HttpRequest('POST', scripted.url(), { 'Content-Length': String(given) }, body);
      const error = await rejection(fresh()(request, { timeout: '5s' }));
      expect(error).toMatchObject({ name: 'RequestError', code: 'ERR_BODY_LENGTH' });
    });
  }

  for (const method of METHODS) {
    check(`sends ${method}`, async ({ send, url }) => {
      const body = method === 'GET' ? undefined : 'x';
      const echo = await (await send(new HttpRequest(method, url('/echo?a=1&a=2'), {}, body))).json<Echo>();
      expect(echo).toMatchObject({
        method,
        path: '/echo',
        query: [
          ['a', '1'],
          ['a', '2'],
        ],
      });
    });
  }

  for (const method of ['PURGE', 'QUERY', 'pUrGe', 'X-Own']) {
    check(`sends the method ${method} as it is written`, async ({ fresh, play }) => {
      const scripted = await play([{ expect: 'head' }, { send: plainResponse() }]);
      await fresh()(new HttpRequest(method, scripted.url('/p?q')), {});
      expect(String(scripted.received[0])).toMatch(new RegExp(`^${method} /p\\?q HTTP/1\\.1\r\n`));
    });
  }

  check('sends the method get as it is written', async ({ fresh, play }) => {
    const scripted = await play([{ expect: 'head' }, { send: plainResponse() }]);
    await fresh()(new HttpRequest('get', scripted.url('/')), {});
    expect(String(scripted.received[0])).toMatch(/^get \/ HTTP/);
  });

  check('sends headers with their values', async ({ send, url }) => {
    const echo = await (await send(new HttpRequest('GET', url('/echo'), { 'X-A': 'ä', 'X-Empty': '' }))).json<Echo>();
    expect(echo.headers).toMatchObject({ 'x-a': 'ä', 'x-empty': '' });
  });

  check('keeps the order, the case and the repetition of header lines', async ({ send, url }) => {
    const lines: [string, string][] = [
      ['X-B', '1'],
      ['x-A', '2'],
      ['X-b', '3'],
    ];
    const { rawHeaders } = await (await send(new HttpRequest('GET', url('/echo'), lines))).json<Echo>();
    expect(rawHeaders.filter(([name]) => /^x-/i.test(name))).toEqual(lines);
  });

  check('adds no header but those of the connection', async ({ send, url }) => {
    const { headers } = await (await send(new HttpRequest('GET', url('/echo')))).json<Echo>();
    expect(Object.keys(headers).filter((name) => name !== 'host' && name !== 'connection')).toEqual([]);
  });

  check('sends a Host header that was set', async ({ send, url }) => {
    const { headers } = await (await send(new HttpRequest('GET', url('/echo'), { Host: 'a.example' }))).json<Echo>();
    expect(headers['host']).toBe('a.example');
  });

  check('keeps the escapes of a path as they are', async ({ send }) => {
    const { path } = await (await send('/anything/%7Ea%2Fb%20c')).json<Echo>();
    expect(path).toBe('/anything/%7Ea%2Fb%20c');
  });

  for (const [kind, make, expected] of BODIES) {
    check(`sends a body of ${kind}`, async ({ send, url }) => {
      const request = new HttpRequest('POST', url('/echo'), { 'Content-Type': 'application/x-test' }, make());
      const echo = await (await send(request)).json<Echo>();
      expect(Buffer.from(echo.bodyBase64, 'base64').equals(expected), 'the bytes must be the same').toBe(true);
      expect(echo.headers['content-type']).toBe('application/x-test');
    });
  }

  check('frames bytes with their Content-Length', async ({ send, url }) => {
    const echo = await (await send(new HttpRequest('POST', url('/echo'), {}, 'hello'))).json<Echo>();
    expect(echo.headers['content-length']).toBe('5');
    expect(echo.headers).not.toHaveProperty('transfer-encoding');
  });

  check('frames a stream whose length nobody knows in chunks', async ({ send, url }) => {
    const echo = await (await send(new HttpRequest('POST', url('/echo'), {}, pieces(bytes, 10)))).json<Echo>();
    expect(echo.headers['transfer-encoding']).toBe('chunked');
    expect(echo.headers).not.toHaveProperty('content-length');
  });

  check('sends a stream with the Content-Length it was given', async ({ send, url }) => {
    const request = new HttpRequest('POST', url('/echo'), { 'Content-Length': '256' }, pieces(bytes, 10));
    const echo = await (await send(request)).json<Echo>();
    expect(echo.headers['content-length']).toBe('256');
    expect(echo.headers).not.toHaveProperty('transfer-encoding');
  });

  check('reads a body that can be read once only once', async ({ send, url }) => {
    const request = new HttpRequest('POST', url('/echo'), {}, pieces(bytes, 10));
    await send(request);
    expect(request.body?.used).toBe(true);
  });

  check('sends a replayable body again', async ({ send, url }) => {
    const request = new HttpRequest('POST', url('/echo'), {}, () => pieces(bytes, 100));
    const bodies = [await (await send(request)).json<Echo>(), await (await send(request)).json<Echo>()];
    expect(bodies[0]?.bodyBase64).toBe(bodies[1]?.bodyBase64);
  });

  check('names a body whose source fails midway, and lets go of the connection', async ({ fresh, play }) => {
    const scripted = await play([{ expect: 'end' }]);
    const source = async function* () {
      yield 'a';
      throw new Error('the disk is gone');
    };
    const error = await rejection(fresh()(new HttpRequest('POST', scripted.url(), {}, source()), {}));
    expect(error).toMatchObject({ name: 'RequestError', code: 'ERR_BODY_SOURCE' });
    expect(error.message).toContain('the disk is gone');
    await released(scripted);
  });

  check('mutates neither the request nor the options', async ({ send, url }) => {
    const request = new HttpRequest('POST', url('/echo'), { 'X-A': '1' }, 'body');
    const options = Object.freeze({ headersTimeout: 5000, readTimeout: '5s', onHeaders: () => undefined });
    const before = [JSON.stringify(request), [...request.headers], { ...options }];
    await send(request, options);
    expect([JSON.stringify(request), [...request.headers], { ...options }]).toEqual(before);
    expect(request.headers).toBe(request.headers);
  });

  check('reports the upload as it goes', async ({ send, url }) => {
    const seen: number[] = [];
    const request = new HttpRequest('POST', url('/echo'), {}, () => pieces(large, 250_000));
    await send(request, {
      progress: ({ direction, transferred }) => direction === 'upload' && void seen.push(transferred),
    });
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.length).toBeGreaterThan(1);
    expect(seen.at(-1)).toBe(1_000_000);
  });

  check('refuses a URL that is not absolute', async ({ send }) => {
    expect(await rejection(send(new HttpRequest('GET', '/relative')))).toMatchObject({ name: 'RequestError' });
  });
}
