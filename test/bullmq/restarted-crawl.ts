/** A crawl during which its Redis is killed and started again, or killed for good at its end: it ends by itself. */
import { redisFrontier } from '../../src/bullmq/index.ts';
import { crawl } from '../../src/crawl/index.ts';
import { Client, HttpResponse } from '../../src/index.ts';
import { RedisServer } from '../support/redis-server.ts';

const isGone = process.argv[2] === 'gone';
const client = new Client({ handler: async () => new HttpResponse(200, {}, 'x') });
const redis = await RedisServer.start();
{
  await using frontier = redisFrontier({ connection: redis.url, name: 'x', lease: '1s' });
  await frontier.add(Array.from({ length: 40 }, (_, i) => ({ url: `http://h${i % 5}.test/${i}` })));
  let visits = 0;
  let restarting: Promise<void> | undefined;
  await crawl(client, frontier, {
    robots: false,
    visit: async (_response, { url }) => {
      visits += 1;
      if (visits === 10) restarting = redis.kill().then(() => redis.run());
      return { line: url };
    },
  });
  await restarting;
  console.log('crawled', visits);
  if (isGone) await redis.kill();
}
if (!isGone) await redis[Symbol.asyncDispose]();
console.log('disposed');
