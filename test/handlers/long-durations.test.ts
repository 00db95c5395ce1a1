/** Durations beyond 2^31 milliseconds, 24.8 days: a timer of the runtime would fire at once, with a warning. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Client } from '../../src/client/client.ts';
import { http2Handler } from '../../src/handlers/http2/http2.ts';
import { nodeHttpHandler } from '../../src/handlers/node/node-http.ts';
import { streamHandler } from '../../src/handlers/node/stream.ts';
import { undiciHandler } from '../../src/handlers/undici/undici.ts';
import type { RequestOptions } from '../../src/options/options.ts';
import type { Transport } from '../../src/stack/handler.ts';
import { HandlerStack } from '../../src/stack/handler-stack.ts';
import { startServer, type TestServer } from '../../src/testing/server.ts';
import { startHttp2Site } from '../support/http2-site.ts';

const MONTH = 30 * 24 * 60 * 60 * 1000;
const DURATIONS = [
  'timeout',
  'connectTimeout',
  'headersTimeout',
  'readTimeout',
  'queueTimeout',
  'idleTimeout',
  'maxLifetime',
] as const satisfies readonly (keyof RequestOptions)[];

const handlers: Record<string, () => Transport> = {
  undici: undiciHandler,
  'node:http': nodeHttpHandler,
  stream: streamHandler,
  http2: http2Handler,
};

const warnings: Error[] = [];
const warned = (warning: Error): void => void warnings.push(warning);
/** A timer that fires at once, which is after a millisecond, has fired before. */
const turn = () => new Promise((resolve) => setTimeout(resolve, 5));

describe.each(Object.entries(handlers))('a duration of a month over %s', (name, make) => {
  let server: TestServer;
  let client: Client;

  beforeEach(async () => {
    server = name === 'http2' ? await startHttp2Site() : await startServer();
    client = new Client({ handler: HandlerStack.create(make()), version: name === 'http2' ? '2' : '1.1' });
    process.on('warning', warned);
  });
  afterEach(async () => {
    process.off('warning', warned);
    warnings.length = 0;
    await client.destroy();
    await server.close();
  });

  it.each<string>([...DURATIONS, DURATIONS.join(' ')])(
    'ends nothing, keeps the connection and warns of nothing: %s',
    async (which) => {
      const options = Object.fromEntries(which.split(' ').map((option) => [option, MONTH])) as RequestOptions;
      for (const stream of [false, true, false]) {
        const response = await client.get(server.url('/json'), { ...options, stream });
        await response.text();
        await turn();
      }
      expect([server.totalConnections, warnings]).toEqual([1, []]);
    },
  );

  it('of delay, and of the wait for another attempt, is not over at once', async () => {
    server.enqueue((_, response) => void response.writeHead(503).end());
    for (const [options, requests] of [
      [{ delay: MONTH }, 0],
      [{ retry: { limit: 1, delay: () => MONTH } }, 1],
    ] as const) {
      const stop = new AbortController();
      const reason = new Error('enough');
      const call = client.get(server.url('/json'), { ...options, signal: stop.signal }).catch((error) => error);
      while (server.requests.length < requests) await turn();
      await turn();
      stop.abort(reason);
      expect([await call, server.requests.length, warnings]).toEqual([reason, requests, []]);
    }
  });
});
