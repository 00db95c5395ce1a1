/** The writer of a crawl in Redis: `node line-writer.js REDIS NAME FILE`. */
import { redisFrontier, writeLines } from '../../src/bullmq/index.ts';

const [connection, name, file] = process.argv.slice(2) as [string, string, string];
await using frontier = redisFrontier({ connection, name });
await writeLines(frontier, file);
