/** What instruments a transport finds the call's own context, also for a request that waited for the connection of another. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterAll, describe, expect, it } from 'vitest';
import { Client, HandlerStack, nodeHttpHandler, streamHandler, undiciHandler } from '../../src/index.ts';
import { startServer } from '../../src/testing/server.ts';

const store = new AsyncLocalStorage<string>();
afterAll(() => store.disable());

describe('a request that waits for its turn', () => {
  it.each([
    ['undici', undiciHandler, 'undici:request:create'],
    ['node:http', nodeHttpHandler, 'http.client.request.start'],
    ['stream', streamHandler, 'http.client.request.start'],
  ])('is sent in the context of its own call: %s', async (_, make, channel) => {
    await using server = await startServer();
    await using client = new Client({ handler: HandlerStack.create(make()), baseUri: server.origin, connections: 1 });
    const seen: [string | undefined, string][] = [];
    const listener = (message: unknown) => {
      const { request } = message as { request: { path: string } };
      seen.push([store.getStore(), request.path]);
    };
    subscribe(channel, listener);
    const ask = (name: string) => store.run(name, () => client.get(`/bytes/10?${name}`, { stream: true }));
    const calls = ['one', 'two', 'three'].map((name) => ask(name));
    // Each body is read in no context, which frees the connection for the next.
    for (const call of calls) await call.then((response) => store.exit(() => response.bytes()));
    unsubscribe(channel, listener);
    expect(seen).toEqual(['one', 'two', 'three'].map((name) => [name, `/bytes/10?${name}`]));
  });
});
