/** What can go wrong, row by row: the class, the code and the system's number, the same on every handler. */
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { fetchHandler } from '../../src/handlers/fetch/fetch.ts';
import { nodeHttpHandler } from '../../src/handlers/node/node-http.ts';
import { streamHandler } from '../../src/handlers/node/stream.ts';
import { undiciHandler } from '../../src/handlers/undici/undici.ts';
import { HttpRequest } from '../../src/message/request.ts';
import type { RequestOptions } from '../../src/options/options.ts';
import type { Transport } from '../../src/stack/handler.ts';
import { FakeClock } from '../../src/testing/fake-clock.ts';
import * as faults from '../../src/testing/faults.ts';
import { type Script, startScriptedServer } from '../../src/testing/scripted-server.ts';
import { startServer, type TestServer } from '../../src/testing/server.ts';
import { type Certificates, certificates } from '../support/certificates.ts';
import { startHttpProxy } from '../support/http-proxy.ts';
import { rejection } from './bench.ts';

const handlers: Readonly<Record<string, () => Transport>> = {
  undici: undiciHandler,
  'node:http': nodeHttpHandler,
  stream: streamHandler,
  fetch: fetchHandler,
};

interface Stage {
  /** Sends and reads the whole body. */
  send(url: string | HttpRequest, options?: RequestOptions): Promise<unknown>;
  /** Where a server plays this. */
  playing(script: Script): Promise<string>;
  readonly closing: (() => Promise<unknown>)[];
}

interface Row {
  readonly what: string;
  readonly error: string;
  readonly code: string | RegExp;
  readonly errno: number | readonly number[];
  /** fetch has no such option, or no such phase. */
  readonly notFetch?: true;
  /** fetch does not tell how far a request was sent. */
  readonly fetchCode?: string;
  run(stage: Stage): Promise<unknown>;
}

let pki: Certificates;
let tls: TestServer;
let plain: TestServer;

beforeAll(async () => {
  pki = await certificates();
  tls = await startServer({ tls: pki.selfSigned });
  plain = await startServer();
});
afterAll(() => Promise.all([tls.close(), plain.close()]));

const never = () => new Promise<never>(() => undefined);

/** Sends on a clock that is turned as soon as something waits on it, and only then. */
async function timed(stage: Stage, url: string, options: RequestOptions): Promise<unknown> {
  const clock = new FakeClock();
  let settled = false;
  const sending = stage.send(url, { ...options, clock }).finally(() => {
    settled = true;
  });
  sending.catch(() => undefined);
  await vi.waitFor(async () => {
    if (clock.pending > 0) await clock.advance(500);
    expect(settled).toBe(true);
  });
  return sending;
}

/** A server that takes a connection and some bytes, then ends it with a reset while the request is being sent. */
async function breaksWhileSending(stage: Stage): Promise<unknown> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.resetAndDestroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stage.closing.push(() => new Promise((resolve) => server.close(resolve)));
  const { port } = server.address() as { port: number };
  const body = () =>
    (async function* () {
      for (;;) yield new Uint8Array(65_536);
    })();
  return stage.send(new HttpRequest('POST', `http://127.0.0.1:${port}/`, {}, body));
}

