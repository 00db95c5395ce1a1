/** The pictures of the documentation: `npm run report:pictures`. Looked at by eye, and not compared by a machine. */
import { join } from 'node:path';
import { root } from '../../scripts/own-project.ts';
import { crawlLines, harText, linesText, pageEntries } from '../cli/report/sample-files.ts';
import { ReportBrowser } from './browser.ts';

await using browser = await ReportBrowser.start();
const picture = (name: string) => ({ path: join(root, 'docs/images', `${name}.png`) });
const session = await browser.make(
  'shop.har',
  harText(pageEntries(), { creator: { name: 'sluice', version: '0.1.0' } }),
);
const crawl = await browser.make('pages.jsonl', linesText(crawlLines(50_000)));

{
  await using opened = await browser.open(session, { width: 1280, height: 820 });
  await opened.page.locator('.fold').first().click();
  await opened.page.keyboard.press('Home');
  await opened.page.screenshot(picture('report-light'));
}
{
  await using opened = await browser.open(crawl, { width: 1280, height: 820, scheme: 'dark' });
  await opened.page.fill('#search', 'status:404');
  await opened.page.locator('.row').nth(2).click();
  await opened.page.screenshot(picture('report-dark'));
}
{
  await using opened = await browser.open(session, { width: 390, height: 760 });
  await opened.page.screenshot(picture('report-phone'));
}
