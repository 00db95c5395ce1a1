/** Two copies of the package in one program, as where one file imports it and another requires it. */
import { describe, expect, it, vi } from 'vitest';
import * as sluice from '../../src/index.ts';
import { mockHandler } from '../../src/testing/mock-handler.ts';

const { Client, HandlerStack, HttpResponse, Pool } = sluice;
vi.resetModules();
const other = await import('../../src/index.ts');

const answering = (response: unknown) => async () => response as InstanceType<typeof HttpResponse>;
const client = new Client({ handler: HandlerStack.create(answering(new HttpResponse(200, {}, 'ours'))) });
const uri = 'http://a.example/';
const foreign = () => new other.HttpResponse(200, {}, 'theirs') as never;
const request = () => new other.HttpRequest('POST', uri, {}, 'theirs') as never;

describe('what another copy has made is refused in words that say so', () => {
  it.each<[what: string, kind: string, use: () => unknown]>([
    ['a stack', 'HandlerStack', () => new Client({ handler: other.HandlerStack.create() as never })],
    ['the answer of a handler', 'HttpResponse', () => new Client({ handler: answering(foreign()) }).get(uri)],
    [
      'the answer of a handler in a stack',
      'HttpResponse',
      () => new Client({ handler: HandlerStack.create(answering(foreign())) }).get(uri),
    ],
    ['a request', 'RequestBody', () => client.send(request())],
    ['a body', 'RequestBody', () => client.post(uri, { body: (request() as { body: never }).body })],
    [
      'an item of a pool',
      'HttpRequest',
      async () => {
        for await (const { error } of new Pool(client, [request()])) throw error;
      },
    ],
    ['an answer of a mock', 'Content', () => mockHandler([foreign()])(new sluice.HttpRequest('GET', uri), {})],
  ])('%s', async (_, kind, use) => {
    const words = `got ${kind} of another copy of sluice (is it both imported and required?)`;
    const refused = expect((async () => use())()).rejects;
    await refused.toThrow(words);
  });
});

it('what is told by its shape may be of either copy', async () => {
  const jar = new other.CookieJar();
  const headers = new other.HttpHeaders({ 'X-A': '1' });
  expect((await client.get(uri, { cookies: jar as never, headers: headers as never })).status).toBe(200);
  const failed = await new other.Client({ handler: async () => Promise.reject(new other.NetworkError('gone')) })
    .get(uri)
    .catch((error: unknown) => error);
  expect([failed instanceof sluice.NetworkError, sluice.isNetworkError(failed)]).toEqual([false, true]);
});
