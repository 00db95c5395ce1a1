/** What each row of the table of ends works with: a client over one transport, and the other side of it. */
import { expect, vi } from 'vitest';
import { Client, type ClientOptions } from '../../../src/client/client.ts';
import { fetchHandler } from '../../../src/handlers/fetch/fetch.ts';
import { http2Handler } from '../../../src/handlers/http2/http2.ts';
import { nodeHttpHandler } from '../../../src/handlers/node/node-http.ts';
import { streamHandler } from '../../../src/handlers/node/stream.ts';
import { undiciHandler } from '../../../src/handlers/undici/undici.ts';
import { HttpResponse } from '../../../src/message/response.ts';
import type { Transport } from '../../../src/stack/handler.ts';
import { HandlerStack } from '../../../src/stack/handler-stack.ts';
import { type MockAnswer, mockHandler } from '../../../src/testing/mock-handler.ts';
import { type Listening, startSilence, startSite } from './site.ts';

const SOCKETS = {
  undici: undiciHandler,
  node: nodeHttpHandler,
  stream: streamHandler,
  http2: http2Handler,
  fetch: () => fetchHandler(),
} satisfies Record<string, () => Transport>;

export type TransportName = keyof typeof SOCKETS | 'mock';

export interface Rig extends AsyncDisposable {
  readonly name: TransportName;
  readonly client: Client;
  readonly origin: string;
  /** Paths that were asked for, in order. */
  readonly asked: readonly string[];
  /** A server that takes every connection and says nothing. */
  readonly silence: Listening;
  /** Resolves once the path was asked for. */
  sees(path: string): Promise<void>;
  /** The other side has nothing more to do for anybody. */
  isQuiet(): Promise<void>;
  /** No connection is left. */
  isDisconnected(): Promise<void>;
}

const PATIENCE = { timeout: 10_000, interval: 5 };

export async function rigOf(name: TransportName, settings: ClientOptions): Promise<Rig> {
  const silence = await startSilence();
  const side = name === 'mock' ? mockSide() : await socketSide(name);
  const client = new Client({
    handler: HandlerStack.create(side.handler),
    baseUri: side.origin,
    ...(name === 'http2' && { version: '2' as const }),
    ...settings,
  });
  return {
    name,
    client,
    origin: side.origin,
    asked: side.asked,
    silence,
    sees: (path) => vi.waitFor(() => expect(side.asked).toContain(path), PATIENCE),
    isQuiet: () => vi.waitFor(() => expect(side.answering(), 'answers under way').toBe(0), PATIENCE),
    async isDisconnected() {
      await vi.waitFor(() => expect(silence.sockets.size, 'sockets of the silent server').toBe(0), PATIENCE);
      // The connections of the platform's fetch are its own, and it keeps them for a while.
      if (name !== 'fetch') await vi.waitFor(() => expect(side.sockets(), 'sockets of the site').toBe(0), PATIENCE);
    },
    async [Symbol.asyncDispose]() {
      await client.destroy();
      await side[Symbol.asyncDispose]();
      await silence[Symbol.asyncDispose]();
    },
  };
}

/** The other side of one transport. */
interface Side extends AsyncDisposable {
  readonly handler: Transport;
  readonly origin: string;
  readonly asked: readonly string[];
  answering(): number;
  sockets(): number;
}

async function socketSide(name: keyof typeof SOCKETS): Promise<Side> {
  const site = await startSite(name === 'http2' ? '2' : '1.1');
  const { origin, asked, answering, sockets } = site;
  const dispose = () => site[Symbol.asyncDispose]();
  return {
    handler: SOCKETS[name](),
    origin,
    asked,
    answering: () => answering.size,
    sockets: () => sockets.size,
    [Symbol.asyncDispose]: dispose,
  };
}

/** The same paths, without a socket: what is under way is a body that was not released. */
function mockSide(): Side {
  const asked: string[] = [];
  let open = 0;
  const answer: MockAnswer = (request) => {
    const path = new URL(request.url).pathname;
    asked.push(path);
    if (path === '/text') return new HttpResponse(200, {}, 'text');
    if (path === '/stale' && asked.length === 1)
      return new HttpResponse(200, { 'Cache-Control': 'max-age=0, stale-while-revalidate=1000' }, 'old');
    if (path === '/redirect') return new HttpResponse(302, { Location: '/never' });
    if (path === '/busy') return new HttpResponse(503);
    if (path === '/login') return new HttpResponse(401, { 'WWW-Authenticate': 'Custom' });
    if (path === '/fresh') return new HttpResponse(200, { 'Cache-Control': 'max-age=1000' }, 'fresh');
    if (path === '/cookie') return new HttpResponse(200, { 'Set-Cookie': 'a=b' });
    if (path === '/page') return new HttpResponse(200, { Link: '</never>; rel="next"' }, '[1]');
    if (path !== '/trickle' && path !== '/gzip') return new Promise<never>(() => undefined);
    open += 1;
    let isSent = false;
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          if (isSent) return new Promise<never>(() => undefined);
          isSent = true;
          controller.enqueue(new Uint8Array(1000));
          return undefined;
        },
        cancel: () => void (open -= 1),
      },
      { highWaterMark: 0 },
    );
    return new HttpResponse(200, {}, body);
  };
  return {
    handler: mockHandler(Array.from({ length: 10 }, () => answer)),
    origin: 'http://site.test',
    asked,
    answering: () => open,
    sockets: () => 0,
    [Symbol.asyncDispose]: async () => undefined,
  };
}
