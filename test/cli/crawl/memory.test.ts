import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Crawl } from '../../../src/cli/crawl/crawl.ts';
import { Journal } from '../../../src/cli/crawl/journal.ts';
import { Client } from '../../../src/client/client.ts';
import { HttpResponse } from '../../../src/message/response.ts';
import { links } from '../web-site.ts';

let folder: string;
let journal: Journal;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crawl-'));
  journal = new Journal(join(folder, 'pages.jsonl'));
});

afterEach(() => {
  journal.close();
  rmSync(folder, { recursive: true });
});

describe('memory', () => {
  it('holds nothing of the pages that are still to come but the set of their URLs', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const fanOut = 50;
    const client = new Client({
      handler: async (request) => {
        const i = Number(/\d+$/.exec(request.url)?.[0] ?? 0);
        const hrefs = Array.from({ length: fanOut }, (_, k) => `/${'x'.repeat(200)}/${i * fanOut + k + 1}`);
        return new HttpResponse(200, { 'Content-Type': 'text/html' }, links(...hrefs));
      },
    });
    const heaps: number[] = [];
    let pages = 0;
    const onPage = () => {
      pages += 1;
      if (pages !== 1000 && pages !== 4000) return;
      collect();
      heaps.push(process.memoryUsage().heapUsed);
    };
    const urls = ['http://a.example/0'];
    await new Crawl({ urls, journal, client, robots: false, limit: 4000, concurrency: 50, onPage }).run();
    // 150 000 URLs of 220 characters were found in between, 33 MB of text.
    expect(journal.length).toBeGreaterThan(40_000_000);
    expect(heaps[1]! - heaps[0]!).toBeLessThan(5_000_000);
  });
});
