/** A worker of a crawl in Redis: `node crawl-worker.js REDIS NAME PORT INTERVAL CONCURRENCY`. Every host is on loopback. */
import { redisFrontier } from '../../src/bullmq/index.ts';
import { Client } from '../../src/client/client.ts';
import { crawl } from '../../src/crawl/index.ts';

const [connection, name, port, interval, concurrency] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
];
const client = new Client({
  headers: { 'X-Worker': String(process.pid) },
  lookup: (_host, options, done) =>
    options.all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4),
});
await using frontier = redisFrontier({ connection, name, lease: '1s', turn: { urls: 20, time: '5s' } });
await crawl(client, frontier, {
  concurrency: Number(concurrency),
  perHost: { concurrency: 1, interval: Number(interval) },
  robots: false,
  visit: async (response, { url, attempt }) => {
    const found = ((await response.json()) as string[]).map((path) => ({ url: path.replace('PORT', port) }));
    return { line: { url, status: response.status, attempt }, found };
  },
});
await client.close();
