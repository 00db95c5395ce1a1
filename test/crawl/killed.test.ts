import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileFrontier, writeLines } from '../../src/crawl/index.ts';
import type { TestServer } from '../../src/testing/server.ts';
import { asked, startBigSite } from '../cli/web-site.ts';
import { built } from '../support/built.ts';

let folder: string;
let server: TestServer;
let onRequest = () => {};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'killed-'));
  server = await startBigSite(150, (_res, answer) => {
    onRequest();
    setTimeout(answer, 2);
  });
});

afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

function crawlProcess() {
  const child = spawn(process.execPath, [
    built('test/crawl/file-crawl.ts'),
    join(folder, 'frontier'),
    server.url('/p/0'),
  ]);
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const ended = new Promise<{ code: number | null; err: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, err }));
  });
  return { child, ended };
}

describe('a crawl with a file frontier that is killed', () => {
  it.each([[[2, 30, 70]], [[10, 11, 12]]])(
    'after %j requests and begun again loses nothing and has no line twice',
    async (kills) => {
      for (const kill of kills) {
        const { child, ended } = crawlProcess();
        const before = asked(server).length;
        onRequest = () => asked(server).length - before >= kill && child.kill('SIGKILL');
        await ended;
      }
      onRequest = () => {};
      expect(await crawlProcess().ended).toEqual({ code: 0, err: '' });
      await using frontier = fileFrontier(join(folder, 'frontier'));
      await writeLines(frontier, join(folder, 'pages.jsonl'));
      const text = readFileSync(join(folder, 'pages.jsonl'), 'utf8');
      const urls = text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line).url as string]));
      const pages = Array.from({ length: 150 }, (_, i) => server.url(`/p/${i}`));
      const missing = pages.filter((_, i) => i % 17 === 0).map((_, i) => server.url(`/missing/${17 * i}`));
      expect(urls.sort()).toEqual([...pages, ...missing].sort());
    },
    90_000,
  );
});
