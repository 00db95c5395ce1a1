import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ConnectionLimits } from '../../../src/handlers/connections/connection-limits.ts';
import { UndiciTransport } from '../../../src/handlers/undici/transport.ts';
import { HttpRequest } from '../../../src/message/request.ts';
import { startServer, type TestServer } from '../../../src/testing/server.ts';

let server: TestServer;

beforeEach(async () => {
  server = await startServer();
});
afterEach(() => server.close());

it('keeps nothing of a way to connect that has no connection any more, as that of a proxy which is used once', async () => {
  const transport = await UndiciTransport.load('undici', new ConnectionLimits());
  for (let connectTimeout = 10_001; connectTimeout <= 10_005; connectTimeout += 1) {
    await transport.send(new HttpRequest('GET', server.url('/json')), { connectTimeout, keepAlive: false });
  }
  await vi.waitFor(() => expect(transport.ways).toBe(0), 10_000);
  await transport.send(new HttpRequest('GET', server.url('/json')), {});
  expect(transport.ways).toBe(1);
  await transport.close();
});
