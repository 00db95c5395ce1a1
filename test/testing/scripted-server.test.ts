import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../src/testing/fake-clock.ts';
import * as builders from '../../src/testing/faults.ts';
import {
  type Script,
  type ScriptedServer,
  type ScriptedServerOptions,
  startScriptedServer,
} from '../../src/testing/scripted-server.ts';
import { certificates } from '../support/certificates.ts';
import { ask, exchange, getHead } from '../support/plain-client.ts';

const { faults, plainResponse } = builders;
const running: ScriptedServer[] = [];
const sockets: Socket[] = [];

async function start(
  script: Script | ((connection: number) => Script),
  options?: ScriptedServerOptions,
): Promise<ScriptedServer> {
  const server = await startScriptedServer(script, options);
  running.push(server);
  return server;
}

/** A bare client that stays open until the test ends; `saw` resolves when what came in matches. */
function open(server: ScriptedServer) {
  const socket = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true });
  sockets.push(socket);
  let text = '';
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  const ended = new Promise<void>((resolve) => socket.once('end', resolve));
  const saw = async (pattern: RegExp) => {
    while (!pattern.test(text)) await new Promise((resolve) => socket.once('data', resolve));
    return text;
  };
  return { socket, ended, saw };
}

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of running.splice(0)) await server.close();
});

describe('a scripted server', () => {
  it('waits for a head and sends bytes, any of them', async () => {
    const server = await start([
      { expect: 'head' },
      { send: 'a\x00\xff' },
      { send: Uint8Array.of(1, 2) },
      { fin: true },
    ]);
    expect(await exchange(server.port, getHead('/x'))).toEqual({ text: 'a\x00\xff\x01\x02', end: 'fin' });
    expect(server.received.map(String)).toEqual([getHead('/x')]);
  });

  it('is understood by node:http', async () => {
    const server = await start(builders.stallAt(Number.POSITIVE_INFINITY, plainResponse('hi', ['X-A: b'])));
    const answer = await ask(server.url('/x'));
    expect([answer.status, answer.headers['x-a'], answer.body.toString()]).toEqual([200, 'b', 'hi']);
    await server.allClosed();
    expect([server.connections, server.totalConnections]).toEqual([0, 1]);
  });

  it('plays the script again on each connection, or another for each', async () => {
    const server = await start((n) => [{ expect: 'head' }, { send: `number ${n}` }, { fin: true }]);
    expect((await exchange(server.port, getHead())).text).toBe('number 0');
    expect((await exchange(server.port, getHead())).text).toBe('number 1');
    expect(server.received).toHaveLength(2);
  });

  it('waits for a body by its bytes, and for whole requests by their framing', async () => {
    const server = await start([
      { expect: 'head' },
      { expect: 'body', bytes: 5 },
      { send: '1' },
      { expect: 'request' },
      { send: '2' },
      { expect: 'request' },
      { send: '3' },
      { fin: true },
    ]);
    const { socket, saw, ended } = open(server);
    socket.write('POST / HTTP/1.1\r\n\r\nhel');
    socket.write('lo');
    await saw(/1/);
    socket.write('POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nab');
    socket.write('c');
    await saw(/2/);
    socket.write('POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n');
    socket.write('X-Trailer: y\r\n\r\n');
    await saw(/3/);
    await ended;
  });

  it('makes its answer from what it received', async () => {
    const server = await start([
      { expect: 'head' },
      { send: (received) => `echo: ${received.toString().split(' ')[1]}` },
      { fin: true },
    ]);
    expect((await exchange(server.port, getHead('/path'))).text).toBe('echo: /path');
  });

  it('closes its half and goes on reading', async () => {
    const server = await start([{ send: 'bye' }, { fin: true }, { expect: 'head' }]);
    const { socket, ended } = open(server);
    await ended;
    socket.end(getHead());
    await server.allClosed();
    expect(server.received[0]?.toString()).toBe(getHead());
  });

  it('trickles and waits on its clock', async () => {
    const clock = new FakeClock();
    const server = await start(
      [{ trickle: 'abcde', bytes: 2, ms: 1000 }, { wait: 5000 }, { send: '.' }, { fin: true }],
      {
        clock,
      },
    );
    const { saw, ended } = open(server);
    expect(await saw(/ab/)).toBe('ab');
    const advance = async (ms: number) => {
      while (clock.pending === 0) await new Promise((resolve) => setImmediate(resolve));
      await clock.advance(ms);
    };
    await advance(1000);
    expect(await saw(/cd/)).toBe('abcd');
    await advance(1000);
    expect(await saw(/e/)).toBe('abcde');
    await advance(5000);
    expect(await saw(/\./)).toBe('abcde.');
    await ended;
  });

  it('leaves no timer behind when the client goes away', async () => {
    const clock = new FakeClock();
    const server = await start([{ expect: 'head' }, { wait: 1_000_000 }], { clock });
    const { socket } = open(server);
    socket.write(getHead());
    while (clock.pending === 0) await new Promise((resolve) => setImmediate(resolve));
    socket.resetAndDestroy();
    await server.allClosed();
    while (clock.pending > 0) await new Promise((resolve) => setImmediate(resolve));
  });

  it('streams without an end, as fast as the client reads', async () => {
    const server = await start(builders.endlessBody());
    const { socket, saw } = open(server);
    socket.write(getHead());
    await saw(/x{20000}|(4000\r\nx+\r\n){3}/);
    socket.destroy();
    await server.allClosed();
  });

  it('ends a connection whose client has ended it, after the script or while it stalls', async () => {
    for (const script of [[], [{ stall: true }], [{ expect: 'head' }]] satisfies Script[]) {
      const server = await start(script);
      const { socket, ended } = open(server);
      socket.end();
      await ended;
      await server.allClosed();
    }
  });

  it('can leave the FIN of a client unanswered', async () => {
    const server = await start(builders.halfOpen(15));
    const { socket, saw, ended } = open(server);
    socket.end(getHead());
    expect(await saw(/200 OK/)).toBe('HTTP/1.1 200 OK');
    const first = await Promise.race([ended.then(() => 'ended'), server.allClosed(), settle()]);
    expect(first).toBe('still open');
    expect(server.connections).toBe(1);
  });

  it('plays over TLS, resets included', async () => {
    const { ca, server: pem } = await certificates();
    const plays: Script[] = [builders.stallAt(1000), builders.resetAt(0), builders.resetAt(30)];
    const server = await start((n) => plays[n]!, { tls: pem });
    expect(server.origin).toMatch(/^https:/);
    expect((await ask(server.url('/'), { ca: ca.cert })).body.toString()).toBe('hello');
    await expect(ask(server.url('/'), { ca: ca.cert })).rejects.toThrow('ECONNRESET');
    await expect(ask(server.url('/'), { ca: ca.cert })).rejects.toThrow('ECONNRESET');
    expect(server.received[0]?.toString()).toMatch(/^GET \/ HTTP\/1\.1\r\n/);
    await server.allClosed();
  });

  it('ends the connection when its script throws', async () => {
    const server = await start([
      {
        send: () => {
          throw new Error('a mistake of the test');
        },
      },
    ]);
    await exchange(server.port, getHead());
    await server.allClosed();
  });
});

