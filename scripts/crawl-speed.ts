/**
 * `npm run crawl-speed`: pages for each second of processor time, ours beside other crawlers, one after the other in each
 * round over one local site; then our memory over sites of growing size. `--pages 1000 --rounds 1 --memory 1000,5000` is
 * a short run. Leaves with 1 when ours missed a page, ours is below three times the best of the others, or our
 * memory grows. `npm run build` comes first.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Site, startSite } from './crawl-speed/site.ts';
import { linkInto, ownProject, root } from './own-project.ts';

const { values } = parseArgs({
  options: {
    pages: { type: 'string', default: '20000' },
    rounds: { type: 'string', default: '1' },
    memory: { type: 'string', default: '10000,100000' },
    only: { type: 'string' },
  },
});
const CONCURRENCY = '50';
/** Bytes that a known URL may take, beside what does not grow. */
const BYTES_A_PAGE = 300;
const GOAL = 3;

const home = ownProject('crawlers', {
  '@crawlee/cheerio': '3.18.1',
  '@crawlee/http': '3.18.1',
  linkinator: '7.6.1',
  got: '16.1.0',
  cheerio: '1.2.0',
  'p-queue': '10.0.0',
});
linkInto(home);
for (const file of ['crawlers.mjs', 'usage.mjs'])
  copyFileSync(join(root, 'scripts/crawl-speed', file), join(home, file));

interface Usage {
  readonly cpu: number;
  /** MiB, at the most. */
  readonly rss: number;
  /** Bytes that it held at the most of two times, after a full collection; 0 when it was not asked. */
  readonly held: number;
  readonly seconds: number;
  readonly pages: number;
  readonly requests: number;
}

interface Crawler {
  readonly name: string;
  readonly isOurs: boolean;
  args(url: string, folder: string): string[];
}

const named = (name: string, program: string, isOurs = false): Crawler => ({
  name,
  isOurs,
  args: (url) => [join(home, 'crawlers.mjs'), program, url, CONCURRENCY],
});

const COMMAND: Crawler = {
  name: 'sluice crawl, the command with its file',
  isOurs: true,
  args: (url, folder) => [
    join(root, 'dist/cli.js'),
    ...['crawl', url, '--ignore-robots', '--concurrency', CONCURRENCY, '--out', join(folder, 'pages.jsonl')],
  ],
};
const LIBRARY = named('sluice/crawl, crawl() in memory', 'library', true);
const CRAWLERS: readonly Crawler[] = [
  LIBRARY,
  COMMAND,
  named('a loop of got, cheerio, p-queue', 'loop'),
  named('linkinator', 'linkinator'),
  named('Crawlee, HttpCrawler and a pattern', 'httpCrawler'),
  named('Crawlee, CheerioCrawler', 'cheerioCrawler'),
];

async function measured({ name, args }: Crawler, site: Site, pages: number, isWeighed = false): Promise<Usage> {
  const folder = mkdtempSync(join(tmpdir(), 'crawl-speed-'));
  const file = join(folder, 'usage.json');
  const started = performance.now();
  try {
    const child = spawn(process.execPath, ['--import', join(home, 'usage.mjs'), ...args(site.url, folder)], {
      cwd: home,
      env: { ...process.env, USAGE: file },
      stdio: ['ignore', 'pipe', 'pipe', isWeighed ? 'ipc' : 'ignore'],
    });
    let held = 0;
    const weigh = async () => {
      const answer = once(child, 'message');
      child.send('what do you hold?');
      const [bytes] = (await answer) as [number];
      held = Math.max(held, bytes);
    };
    site.reset(pages, isWeighed ? weigh : undefined);
    let said = '';
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said = (said + text).slice(-2000);
      });
    }
    const code = await new Promise((resolve) => child.on('close', resolve));
    if (code !== 0) throw new Error(`${name} left with ${code}: ${said}`);
    const seconds = (performance.now() - started) / 1000;
    return { ...JSON.parse(readFileSync(file, 'utf8')), held, seconds, ...site.seen };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function median(all: readonly number[]): number {
  return [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)]!;
}

