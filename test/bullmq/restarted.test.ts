import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { built } from '../support/built.ts';
import { noRedis } from '../support/redis-server.ts';

const run = promisify(execFile);

describe.skipIf(noRedis !== undefined)(`the process of a crawl ${noRedis ?? ''}`, () => {
  it.each([
    ['was started again meanwhile', 'there'],
    ['was started again meanwhile, and is gone before its end', 'gone'],
  ])('ends by itself though its Redis %s', async (_, how) => {
    const { stdout } = await run(process.execPath, [built('test/bullmq/restarted-crawl.ts'), how], { timeout: 40_000 });
    expect(stdout).toBe('crawled 40\ndisposed\n');
  });
});