const rows: readonly Row[] = [
  {
    what: 'port closed',
    error: 'ConnectError',
    code: 'ERR_CONNECT_REFUSED',
    errno: 111,
    async run({ send }) {
      const gone = await startServer();
      await gone.close();
      return send(gone.url());
    },
  },
  {
    what: 'connection takes longer than connectTimeout',
    error: 'TimeoutError',
    code: 'ERR_TIMEOUT_CONNECT',
    errno: 110,
    notFetch: true,
    run: (stage) => timed(stage, 'http://stalled.test/', { connectTimeout: 400, lookup: never }),
  },
  {
    what: 'TLS handshake takes longer than connectTimeout',
    error: 'TimeoutError',
    code: 'ERR_TIMEOUT_CONNECT',
    errno: 110,
    notFetch: true,
    async run(stage) {
      const url = await stage.playing([{ stall: true }]);
      return timed(stage, url.replace('http:', 'https:'), { connectTimeout: 400 });
    },
  },
  {
    what: 'host name does not exist',
    error: 'ConnectError',
    code: 'ERR_DNS',
    errno: [3008, 3001],
    run: ({ send }) => send('http://nothing.invalid/'),
  },
  {
    what: 'name service does not answer',
    error: 'ConnectError',
    code: 'ERR_DNS',
    errno: 3001,
    notFetch: true,
    run: ({ send }) =>
      send('http://slow.test/', { lookup: () => Promise.reject(Object.assign(new Error('x'), { code: 'EAI_AGAIN' })) }),
  },
  {
    what: 'unix socket is not there',
    error: 'ConnectError',
    code: 'ERR_SOCKET_PATH',
    errno: 2,
    notFetch: true,
    run: ({ send }) => send('http://localhost/', { socketPath: join(tmpdir(), 'nothing-here.sock') }),
  },
  {
    what: 'local address is none of ours',
    error: 'ConnectError',
    code: 'ERR_LOCAL_ADDRESS',
    errno: 99,
    notFetch: true,
    run: ({ send }) => send(plain.url(), { localAddress: '192.0.2.1' }),
  },
  {
    what: 'certificate is signed by itself',
    error: 'ConnectError',
    code: 'ERR_TLS_SELF_SIGNED',
    errno: 71,
    run: ({ send }) => send(tls.url('/', 'localhost')),
  },
  {
    what: 'TLS to a port that speaks none',
    error: 'ConnectError',
    code: 'ERR_TLS_PROTOCOL',
    errno: 71,
    run: ({ send }) => send(plain.url().replace('http:', 'https:')),
  },
  {
    what: 'proxy refuses the tunnel',
    error: 'ConnectError',
    code: 'ERR_PROXY_REFUSED',
    errno: 111,
    notFetch: true,
    async run({ send, closing }) {
      const proxy = await startHttpProxy({ connectAnswer: 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n' });
      closing.push(() => proxy.close());
      return send(tls.url('/', 'localhost'), { proxy: proxy.url });
    },
  },
  {
    what: 'no head in time',
    error: 'TimeoutError',
    code: 'ERR_TIMEOUT_HEADERS',
    errno: 110,
    run: async (stage) =>
      timed(stage, await stage.playing([{ expect: 'head' }, { stall: true }]), { headersTimeout: 400 }),
  },
  {
    what: 'head comes too slowly',
    error: 'TimeoutError',
    code: 'ERR_TIMEOUT_HEADERS',
    errno: 110,
    run: async (stage) => timed(stage, await stage.playing(faults.stallAt(12)), { headersTimeout: 400 }),
  },
  {
    what: 'body stops',
    error: 'TimeoutError',
    code: 'ERR_TIMEOUT_READ',
    errno: 110,
    run: async (stage) =>
      timed(stage, await stage.playing(faults.stallAt(faults.plainResponse().length - 2)), { readTimeout: 400 }),
  },
  {
    what: 'FIN before the response',
    error: 'NetworkError',
    code: 'ERR_CLOSED',
    errno: 104,
    run: async ({ send, playing }) => send(posting(await playing(faults.closeBeforeHead()))),
  },
  {
    what: 'RST before the response',
    error: 'NetworkError',
    code: 'ERR_RESET',
    errno: 104,
    run: async ({ send, playing }) => send(posting(await playing(faults.resetAt(0)))),
  },
  {
    what: 'FIN within a body of known length',
    error: 'BodyError',
    code: 'ERR_BODY_TRUNCATED',
    errno: 104,
    run: async ({ send, playing }) => send(await playing(faults.truncatedBody())),
  },
  {
    what: 'FIN within a chunked body',
    error: 'BodyError',
    code: 'ERR_BODY_TRUNCATED',
    errno: 104,
    run: async ({ send, playing }) => send(await playing(faults.truncatedChunks())),
  },
  {
    what: 'head is no HTTP',
    error: 'NetworkError',
    code: 'ERR_PROTOCOL',
    errno: 71,
    run: async ({ send, playing }) => send(posting(await playing(faults.garbage()))),
  },
  {
    what: 'head is larger than maxHeaderSize',
    error: 'NetworkError',
    code: 'ERR_HEADERS_TOO_LARGE',
    errno: 90,
    run: async ({ send, playing }) => send(posting(await playing(faults.hugeHeaderLine(100_000)))),
  },
  {
    what: 'connection breaks while the request is sent',
    error: 'NetworkError',
    code: 'ERR_SEND',
    fetchCode: 'ERR_RESET',
    errno: [32, 104],
    run: breaksWhileSending,
  },
];

function posting(url: string): HttpRequest {
  return new HttpRequest('POST', url, {}, 'x');
}

describe.each(Object.keys(handlers))('the failure table over %s', (name) => {
  const closing: (() => Promise<unknown>)[] = [];
  afterEach(() => Promise.all(closing.splice(0).map((close) => close())));

  function stageOf(): Stage {
    const handler = handlers[name]!();
    closing.push(async () => handler.destroy?.(new Error('the test is over')));
    return {
      closing,
      async send(what, options = {}) {
        const request = typeof what === 'string' ? new HttpRequest('GET', what) : what;
        const response = await handler(request, name === 'stream' ? { ...options, stream: true } : options);
        return response.bytes();
      },
      async playing(script) {
        const scripted = await startScriptedServer(script);
        closing.push(() => scripted.close());
        return scripted.url();
      },
    };
  }

  const met = rows.filter(({ notFetch }) => name !== 'fetch' || notFetch === undefined);
  it.each(met)('$what: $error', async ({ run, error: expected, code, fetchCode, errno }) => {
    const error = await rejection(run(stageOf()));
    expect({ name: error.name, code: error['code'] }, error.message).toEqual({
      name: expected,
      code: expect.stringMatching((name === 'fetch' && fetchCode) || code),
    });
    expect([errno].flat()).toContain(error['errno']);
  });

  it('a body that ends with its connection is no failure', async () => {
    const stage = stageOf();
    const url = await stage.playing([{ expect: 'head' }, { send: 'HTTP/1.1 200 OK\r\n\r\nall of it' }, { fin: true }]);
    expect(Buffer.from((await stage.send(url)) as Uint8Array).toString()).toBe('all of it');
  });
});
