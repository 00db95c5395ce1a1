/** Run as a process of its own: sends 1 000 000 generated requests through a pool of 50 and prints what it saw. */
import { Client } from '../../src/client/client.ts';
import { HttpResponse } from '../../src/message/response.ts';
import { Pool } from '../../src/pool/pool.ts';
import { mockHandler } from '../../src/testing/mock-handler.ts';

const COUNT = 1_000_000;
const CONCURRENCY = 50;
const SETTLED_FROM = 10_000;

const response = new HttpResponse(200, {}, 'x', '1.1', 'OK', { url: 'http://a.test/' });
const mock = mockHandler(Array.from({ length: CONCURRENCY }, () => response));
const client = new Client({ handler: mock });
let pulled = 0;
let settled = 0;
let ahead = 0;
let heapBefore = 0;

function* requests(): Generator<string> {
  for (; pulled < COUNT; ) {
    ahead = Math.max(ahead, pulled + 1 - settled);
    pulled += 1;
    yield `http://a.test/${pulled}`;
  }
}

function heap(): number {
  (globalThis as { gc?(): void }).gc?.();
  return process.memoryUsage().heapUsed;
}

const pool = new Pool(client, requests(), {
  concurrency: CONCURRENCY,
  fulfilled: () => {
    settled += 1;
    mock.append(response);
    if (settled === SETTLED_FROM) heapBefore = heap();
  },
});
await pool.promise();
console.log(JSON.stringify({ settled, ahead, done: pool.stats.done, grown: heap() - heapBefore }));
