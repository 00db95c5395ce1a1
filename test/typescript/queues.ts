/** What users write over `sluice/bullmq`, whose packages need `@types/node`. Compiled, never run: see `run.ts`. */
import { Client, Pool } from 'sluice';
import { queueSource, RedisError, redisFrontier } from 'sluice/bullmq';
import { crawl } from 'sluice/crawl';

const client = new Client();
const frontier = redisFrontier({ connection: 'redis://localhost', name: 'a', lease: '30s', turn: { urls: 5 } });
export const running = crawl(client, frontier, { visit: ({ status }) => ({ line: { status } }) });
export const held: Promise<void> = frontier.pause();
export const fromQueue = (queue: Parameters<typeof queueSource>[0]): Pool =>
  new Pool(client, queueSource(queue, { untilEmpty: true, request: (job) => String(job.id) }));
export const isRedis = (error: unknown): error is RedisError => error instanceof RedisError;

// @ts-expect-error a frontier has a name
redisFrontier({ connection: 'redis://localhost' });
