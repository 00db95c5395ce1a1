/**
 * The crawlers that are compared, each doing the same: every page of one site, once, with the links of each. It runs in a
 * folder that has the packages: `node crawlers.mjs NAME URL CONCURRENCY` prints how many pages it has seen.
 */
import process from 'node:process';

const [name, start, given] = process.argv.slice(2);
const concurrency = Number(given);
const site = new URL(start).origin;

const crawlers = {
  async library() {
    const { Client } = await import('sluice');
    const { crawl, linksOf, memoryFrontier } = await import('sluice/crawl');
    const client = new Client();
    const frontier = memoryFrontier();
    await frontier.add([{ url: start }]);
    const { done } = await crawl(client, frontier, {
      concurrency,
      perHost: { concurrency },
      robots: false,
      visit: async (response) => ({ found: (await linksOf(response)).filter(({ url }) => url.startsWith(site)) }),
    });
    await client.close();
    return done;
  },

  async linkinator() {
    const { LinkChecker } = await import('linkinator');
    const { links } = await new LinkChecker().check({ path: start, recurse: true, concurrency });
    return links.filter(({ state }) => state === 'OK').length;
  },

  async cheerioCrawler() {
    const { CheerioCrawler, Configuration } = await import('@crawlee/cheerio');
    let pages = 0;
    const crawler = new CheerioCrawler(
      {
        minConcurrency: concurrency,
        maxConcurrency: concurrency,
        requestHandler: async ({ enqueueLinks }) => {
          pages += 1;
          await enqueueLinks();
        },
      },
      quiet(Configuration),
    );
    await crawler.run([start]);
    return pages;
  },

  /** It reads no HTML: the links are cut out of the text, for this site alone. */
  async httpCrawler() {
    const { HttpCrawler, Configuration } = await import('@crawlee/http');
    let pages = 0;
    const crawler = new HttpCrawler(
      {
        minConcurrency: concurrency,
        maxConcurrency: concurrency,
        requestHandler: async ({ body, addRequests, request }) => {
          pages += 1;
          const found = [...String(body).matchAll(/<a href="([^"]+)"/g)].map(([, href]) => {
            return new URL(href, request.loadedUrl).href;
          });
          await addRequests([...new Set(found)].filter((url) => url.startsWith(site)));
        },
      },
      quiet(Configuration),
    );
    await crawler.run([start]);
    return pages;
  },

  async loop() {
    const { default: got } = await import('got');
    const { load } = await import('cheerio');
    const { default: PQueue } = await import('p-queue');
    const { Agent } = await import('node:http');
    const agent = { http: new Agent({ keepAlive: true, maxSockets: concurrency }) };
    const queue = new PQueue({ concurrency });
    const seen = new Set();
    let pages = 0;
    const visit = (url) => {
      if (!url.startsWith(site) || seen.has(url)) return;
      seen.add(url);
      queue.add(async () => {
        const { body } = await got(url, { agent });
        pages += 1;
        const $ = load(body);
        for (const element of $('a[href]')) visit(withoutFragment(element.attribs.href, url));
      });
    };
    visit(start);
    await queue.onIdle();
    return pages;
  },
};

function withoutFragment(reference, base) {
  const url = new URL(reference, base);
  url.hash = '';
  return url.href;
}

/** Nothing on the disk, and not a word. */
function quiet(Configuration) {
  process.env.CRAWLEE_LOG_LEVEL = '0';
  return new Configuration({ persistStorage: false, purgeOnStart: false });
}

console.log(await crawlers[name]());
process.exit(0);
