/**
 * `npm run docs:browser`: the built site in the system's Chromium. Nothing is asked of anybody else, no page is wider than a
 * phone, and the search finds every option and every error code. Writes docs/images; ends with 1 and what is wrong.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { optionThemes } from '../scripts/option-facts.ts';
import { ROOT } from './gather.ts';
import { serve } from './serve.ts';

const IMAGES = join(ROOT, 'docs/images');
const PAGES = {
  start: '/',
  quickstart: '/quickstart.html',
  options: '/request-options.html',
  reference: '/reference/index/classes/Client.html',
} as const;
const THEMES = ['light', 'dark'] as const;
const SIZES = { phone: { width: 390, height: 780 }, desk: { width: 1200, height: 720 } } as const;
/** The search waits a moment for more letters; this is for a machine that is busy. */
const PATIENCE = 20_000;

interface Asked {
  readonly name: string;
  /** What the address of one of the results has to have. */
  readonly at: string;
}

const wrong: string[] = [];

async function opened(browser: Browser, origin: string, theme: (typeof THEMES)[number], size: keyof typeof SIZES) {
  const context = await browser.newContext({ viewport: SIZES[size], colorScheme: theme, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.on('request', (request) => {
    if (!request.url().startsWith(origin) && !request.url().startsWith('data:')) wrong.push(`asks ${request.url()}`);
  });
  page.on('pageerror', (error) => wrong.push(`${page.url()}: ${error.message}`));
  page.on('response', (response) => {
    if (response.status() >= 400) wrong.push(`${response.url()} is answered with ${response.status()}`);
  });
  return page;
}

async function look(page: Page, origin: string, theme: string, size: string): Promise<void> {
  for (const [name, path] of Object.entries(PAGES)) {
    await page.goto(origin + path, { waitUntil: 'load' });
    const isDark = await page.evaluate(() => document.documentElement.classList.contains('dark'));
    if (isDark !== (theme === 'dark')) wrong.push(`${path} is not ${theme}`);
    const beyond = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (beyond > 0) wrong.push(`${path} is ${beyond} pixels wider than a ${size}`);
    await page.screenshot({ path: join(IMAGES, `site-${name}-${size}-${theme}.png`) });
    console.log(`${path}: ${size}, ${theme}`);
  }
}

/** Every option, and every code that has a row. */
function asked(): Asked[] {
  const options = optionThemes().flatMap((theme) => theme.options.map(({ name }) => name));
  const rows = readFileSync(join(ROOT, 'docs/errors.md'), 'utf8').matchAll(/^\| `(ERR_[A-Z_]+)` \|/gm);
  return [
    ...options.map((name) => ({ name, at: `/request-options.html#${name.toLowerCase()}` })),
    ...[...rows].map(([, name = '']) => ({ name, at: '/errors.html#' })),
  ];
}

async function search(page: Page, origin: string): Promise<number> {
  const all = asked();
  await page.goto(`${origin}/`, { waitUntil: 'load' });
  await page.locator('#local-search button').first().click();
  const input = page.locator('#localsearch-input');
  for (const { name, at } of all) {
    await input.fill(name);
    const result = page.locator(`.VPLocalSearchBox a.result[href*="${at}"]`).first();
    await result
      .waitFor({ state: 'attached', timeout: PATIENCE })
      .catch(() => wrong.push(`the search for ${name} does not show ${at}`));
  }
  return all.length;
}

const served = await serve();
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
try {
  mkdirSync(IMAGES, { recursive: true });
  for (const theme of THEMES)
    await look(await opened(browser, served.origin, theme, 'phone'), served.origin, theme, 'phone');
  await look(await opened(browser, served.origin, 'light', 'desk'), served.origin, 'light', 'desk');
  console.log(
    `searched for ${await search(await opened(browser, served.origin, 'light', 'desk'), served.origin)} names`,
  );
} finally {
  await browser.close();
  await served[Symbol.asyncDispose]();
}
for (const one of wrong) console.error(one);
console.log(wrong.length === 0 ? 'nothing is wrong' : `${wrong.length} things are wrong`);
process.exitCode = wrong.length === 0 ? 0 : 1;
