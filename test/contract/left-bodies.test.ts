/**
 * Bodies that nobody wants: of a redirect that is followed, of an answer that is repeated, of a challenge that is
 * answered. They may be endless, and the next request does not wait for them.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Client } from '../../src/client/client.ts';
import { chooseHandler } from '../../src/handlers/choose.ts';
import { fetchHandler } from '../../src/handlers/fetch/fetch.ts';
import { http2Handler } from '../../src/handlers/http2/http2.ts';
import { nodeHttpHandler } from '../../src/handlers/node/node-http.ts';
import { streamHandler } from '../../src/handlers/node/stream.ts';
import { undiciHandler } from '../../src/handlers/undici/undici.ts';
import type { ServerError } from '../../src/message/errors.ts';
import { HttpResponse } from '../../src/message/response.ts';
import { oauth2 } from '../../src/middleware/auth/oauth2.ts';
import type { RequestOptions } from '../../src/options/options.ts';
import type { Handler, Transport } from '../../src/stack/handler.ts';
import { HandlerStack } from '../../src/stack/handler-stack.ts';
import { mockHandler } from '../../src/testing/mock-handler.ts';
import { startServer, type TestServer } from '../../src/testing/server.ts';
import { startHttp2Site } from '../support/http2-site.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const handlers: Record<string, () => Transport> = {
  undici: undiciHandler,
  'node:http': nodeHttpHandler,
  stream: streamHandler,
  fetch: () => fetchHandler(),
  http2: http2Handler,
  'the one chosen': chooseHandler,
};

const CHALLENGE = 'Digest realm="r", nonce="n", qop="auth", algorithm=SHA-256';

const TOKENS = oauth2({ token: { access_token: 'old' }, refresh: async () => ({ access_token: 'new' }) });

/** Answers whose bodies nobody wants, and the options under which that is so. */
const LEFT = [
  ['a redirect', 302, { Location: '/next' }, {}],
  ['a 503 that is repeated', 503, {}, { retry: { limit: 1, delay: () => 1 } }],
  ['a challenge that is answered', 401, { 'WWW-Authenticate': CHALLENGE }, { auth: ['u', 'p', 'digest'] }],
  ['a 401 to a token', 401, { 'WWW-Authenticate': 'Bearer' }, { auth: TOKENS }],
] as const satisfies readonly (readonly [string, number, Record<string, string>, RequestOptions])[];

/** Bytes as fast as they are taken, without end. */
const endless: Answer = (_, response) => {
  const piece = Buffer.alloc(16_384, 'x');
  const more = () => {
    while (!response.destroyed && response.write(piece));
  };
  response.on('drain', more).on('error', () => undefined);
  more();
};

/** A little, and then nothing. */
const stalled: Answer = (_, response) => void response.write('some');

const announced: Answer = (_, response) => void response.write('x');

const BODIES = [
  ['endless', {}, endless],
  ['stalled', {}, stalled],
  ['announced as large', { 'Content-Length': '9000000' }, announced],
  ['announced as small and stalled', { 'Content-Length': '9' }, announced],
] as const satisfies readonly (readonly [string, Record<string, string>, Answer])[];

const DELIVERIES = [
  ['buffered', {}],
  ['streamed', { stream: true }],
] as const satisfies readonly (readonly [string, RequestOptions])[];

