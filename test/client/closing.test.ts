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
