/** A clock of the caller's that throws while a crawl waits by it: the crawl ends with that, and the frontier has all that it had. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Client } from '../../src/client/client.ts';
import { type CrawlOptions, crawl, memoryFrontier, writeLines } from '../../src/crawl/index.ts';
import { HttpResponse } from '../../src/message/response.ts';
import type { Clock } from '../../src/time/clock.ts';
import { atEachLook, BrokenClock, brokenWays } from '../support/broken-clock.ts';

const PAGES = ['http://a.test/1', 'http://a.test/2', 'http://b.test/1'];

/** Who reads the clock that fails. */
const rows: [who: string, ofFrontier: (clock: BrokenClock) => Clock, ofCrawl: (clock: BrokenClock) => Clock][] = [
  ['the frontier', (clock) => clock, ({ sound }) => sound],
  ['the crawl', ({ sound }) => sound, (clock) => clock],
  ['both', (clock) => clock, (clock) => clock],
];

/** The first answer of each page asks for a pause, so that there is something to wait for. */
function site() {
  const asked = new Set<string>();
  const client = new Client({
    handler: async ({ url }) => {
      if (asked.has(url) || url.endsWith('/robots.txt')) return new HttpResponse(200, {}, '');
      asked.add(url);
      return new HttpResponse(503, { 'Retry-After': '1' });
    },
  });
  return client;
}

describe.each(rows)('a clock of %s that fails', (_who, ofFrontier, ofCrawl) => {
  it.each(brokenWays)('ends the crawl, and the frontier goes on with another: %s, %s', async (how, _when, once) => {
    const broke = await atEachLook(how, once, async (clock) => {
      const frontier = memoryFrontier({ clock: ofFrontier(clock) });
      const client = site();
      const visited = new Set<string>();
      const options: CrawlOptions = {
        clock: ofCrawl(clock),
        perHost: { concurrency: 1, interval: 20 },
        visit: async (_response, { url }) => void visited.add(url),
      };
      const ended = await frontier
        .add(PAGES.map((url) => ({ url })))
        .then(() => crawl(client, frontier, options))
        .then(
          () => 'done',
          (error: unknown) => error,
        );
      clock.mend();
      const { leased, workers } = await frontier.stats();
      expect({ leased, workers }).toEqual({ leased: 0, workers: 0 });
      await frontier.add(PAGES.map((url) => ({ url })));
      await crawl(client, frontier, options);
      expect((await frontier.stats()).waiting).toBe(0);
      return ended;
    });
    expect(broke).toBeGreaterThan(0);
  });
});

describe('the time of a visit', () => {
  it.each(['sleep throws', 'sleep rejects'] as const)('that cannot be told fails the visit: %s', async (how) => {
    const clock = new BrokenClock(how, 1, false);
    const failures: unknown[] = [];
    const frontier = memoryFrontier();
    await frontier.add([{ url: PAGES[0]! }]);
    const end = await crawl(new Client({ handler: async () => new HttpResponse(200, {}, '') }), frontier, {
      perHost: { concurrency: 1 },
      clock,
      visit: () => new Promise(() => undefined),
      failed: (error) => {
        failures.push(error);
        return {};
      },
    });
    expect(end).toMatchObject({ failed: 1 });
    expect(failures).toEqual([clock.fault]);
  });
});

describe('writeLines', () => {
  it.each(['sleep throws', 'sleep rejects'] as const)(
    'rejects with the fault, and lets go of its file: %s',
    async (how) => {
      const folder = mkdtempSync(join(tmpdir(), 'lines-'));
      onTestFinished(() => rmSync(folder, { recursive: true }));
      const clock = new BrokenClock(how, 1, false);
      const frontier = memoryFrontier();
      await frontier.add([{ url: PAGES[0]! }]);
      const leases = frontier.leases({ signal: new AbortController().signal, hosts: 1 })[Symbol.asyncIterator]();
      await leases.next();
      await expect(writeLines(frontier, join(folder, 'lines'), { clock })).rejects.toBe(clock.fault);
      expect(await writeLines(frontier, join(folder, 'lines'), { follow: false })).toEqual({ lines: 0 });
      await leases.return?.();
    },
  );
});
