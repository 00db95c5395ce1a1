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
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(closed).not.toHaveBeenCalled();
    await client.destroy('over');
    await failed;
    await closing;
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
