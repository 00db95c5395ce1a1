/** What is served: answers made beforehand, and what the server has seen, so that a case can be sure of its contestant. */
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { DOWNLOAD_BYTES, LARGE_BYTES, SMALL } from '../site.ts';
import { closeMany, openMany } from './many.ts';
import { seen, takeSeen } from './seen.ts';

type Page = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

export const small = Buffer.from(JSON.stringify(SMALL));
const gzip = gzipSync(small);
const brotli = brotliCompressSync(small);
const large = Buffer.alloc(LARGE_BYTES, 'x');
const block = Buffer.alloc(65_536, 'x');
const JSON_TYPE = 'application/json';
const held: ServerResponse[] = [];

function send(response: ServerResponse, status: number, body: Buffer, headers: OutgoingHttpHeaders = {}): void {
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

function told(response: ServerResponse, value: unknown): void {
  send(response, 200, Buffer.from(JSON.stringify(value)));
}

const pages: Readonly<Record<string, Page>> = {
  '/json': (_, response) => send(response, 200, small),
  '/gzip': (_, response) => send(response, 200, gzip, { 'content-encoding': 'gzip' }),
  '/brotli': (_, response) => send(response, 200, brotli, { 'content-encoding': 'br' }),
  '/large': (_, response) => send(response, 200, large, { 'content-type': 'application/octet-stream' }),
  '/redirect/3': (_, response) => send(response, 302, Buffer.alloc(0), { location: '/redirect/2' }),
  '/redirect/2': (_, response) => send(response, 302, Buffer.alloc(0), { location: '/redirect/1' }),
  '/redirect/1': (_, response) => send(response, 302, Buffer.alloc(0), { location: '/json' }),
  '/missing': (_, response) => send(response, 404, small),
  '/download': (_, response) => stream(response),
  // Answered when somebody asks for it.
  '/held': (_, response) => void held.push(response),
  '/held/count': (_, response) => told(response, held.length),
  '/held/release': (_, response) => {
    for (const one of held.splice(0)) send(one, 200, small);
    told(response, 'released');
  },
  '/origins/open': async (_, response) => told(response, await openMany(answer)),
  '/origins/close': async (_, response) => told(response, await closeMany()),
  '/seen': (_, response) => told(response, takeSeen()),
};

export function answer(request: IncomingMessage, response: ServerResponse): void {
  if (request.method === 'GET') {
    void pages[request.url!]!(request, response);
    return;
  }
  let received = 0;
  request.on('data', (chunk: Buffer) => {
    received += chunk.byteLength;
  });
  request.on('end', () => {
    seen.lastBody = received;
    send(response, 200, small);
  });
}
