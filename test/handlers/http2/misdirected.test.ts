/** 421 (RFC 9110 section 15.5.20): the same request is sent once more, over another connection. */
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Client } from '../../../src/client/client.ts';
import { http2Handler } from '../../../src/handlers/http2/http2.ts';
import { HandlerStack } from '../../../src/stack/handler-stack.ts';
import type { TestServer } from '../../../src/testing/server.ts';
import { startHttp2Site } from '../../support/http2-site.ts';

let server: TestServer;
let client: Client;

beforeEach(async () => {
  server = await startHttp2Site();
  client = new Client({ handler: HandlerStack.create(http2Handler()), version: '2', httpErrors: false });
});
afterEach(async () => {
  await client.destroy();
  await server.close();
});

const misdirected = (_: unknown, response: { writeHead(status: number): { end(text: string): unknown } }): void =>
  void response.writeHead(421).end('not here');

it.each([{}, { stream: true }])('is answered by another connection, and announced to nobody: %j', async (options) => {
  server.enqueue(misdirected, async (request, response) => void response.end(`got ${await text(request)}`));
  const heads: number[] = [];
  const onHeaders = (head: { status: number }) => void heads.push(head.status);
  const answer = await client.post(server.url('/'), { body: 'hello', onHeaders, ...options });
  expect([answer.status, await answer.text(), heads, server.totalConnections]).toEqual([200, 'got hello', [200], 2]);
});

it('leaves the connection to nobody', async () => {
  server.enqueue(misdirected);
  expect((await client.get(server.url('/json'))).status).toBe(200);
  expect((await client.get(server.url('/json'))).status).toBe(200);
  expect(server.totalConnections).toBe(2);
});

it('is the answer the second time', async () => {
  server.enqueue(misdirected, misdirected);
  const answer = await client.get(server.url('/'));
  expect([answer.status, await answer.text(), server.requests.length]).toEqual([421, 'not here', 2]);
});

it('is the answer to a body that can be read once', async () => {
  server.enqueue(misdirected);
  const answer = await client.post(server.url('/'), { body: Readable.from(['hello']) });
  expect([answer.status, await answer.text(), server.requests.length]).toEqual([421, 'not here', 1]);
});
