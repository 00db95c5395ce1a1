/** A server whose answers, and failures, are made of a number in the path; each time another. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';

/** A small generator (mulberry32), so that a seed says all. */
export function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const STATUSES = [200, 200, 200, 201, 204, 304, 400, 404, 418, 500, 700];

/** The same requests in the same order get the same answers, and a request that is repeated another one. */
export function randomSite(
  seed: number,
  largest: number,
): (request: IncomingMessage, response: ServerResponse) => void {
  const next = random(seed);
  return (request, response) => {
    request.resume();
    request.on('end', () => answer(request, response, next, largest));
  };
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  next: (below: number) => number,
  largest: number,
): void {
  const kind = next(12);
  if (kind === 0) {
    request.socket.resetAndDestroy();
    return;
  }
  if (kind === 1) {
    response.writeHead(200, { 'Content-Length': '1000' });
    response.write('half of it', () => request.socket.destroy());
    return;
  }
  if (kind === 2) {
    response.writeHead(302, { Location: `/to/${next(1000)}`, 'X-Hop': '1' }).end('over there');
    return;
  }
  const status = STATUSES[next(STATUSES.length)]!;
  const body = bodyOf(next, largest);
  const isCoded = kind === 3;
  response.writeHead(status, [
    'Content-Type',
    ['application/json', 'text/plain; charset=utf-8', 'application/octet-stream'][next(3)]!,
    'X-Case',
    `ä ${next(9)}`,
    'X-Twice',
    'one',
    'x-twice',
    'two',
    ...(isCoded ? ['Content-Encoding', 'gzip'] : []),
  ]);
  if (status === 204 || status === 304 || request.method === 'HEAD') response.end();
  else response.end(isCoded ? gzipSync(body) : body);
}

function bodyOf(next: (below: number) => number, largest: number): Buffer {
  const size = [0, 1, 10, 5000, largest][next(5)]!;
  if (next(2) === 0) return Buffer.from(Uint8Array.from({ length: size }, () => next(256)));
  return Buffer.from(JSON.stringify({ n: next(1_000_000), text: 'ü€'.repeat(Math.ceil(size / 5)) }));
}
