import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../../src/client/client.ts';
import { startServer, type TestServer } from '../../src/testing/server.ts';
import { rejection } from '../support/fake-handler.ts';

let server: TestServer;
const client = new Client();

beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => {
  await client.close();
  await server.close();
});

describe('client.fetch', () => {
  it.each(['text', 'json', 'arrayBuffer', 'blob', 'formData'] as const)(
    'counts what .%s() would hold in memory, after decoding, to 100 MiB',
    async (name) => {
      const response = await client.fetch(server.url('/bomb/br/128'));
      expect(await rejection(response[name]())).toMatchObject({
        name: 'TypeError',
        cause: { name: 'BodyError', code: 'ERR_BODY_TOO_LARGE' },
      });
      expect(response.bodyUsed).toBe(true);
      expect(await rejection(response[name]())).toBeInstanceOf(TypeError);
    },
  );

  it('counts no stream, and nothing with maxResponseSize: false', async () => {
    let size = 0;
    for await (const chunk of (await client.fetch(server.url('/bomb/br/101'))).body ?? []) size += chunk.byteLength;
    expect(size).toBe(101 * 2 ** 20);
    const own = new Client({ maxResponseSize: false });
    expect((await (await own.fetch(server.url('/bomb/br/101'))).arrayBuffer()).byteLength).toBe(101 * 2 ** 20);
    await own.close();
  });
});
