/** Two workers and a writer of one crawl, in one process, over a Redis of their own. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { add, work, write } from '../../examples/crawl-on-many-machines.ts';
import { startServer, type TestServer } from '../../src/testing/index.ts';
import { noRedis, RedisServer } from '../support/redis-server.ts';

const PAGES = 12;

describe.skipIf(noRedis !== undefined)(`examples/crawl-on-many-machines.ts ${noRedis ?? ''}`, () => {
  let redis: RedisServer;
  let folder: string;
  let sites: readonly TestServer[];

  beforeAll(async () => {
    redis = await RedisServer.start();
    folder = await mkdtemp(join(tmpdir(), 'machines-'));
    const links = Array.from({ length: PAGES }, (_, n) => `<a href="/${n}">${n}</a>`).join('');
    const site = () =>
      startServer({
        listener: (request, response) => {
          if (request.url === '/robots.txt') return void response.writeHead(404).end();
          response.writeHead(200, { 'Content-Type': 'text/html' }).end(request.url === '/' ? links : 'a page');
        },
      });
    sites = await Promise.all([site(), site()]);
  });
  afterAll(async () => {
    for (const site of sites) await site.close();
    await redis.close();
    await rm(folder, { recursive: true });
  });

  it('writes a line for each page, once, whoever fetched it', async () => {
    const shared = { connection: redis.url, name: 'machines' };
    const path = join(folder, 'pages.jsonl');
    const never = new AbortController().signal;
    const starts = sites.map((site) => site.url('/'));
    expect(await add(shared, starts)).toBe(2);
    expect(await add(shared, starts)).toBe(0);

    const stopped = AbortSignal.abort();
    await work(shared, stopped);
    const [, , lines] = await Promise.all([work(shared, never), work(shared, never), write(shared, path)]);
    const all = 2 * (PAGES + 1);
    expect(lines).toBe(all);

    // A worker that had no processor for ten seconds has lost its hosts: its page may be asked for again, its line not.
    const asked = sites.flatMap(({ origin, requests }) => requests.map(({ url }) => `${origin}${url}`));
    const pages = [...new Set(asked)].filter((url) => !url.endsWith('/robots.txt')).sort();
    const written = (await readFile(path, 'utf8')).trim().split('\n');
    expect(written.map((line) => JSON.parse(line).url).sort()).toEqual(pages);
    expect(pages).toHaveLength(all);
    expect(await write(shared, path)).toBe(0);
  });
});