describe.each(Object.entries(handlers))('bodies that are left over %s', (name, make) => {
  let server: TestServer;
  let client: Client;

  beforeEach(async () => {
    server = name === 'http2' ? await startHttp2Site() : await startServer();
    const version = name === 'http2' ? '2' : '1.1';
    client = new Client({ handler: HandlerStack.create(make()), version });
  });
  afterEach(async () => {
    await client.destroy();
    await server.close();
  });

  for (const [what, status, headers, options] of LEFT) {
    for (const [kind, more, body] of BODIES) {
      for (const [delivery, streamed] of DELIVERIES) {
        it(`does not wait for the body of ${what}: ${kind}, ${delivery}`, { timeout: 60_000 }, async () => {
          server.enqueue((request, response) => {
            response.writeHead(status, { ...headers, ...more });
            body(request, response);
          });
          server.enqueue((_, response) => response.end('wanted'));
          const answer = await client.get(server.url('/first'), { ...options, ...streamed });
          expect([answer.status, await answer.text()]).toEqual([200, 'wanted']);
          expect(server.requests).toHaveLength(2);
        });
      }
    }
  }

  for (const [what, status, headers, options] of LEFT) {
    // Which connection fetch takes is the runtime's choice.
    it.skipIf(name === 'fetch')(`uses the connection again after ${what}, short and complete`, async () => {
      const ports: (number | undefined)[] = [];
      server.enqueue((request, response) => {
        ports.push(request.socket.remotePort);
        response.writeHead(status, headers).end('short');
      });
      server.enqueue((request, response) => {
        ports.push(request.socket.remotePort);
        response.end('wanted');
      });
      expect(await client.get(server.url('/first'), options).text()).toBe('wanted');
      expect(new Set(ports).size).toBe(1);
    });
  }

  it('shows the short body of a redirect to onRedirect', async () => {
    server.enqueue((_, response) => void response.writeHead(302, { Location: '/next' }).end('moved'));
    server.enqueue((_, response) => response.end('wanted'));
    let seen: string | undefined;
    await client.get(server.url('/first'), {
      allowRedirects: {
        async onRedirect(_, response) {
          seen = await response.text();
        },
      },
    });
    expect(seen).toBe('moved');
  });

  it.each<[string, RequestOptions & { method?: string }, number]>([
    ['the last attempt', { retry: { limit: 1, delay: () => 1 } }, 2],
    ['an attempt whose next one is too far away', { retry: { limit: 1, delay: () => 90_000 }, timeout: 60_000 }, 1],
    ['an attempt that no budget allows', { retry: { limit: 1, budget: { ratio: 0, min: 0 } } }, 1],
    ['an attempt with a decider that wants no more', { retry: { limit: 1, decider: () => false } }, 1],
    ['a method that is not repeated', { method: 'POST', retry: 1 }, 1],
  ])('gives the whole body of %s to the error', { timeout: 60_000 }, async (_, given, times) => {
    const { method = 'GET', ...options } = given;
    // Longer than what is gathered of a body that is likely left, and slower.
    const body = 'x'.repeat(200_000);
    for (let at = 0; at < times; at += 1) {
      server.enqueue((__, response) => {
        response.writeHead(503).write(body);
        setTimeout(() => response.end('end'), 400);
      });
    }
    const error = (await client.request(method, server.url('/first'), options).catch((e: unknown) => e)) as ServerError;
    expect([error.response.status, (await error.response.text()) === `${body}end`]).toEqual([503, true]);
    expect(server.requests).toHaveLength(times);
  });

  it('gives the whole body of a second challenge, which nobody answers', { timeout: 60_000 }, async () => {
    const body = 'x'.repeat(200_000);
    for (let at = 0; at < 2; at += 1) {
      server.enqueue((_, response) => void response.writeHead(401, { 'WWW-Authenticate': CHALLENGE }).end(body));
    }
    const options: RequestOptions = { auth: ['u', 'p', 'digest'], httpErrors: false };
    const answer = await client.get(server.url('/first'), options);
    expect([answer.status, answer.streamed, (await answer.text()) === body]).toEqual([401, false, true]);
  });

  it('gives the whole body of a redirect that is not followed', { timeout: 60_000 }, async () => {
    const body = 'x'.repeat(200_000);
    server.enqueue((_, response) => void response.writeHead(302, { Location: '/next' }).end(body));
    const answer = await client.get(server.url('/first'), { allowRedirects: false });
    expect([answer.status, answer.streamed, (await answer.text()) === body]).toEqual([302, false, true]);
  });

  it('gives the body of a redirect that a layer turned into an answer', { timeout: 60_000 }, async () => {
    const body = 'x'.repeat(200_000);
    server.enqueue((_, response) => void response.writeHead(302, { Location: '/next' }).end(body));
    const turning =
      (next: Handler): Handler =>
      async (request, options) =>
        (await next(request, options)).with({ status: 200 });
    const stack = HandlerStack.create(make()).push(turning, 'turning');
    const turned = new Client({ handler: stack, version: name === 'http2' ? '2' : '1.1' });
    const answer = await turned.get(server.url('/first'));
    expect([answer.status, answer.streamed, (await answer.text()) === body]).toEqual([200, false, true]);
    await turned.destroy();
  });

  it('closes the connection of a body that it gave up', { timeout: 60_000 }, async () => {
    let closed = false;
    server.enqueue((request, response) => {
      response.on('close', () => (closed = true));
      response.writeHead(302, { Location: '/next' });
      endless(request, response);
    });
    server.enqueue((_, response) => response.end('wanted'));
    await client.get(server.url('/first'));
    await vi.waitFor(() => expect(closed).toBe(true), 20_000);
  });

  it('ends at once when it is stopped while it waits for such a body', { timeout: 60_000 }, async () => {
    const stop = new AbortController();
    const reason = new Error('enough');
    server.enqueue((_, response) => {
      response.writeHead(302, { Location: '/next' }).write('x');
      setImmediate(() => stop.abort(reason));
    });
    await expect(client.get(server.url('/first'), { signal: stop.signal })).rejects.toBe(reason);
  });
});

describe('bodies that are left over a mock', () => {
  async function* forever() {
    for (;;) yield Buffer.alloc(16_384, 'x');
  }

  it.each(LEFT)('does not wait for the body of %s', async (_, status, headers, options) => {
    const handler = mockHandler([new HttpResponse(status, headers, forever()), new HttpResponse(200, {}, 'wanted')]);
    const client = new Client({ handler: HandlerStack.create(handler) });
    expect(await client.get('http://a.test/', options).text()).toBe('wanted');
  });
});
