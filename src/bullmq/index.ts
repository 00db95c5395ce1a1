/** `sluice/bullmq`: crawls on many machines, and any BullMQ queue as the source of a pool. */

export { writeLines } from '../crawl/write-lines.ts';
export type { RedisConnection } from './connection.ts';
export { type QueueSourceOptions, queueSource } from './queue-source.ts';
export { RedisError } from './redis-error.ts';
export { type RedisFrontierOptions, redisFrontier, type SharedFrontier } from './redis-frontier.ts';
