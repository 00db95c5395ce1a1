import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type PageLine, parseLine } from '../../src/cli/crawl/page-line.ts';
import type { TestServer } from '../../src/testing/server.ts';
import { systemClock } from '../../src/time/clock.ts';
import { sluice } from './sluice-process.ts';
import { asked, startBigSite } from './web-site.ts';

const PAGES = 300;
let folder: string;
let server: TestServer;
/** Called with the number of requests so far, before each is answered. */
let onRequest: (count: number) => void;
/** Answers wait while it is set. */
let held: (() => void)[] | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'crawl-process-'));
  onRequest = () => {};
  held = undefined;
  server = await startBigSite(PAGES, late);
});

afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

async function late(_res: ServerResponse, answer: () => void): Promise<void> {
  onRequest(server.requests.length);
  if (held !== undefined) {
    held.push(answer);
    return;
  }
  await systemClock.sleep(2);
  answer();
}

const file = (name: string) => join(folder, name);
const crawlTo = (out: string, ...more: string[]) =>
  sluice(['crawl', server.url('/p/0'), '--out', out, '--concurrency', '8', ...more]);

/** The lines that are whole. */
function linesOf(path: string): PageLine[] {
  const text = readFileSync(path, 'utf8');
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .map(parseLine)
    .filter((line) => line !== undefined);
}

const outcome = (lines: readonly PageLine[]) =>
  lines.map(({ url, status, error }) => `${url} ${error ?? status}`).sort();

async function wholeCrawl(): Promise<string[]> {
  const { code } = await crawlTo(file('whole.jsonl')).ended;
  expect(code).toBe(1); // some links are broken
  return outcome(linesOf(file('whole.jsonl')));
}

describe('sluice crawl as a process', () => {
  it.each([3, 60, 200])(
    'killed after %d requests and resumed gives what one that ran through gives, and fetches no written page again',
    async (count) => {
      const whole = await wholeCrawl();
      server.clear();
      const killed = crawlTo(file('cut.jsonl'));
      onRequest = (seen) => seen >= count && killed.child.kill('SIGKILL');
      expect((await killed.ended).signal).toBe('SIGKILL');
      const written = linesOf(file('cut.jsonl'));
      expect(written.length).toBeLessThan(whole.length);
      const before = asked(server);
      onRequest = () => {};
      server.clear();

      const { err } = await crawlTo(file('cut.jsonl'), '--resume').ended;
      if (written.length > 0) expect(err).toContain(`${written.length} page`);
      expect(outcome(linesOf(file('cut.jsonl')))).toEqual(whole);
      const again = new Set(asked(server));
      expect(written.filter(({ url }) => again.has(new URL(url).pathname))).toEqual([]);
      expect(asked(server)).toHaveLength(again.size);
      expect(before.length).toBeGreaterThanOrEqual(written.length);
    },
    90_000,
  );

  it('goes on from a file whose last line was cut, and fetches that page again', async () => {
    const whole = await wholeCrawl();
    const path = file('whole.jsonl');
    const text = readFileSync(path, 'utf8');
    const half = text.split('\n').slice(0, 150).join('\n');
    writeFileSync(path, half);
    truncateSync(path, Buffer.byteLength(half) - 20);
    const cut = parseLine(text.split('\n')[149]!)!;
    server.clear();
    const { err } = await crawlTo(path, '--resume').ended;
    expect(err).toContain('149 pages of');
    expect(err).toContain('1 line cut or unreadable');
    expect(outcome(linesOf(path))).toEqual(whole);
    expect(asked(server)).toContain(new URL(cut.url).pathname);
  }, 60_000);

  it('finishes what is in flight on Ctrl-C, writes it, and says how to go on', async () => {
    const whole = await wholeCrawl();
    server.clear();
    const path = file('stopped.jsonl');
    const running = crawlTo(path, '--header', "X-A: it's");
    onRequest = (count) => {
      if (count === 100) held = [];
      // Two are held by now, whichever is first: the signal or the next request.
      if (count === 102) running.child.kill('SIGINT');
    };
    await new Promise<void>((resolve) => {
      running.child.stderr!.on('data', (text: string) => text.includes('stopping') && resolve());
    });
    const inFlight = held!.length;
    expect(inFlight).toBeGreaterThan(1);
    const waiting = held!;
    held = undefined;
    onRequest = () => {};
    for (const answer of waiting) answer();
    const { code, err, out } = await running.ended;
    expect(code).toBe(130);
    expect(err).toContain(`  sluice crawl ${server.url('/p/0')} --out ${path} --concurrency 8 --header`);
    expect(err).toMatch(/'X-A: it'\\''s' --resume\n$/);
    expect(out).toContain('statuses');
    const written = linesOf(path).map(({ url }) => new URL(url).pathname);
    expect(written.sort()).toEqual(asked(server).sort());
    expect(written.length).toBeLessThan(whole.length);

    server.clear();
    await crawlTo(path, '--resume').ended;
    expect(outcome(linesOf(path))).toEqual(whole);
  }, 60_000);

  it('ends at once on a second Ctrl-C', async () => {
    const path = file('twice.jsonl');
    const running = crawlTo(path);
    onRequest = (count) => {
      if (count === 50) {
        held = [];
        running.child.kill('SIGINT');
      }
    };
    running.child.stderr!.on('data', (text: string) => text.includes('stopping') && running.child.kill('SIGINT'));
    expect((await running.ended).code).toBe(130);
    for (const line of readFileSync(path, 'utf8').trimEnd().split('\n')) expect(parseLine(line)).toBeDefined();
  }, 30_000);

  it('reports at its end, and leaves with 1 when links are broken', async () => {
    const { code, out, err } = await sluice(['crawl', server.url('/p/0'), '--limit', '40', '--depth', '3']).ended;
    expect(code).toBe(1);
    expect(out).toMatch(/^40 pages, .* a second\n/);
    expect(out).toMatch(/statuses\n +\d+ +200 +OK\n +\d+ +404 +Not Found/);
    expect(out).toMatch(/slowest pages\n( +\d+ +ms +\d+ +http.*\n)+/);
    expect(out).toMatch(/broken links \(\d\)\n {2}404 Not Found {2}http\S+\/missing\/\d+\n {6}on http\S+\/p\/\d+\n/);
    expect(err).not.toContain('\x1b');
  }, 30_000);

  it('does not write over a file of pages', async () => {
    writeFileSync(file('old.jsonl'), '{}\n');
    const { code, err } = await crawlTo(file('old.jsonl')).ended;
    expect([code, err]).toEqual([2, expect.stringContaining('is not empty; add --resume')]);
    expect(readFileSync(file('old.jsonl'), 'utf8')).toBe('{}\n');
  }, 30_000);
});
