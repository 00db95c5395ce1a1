/** A process that puts answers through a client into a cache in memory, and prints what it grew by. */
import { memoryCache } from '../../src/cache/index.ts';
import { Client, HandlerStack, HttpResponse } from '../../src/index.ts';

const [maxBytes, answers] = process.argv.slice(2).map(Number) as [number, number];
const cache = memoryCache({ maxBytes });
const handler = HandlerStack.create(async () => {
  return new HttpResponse(200, { 'Cache-Control': 'max-age=600', ETag: '"a"' }, Buffer.alloc(1000, 97));
});
const client = new Client({ handler, cache });
const collect = (globalThis as { gc?: () => void }).gc!;
for (let count = 0; count < 2000; count++) await client.get(`http://warm.test/${count}`);
await cache.clear();
collect();
const before = process.memoryUsage().rss;
for (let count = 0; count < answers; count++) await client.get(`http://site.test/page/${count}`);
collect();
const grown = process.memoryUsage().rss - before;
process.stdout.write(JSON.stringify({ grown, stored: [...(await cache.store.keys(''))].length }));
