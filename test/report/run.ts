/**
 * The page of `sluice report` in Debian's Chromium: `npm run test:report`. Runs the checks, then opens a crawl of 50 000 lines and
 * filters it, and prints how long that took. Needs `chromium` (or `CHROMIUM=` its path).
 */
import { crawlLines, linesText } from '../cli/report/sample-files.ts';
import { ReportBrowser } from './browser.ts';
import { checks } from './checks.ts';

/** Milliseconds. */
const MOST_OPEN = 2000;
const MOST_FILTER = 100;
const WORDS = ['b', 'bl', 'blog', 'blog item-49', '-blog status:404', 'is:broken', '>1s', 'nothing-has-this', ''];

await using browser = await ReportBrowser.start();
let failed = 0;
for (const [name, check] of Object.entries(checks)) {
  try {
    await check(browser);
    console.log(`passed  ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}\n${(error as Error).stack}`);
  }
}

const path = await browser.make('crawl.jsonl', linesText(crawlLines(50_000)));
const times: number[] = [];
const filters: number[] = [];
for (let round = 0; round < 5; round += 1) {
  await using opened = await browser.open(path);
  times.push(opened.opened);
  // From the input to the frame that shows what fits.
  const taken = await opened.page.evaluate(async (words) => {
    const search = document.getElementById('search') as HTMLInputElement;
    const spans: number[] = [];
    for (const word of words) {
      const started = performance.now();
      search.value = word;
      search.dispatchEvent(new Event('input'));
      document.body.getBoundingClientRect();
      spans.push(performance.now() - started);
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    return spans;
  }, WORDS);
  filters.push(...taken);
}
const shown = (name: string, values: number[], limit: number) => {
  const sorted = values.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)]!;
  const isOver = median > limit;
  if (isOver) failed += 1;
  const figures = `median ${median.toFixed(0)} ms, fastest ${sorted[0]!.toFixed(0)} ms, slowest ${sorted.at(-1)!.toFixed(0)} ms`;
  console.log(`${isOver ? 'FAILED ' : 'passed '} 50 000 lines ${name}: ${figures}; ${limit} ms at most`);
};
shown('open', times, MOST_OPEN);
shown('are filtered', filters, MOST_FILTER);
process.exitCode = failed === 0 ? 0 : 1;
