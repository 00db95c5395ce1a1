/** The server, in a process of its own: answers made beforehand, and nothing else on the way to them. */
import http, { type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { DOWNLOAD_BYTES, LARGE_BYTES, SMALL } from './site.ts';

const small = Buffer.from(JSON.stringify(SMALL));
const zipped = gzipSync(Buffer.from(JSON.stringify(SMALL)));
const large = Buffer.alloc(LARGE_BYTES, 'x');
const block = Buffer.alloc(65_536, 'x');
const JSON_TYPE = 'application/json';

function send(response: ServerResponse, status: number, body: Buffer, headers: http.OutgoingHttpHeaders = {}): void {
  response.writeHead(status, { 'content-type': JSON_TYPE, 'content-length': body.byteLength, ...headers });
  response.end(body);
}

function stream(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': DOWNLOAD_BYTES });
  let left = DOWNLOAD_BYTES / block.byteLength;
  const write = () => {
    while (left > 0) {
      left--;
      if (!response.write(block)) return;
    }
    response.end();
  };
  response.on('drain', write);
  write();
}

const pages: Readonly<Record<string, (request: IncomingMessage, response: ServerResponse) => void>> = {
  '/json': (_, response) => send(response, 200, small),
  '/gzip': (_, response) => send(response, 200, zipped, { 'content-encoding': 'gzip' }),
  '/large': (_, response) => send(response, 200, large, { 'content-type': 'application/octet-stream' }),
  '/redirect/3': (_, response) => send(response, 302, Buffer.alloc(0), { location: '/redirect/2' }),
  '/redirect/2': (_, response) => send(response, 302, Buffer.alloc(0), { location: '/redirect/1' }),
  '/redirect/1': (_, response) => send(response, 302, Buffer.alloc(0), { location: '/json' }),
  '/missing': (_, response) => send(response, 404, small),
  '/download': (_, response) => stream(response),
};

const answer: RequestListener = (request, response) => {
  if (request.method === 'GET') pages[request.url!]!(request, response);
  else request.on('end', () => send(response, 200, small)).resume();
};

function listen(server: http.Server | https.Server): Promise<number> {
  // What guards a public server costs time for each request, and the peers of this one are known.
  Object.assign(server, { keepAliveTimeout: 0, headersTimeout: 0, requestTimeout: 0 });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

process.on('disconnect', () => process.exit());
process.once('message', async ({ cert, key }: { cert: string; key: string }) => {
  const ports = {
    http: await listen(http.createServer(answer)),
    https: await listen(https.createServer({ cert, key }, answer)),
  };
  process.send!({ http: `http://127.0.0.1:${ports.http}`, https: `https://127.0.0.1:${ports.https}` });
});
