/** The other side of the table of ends: a server whose answers wait, and what it sees of who asks. */
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { gzipSync } from 'node:zlib';

/** A server, and its open sockets. */
export interface Listening extends AsyncDisposable {
  readonly port: number;
  readonly sockets: ReadonlySet<Socket>;
}

export interface Site extends Listening {
  readonly origin: string;
  /** Paths that were asked for, in order. */
  readonly asked: string[];
  /** Answers that have been asked for and have not ended. */
  readonly answering: Set<ServerResponse>;
}

type Answer = (response: ServerResponse, time: number) => void;

/** Half of it. */
const GZIP = gzipSync(randomBytes(1000)).subarray(0, 500);
const CHUNK = Buffer.alloc(1000, 'x');

/** By path. What is not here is never answered. HTTP/2 takes one stream at a time on each connection. */
const ANSWERS: Readonly<Record<string, Answer>> = {
  '/text': (response) => response.end('text'),
  '/trickle': (response) => response.writeHead(200).write(CHUNK),
  '/redirect': (response) => response.writeHead(302, { location: '/never' }).end(),
  '/busy': (response) => response.writeHead(503).end(),
  '/login': (response) => response.writeHead(401, { 'www-authenticate': 'Custom' }).end(),
  '/fresh': (response) => response.writeHead(200, { 'cache-control': 'max-age=1000' }).end('fresh'),
  '/cookie': (response) => response.writeHead(200, { 'set-cookie': 'a=b' }).end(),
  '/gzip': (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).write(GZIP),
  '/page': (response) => response.writeHead(200, { link: '</never>; rel="next"' }).end('[1]'),
  '/stale': (response, time) => {
    if (time === 1) response.writeHead(200, { 'cache-control': 'max-age=0, stale-while-revalidate=1000' }).end('old');
  },
};

export async function startSite(version: '1.1' | '2'): Promise<Site> {
  const asked: string[] = [];
  const answering = new Set<ServerResponse>();
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    const path = request.url ?? '';
    asked.push(path);
    answering.add(response.on('error', () => undefined));
    response.once('close', () => answering.delete(response));
    request.on('error', () => undefined).resume();
    ANSWERS[path]?.(response, asked.filter((other) => other === path).length);
  };
  const server =
    version === '1.1'
      ? createServer(listener)
      : (createHttp2Server({ settings: { maxConcurrentStreams: 1 } }, listener as never) as unknown as Server);
  server.on('sessionError', () => undefined);
  server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
    asked.push(request.url ?? '');
    socket.on('error', () => undefined);
    if (request.url === '/socket') socket.write(switching(request.headers['sec-websocket-key'] ?? ''));
    socket.resume().on('end', () => socket.end());
  });
  const listening = await listen(server);
  return Object.assign(listening, { origin: `http://127.0.0.1:${listening.port}`, asked, answering });
}

/** Takes every connection, and says nothing: to a TLS handshake, to a proxy's client. */
export function startSilence(): Promise<Listening> {
  return listen(createTcpServer((socket) => void socket.resume()) as unknown as Server);
}

async function listen(server: Server): Promise<Listening> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket.on('error', () => undefined));
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    sockets,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
}

/** RFC 6455 section 4.2.2 */
function switching(key: string): string {
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
}