/** A few turns of the event loop: enough for a FIN on loopback to be seen, if one was sent. */
async function settle(): Promise<string> {
  for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
  return 'still open';
}

describe('ready-made faults', () => {
  it.each([
    ['truncatedBody', 'fin'],
    ['truncatedChunks', 'fin'],
    ['garbage', 'fin'],
    ['closeBeforeHead', 'fin'],
    ['closeInHead', 'fin'],
    ['resetInHead', 'reset'],
    ['resetInBody', 'reset'],
  ])('%s ends its connection with %s', async (name, end) => {
    const server = await start(faults[name]!());
    expect((await exchange(server.port, getHead())).end).toBe(end);
  });

  it('reset at each byte of a response, and not a byte later', async () => {
    const response = plainResponse('hello');
    const server = await start((n) => builders.resetAt(n, response));
    for (let offset = 0; offset <= response.length; offset++) {
      const answer = await exchange(server.port, getHead());
      expect(answer).toEqual({ text: response.slice(0, offset), end: 'reset' });
    }
  });

  it.each<[string, RegExp]>([
    ['overlongBody', /Length: 5\r\n\r\nx{50}$/],
    ['conflictingContentLength', /Content-Length: 5\r\nContent-Length: 6\r\n/],
    ['duplicateContentLength', /Content-Length: 5\r\nContent-Length: 5\r\n/],
    ['badContentLength', /Content-Length: -5\r\n/],
    ['lengthAndChunked', /Content-Length: 5\r\nTransfer-Encoding: chunked\r\n/],
    ['smuggledSecondResponse', /helloHTTP\/1\.1 200 OK\r\n(.*\r\n)+smuggled$/],
    ['bareLfHead', /^HTTP\/1\.1 200 OK\nContent-Type/],
    ['bareCrInHeader', /a\rX-Injected: b\r\n/],
    ['nulInHeader', /X-Odd: a\0b\r\n/],
    ['spaceBeforeColon', /Content-Length : 5\r\n/],
    ['foldedHeader', /X-Folded: one\r\n two\r\n/],
    ['hugeHeaderLine', /X-Huge: x{1048576}\r\nContent-Length: 5\r\n\r\nhello$/],
    ['manyHeaders', /X-0: 0\r\nX-1: 1\r\n[\s\S]*X-99999: 99999\r\nContent-Length: 5\r\n\r\nhello$/],
    ['manyInformational', /^(HTTP\/1\.1 102 Processing\r\n\r\n){100}[\s\S]*HTTP\/1\.1 200 OK\r\n(.*\r\n)+hello$/],
    ['endlessChunkExtension', /\r\n\r\n5;x=x{100000}/],
    ['endlessTrailers', /\r\n0\r\nX-Trailer-0: x{1000}\r\nX-Trailer-1: /],
    ['badChunkSize', /\r\n\r\nzz\r\nhello/],
  ])('%s sends what its name says', async (name, pattern) => {
    const server = await start(faults[name]!());
    const { socket, saw } = open(server);
    socket.write(getHead());
    await saw(pattern);
  });

  it('staleKeepAlive answers once and dies at the second request', async () => {
    for (const end of ['reset', 'fin'] as const) {
      const server = await start(builders.staleKeepAlive(end));
      const { socket, saw } = open(server);
      const closed = new Promise((resolve) => socket.once(end === 'fin' ? 'end' : 'close', resolve));
      socket.write(getHead());
      await saw(/hello$/);
      socket.write(getHead());
      await closed;
    }
  });

  it.each(['stallBeforeHead', 'stallInHead', 'stallInBody', 'halfOpen', 'oneByteAtATime'])(
    '%s never completes a response in time',
    async (name) => {
      const server = await start(faults[name]!());
      await expect(ask(server.url('/'), { signal: AbortSignal.timeout(15) })).rejects.toThrow();
    },
  );

  it('holds every builder under its name or under a name for its place', () => {
    const named = Object.keys(builders).filter((name) => !['faults', 'plainResponse'].includes(name));
    const placed = ['resetAt', 'closeAt', 'stallAt'];
    expect(named.filter((name) => !placed.includes(name) && !(name in faults))).toEqual([]);
  });
});
