/** One crawl on any number of machines: workers fetch, one process writes the lines. Redis keeps what is to be done. */
import { Client } from 'sluice';
import { redisFrontier, writeLines } from 'sluice/bullmq';
import { crawl, linksOf } from 'sluice/crawl';

/** The same for all machines: `redis://queue:6379`, and what the crawl is called there. */
export interface Shared {
  readonly connection: string;
  readonly name: string;
}

/** What waits. Any machine may add, at any time; a URL that is known is not queued again. */
export async function add(shared: Shared, urls: readonly string[]): Promise<number> {
  await using frontier = redisFrontier(shared);
  const { added } = await frontier.add(urls.map((url) => ({ url })));
  return added;
}

/** Any number of these. It ends when nothing waits anywhere, or once `stop` is aborted, after what it has sent. */
export async function work(shared: Shared, stop: AbortSignal): Promise<number> {
  const client = new Client({ timeout: '30s', maxResponseSize: 10_000_000 });
  await using frontier = redisFrontier(shared);
  const running = crawl(client, frontier, {
    concurrency: 50,
    perHost: { interval: '50ms' },
    depth: 5,
    visit: async (response, { url }) => {
      const { origin } = new URL(response.url);
      const links = await linksOf(response);
      // Keeps the crawl on its sites: without this line it follows links to any other.
      const found = links.filter((link) => new URL(link.url).origin === origin);
      return { line: { url, status: response.status }, found };
    },
  });
  stop.addEventListener('abort', () => running.stop());
  if (stop.aborted) running.stop();
  const { done } = await running;
  await client.close();
  return done;
}

/** One of these, on a machine with the disk: it follows the workers. Started again with the same file, it goes on. */
export async function write(shared: Shared, path: string): Promise<number> {
  await using frontier = redisFrontier(shared);
  return (await writeLines(frontier, path)).lines;
}
