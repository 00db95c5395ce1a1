/** A server that knows no expectations (RFC 9110 section 10.1.1), over every handler that sends them. */
import type { IncomingMessage, RequestListener } from 'node:http';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Client } from '../../src/client/client.ts';
import { chooseHandler } from '../../src/handlers/choose.ts';
import { http2Handler } from '../../src/handlers/http2/http2.ts';
import { nodeHttpHandler } from '../../src/handlers/node/node-http.ts';
import { streamHandler } from '../../src/handlers/node/stream.ts';
import { HttpResponse } from '../../src/message/response.ts';
import type { Transport } from '../../src/stack/handler.ts';
import { HandlerStack } from '../../src/stack/handler-stack.ts';
import { mockHandler } from '../../src/testing/mock-handler.ts';
import { startServer, type TestServer } from '../../src/testing/server.ts';
import { startHttp2Site } from '../support/http2-site.ts';

const handlers: Record<string, () => Transport> = {
  'node:http': nodeHttpHandler,
  stream: streamHandler,
  http2: http2Handler,
  'the one chosen': chooseHandler,
};

const refusing: RequestListener = (_, response) => void response.writeHead(417).end('no expectations');

describe.each(Object.entries(handlers))('a refused expectation over %s', (name, make) => {
  let server: TestServer;
  let client: Client;
  let heard: [expectation: string | undefined, body: string][] = [];

  const hearing: RequestListener = async (request: IncomingMessage, response) => {
    heard.push([request.headers.expect, await text(request)]);
    response.end('taken');
  };

  beforeEach(async () => {
    heard = [];
    server = name === 'http2' ? await startHttp2Site() : await startServer();
    const version = name === 'http2' ? '2' : '1.1';
    client = new Client({ handler: HandlerStack.create(make()), version, expect: true });
  });
  afterEach(async () => {
    await client.destroy();
    await server.close();
  });

  it.each([
    ['text', 'hello'],
    ['a function that gives a stream', () => Readable.from([Buffer.from('hello')])],
  ])('is left out the second time: %s', async (_, body) => {
    server.enqueue(refusing, hearing);
    const statuses: number[] = [];
    const onHeaders = (response: { status: number }) => void statuses.push(response.status);
    const answer = await client.post(server.url('/'), { body, onHeaders });
    expect([answer.status, answer.attempts, heard, statuses]).toEqual([200, 1, [[undefined, 'hello']], [200]]);
  });

  it('is the answer for a body that can be read once', async () => {
    server.enqueue(refusing);
    const error = await client.post(server.url('/'), { body: Readable.from(['hello']) }).catch((reason) => reason);
    expect([error.response.status, await error.response.text()]).toEqual([417, 'no expectations']);
  });

  it('is repeated once', async () => {
    server.enqueue(refusing, refusing);
    const error = await client.post(server.url('/'), { body: 'hello' }).catch((reason) => reason);
    expect([error.response.status, server.requests.length]).toEqual([417, 2]);
  });
});

it('a 417 to a request without expectations is the answer', async () => {
  const handler = mockHandler([new HttpResponse(417)]);
  const client = new Client({ handler: HandlerStack.create(handler), httpErrors: false });
  expect((await client.post('http://a.test/', { body: 'hello' })).status).toBe(417);
});
