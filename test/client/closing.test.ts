/** The end of a client whose handler is a function of the user's, which knows nothing of ends. */
import { Readable } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { Client } from '../../src/client/client.ts';
import type { BodyInit } from '../../src/message/body-from.ts';
import { HttpResponse } from '../../src/message/response.ts';

const bodies: readonly [string, () => BodyInit][] = [
  ['a Node stream', () => new Readable({ read: () => undefined })],
  ['a web stream', () => new ReadableStream<Uint8Array>()],
  ['an iterable', () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined) }) })],
];

describe.each(bodies)('a body of a plain function, %s,', (_, make) => {
  const options = [{}, { timeout: '1h' }, { maxResponseSize: 1000 }] as const;

  it.each(options)('holds up no close when nobody reads it, with %o', async (given) => {
    const client = new Client({ handler: async () => new HttpResponse(200, {}, make()), stream: true, ...given });
    const response = await client.get('http://h/');
    await client.close();
    await expect(response.bytes()).rejects.toMatchObject({ code: 'ERR_CLIENT_CLOSED' });
  });

  it.each(options)('is waited for when somebody reads it, with %o, and ends on destroy', async (given) => {
    const client = new Client({ handler: async () => new HttpResponse(200, {}, make()), stream: true, ...given });
    const reading = client.get('http://h/').then((response) => response.bytes());
    const failed = expect(reading).rejects.toMatchObject({ code: 'ERR_CLIENT_CLOSED', cause: 'over' });
    await new Promise((resolve) => setImmediate(resolve));
    const closed = vi.fn();
    const closing = client.close().then(closed);
    // A close that waits for nothing is over within a few turns of the event loop.
    for (let turns = 0; turns < 100; turns += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(closed).not.toHaveBeenCalled();
    await client.destroy('over');
    await failed;
    await closing;
  });
});

describe('a call that never began', () => {
  const baseUri = 'http://h.test/v1/';
  type Asks = (client: Client) => Promise<unknown>;
  const calls: readonly [string, string, Asks][] = [
    ['get', 'GET http://h.test/v1/users/7?a=1', (c) => c.get('users/{id}', { uriVars: { id: 7 }, query: { a: 1 } })],
    ['post', 'POST http://h.test/v1/x?key=***', (c) => c.post('x?key=s3cret', { body: 'b', redact: ['key'] })],
    ['fetch', 'GET http://h.test/v1/x', (c) => c.fetch('x').catch(({ cause }) => Promise.reject(cause))],
    [
      'fetch of a Request',
      'POST http://a.test/x',
      (c) =>
        c
          .fetch(new Request('http://a.test/x', { method: 'POST', body: 'b' }))
          .catch(({ cause }) => Promise.reject(cause)),
    ],
    ['download', 'GET http://h.test/v1/x', (c) => c.download('x', '/nowhere/x')],
    ['upgrade', 'GET https://h.test/x', (c) => c.upgrade('wss://h.test/x')],
  ];

  it.each(calls)('says method and URL, %s', async (_, asked, call) => {
    const client = new Client({ baseUri, handler: async () => new HttpResponse(200) });
    await client.destroy('over');
    await expect(call(client)).rejects.toMatchObject({
      code: 'ERR_CLIENT_CLOSED',
      cause: 'over',
      message: `${asked}: the client is closed; the call came after destroy() and never began`,
    });
  });

  it.each(calls)('is told from one that close waits for, %s', async (_, asked, call) => {
    let end: (response: HttpResponse) => void = () => undefined;
    const client = new Client({ baseUri, handler: () => new Promise<HttpResponse>((resolve) => (end = resolve)) });
    const first = client.get('first');
    await new Promise((resolve) => setImmediate(resolve));
    const closing = client.close();
    await expect(call(client)).rejects.toMatchObject({
      code: 'ERR_CLIENT_CLOSED',
      message: `${asked}: the client is closed; the call came after close(), which still waits for others, and never began`,
    });
    end(new HttpResponse(200));
    await first;
    await closing;
  });

  it.each([undefined, '', 'http://'])('has no URL where there is none, %j', async (uri) => {
    const client = new Client({ handler: async () => new HttpResponse(200) });
    await client.destroy();
    await expect(client.get(uri as string, { redact: 1 as never })).rejects.toThrow(/^the client is closed; /);
  });
});

describe('client.fetch, and close in the same turn,', () => {
  const url = 'http://h/';
  const calls: readonly [string, (client: Client) => Promise<Response>][] = [
    ['without a body', ({ fetch }) => fetch(url)],
    ['with a body in its init', ({ fetch }) => fetch(url, { method: 'POST', body: 'text' })],
    ['with a Request', ({ fetch }) => fetch(new Request(url))],
    ['with a Request that has a body', ({ fetch }) => fetch(new Request(url, { method: 'POST', body: 'text' }))],
  ];

  it.each(calls)('sends %s, and close waits for it', async (_, call) => {
    const handler = vi.fn();
    let answer: (response: HttpResponse) => void = () => undefined;
    const client = new Client({
      handler: () => {
        handler();
        return new Promise<HttpResponse>((resolve) => (answer = resolve));
      },
    });
    const asked = call(client);
    const closed = vi.fn();
    const closing = client.close().then(closed);
    await vi.waitFor(() => expect(handler).toHaveBeenCalled());
    expect(closed).not.toHaveBeenCalled();
    answer(new HttpResponse(200, {}, 'answer'));
    expect(await (await asked).text()).toBe('answer');
    await closing;
  });

  it.each(calls)('is refused %s once it closes', async (_, call) => {
    let end: (response: HttpResponse) => void = () => undefined;
    const client = new Client({ handler: () => new Promise<HttpResponse>((resolve) => (end = resolve)) });
    const first = client.get(url);
    await new Promise((resolve) => setImmediate(resolve));
    const closing = client.close();
    await expect(call(client)).rejects.toMatchObject({ cause: { code: 'ERR_CLIENT_CLOSED' } });
    end(new HttpResponse(200));
    await first;
    await closing;
  });
});
