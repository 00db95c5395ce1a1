import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../../src/client/client.ts';
import { BadResponseError, ClientError } from '../../src/message/errors.ts';
import { startServer, type TestServer } from '../../src/testing/index.ts';

let server: TestServer;
const client = new Client();

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await client.close();
  await server.close();
});

describe('the WebSocket of the test site', () => {
  it('sends each message back, with the subprotocol and the compression that were offered', async () => {
    await using socket = await client.upgrade(server.url('/ws/echo'), { protocols: ['a', 'b'], compression: true });
    expect([socket.protocol, socket.extensions]).toEqual(['a', 'permessage-deflate']);
    await socket.send('text');
    await socket.send(new Uint8Array([1, 2]));
    expect(await socket.receive()).toEqual({ type: 'text', data: 'text' });
    expect(await socket.receive()).toEqual({ type: 'binary', data: new Uint8Array([1, 2]) });
  });

  it('tells a plain GET to upgrade', async () => {
    const error = (await client.get(server.url('/ws/echo')).catch((e: unknown) => e)) as ClientError;
    expect([error.response.status, error.response.headers.get('upgrade')]).toEqual([426, 'websocket']);
  });

  it.each([
    ['/status/403', ClientError],
    ['/get', BadResponseError],
    ['/nowhere', ClientError],
  ])('is not at %s, which answers like any request', async (path, Kind) => {
    await expect(client.upgrade(server.url(path))).rejects.toBeInstanceOf(Kind);
  });

  it('is found behind a redirect', async () => {
    const to = encodeURIComponent('/ws/echo');
    const socket = await client.upgrade(server.url(`/redirect-to?url=${to}&status=302`));
    expect(socket.response.redirects).toHaveLength(1);
    await socket.close();
  });

  it('answers what was queued', async () => {
    server.enqueue({ status: 503, body: 'busy' });
    const error = (await client.upgrade(server.url('/ws/echo')).catch((e: unknown) => e)) as BadResponseError;
    expect(await error.response.text()).toBe('busy');
    expect(server.requests.at(-1)).toMatchObject({ method: 'GET', url: '/ws/echo' });
  });

  it('leaves no connection behind', async () => {
    await server.allClosed();
    expect(server.connections).toBe(0);
  });
});
