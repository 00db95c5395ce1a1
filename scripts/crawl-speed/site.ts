/** The site that is crawled: pages of some kilobytes with a menu, text, and links to each other. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const LINKS = 20;
const TEXT = 'A paragraph of <em>some</em> length, with <code>words</code> &amp; signs, as pages have them. ';

export interface Site {
  readonly url: string;
  /**
   * Starts anew with a site of so many pages.
   * @param weigh waited for before two of the pages are answered: when a third was asked for, while most wait, and when all
   *   were, so that all are known
   */
  reset(pages: number, weigh?: () => Promise<void>): void;
  /** Pages that were asked for since, each counted once, and requests. */
  readonly seen: { readonly pages: number; readonly requests: number };
  close(): void;
}

/** The first is the root: there are crawlers that stay below where they begin. */
const path = (i: number) => (i === 0 ? '/' : `/p/${i}`);

/** Every page is reached from the first: the two next ones of a tree are among its links. */
function page(i: number, count: number): string {
  const targets = [2 * i + 1, 2 * i + 2, ...Array.from({ length: LINKS - 2 }, (_, k) => i * 7 + k * 131 + 1)];
  const items = targets.map((to) => `<li class="item"><a href="${path(to % count)}">page ${to}</a></li>`);
  const menu = '<nav><a href="/">home</a> <a href="#top">top</a></nav>';
  const text = `<p id="part-${i % LINKS}">${TEXT.repeat(8)}</p>`.repeat(4);
  return `<!doctype html><html lang="en"><head><title>${i}</title></head><body>${menu}${text}<ul>${items.join('\n')}</ul></body></html>`;
}

export async function startSite(): Promise<Site> {
  let count = 0;
  let requests = 0;
  let asked = new Set<number>();
  let weigh: (() => Promise<void>) | undefined;
  const server = createServer(async (req, res) => {
    const number = req.url === '/' ? 0 : Number(/^\/p\/(\d+)$/.exec(req.url ?? '')?.[1] ?? Number.NaN);
    const isThere = number < count;
    requests += 1;
    const isNew = isThere && !asked.has(number);
    if (isThere) asked.add(number);
    if (isNew && (asked.size === count || asked.size === Math.floor(count / 3))) await weigh?.();
    const body = isThere ? page(number, count) : 'not here';
    res.writeHead(isThere ? 200 : 404, { 'Content-Type': 'text/html; charset=utf-8' });
    res.end(req.method === 'HEAD' ? undefined : body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    reset(pages, weighing) {
      count = pages;
      weigh = weighing;
      requests = 0;
      asked = new Set();
    },
    get seen() {
      return { pages: asked.size, requests };
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
