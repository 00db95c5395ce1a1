/** A request body whose source does what it likes, over every handler. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fetchHandler } from '../../../src/handlers/fetch/fetch.ts';
import { nodeHttpHandler } from '../../../src/handlers/node/node-http.ts';
import { streamHandler } from '../../../src/handlers/node/stream.ts';
import { undiciHandler } from '../../../src/handlers/undici/undici.ts';
import { HttpRequest } from '../../../src/message/request.ts';
import type { Transport } from '../../../src/stack/handler.ts';
import { startServer, type TestServer } from '../../../src/testing/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

describe.each<[string, () => Transport]>([
  ['undici', undiciHandler],
  ['node', nodeHttpHandler],
  ['stream', streamHandler],
  ['fetch', fetchHandler],
])('over %s', (_, make) => {
  it.each<[string, unknown]>([
    ['an error', new Error('out of paper')],
    ['a text', 'out of paper'],
  ])('a body that throws %s ends the call with its words and the thrown as the cause', async (_name, thrown) => {
    const handler = make();
    const broken = async function* () {
      yield new Uint8Array(10);
      throw thrown;
    };
    const error = await handler(new HttpRequest('POST', server.url('/echo'), {}, broken()), {}).catch(
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ name: 'RequestError', code: 'ERR_BODY_SOURCE', cause: thrown });
    expect((error as Error).message).toContain('out of paper');
    await handler.destroy?.();
  });

  it('a body may give empty pieces, which end nothing', async () => {
    const handler = make();
    const pieces = async function* () {
      yield* [new Uint8Array(0), Buffer.from('a'), new Uint8Array(0), Buffer.from('b'), new Uint8Array(0)];
    };
    const response = await handler(new HttpRequest('POST', server.url('/echo'), {}, pieces()), {});
    expect((await response.json<{ body: string }>()).body).toBe('ab');
    await handler.destroy?.();
  });
});

describe('bytes in memory', () => {
  it.each<[string, () => Transport]>([
    ['undici', undiciHandler],
    ['node', nodeHttpHandler],
  ])('that are large are framed by the Content-Length of the caller, or by their own, over %s', async (_, make) => {
    const handler = make();
    const bytes = new Uint8Array(3_000_000);
    for (const headers of [{}, { 'Content-Length': '3000000' }]) {
      const response = await handler(new HttpRequest('POST', server.url('/echo'), headers, bytes), {});
      const { headers: heard } = await response.json<{ headers: Record<string, string> }>();
      expect([response.status, heard['content-length'], heard['transfer-encoding']]).toEqual([
        200,
        '3000000',
        undefined,
      ]);
    }
    await handler.destroy?.();
  });
});
