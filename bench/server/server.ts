/** The server, in a process of its own, with nothing on the way to its answers. */
import http from 'node:http';
import http2, { type ServerHttp2Stream } from 'node:http2';
import https from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { WebSocketServer } from 'ws';
import type { Origins } from '../site.ts';
import { answer, small } from './pages.ts';
import { proxyServer } from './proxy.ts';
import { seen } from './seen.ts';

interface Pem {
  readonly cert: string;
  readonly key: string;
}

function plain(): http.Server {
  const server = http.createServer(answer).on('connection', (socket) => {
    seen.open++;
    socket.on('close', () => seen.open--);
  });
  const sockets = new WebSocketServer({ server, path: '/echo', perMessageDeflate: false });
  sockets.on('connection', (socket) => socket.on('message', (data, binary) => socket.send(data, { binary })));
  return server;
}

function secure(pem: Pem): https.Server {
  return https.createServer(pem, answer).on('secureConnection', (socket: TLSSocket) => {
    seen.connections++;
    if (socket.isSessionReused()) seen.resumed++;
  });
}

function multiplexed(pem: Pem): http2.Http2SecureServer {
  const server = http2.createSecureServer({ ...pem, settings: { maxConcurrentStreams: 128 } });
  server.on('session', () => seen.sessions++);
  const headers = { ':status': 200, 'content-type': 'application/json', 'content-length': small.byteLength };
  server.on('stream', (stream: ServerHttp2Stream) => {
    stream.on('error', () => undefined);
    stream.respond(headers);
    stream.end(small);
  });
  return server;
}

function listen(server: Server): Promise<number> {
  // What guards a public server costs time for each request, and the peers of this one are known.
  Object.assign(server, { keepAliveTimeout: 0, headersTimeout: 0, requestTimeout: 0 });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', 4096, () => resolve((server.address() as AddressInfo).port));
  });
}

process.on('disconnect', () => process.exit());
process.once('message', async (pem: Pem) => {
  const at = async (scheme: string, server: Server) => `${scheme}://127.0.0.1:${await listen(server)}`;
  const origins: Origins = {
    http: await at('http', plain()),
    https: await at('https', secure(pem)),
    http2: await at('https', multiplexed(pem)),
    proxy: await at('http', proxyServer()),
  };
  process.send!(origins);
});
