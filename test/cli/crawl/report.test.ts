import { describe, expect, it } from 'vitest';
import type { PageLine } from '../../../src/cli/crawl/page-line.ts';
import { Progress, progressBar, progressText } from '../../../src/cli/crawl/progress.ts';
import { reportText } from '../../../src/cli/crawl/report.ts';
import { CrawlSummary } from '../../../src/cli/crawl/summary.ts';
import type { Output } from '../../../src/cli/terminal.ts';
import { byteText, plural, printable, timeText } from '../../../src/cli/text/text-table.ts';
import { FakeClock } from '../../../src/testing/fake-clock.ts';

const page = (url: string, more: Partial<PageLine> = {}): PageLine => ({
  url: `http://a.example${url}`,
  status: 200,
  error: null,
  from: null,
  depth: 0,
  ms: 5,
  bytes: 1000,
  links: [],
  ...more,
});

function summaryOf(...lines: PageLine[]): CrawlSummary {
  const summary = new CrawlSummary((url) => url.startsWith('http://a.example/'));
  for (const line of lines) summary.add(line);
  return summary;
}

describe('the report', () => {
  it('has totals, statuses, slow pages, broken links with their pages, and what was not checked', () => {
    const summary = summaryOf(
      page('/', { links: ['http://b.example/1', 'http://b.example/2'], ms: 12.4 }),
      page('/x', { ms: 80 }),
      page('/gone', { status: 404, from: 'http://a.example/' }),
      page('/down', { status: null, error: 'ERR_RESET', message: 'GET /down: reset', from: 'http://a.example/' }),
      page('/no', { status: null, error: 'ERR_ROBOTS_DISALLOWED', from: 'http://a.example/', ms: 0 }),
      page('/odd', { invalid: ['http://['] }),
    );
    const broken = [
      {
        url: 'http://a.example/down',
        status: null,
        error: 'ERR_RESET',
        message: 'GET /down: reset',
        pages: ['http://a.example/'],
        through: [],
        count: 1,
      },
      {
        url: 'http://a.example/gone',
        status: 404,
        error: null,
        message: undefined,
        pages: ['1', '2', '3', '4', '5', '6'].map((n) => `http://a.example/${n}`),
        through: [],
        count: 9,
      },
    ];
    expect(
      reportText(summary, broken, { elapsed: 2000, fetched: 4 }),
    ).toBe(`6 pages, 2 of them in earlier runs, 6.0 kB, 2.0 s, 2.0 a second

statuses
  3  200                    OK
  1  404                    Not Found
  1  ERR_RESET
  1  ERR_ROBOTS_DISALLOWED  not fetched: robots.txt does not allow it

slowest pages
  80  ms  200  http://a.example/x
  12  ms  200  http://a.example/
   5  ms  404  http://a.example/gone
   5  ms  -    http://a.example/down
   5  ms  200  http://a.example/odd

broken links (2)
  ERR_RESET  http://a.example/down
      GET /down: reset
      on http://a.example/
  404 Not Found  http://a.example/gone
      on http://a.example/1
      on http://a.example/2
      on http://a.example/3
      on http://a.example/4
      on http://a.example/5
      and on 4 more pages

links that are no URL (1)
  "http://[" on http://a.example/odd

links to other hosts, not checked
  2  b.example
`);
  });

  it('says that no link is broken', () => {
    expect(reportText(summaryOf(page('/')), [], { elapsed: 10, fetched: 1 })).toContain('\n\nno broken links\n');
  });

  it('says why a start was not fetched', () => {
    const message = 'GET http://a.example/: robots.txt could not be fetched (ERR_DNS)';
    const summary = summaryOf(page('/', { status: null, error: 'ERR_ROBOTS_UNREACHABLE', message }));
    const text = reportText(summary, [], { elapsed: 10, fetched: 1 });
    expect(text).toContain(`not even the start was fetched\n  http://a.example/\n      ${message}\n`);
    // No link was seen.
    expect(text).not.toContain('no broken links');
  });

  it('shows no secret of a URL and nothing that steers a terminal', () => {
    const summary = summaryOf(page('/?token=s3cret', { invalid: ['http://[\x1b[31m\u202e'] }));
    const text = reportText(summary, [], { elapsed: 10, fetched: 1 });
    expect(text).toContain('token=***');
    for (const banned of ['s3cret', '\x1b', '\u202e']) expect(text).not.toContain(banned);
  });

  it('keeps the ten slowest pages, and no more of anything than it shows', () => {
    const summary = summaryOf(
      ...Array.from({ length: 30_000 }, (_, i) => page(`/${i}`, { status: 500, ms: (i * 7919) % 30_000 })),
    );
    expect(summary.slowest.map(({ ms }) => ms)).toEqual(Array.from({ length: 10 }, (_, i) => 29_999 - i));
    expect([summary.broken.count, summary.broken.first.length]).toEqual([30_000, 10_000]);
    const text = reportText(summary, summary.broken.first, { elapsed: 10, fetched: 1 });
    expect(text).toContain('and 29950 more');
  });
});

describe('the progress', () => {
  const figures = { done: 30, known: 120, failed: 1, running: 10 };

  it.each([
    [figures, 4.5, '30/120 pages, 10 in flight, 4.5/s, 1 error, 20 s left'],
    [{ ...figures, known: 1, done: 0 }, 0, '0/1 page, 10 in flight, 0.0/s, 1 error'],
    [figures, 123.4, '30/120 pages, 10 in flight, 123/s, 1 error, 0.7 s left'],
  ])('of %j at %d a second', (given, rate, text) => {
    expect(progressText(given, rate)).toBe(text);
  });

  it('is a bar that fits the terminal', () => {
    expect(progressBar(figures, 4.5, 100)).toBe(
      '[######..................] 30/120 pages, 10 in flight, 4.5/s, 1 error, 20 s left',
    );
    expect(progressBar(figures, 4.5, 20)).toHaveLength(19);
  });

  it.each([
    [true, 100, '\r\x1b[K[######..................] 30/120 pages, 10 in flight, 300/s, 1 error, 0.3 s left'],
    [false, 5000, '30/120 pages, 10 in flight, 6.0/s, 1 error, 15 s left\n'],
  ])('is shown every so often: terminal %s, %d ms', async (isTTY, every, text) => {
    const clock = new FakeClock();
    const written: unknown[] = [];
    const output: Output = { isTTY, columns: 100, write: (chunk) => written.push(chunk) };
    let done = 0;
    const progress = new Progress(output, clock, () => ({ ...figures, done }));
    done = 30;
    await clock.advance(every - 1);
    expect(written).toEqual([]);
    await clock.advance(1);
    expect(written).toEqual([text]);
    progress.end();
    expect(clock.pending).toBe(0);
  });
});

describe('text', () => {
  it.each([
    [byteText(999), '999 B'],
    [byteText(1000), '1.0 kB'],
    [byteText(3_140_000), '3.1 MB'],
    [byteText(5e15), '5000.0 TB'],
    [timeText(840), '0.8 s'],
    [timeText(42_000), '42 s'],
    [timeText(200_000), '3m 20s'],
    [timeText(7_500_000), '2h 5m'],
    [plural(1, 'page'), '1 page'],
    [plural(0, 'page'), '0 pages'],
    [printable('a\x1b[0m\u2028é'), 'a\\u001b[0m\\u2028é'],
  ])('%s is %s', (found, expected) => {
    expect(found).toBe(expected);
  });
});
