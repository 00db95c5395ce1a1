/** One small server, written as a function, behind each transport: what a layer promises holds over all of them. */
import { createServer, type RequestListener } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import {
  fetchHandler,
  type Handler,
  HttpResponse,
  http2Handler,
  nodeHttpHandler,
  undiciHandler,
} from '../../src/index.ts';
import { mockHandler } from '../../src/testing/mock-handler.ts';

export interface Asked {
  readonly method: string;
  readonly path: string;
  header(name: string): string | undefined;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

export type SmallServer = (asked: Asked) => Answer | Promise<Answer>;

/** The server behind one transport, and the way to it. */
export interface Served extends AsyncDisposable {
  readonly handler: Handler;
  /** Without a slash at its end. */
  readonly origin: string;
}

type Serve = (server: SmallServer) => Promise<Served>;

export const everyTransport: readonly (readonly [name: string, serve: Serve])[] = [
  ['undici', (server) => overSocket(server, undiciHandler(), false)],
  ['node:http', (server) => overSocket(server, nodeHttpHandler(), false)],
  ['http2', (server) => overSocket(server, http2Handler(), true)],
  ['fetch', (server) => overSocket(server, fetchHandler(), false)],
  ['mock', async (server) => overMock(server)],
];

async function overSocket(server: SmallServer, handler: Handler, isHttp2: boolean): Promise<Served> {
  const listener: RequestListener = async (request, response) => {
    const { method = '', url: path = '', headers } = request;
    request.resume();
    const {
      status = 200,
      headers: lines = {},
      body = '',
    } = await server({
      method,
      path,
      header: (name) => headers[name] as string | undefined,
    });
    response.writeHead(status, lines);
    response.end(body);
  };
  const listening = isHttp2 ? createHttp2Server(listener as never) : createServer(listener);
  const sessions = new Set<{ destroy(): void }>();
  listening.on('session', (session: { destroy(): void }) => void sessions.add(session));
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  return {
    handler,
    origin: `http://127.0.0.1:${(listening.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      await (handler as { destroy?(): Promise<void> }).destroy?.();
      for (const session of sessions) session.destroy();
      if ('closeAllConnections' in listening) listening.closeAllConnections();
      await new Promise((resolve) => void listening.close(resolve));
    },
  };
}

function overMock(server: SmallServer): Served {
  const mock = mockHandler();
  return {
    origin: 'http://mock.test',
    handler: (request, options) => {
      mock.append(async ({ method, url, headers }) => {
        const {
          status,
          headers: lines,
          body,
        } = await server({
          method,
          path: new URL(url).pathname,
          header: (name) => headers.get(name) ?? undefined,
        });
        return new HttpResponse(status, lines, body);
      });
      return mock(request, options);
    },
    async [Symbol.asyncDispose]() {},
  };
}
