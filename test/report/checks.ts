/** What a user does with a page of `sluice report`, and what has to come of it. Each throws when it does not. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { crawlLines, harEntryOf, harText, linesText, sessionEntries } from '../cli/report/sample-files.ts';
import type { Opened, ReportBrowser } from './browser.ts';
import { inNetworkPanel } from './network-panel.ts';

type Check = (browser: ReportBrowser) => Promise<void>;

const SESSION = harText(sessionEntries(160), { creator: { name: 'sluice', version: '0.1.0' } });
const urlsOf = (page: Page) => page.locator('.row .path').allTextContents();
const rows = (page: Page) => page.locator('.row');
/** What the table says of itself, its head left out. */
const countOf = async (page: Page) => Number(await page.locator('#grid').getAttribute('aria-rowcount')) - 1;
const isClean = ({ complaints, asked, dialogs }: Opened) =>
  assert.deepEqual([complaints, asked, dialogs], [[], [], []]);
const selected = (page: Page) => page.locator('.row[aria-selected="true"]');

/** Scripts in every place that a stranger can write to. */
const PLANTED = [
  '</script><script>alert(1)</script>',
  '<img src=http://evil.test/x onerror=alert(2)>',
  '<svg/onload=alert(3)>',
  '<!--<script>alert(4)',
  'javascript:alert(5)',
  '\u2028;alert(6)//\u2029',
  '"><iframe srcdoc="<script>alert(7)</script>">',
];

