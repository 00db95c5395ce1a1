/** The rows of the proxy matrix, the same for the project's own proxies and for those of Debian. */

import { createServer } from 'node:http';
import type { Server } from 'node:https';
import { createServer as createTlsServer } from 'node:https';
import { WebSocketServer } from 'ws';
import { Client } from '../../src/client/client.ts';
import { nodeHttpHandler } from '../../src/handlers/node/node-http.ts';
import { streamHandler } from '../../src/handlers/node/stream.ts';
import { undiciHandler } from '../../src/handlers/undici/undici.ts';
import { HttpRequest } from '../../src/message/request.ts';
import type { RequestOptions } from '../../src/options/options.ts';
import type { Transport } from '../../src/stack/handler.ts';
import { startServer, type TestServer } from '../../src/testing/server.ts';
import { ConnectionLedger, listen, shutDown } from '../../src/testing/server-connections.ts';
import { certificates } from './certificates.ts';

export const handlers: Readonly<Record<string, () => Transport>> = {
  undici: () => undiciHandler(),
  node: () => nodeHttpHandler(),
  stream: () => streamHandler(),
};
export const schemes = ['http', 'https', 'ws', 'wss'] as const;
export type Scheme = (typeof schemes)[number];

interface EchoServer {
  readonly port: number;
  close(): Promise<void>;
}

/** The servers behind the proxies. */
export interface Targets {
  readonly ca: string;
  readonly http: TestServer;
  readonly https: TestServer;
  readonly ws: EchoServer;
  readonly wss: EchoServer;
  close(): Promise<void>;
}

export async function startTargets(): Promise<Targets> {
  const { ca, server: tls } = await certificates();
  const [http, https] = [await startServer(), await startServer({ tls })];
  const [ws, wss] = [await startEcho(createServer()), await startEcho(createTlsServer(tls))];
  const all = [http, https, ws, wss];
  return {
    ca: ca.cert,
    http,
    https,
    ws,
    wss,
    close: async () => void (await Promise.all(all.map((one) => one.close()))),
  };
}

async function startEcho(server: ReturnType<typeof createServer> | Server): Promise<EchoServer> {
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) => {
    socket.on('error', () => undefined);
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
  const ledger = new ConnectionLedger(server);
  const port = await listen(server, {});
  return { port, close: () => shutDown(server, ledger) };
}

/** What a row shows: that the answers came, over how many connections, and what the server was shown of the proxy. */
export interface RowResult {
  readonly answers: readonly string[];
  readonly proxyHeaders: readonly string[];
}

/** Two requests with a body over one handler. */
export async function sendRow(
  make: () => Transport,
  scheme: 'http' | 'https',
  targets: Targets,
  hostname: string,
  options: RequestOptions,
): Promise<RowResult> {
  const handler = make();
  const server = targets[scheme];
  server.clear();
  try {
    const answers: string[] = [];
    for (const body of ['first', 'second']) {
      const request = new HttpRequest('POST', server.url('/anything?q=1', hostname), { 'X-Row': 'yes' }, body);
      const response = await handler(request, {
        ca: targets.ca,
        connectTimeout: '5s',
        headersTimeout: '5s',
        ...options,
      });
      const seen = await response.json<{ body: string }>();
      answers.push(`${response.status} ${seen.body}`);
    }
    const names = server.requests.flatMap(({ headers }) => [...Object.keys(headers)]);
    return { answers, proxyHeaders: names.filter((name) => /^proxy-/i.test(name)) };
  } finally {
    await handler.close?.();
  }
}

/** One message there and back. */
export async function talkRow(
  scheme: 'ws' | 'wss',
  targets: Targets,
  hostname: string,
  options: RequestOptions,
): Promise<RowResult> {
  await using client = new Client({ ca: targets.ca, connectTimeout: '5s', ...options });
  const socket = await client.upgrade(`${scheme}://${hostname}:${targets[scheme].port}/`);
  await socket.send('hello');
  const message = await socket.receive();
  await socket.close();
  return { answers: [`101 ${String(message?.data)}`], proxyHeaders: [] };
}

/** The matrix as text. */
export function printMatrix(title: string, cells: ReadonlyMap<string, ReadonlyMap<string, string>>): string {
  const columns = [...new Set([...cells.values()].flatMap((row) => [...row.keys()]))];
  const width = Math.max(...[...cells.keys()].map((name) => name.length));
  const widths = columns.map((name) =>
    Math.max(name.length, ...[...cells.values()].map((row) => row.get(name)?.length ?? 1)),
  );
  const line = (first: string, rest: string[]) =>
    [first.padEnd(width), ...rest.map((one, i) => one.padEnd(widths[i]!))].join('  ');
  const lines = [
    line('', columns),
    ...[...cells].map(([name, row]) =>
      line(
        name,
        columns.map((column) => row.get(column) ?? '-'),
      ),
    ),
  ];
  return [title, ...lines.map((text) => text.trimEnd())].join('\n');
}
