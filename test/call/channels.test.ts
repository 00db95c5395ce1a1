import { AsyncLocalStorage } from 'node:async_hooks';
import { tracingChannel } from 'node:diagnostics_channel';
import { afterEach, describe, expect, it } from 'vitest';
import type { TraceMessage } from '../../src/call/channels.ts';
import { Client, HandlerStack, HttpResponse, NetworkError } from '../../src/index.ts';
import { type MockItem, mockHandler } from '../../src/testing/mock-handler.ts';
import { startServer } from '../../src/testing/server.ts';

type Kind = 'start' | 'end' | 'asyncStart' | 'asyncEnd' | 'error';
const KINDS: readonly Kind[] = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'];
const undo: (() => void)[] = [];
afterEach(() => {
  for (const end of undo.splice(0)) end();
});

function listen(name: string, told: (kind: Kind, message: TraceMessage) => void): void {
  const channels = tracingChannel(name);
  for (const kind of KINDS) {
    const listener = (message: unknown) => told(kind, message as TraceMessage);
    channels[kind].subscribe(listener);
    undo.push(() => channels[kind].unsubscribe(listener));
  }
}

const clientOf = (...answers: MockItem[]) => new Client({ handler: HandlerStack.create(mockHandler(answers)) });
const url = 'http://h.test/';

describe('sluice:call', () => {
  it('tells of a call from its start to its answer, with one object', async () => {
    const events: [Kind, TraceMessage][] = [];
    listen('sluice:call', (kind, message) => events.push([kind, message]));
    const response = await clientOf(new HttpResponse(302, { Location: '/b' }), new HttpResponse(200)).get(url, {
      context: 7,
    });
    expect(events.map(([kind]) => kind)).toEqual(['start', 'end', 'asyncStart', 'asyncEnd']);
    expect(new Set(events.map(([, message]) => message)).size).toBe(1);
    const [, message] = events[0]!;
    expect(message.request.url).toBe(url);
    expect(message.options.context).toBe(7);
    expect(message.response).toBe(response);
    expect([message.error, message.stats]).toEqual([undefined, undefined]);
  });

  it('tells of a failure before its end, with the error of the caller', async () => {
    const events: [Kind, unknown][] = [];
    listen('sluice:call', (kind, { error }) => events.push([kind, error]));
    const error = await clientOf(new NetworkError('dead'))
      .get(url)
      .catch((reason) => reason);
    expect(events.map(([kind]) => kind)).toEqual(['start', 'end', 'error', 'asyncStart', 'asyncEnd']);
    expect(events.slice(2).map(([, told]) => told)).toEqual([error, error, error]);
  });

  it('tells before the caller goes on', async () => {
    const order: string[] = [];
    listen('sluice:call', (kind) => order.push(kind));
    await clientOf(new HttpResponse())
      .get(url)
      .then(() => order.push('caller'));
    expect(order).toEqual(['start', 'end', 'asyncStart', 'asyncEnd', 'caller']);
  });

  it('tells of every way to call', async () => {
    let calls = 0;
    listen('sluice:call', (kind) => void (calls += kind === 'asyncEnd' ? 1 : 0));
    const client = clientOf(...Array.from({ length: 4 }, () => new HttpResponse(200, {}, '[1]')));
    await client.fetch(url);
    await client.attempt('GET', url);
    for await (const _ of client.paginate(url)) break;
    client.beacon(url);
    await client.drain();
    expect(calls).toBe(4);
  });

  it('says nothing of a call whose options are wrong', async () => {
    let told = 0;
    listen('sluice:call', () => void (told += 1));
    await expect(clientOf().get(url, { timeout: -1 })).rejects.toThrow(TypeError);
    expect(told).toBe(0);
  });
});

describe('sluice:attempt', () => {
  it('tells of each hop and attempt what onStats is told', async () => {
    const told: unknown[] = [];
    const stats: unknown[] = [];
    listen('sluice:attempt', (kind, message) => {
      if (kind === 'asyncEnd') told.push(message.stats);
    });
    const client = clientOf(
      new HttpResponse(302, { Location: '/b' }),
      new HttpResponse(503),
      new NetworkError('dead'),
      new HttpResponse(200),
    );
    await client.get(url, { retry: { limit: 2, delay: () => 0 }, onStats: (one) => void stats.push(one) });
    expect(told).toHaveLength(4);
    expect(told).toEqual(stats);
    expect(told).toMatchObject([
      { hop: 0, attempt: 1, response: { status: 302 } },
      { hop: 1, attempt: 1, response: { status: 503 } },
      { hop: 1, attempt: 2, error: { code: 'ERR_NETWORK' } },
      { hop: 1, attempt: 3, response: { status: 200 } },
    ]);
  });

  it('tells over a real connection', async () => {
    await using server = await startServer();
    await using client = new Client();
    const seen: unknown[] = [];
    listen(
      'sluice:attempt',
      (kind, { stats }) => kind === 'asyncEnd' && seen.push(stats?.handler, stats?.bytesReceived),
    );
    await client.get(server.url('/bytes/100'));
    expect(seen).toEqual(['undici', 100]);
  });
});

describe('stores', () => {
  it.each(['sluice:call', 'sluice:attempt'])(
    'that are bound to the start of %s are there until its end',
    async (name) => {
      const store = new AsyncLocalStorage<string>();
      const channels = tracingChannel(name);
      channels.start.bindStore(store, () => 'span');
      undo.push(() => {
        channels.start.unbindStore(store);
        store.disable();
      });
      const seen: unknown[] = [];
      listen(name, (kind) => seen.push([kind, store.getStore()]));
      const handler = HandlerStack.create(async () => {
        seen.push(['handler', store.getStore()]);
        return new HttpResponse();
      });
      await new Client({ handler }).get(url);
      expect(seen).toContainEqual(['handler', 'span']);
      expect(seen).toContainEqual(['asyncEnd', 'span']);
      expect(store.getStore()).toBeUndefined();
    },
  );
});

describe('without a subscriber', () => {
  it('publishes nothing, and asks each time anew', async () => {
    const client = clientOf(new HttpResponse(), new HttpResponse(), new HttpResponse());
    await client.get(url);
    let told = 0;
    listen('sluice:call', () => void (told += 1));
    await client.get(url);
    expect(told).toBe(4);
    for (const end of undo.splice(0)) end();
    await client.get(url);
    expect(told).toBe(4);
  });
});