function row(...cells: (string | number)[]): void {
  console.log(cells.map((cell, i) => (i === 0 ? String(cell).padEnd(42) : String(cell).padStart(12))).join(''));
}

async function compare(site: Site, pages: number, rounds: number): Promise<boolean> {
  const crawlers = CRAWLERS.filter(({ name }) => values.only === undefined || name.includes(values.only));
  const runs = new Map(crawlers.map((crawler) => [crawler, [] as Usage[]]));
  for (let round = 0; round < rounds; round += 1) {
    for (const crawler of crawlers) runs.get(crawler)!.push(await measured(crawler, site, pages));
  }
  console.log(`${pages} pages of one site, ${CONCURRENCY} at a time, ${rounds} round(s), Node ${process.version}\n`);
  row('', 'pages/CPU s', 'pages/s', 'MiB', 'pages', 'requests');
  const rates = new Map<Crawler, number>();
  let isWhole = true;
  for (const [crawler, all] of runs) {
    const rate = median(all.map((one) => one.pages / one.cpu));
    rates.set(crawler, rate);
    const seen = Math.min(...all.map((one) => one.pages));
    // Some of the others miss pages; they are counted by those that they have asked for.
    isWhole &&= seen === pages || !crawler.isOurs;
    const speed = median(all.map((one) => one.pages / one.seconds));
    row(
      crawler.name,
      rate.toFixed(0),
      speed.toFixed(0),
      median(all.map(({ rss }) => rss)).toFixed(0),
      seen,
      all[0]!.requests,
    );
  }
  const others = [...rates].filter(([{ isOurs }]) => !isOurs).map(([, rate]) => rate);
  if (others.length === 0) return isWhole;
  const best = Math.max(...others);
  for (const [{ name, isOurs }, rate] of rates) {
    if (isOurs) console.log(`${name}: ${(rate / best).toFixed(2)} times the best of the others`);
  }
  return isWhole && (rates.get(LIBRARY) ?? Number.POSITIVE_INFINITY) >= GOAL * best;
}

/**
 * What is judged is what the process holds, not its resident set: V8 lets garbage lie for as long as there is room, so that
 * the set grows with the first thousands of pages by far more than is needed, and then not at all.
 */
async function memory(site: Site, sizes: readonly number[]): Promise<boolean> {
  console.log('\nmemory of ours\n');
  row('', 'pages', 'MiB held', 'MiB at most', 'pages/CPU s');
  let isFlat = true;
  for (const crawler of [COMMAND, LIBRARY]) {
    const all: Usage[] = [];
    for (const size of sizes) {
      const one = await measured(crawler, site, size, true);
      all.push(one);
      const rate = (one.pages / one.cpu).toFixed(0);
      row(crawler.name, one.pages, (one.held / 2 ** 20).toFixed(1), one.rss.toFixed(0), rate);
    }
    for (const [i, after] of all.slice(1).entries()) {
      const before = all[i]!;
      const bytes = (after.held - before.held) / (after.pages - before.pages);
      console.log(`from ${before.pages} to ${after.pages}: ${bytes.toFixed(0)} bytes held for each further page`);
      isFlat &&= bytes < BYTES_A_PAGE;
    }
  }
  return isFlat;
}

const site = await startSite();
try {
  const isFast = await compare(site, Number(values.pages), Number(values.rounds));
  const sizes = values.memory.split(',').map(Number).filter(Boolean);
  const isFlat = sizes.length < 2 || (await memory(site, sizes));
  if (!isFast) console.log(`missed: every page once, and ${GOAL} times the best of the others`);
  if (!isFlat) console.log(`missed: less than ${BYTES_A_PAGE} bytes for each further page`);
  process.exitCode = isFast && isFlat ? 0 : 1;
} finally {
  site.close();
}
