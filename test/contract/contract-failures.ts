/** What breaks, and what it is called. */
import { expect } from 'vitest';
import { TransferError } from '../../src/message/errors.ts';
import { HttpRequest } from '../../src/message/request.ts';
import { runtimeName } from '../../src/runtime/platform.ts';
import * as faults from '../../src/testing/faults.ts';
import type { Script } from '../../src/testing/scripted-server.ts';
import { startServer } from '../../src/testing/server.ts';
import { type Check, deliveries, rejection, released } from './bench.ts';

const SWITCHED = 'HTTP/1.1 101 Switching Protocols\r\n\r\n';

const BEFORE_HEAD: readonly (readonly [string, () => Script, RegExp])[] = [
  ['a close before the head', faults.closeBeforeHead, /^ERR_CLOSED$/],
  ['a reset before the head', () => faults.resetAt(0), /^ERR_RESET$/],
  ['a close within the head', () => faults.closeAt(12), /^ERR_(?:CLOSED|PROTOCOL)$/],
  ['a reset within the head', () => faults.resetAt(12), /^ERR_RESET$/],
  ['garbage in place of a head', faults.garbage, /^ERR_PROTOCOL$/],
  ['two lengths that differ', faults.conflictingContentLength, /^ERR_PROTOCOL$/],
  ['a length that is no number', faults.badContentLength, /^ERR_PROTOCOL$/],
  ['a 101 nobody asked for', () => [{ expect: 'head' }, { send: SWITCHED }], /^ERR_PROTOCOL$/],
  [
    'a 101 that says to what it switches',
    () => [{ expect: 'head' }, { send: SWITCHED.replace('\r\n\r\n', '\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n') }],
    /^ERR_PROTOCOL$/,
  ],
  [
    'an answer under codings of transfer that nobody asked for',
    () => [{ expect: 'head' }, { send: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n4\r\nabcd\r\n' }],
    /^ERR_PROTOCOL$/,
  ],
  ['a NUL in a header', faults.nulInHeader, /^ERR_PROTOCOL$/],
  ['a head larger than maxHeaderSize', () => faults.hugeHeaderLine(100_000), /^ERR_HEADERS_TOO_LARGE$/],
];

const CUT = 'the body ended before it was complete';
/** The fetch of Bun, or of a page, drops what came unread of a body that breaks off: nobody can count it there. */
const isCounted = !['bun', 'web'].includes(runtimeName());
const IN_BODY: readonly (readonly [string, () => Script, string, RegExp])[] = [
  [
    'a body shorter than its length',
    faults.truncatedBody,
    'ERR_BODY_TRUNCATED',
    new RegExp(`${CUT}: ${isCounted ? 50 : '\\d+'} of 100 bytes came$`),
  ],
  [
    'chunks without a last one',
    faults.truncatedChunks,
    'ERR_BODY_TRUNCATED',
    new RegExp(isCounted ? `${CUT}, after 5 bytes$` : `${CUT}(, after \\d+ bytes)?$`),
  ],
  [
    'a reset within the body',
    () => faults.resetAt(faults.plainResponse().length - 2),
    'ERR_BODY_TRUNCATED',
    // What has not been read when the reset comes, the system may throw away.
    new RegExp(`${CUT}: \\d+ of 5 bytes came$`),
  ],
  ['a chunk whose size is no number', chunkAfterChunk, 'ERR_BODY_FRAMING', /: /],
];

/** A good chunk first, so that the head is out before the framing breaks. */
function chunkAfterChunk(): Script {
  const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
  return [{ expect: 'head' }, { send: `${head}5\r\nhello\r\n` }, { send: 'zz\r\nworld\r\n0\r\n\r\n' }];
}

export function failures(check: Check): void {
  for (const [what, script, code] of BEFORE_HEAD) {
    check(`rejects ${what} as a failure of the network`, async ({ fresh, play }) => {
      const scripted = await play(script());
      const request = new HttpRequest('POST', scripted.url('/'), {}, '');
      const error = await rejection(fresh()(request, {}));
      expect(error).toMatchObject({ name: 'NetworkError', request });
      expect(error['code']).toMatch(code);
      expect(error.message).toMatch(/^POST http:\/\/127\.0\.0\.1:\d+\/: /);
      await released(scripted);
    });
  }

  for (const [what, script, code, words] of IN_BODY) {
    for (const [delivery, receive] of deliveries) {
      check(`rejects ${what} as a BodyError, ${delivery}`, async ({ fresh, play }) => {
        const scripted = await play(script());
        const handler = fresh();
        const request = new HttpRequest('GET', scripted.url('/'));
        const error = await rejection(receive((options) => handler(request, options)));
        expect(error).toMatchObject({ name: 'BodyError', code, request, response: { status: 200 } });
        expect(error.message).toMatch(words);
        await released(scripted);
      });
    }
  }

  check('never takes what lies behind a response for the next one', async ({ fresh, play }) => {
    const scripted = await play(faults.smuggledSecondResponse);
    const handler = fresh();
    const texts: string[] = [];
    for (let i = 0; i < 2; i++) {
      const response = await handler(new HttpRequest('GET', scripted.url('/')), {}).catch(() => undefined);
      texts.push((await response?.text()) ?? 'rejected');
    }
    expect(texts).not.toContain('smuggled');
  });

  check('rejects a refused connection as a ConnectError', async ({ send }) => {
    const gone = await startServer();
    await gone.close();
    const error = await rejection(send(new HttpRequest('GET', gone.url('/'))));
    expect(error).toMatchObject({ name: 'ConnectError', code: 'ERR_CONNECT_REFUSED', errno: 111 });
    expect(error.message).toContain(`127.0.0.1:${gone.port}`);
  });

  check('rejects a host name that does not exist as a ConnectError', async ({ send }) => {
    const error = await rejection(send(new HttpRequest('GET', 'http://nothing.invalid/')));
    expect(error).toMatchObject({ name: 'ConnectError', code: 'ERR_DNS' });
    expect(error.message).toContain('nothing.invalid');
  });

  check('asks the given lookup, and names its failure', async ({ send, server }) => {
    const asked: string[] = [];
    const lookup = async (hostname: string) => {
      asked.push(hostname);
      if (hostname === 'gone.test') throw Object.assign(new Error('gone'), { code: 'ENOTFOUND' });
      return '127.0.0.1';
    };
    const there = await send(new HttpRequest('GET', `http://here.test:${server.port}/echo`), { lookup });
    expect(there.status).toBe(200);
    const error = await rejection(send(new HttpRequest('GET', 'http://gone.test/'), { lookup }));
    expect(error).toMatchObject({ name: 'ConnectError', code: 'ERR_DNS' });
    expect(asked).toEqual(['here.test', 'gone.test']);
  });

  check('rejects a body larger than maxResponseSize, and lets go of the connection', async ({ fresh, play }) => {
    const scripted = await play(faults.endlessBody());
    const error = await rejection(fresh()(new HttpRequest('GET', scripted.url()), { maxResponseSize: 100_000 }));
    expect(error).toMatchObject({ name: 'BodyError', code: 'ERR_BODY_TOO_LARGE' });
    expect(error.message).toContain('100000');
    await released(scripted);
  });

  check('refuses a body whose length is over maxResponseSize before it has come', async ({ fresh, play }) => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n';
    const scripted = await play([{ expect: 'head' }, { send: head + 'x'.repeat(200_000) }, { stall: true }]);
    const error = await rejection(fresh()(new HttpRequest('GET', scripted.url()), {}));
    expect(error).toMatchObject({ name: 'BodyError', code: 'ERR_BODY_TOO_LARGE' });
    await released(scripted);
  });

  check('takes a body of exactly maxResponseSize', async ({ send }) => {
    expect((await (await send('/bytes/5000', { maxResponseSize: 5000 })).bytes()).byteLength).toBe(5000);
  });

  check('measures a transfer that failed', async ({ send }) => {
    const error = await rejection(send('/close-before-head'));
    expect(error).toBeInstanceOf(TransferError);
    expect(error).toMatchObject({ transfer: { timings: { total: expect.any(Number) } } });
  });

  check('throws nothing synchronously', async ({ handler }) => {
    const promise = handler(new HttpRequest('GET', 'ftp://a.example/'), {});
    expect(await rejection(promise)).toMatchObject({ name: 'RequestError' });
  });
}
