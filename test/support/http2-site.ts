/** The test site over HTTP/2 without TLS (RFC 9113 section 3.3), for the contract of handlers. */

import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer, type ServerHttp2Session, type ServerOptions } from 'node:http2';
import type { Server } from 'node:net';
import type { TestServer } from '../../src/testing/server.ts';
import { ConnectionLedger, listen } from '../../src/testing/server-connections.ts';
import { RequestLog } from '../../src/testing/server-requests.ts';
import { createSite } from '../../src/testing/site.ts';

/** Queued answers are functions only: what else can be queued is about connections of HTTP/1.1. */
export async function startHttp2Site(settings: ServerOptions = {}): Promise<TestServer> {
  const log = new RequestLog(1000);
  const queue: RequestListener[] = [];
  const site = createSite({});
  const server = createServer(settings, (req, res) => {
    const [request, response] = [req as unknown as IncomingMessage, res as unknown as ServerResponse];
    log.record(request);
    (queue.shift() ?? site)(request as never, response as never);
  });
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => {
    sessions.add(session.on('error', () => undefined));
    session.on('close', () => sessions.delete(session));
  });
  server.on('sessionError', () => undefined);
  const ledger = new ConnectionLedger(server as unknown as never);
  const port = await listen(server as unknown as never, {});
  const origin = `http://127.0.0.1:${port}`;
  const close = async (): Promise<void> => {
    for (const session of sessions) session.destroy();
    await new Promise<void>((resolve) => (server as unknown as Server).close(() => resolve()));
  };
  return {
    origin,
    port,
    socketPath: undefined,
    url: (path = '/', hostname) =>
      (hostname === undefined ? origin : `http://${hostname}:${port}`) + (path.startsWith('/') ? path : `/${path}`),
    requests: log.entries,
    get connections() {
      return ledger.open;
    },
    get totalConnections() {
      return ledger.total;
    },
    get queued() {
      return queue.length;
    },
    enqueue: (...answers) => {
      for (const answer of answers) if (typeof answer === 'function') queue.push(answer);
    },
    clear: () => {
      queue.length = 0;
      log.clear();
    },
    allClosed: () => ledger.allClosed(),
    close,
    [Symbol.asyncDispose]: close,
  };
}
