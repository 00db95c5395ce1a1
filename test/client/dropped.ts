/**
 * A streamed response that is dropped before it is read gives its connection back, once the garbage collector finds it. That
 * is called hundreds of times: `dropped-responses.test.ts` is quick with two transports, `dropped-everywhere.test.ts` has
 * the others.
 */
import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Client, type ClientOptions } from '../../src/client/client.ts';
import type { Transport } from '../../src/stack/handler.ts';
import { HandlerStack } from '../../src/stack/handler-stack.ts';
import { startServer, type TestServer } from '../../src/testing/server.ts';
import { type Http2Peer, startHttp2 } from '../support/http2-peer.ts';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

/** The rows of these transports, with a server of each version of HTTP. */
export function describeDropped(transports: readonly (readonly [name: string, make: () => Transport])[]): void {
  /** Answers that have begun and have not ended. */
  let open = 0;
  let one: TestServer;
  let two: Http2Peer;

  beforeAll(async () => {
    type Answer = {
      once(event: string, listener: () => void): unknown;
      writeHead(status: number, headers: Record<string, string>): unknown;
      write(bytes: Uint8Array): unknown;
      end(bytes: Uint8Array): unknown;
    };
    const listener = (request: { url?: string | undefined }, response: Answer) => {
      open += 1;
      response.once('close', () => {
        open -= 1;
      });
      const isEncoded = request.url === '/gzip';
      if (request.url === '/whole') {
        response.writeHead(200, {});
        response.end(Buffer.alloc(300_000));
        return;
      }
      response.writeHead(200, isEncoded ? { 'content-encoding': 'gzip' } : {});
      response.write(isEncoded ? gzipSync(Buffer.alloc(1000)).subarray(0, 15) : Buffer.alloc(1000));
    };
    one = await startServer({ listener });
    two = await startHttp2({ listener });
  });
  afterAll(async () => {
    await one.close();
    await two[Symbol.asyncDispose]();
  });

  const clients: Client[] = [];

  afterEach(async () => {
    for (const client of clients.splice(0)) await client.destroy();
    await vi.waitFor(() => expect(open).toBe(0));
  });

  async function collected(check: () => void): Promise<void> {
    await vi.waitFor(
      () => {
        gc();
        check();
      },
      { interval: 20 },
    );
  }

  describe.each(transports)('over %s', (name, make) => {
    const clientOf = (options: ClientOptions = {}) => {
      const client = new Client({
        handler: HandlerStack.create(make()),
        stream: true,
        readTimeout: 0,
        ...(name === 'http2' && { version: '2' as const }),
        ...options,
      });
      clients.push(client);
      return client;
    };
    const url = (path = '/') => (name === 'http2' ? two.url(path) : one.url(path));

    const drops: readonly [string, ClientOptions, (client: Client) => Promise<unknown>][] = [
      ['a response', {}, (client) => client.get(url())],
      ['a copy of a response', {}, async (client) => (await client.get(url())).withHeader('x-copy', '1')],
      ['a response under a deadline', { timeout: '1h' }, (client) => client.get(url())],
      ['a counted response', { maxResponseSize: 1_000_000 }, (client) => client.get(url())],
      ['a decoded response', {}, (client) => client.get(url('/gzip'))],
      ['a response with a signal', { signal: new AbortController().signal }, (client) => client.get(url())],
      [
        'a response of which callbacks are told',
        { onHeaders: () => 0, onStats: () => 0 },
        (client) => client.get(url()),
      ],
      ['the body of a response', {}, async (client) => (await client.get(url())).body],
      ['the Node stream of a response', {}, async (client) => (await client.get(url())).stream()],
      [
        'the Node stream of a response under a deadline',
        { timeout: '1h' },
        async (client) => (await client.get(url())).stream(),
      ],
      ['the Node stream of a decoded response', {}, async (client) => (await client.get(url('/gzip'))).stream()],
      ['a response of client.fetch', {}, (client) => client.fetch(url())],
      ['the body of a response of client.fetch', {}, async (client) => (await client.fetch(url())).body],
      ['a response whose answer was awaited by attempt', {}, (client) => client.attempt('GET', url())],
    ];

    it.each(drops)('%s that is dropped ends its exchange', async (_, options, ask) => {
      const client = clientOf(options);
      await (async () => {
        expect(await ask(client)).toBeDefined();
        expect(open).toBe(1);
      })();
      await collected(() => expect(open).toBe(0));
    });

    it('a Node stream that nobody wants is read to its end, and can be piped, listened to and decoded', async () => {
      const client = clientOf();
      const from = async (path: string) => (await client.get(url(path))).stream() as Readable;
      const drained = await from('/whole');
      drained.resume();
      await once(drained, 'end');
      const heard = await from('/whole');
      let length = 0;
      heard.on('data', (chunk: Buffer) => (length += chunk.byteLength));
      await once(heard, 'end');
      expect(length).toBe(300_000);
      const texts = (await from('/whole')).setEncoding('latin1');
      expect((await texts.toArray()).join('').length).toBe(300_000);
      const piped = (await from('/whole')).pipe(new PassThrough());
      expect(Buffer.concat(await piped.toArray()).byteLength).toBe(300_000);
      (await from('/')).destroy();
      await vi.waitFor(() => expect(open).toBe(0));
    });

    const kept: readonly [
      string,
      (client: Client) => Promise<AsyncIterator<Uint8Array> | { read(): Promise<unknown> }>,
    ][] = [
      ['the body', async (client) => (await client.get(url())).body.getReader()],
      ['an iterator', async (client) => (await client.get(url()))[Symbol.asyncIterator]()],
      [
        'a Node stream',
        async (client) => (await client.get(url())).stream()[Symbol.asyncIterator]() as AsyncIterator<Buffer>,
      ],
      ['a body of client.fetch', async (client) => (await client.fetch(url())).body!.getReader()],
    ];

    it.each(kept)('%s is read on, though its response was dropped', async (_, take) => {
      const client = clientOf();
      const reader = await take(client);
      const next = () => ('read' in reader ? reader.read() : reader.next()) as Promise<{ value: Uint8Array }>;
      for (let turn = 0; turn < 5; turn += 1) {
        gc();
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect((await next()).value.byteLength).toBe(1000);
      const waiting = next();
      for (let turn = 0; turn < 5; turn += 1) {
        gc();
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(open).toBe(1);
      const reason = new Error('enough');
      const failure = waiting.catch((error: unknown) => error);
      await client.destroy(reason);
      expect(String(await failure)).toMatch(/client was closed|terminated/);
      await vi.waitFor(() => expect(open).toBe(0));
    });
  });
}
