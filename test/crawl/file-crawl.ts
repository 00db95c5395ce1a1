/** A process that crawls with a file frontier: `node file-crawl.js FRONTIER START`. */
import { Client } from '../../src/client/client.ts';
import { crawl, fileFrontier, linksOf } from '../../src/crawl/index.ts';

const [file, start] = process.argv.slice(2) as [string, string];
const client = new Client();
await using frontier = fileFrontier(file);
await frontier.add([{ url: start }]);
await crawl(client, frontier, {
  perHost: { concurrency: 8 },
  robots: false,
  visit: async (response, { url }) => ({ line: { url, status: response.status }, found: await linksOf(response) }),
});
await client.close();
