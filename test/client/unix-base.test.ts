import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../../src/client/client.ts';
import { nodeHttpHandler } from '../../src/handlers/node/node-http.ts';
import { streamHandler } from '../../src/handlers/node/stream.ts';
import { undiciHandler } from '../../src/handlers/undici/undici.ts';
import { unixSocketOf } from '../../src/message/uri.ts';
import { startServer, type TestServer } from '../../src/testing/server.ts';

let folder: string;
let server: TestServer;
let tcp: TestServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-'));
  server = await startServer({ socketPath: join(folder, 'a socket') });
  tcp = await startServer();
});
afterAll(async () => {
  await Promise.all([server.close(), tcp.close()]);
  await rm(folder, { recursive: true });
});

describe('a unix: base', () => {
  it.each([
    ['unix:/p', '/p'],
    ['unix://p', '/p'],
    ['unix:///p', '/p'],
    ['UNIX:///run/a%20b.sock', '/run/a b.sock'],
    ['http://p/', undefined],
  ])('%s names %s', (uri, path) => {
    expect(unixSocketOf(uri)).toBe(path);
  });

  it.each(['unix:', 'unix:/', 'unix:///', 'unix:p'])('refuses %s', (baseUri) => {
    expect(() => new Client({ baseUri })).toThrow(/names no socket; write unix:/);
  });

  it.each([
    ['undici', undiciHandler],
    ['node', nodeHttpHandler],
    ['stream', streamHandler],
  ])('is dialled by %s, whatever the environment says of proxies', async (_, make) => {
    process.env['http_proxy'] = 'http://127.0.0.1:1';
    try {
      const path = join(folder, 'a socket');
      for (const baseUri of [`unix:${path}`, `unix:/${path}`, `unix://${path}`]) {
        await using client = new Client({ baseUri, handler: make() });
        expect((await client.get('json')).url).toBe('http://localhost/json');
      }
    } finally {
      delete process.env['http_proxy'];
    }
  });

  it('is left by a call that brings another base', async () => {
    await using client = new Client({ baseUri: `unix:${join(folder, 'a socket')}` });
    expect((await client.get('json', { baseUri: tcp.origin })).url).toBe(tcp.url('/json'));
    expect(tcp.requests).toHaveLength(1);
  });

  it('may come with a call', async () => {
    await using client = new Client({ baseUri: tcp.origin });
    const response = await client.get('anything', { baseUri: `unix:${join(folder, 'a socket')}` });
    expect(response.url).toBe('http://localhost/anything');
  });
});
