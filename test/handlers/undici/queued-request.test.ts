import { describe, expect, it, onTestFinished } from 'vitest';
import { Client } from '../../../src/client/client.ts';
import { HandlerStack, type TransferStats, undiciHandler } from '../../../src/index.ts';
import { FakeClock } from '../../../src/testing/fake-clock.ts';
import { startServer } from '../../../src/testing/server.ts';

/** A client whose only connection is taken, and what is told of the transfers after that. */
async function behindAnother(
  options: object = {},
): Promise<{ client: Client; clock: FakeClock; told: TransferStats[] }> {
  const server = await startServer();
  const clock = new FakeClock();
  const handler = HandlerStack.create(undiciHandler());
  const client = new Client({ handler, baseUri: server.origin, connections: 1, connectTimeout: 0, clock, ...options });
  onTestFinished(async () => {
    await client.destroy();
    await server.close();
  });
  const told: TransferStats[] = [];
  client.get('/delay/600000').catch(() => undefined);
  await expect.poll(() => client.stats().running).toBe(1);
  return { client: client.extend({ onStats: (stats) => void told.push(stats) }), clock, told };
}

describe('a request that waits for a connection', () => {
  it('tells what its wait took when that was too long', async () => {
    const { client, clock, told } = await behindAnother({ queueTimeout: '5s' });
    const call = client.attempt('GET', '/json');
    await expect.poll(() => client.stats().waiting).toBe(1);
    await clock.advance(5000);
    await call;
    expect(told).toMatchObject([{ handler: 'undici', bytesSent: 0, timings: { total: 5000 } }]);
    expect(told[0]?.timings).not.toHaveProperty('firstByte');
  });

  it('is no longer counted, nor under way for the transport, once its call was stopped', async () => {
    const { client } = await behindAnother();
    const call = client.get('/json');
    const outcome = expect(call).rejects.toThrow('changed my mind');
    await expect.poll(() => client.stats().waiting).toBe(1);
    call.cancel(new Error('changed my mind'));
    await outcome;
    expect(client.stats()).toMatchObject({ connections: 1, running: 1, waiting: 0 });
  });

  it('ends with its client, and before the one whose connection it would get', async () => {
    const { client } = await behindAnother();
    const call = client.attempt('GET', '/json');
    await expect.poll(() => client.stats().waiting).toBe(1);
    await client.destroy();
    const [, error] = await call;
    expect(error).toMatchObject({ code: 'ERR_CLIENT_CLOSED' });
    expect(client.stats().waiting).toBe(0);
  });
});
