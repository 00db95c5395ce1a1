/** A server that counts its own sockets, and holds answers back until it is told to give them. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttp2Server, createSecureServer } from 'node:http2';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { certificates } from './certificates.ts';

export interface CountingServer extends AsyncDisposable {
  readonly origin: string;
  /** Sockets at this moment. */
  readonly open: number;
  /** The most that there ever were at a time. */
  readonly peak: number;
  /** All that there ever were. */
  readonly total: number;
  /** Paths in the order in which they were asked for. */
  readonly asked: readonly string[];
  /** The client's ports, in the same order. */
  readonly ports: readonly number[];
  /** Answers what is held back, and holds nothing any more. */
  release(): void;
}

export interface CountingOptions {
  /** Default: HTTP/1.1 in plain text. `h2c` takes one stream at a time on each connection. */
  readonly kind?: 'http' | 'https' | 'h2c' | 'h2';
  /** Hold answers back until `release`. */
  readonly isHeld?: boolean;
  /** `Keep-Alive` of every answer. */
  readonly hint?: string;
}

export async function startCounting(options: CountingOptions = {}): Promise<CountingServer> {
  const { kind = 'http', isHeld = false, hint } = options;
  const held: (() => void)[] = [];
  const asked: string[] = [];
  const ports: number[] = [];
  let isHolding = isHeld;
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    asked.push(request.url ?? '');
    ports.push(request.socket.remotePort ?? 0);
    const answer = (): void => {
      if (hint !== undefined) response.setHeader('Keep-Alive', hint);
      response.end('ok');
    };
    if (isHolding) held.push(answer);
    // A turn later, so that many are under way at a time.
    else setImmediate(answer);
  };
  const server = await serverOf(kind, listener);
  const sockets = new Set<Socket>();
  const counted = { open: 0, peak: 0, total: 0 };
  server.on('connection', (socket) => {
    sockets.add(socket);
    counted.total += 1;
    counted.open += 1;
    counted.peak = Math.max(counted.peak, counted.open);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      counted.open -= 1;
      sockets.delete(socket);
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const isTls = kind === 'https' || kind === 'h2';
  return {
    origin: isTls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`,
    get open() {
      return counted.open;
    },
    get peak() {
      return counted.peak;
    },
    get total() {
      return counted.total;
    },
    asked,
    ports,
    release() {
      isHolding = false;
      for (const answer of held.splice(0)) answer();
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
}

async function serverOf(
  kind: NonNullable<CountingOptions['kind']>,
  listener: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Server> {
  const settings = { maxConcurrentStreams: 1 };
  if (kind === 'http') return createServer(listener);
  if (kind === 'h2c') return createHttp2Server({ settings }, listener as never) as unknown as Server;
  const { server: pem } = await certificates();
  if (kind === 'https') return createHttps({ ...pem }, listener) as unknown as Server;
  return createSecureServer({ ...pem, settings }, listener as never) as unknown as Server;
}
