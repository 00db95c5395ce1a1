/**
 * A program that rotates proxies, or makes settings for each call, connects in another way each time. What a handler knows of
 * a way goes with its last connection: here by the function `lookup`, which is a setting that the garbage collector tells of.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Client } from '../../src/client/client.ts';
import { http2Handler } from '../../src/handlers/http2/http2.ts';
import { nodeHttpHandler } from '../../src/handlers/node/node-http.ts';
import { streamHandler } from '../../src/handlers/node/stream.ts';
import { undiciHandler } from '../../src/handlers/undici/undici.ts';
import type { Lookup } from '../../src/options/options.ts';
import type { Transport } from '../../src/stack/handler.ts';
import { HandlerStack } from '../../src/stack/handler-stack.ts';
import { startServer, type TestServer } from '../../src/testing/server.ts';
import { startHttp2Site } from '../support/http2-site.ts';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

const WAYS = 5;
const handlers: Readonly<Record<string, () => Transport>> = {
  undici: undiciHandler,
  'node:http': nodeHttpHandler,
  stream: streamHandler,
  http2: http2Handler,
};

let sites: Readonly<Record<'1.1' | '2', TestServer>>;
beforeAll(async () => {
  sites = { '1.1': await startServer(), '2': await startHttp2Site() };
});
afterAll(async () => {
  for (const site of Object.values(sites)) await site.close();
});

describe.each(Object.entries(handlers))('over %s', (name, make) => {
  let client: Client;
  afterEach(() => client.destroy());

  async function ask(): Promise<WeakRef<Lookup>> {
    const version = name === 'http2' ? '2' : '1.1';
    const url = sites[version].url('/json').replace('127.0.0.1', 'localhost');
    const lookup: Lookup = (_, __, done) => done(null, [{ address: '127.0.0.1', family: 4 }]);
    await client.get(url, { lookup, keepAlive: false, version, stream: name === 'stream' }).text();
    return new WeakRef(lookup);
  }

  it('a way is forgotten with its last connection', async () => {
    client = new Client({ handler: HandlerStack.create(make()) });
    const ways: WeakRef<Lookup>[] = [];
    for (let at = 0; at < WAYS; at += 1) ways.push(await ask());
    await vi.waitFor(
      () => {
        gc();
        // The settings of the last request are remembered for the next.
        expect(ways.filter((way) => way.deref() !== undefined).length).toBeLessThanOrEqual(1);
      },
      { interval: 20 },
    );
  });
});