async function planted(browser: ReportBrowser): Promise<void> {
  const entries = PLANTED.map((text, n) =>
    harEntryOf({
      url: n % 2 === 0 ? text : `http://h.test/${text}`,
      at: n,
      status: 404,
      request: {
        method: text,
        headers: [
          { name: text, value: text },
          { name: 'Referer', value: text },
        ],
      },
      response: { statusText: text, headers: [{ name: text, value: text }], content: { size: 1, mimeType: text } },
      more: { pageref: 'p', comment: text, _error: { code: text, message: text } },
    }),
  );
  const pages = [{ id: 'p', title: PLANTED.join(' ') }];
  const path = await browser.make(
    '</script><img src=x onerror=alert(8)>.har'.replaceAll('/', '\u2215'),
    harText(entries, { pages, creator: { name: PLANTED.join('') } }),
  );
  await using opened = await browser.open(path);
  const { page } = opened;
  for (let n = 0; n < PLANTED.length; n += 1) {
    await rows(page).nth(n).click();
    await page.locator('#details h2').click({ modifiers: ['Alt'] });
    const shown = (await page.locator('#details').textContent()) ?? '';
    assert.ok(
      shown.includes(PLANTED[n]!.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')),
      `shown as text: ${PLANTED[n]}`,
    );
  }
  await page.click('#tab-broken');
  assert.equal(await page.locator('#broken-list > li').count(), PLANTED.length);
  assert.equal(await page.locator('[href^="javascript" i], img, iframe, svg, [onload], [onerror]').count(), 0);
  await page.fill('#search', PLANTED.join(' '));
  isClean(opened);
}

async function crawlPlanted(browser: ReportBrowser): Promise<void> {
  const lines = PLANTED.map((text, n) => ({
    url: `http://h.test/${n}?${text}`,
    status: 500,
    error: null,
    from: `http://h.test/${text}`,
    depth: 1,
    ms: 3,
    bytes: 1,
    type: text,
    message: text,
    invalid: [text],
    links: [`http://h.test/0?${PLANTED[0]}`],
  }));
  await using opened = await browser.open(await browser.make('planted.jsonl', linesText(lines)));
  const { page } = opened;
  for (let n = 0; n < PLANTED.length; n += 1) await rows(page).nth(n).click();
  await page.click('#tab-broken');
  assert.equal(await page.locator('img, iframe, svg').count(), 0);
  isClean(opened);
}

/** A script that came into the page all the same would not run. */
async function policy(browser: ReportBrowser): Promise<void> {
  await using opened = await browser.open(await browser.make('x.har', SESSION));
  const { page } = opened;
  // As text: what runs the checks puts names of its own into functions.
  const outcome = await page.evaluate<{ results: string[]; hasRun: boolean }>(`(async () => {
    const script = document.createElement('script');
    const results = [];
    try { script.append('globalThis.hasRun = true'); document.body.append(script); results.push('allowed'); } catch { results.push('refused'); }
    try { document.body.innerHTML = '<b>x</b>'; results.push('allowed'); } catch { results.push('refused'); }
    results.push(await fetch('http://127.0.0.1:1/').then(() => 'allowed', () => 'refused'));
    return { results, hasRun: 'hasRun' in globalThis };
  })()`);
  assert.deepEqual([outcome.hasRun, outcome.results.slice(1)], [false, ['refused', 'refused']]);
  assert.deepEqual(opened.asked, []);
}

async function clicks(browser: ReportBrowser): Promise<void> {
  await using opened = await browser.open(await browser.make('session.har', SESSION));
  const { page } = opened;
  const all = await countOf(page);
  await page.fill('#search', 'is:redirect');
  const redirects = await countOf(page);
  assert.ok(redirects > 0 && redirects < all, 'the filter leaves some');
  assert.match((await page.locator('#count').textContent()) ?? '', new RegExp(`^${redirects} of ${all} `));
  await page.locator('.fold').first().click();
  assert.equal(await countOf(page), redirects + 2, 'a row opens to the redirect and what it led to');
  assert.equal(await rows(page).first().getAttribute('aria-expanded'), 'true');
  assert.deepEqual(await page.locator('.row.part .status').allTextContents(), ['↪302', '●200']);
  await page.locator('.fold').first().click();
  assert.equal(await countOf(page), redirects, 'and closes');
  await rows(page).nth(1).click();
  assert.match((await page.locator('#details').textContent()) ?? '', /Steps.*302.*200.*Phases.*Wait.*Facts/s);
  await page.click('#details .close');
  assert.equal(await page.locator('#details').isVisible(), false);
  await page.click('#tab-broken');
  assert.match((await page.locator('#broken-list').textContent()) ?? '', /No broken link/);
  await page.fill('#search', '');
  const broken = await page.locator('#broken-list > li').count();
  assert.ok(broken > 5, 'broken ones are listed');
  assert.match(
    (await page.locator('#broken-list').textContent()) ?? '',
    /https:\/\/shop\.example\/orders/,
    'with their page',
  );
  await page.click('#tab-requests');
  await page.click('[data-kind="client"]');
  assert.ok((await page.locator('.row .status').allTextContents()).every((text) => text.includes('404')));
  await page.click('[data-kind="client"]');
  await page.locator('#hosts button').first().click();
  assert.match(await page.inputValue('#search'), /^host:/);
  await page.fill('#search', 'nothing-has-this');
  await page.click('#clear');
  assert.equal(await countOf(page), all);
  await page.locator('#slowest button').first().click();
  assert.equal(await selected(page).count(), 1);
  isClean(opened);
}

async function sorting(browser: ReportBrowser): Promise<void> {
  await using opened = await browser.open(await browser.make('session.har', SESSION), { height: 8000 });
  const { page } = opened;
  const order = await urlsOf(page);
  const head = page.locator('[data-sort="time"]');
  const ms = async () =>
    (await page.locator('.row .c-time').allTextContents()).map(
      (text) => Number.parseFloat(text) * (/ms/.test(text) ? 1 : 1000),
    );
  await head.click();
  assert.deepEqual(
    await ms(),
    (await ms()).toSorted((a, b) => b - a),
    'the slowest first',
  );
  assert.equal(await page.locator('.c-time[aria-sort="descending"]').count(), 1);
  await head.click();
  assert.deepEqual(
    await ms(),
    (await ms()).toSorted((a, b) => a - b),
    'then the fastest',
  );
  await head.click();
  assert.deepEqual(await urlsOf(page), order, 'then the order of the file');
  isClean(opened);
}

async function keyboard(browser: ReportBrowser): Promise<void> {
  await using opened = await browser.open(await browser.make('session.har', SESSION));
  const { page } = opened;
  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  await press('/');
  await page.keyboard.type('is:redirect');
  await press('Enter');
  assert.equal(await selected(page).getAttribute('aria-rowindex'), '2', 'Enter goes to the first row');
  await press('ArrowRight');
  assert.equal(await page.locator('.row.part').count(), 2, 'it opens');
  await press('j', 'j');
  assert.match((await selected(page).getAttribute('class')) ?? '', /part/);
  await press('Enter');
  assert.equal(await page.locator('#details').isVisible(), true);
  const first = await page.locator('#details h2').textContent();
  await press('ArrowUp');
  assert.notEqual(await page.locator('#details h2').textContent(), first, 'the details follow');
  await press('ArrowLeft');
  assert.equal(await page.locator('.row.part').count(), 0, 'it closes');
  await press('Escape');
  assert.equal(await page.locator('#details').isVisible(), false);
  await press('Escape');
  assert.equal(await page.inputValue('#search'), '', 'Escape shows all');
  await press('End');
  assert.equal(await selected(page).getAttribute('aria-rowindex'), String((await countOf(page)) + 1));
  assert.equal(
    await page.locator('#grid').getAttribute('aria-activedescendant'),
    await selected(page).getAttribute('id'),
  );
  await press('Home', 'PageDown');
  assert.ok(Number(await selected(page).getAttribute('aria-rowindex')) > 4);
  await press('?');
  assert.equal(await page.locator('#keys').isVisible(), true);
  await press('Escape');
  assert.equal(await page.locator('#keys').isVisible(), false);
  await page.locator('#search').focus();
  const outline = await page.locator('#search').evaluate((one) => getComputedStyle(one).outlineStyle);
  assert.equal(outline, 'solid', 'the focus can be seen');
  isClean(opened);
}

/** WCAG 2.1: the ratio of two colours that are given as `rgb(...)`. */
function contrast(one: string, other: string): number {
  const light = (colour: string) => {
    const [r = 0, g = 0, b = 0] = (colour.match(/[\d.]+/g) ?? []).map((part) => {
      const value = Number(part) / 255;
      return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [a, b] = [light(one), light(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

async function themes(browser: ReportBrowser): Promise<void> {
  const path = await browser.make('crawl.jsonl', linesText(crawlLines(3000)));
  const seen = new Set<string>();
  for (const scheme of ['light', 'dark'] as const) {
    await using opened = await browser.open(path, { scheme, height: 3000 });
    const { page } = opened;
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const auto = await background();
    seen.add(auto);
    const colours = await page.evaluate(() => {
      const surface = getComputedStyle(document.querySelector('.grid')!).backgroundColor;
      const texts = [
        '.c-status .status',
        '.c-size',
        '.c-url .host',
        '.c-url .path',
        '.head button',
        '#statuses .status',
      ];
      return {
        surface,
        shown: texts.flatMap((one) =>
          [...document.querySelectorAll(one)].map((found) => getComputedStyle(found).color),
        ),
      };
    });
    for (const colour of new Set(colours.shown)) {
      const ratio = contrast(colour, colours.surface);
      assert.ok(ratio >= 4.5, `${colour} on ${colours.surface} has a contrast of ${ratio.toFixed(2)}`);
    }
    await page.click('#theme');
    const light = await background();
    await page.keyboard.press('t');
    const dark = await background();
    assert.notEqual(light, dark);
    assert.equal(auto, scheme === 'light' ? light : dark, 'the theme of the system is the first');
    isClean(opened);
  }
  assert.equal(seen.size, 2);
}

async function phone(browser: ReportBrowser): Promise<void> {
  for (const name of ['session.har', 'crawl.jsonl']) {
    const text = name.endsWith('.har') ? SESSION : linesText(crawlLines(300));
    await using opened = await browser.open(await browser.make(name, text), { width: 360, height: 740 });
    const { page } = opened;
    const isNarrow = () => page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);
    assert.ok(await isNarrow(), 'nothing scrolls to the side');
    await rows(page).first().click();
    const panel = await page.locator('#details').boundingBox();
    assert.deepEqual([panel?.x, panel?.width], [0, 360], 'details take the whole screen');
    await page.click('#details .close');
    await page.click('#tab-broken');
    assert.ok(await isNarrow(), 'nor do broken links');
    const size = await page.locator('#tab-broken').boundingBox();
    assert.ok((size?.height ?? 0) >= 28, 'a finger hits it');
    isClean(opened);
  }
}

async function odd(browser: ReportBrowser): Promise<void> {
  const timings = { blocked: 1e308, dns: 1e308, connect: 1e308, ssl: 1e308, send: 1e308, wait: 1e308, receive: 1e308 };
  const huge = harEntryOf({
    response: { bodySize: 1e308, content: { size: 1e308 } },
    more: { time: 1e300, timings },
  });
  await using beyond = await browser.open(await browser.make('huge.har', harText([huge])));
  await rows(beyond.page).first().click();
  const shown = await beyond.page.locator('body').innerText();
  assert.match(await beyond.page.locator('#details').innerText(), /Time\s+–\s+Size\s+–/);
  assert.doesNotMatch(shown, /Infinity|NaN|e\+|null|undefined/);
  isClean(beyond);
  const cut = linesText(crawlLines(20)).slice(0, -30);
  await using opened = await browser.open(await browser.make('cut.jsonl', cut));
  assert.match(
    (await opened.page.locator('#notes').textContent()) ?? '',
    /line 20 of cut\.jsonl, the last one, is cut off/,
  );
  isClean(opened);
}

/** The figures fill their box, however many of them are on a line. */
async function figures(browser: ReportBrowser): Promise<void> {
  const path = await browser.make('session.har', SESSION);
  for (const width of [360, 600, 800, 980, 1100, 1280, 1600]) {
    await using opened = await browser.open(path, { width });
    const { page } = opened;
    for (const details of ['closed', 'open']) {
      if (details === 'open') await rows(page).first().click();
      const free = await page.evaluate(() => {
        const box = document.getElementById('tiles')!;
        const [all = 0, ...parts] = [box, ...box.children].map((element) => {
          const { width: wide, height } = element.getBoundingClientRect();
          return wide * height;
        });
        return 1 - parts.reduce((sum, part) => sum + part, 0) / all;
      });
      assert.ok(
        free < 0.04,
        `at ${width} px with the details ${details}, ${(free * 100).toFixed(0)} % is of no figure`,
      );
    }
    isClean(opened);
  }
}

export const checks: Readonly<Record<string, Check>> = {
  'scripts in an archive are text': planted,
  'scripts in a crawl are text': crawlPlanted,
  'the policy lets nothing else run, and no network': policy,
  'clicks: filter, open, details, broken links, hosts': clicks,
  'columns sort': sorting,
  'all of it with the keyboard': keyboard,
  'light, dark, contrast of 4.5 and more': themes,
  'the width of a phone': phone,
  'numbers beyond counting, a cut crawl': odd,
  'figures fill their box': figures,
  "an archive of ours in Chromium's network panel": inNetworkPanel,
};
