import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Frontier, fileFrontier, memoryFrontier, writeLines } from '../../src/crawl/index.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'write-lines-'));
  path = join(folder, 'pages.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Settles so many pages more, each with the line that is made of its number. */
async function settle(frontier: Frontier, from: number, to: number, lineOf: (i: number) => unknown = (i) => ({ i })) {
  await frontier.add(Array.from({ length: to - from }, (_, k) => ({ url: `http://a.example/${from + k}` })));
  const signal = new AbortController().signal;
  for await (const lease of frontier.leases({ signal, hosts: 1 })) {
    for (const visit of await lease.take(to)) {
      await lease.settle(visit, { line: lineOf(Number(new URL(visit.url).pathname.slice(1))) });
    }
    await lease[Symbol.asyncDispose]();
  }
}

const written = () =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((text) => text !== '')
    .map((text) => JSON.parse(text) as Record<string, unknown>);
const numbers = () => written().map(({ i }) => i);
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

describe('the lines of a crawl', () => {
  it('are written with their ids, and only what is new the next time', async () => {
    const frontier = memoryFrontier();
    await settle(frontier, 0, 3);
    expect(await writeLines(frontier, path)).toEqual({ lines: 3 });
    expect(written()[0]).toEqual({ _id: expect.any(String), i: 0 });
    await settle(frontier, 3, 5);
    expect(await writeLines(frontier, path)).toEqual({ lines: 2 });
    expect(numbers()).toEqual(upTo(5));
  });

  it.each([1, 10, 40])(
    'go on behind the last whole one of a writer that was killed %d bytes too early',
    async (cut) => {
      const frontier = fileFrontier(join(folder, 'frontier'));
      await settle(frontier, 0, 20);
      await writeLines(frontier, path);
      truncateSync(path, readFileSync(path).length - cut);
      await writeLines(frontier, path);
      expect(numbers()).toEqual(upTo(20));
      await frontier[Symbol.asyncDispose]();
    },
  );

  it('may be anything that JSON holds', async () => {
    const frontier = memoryFrontier();
    const lines = [{}, [], 'x', 1, null, { a: { b: 'é\n' } }];
    await settle(frontier, 0, lines.length, (i) => lines[i]);
    await writeLines(frontier, path);
    expect(written().map(({ _id, ...rest }) => rest)).toEqual([
      {},
      { value: [] },
      { value: 'x' },
      { value: 1 },
      { value: null },
      { a: { b: 'é\n' } },
    ]);
  });

  it('longer than a piece that is read are found again', async () => {
    const frontier = memoryFrontier();
    await settle(frontier, 0, 3, (i) => ({ i, text: 'x'.repeat(200_000) }));
    await writeLines(frontier, path);
    await settle(frontier, 3, 4);
    await writeLines(frontier, path);
    expect(numbers()).toEqual(upTo(4));
  });

  it.each([
    ['no lines', 'hello\n'],
    ['lines of something else', '{"url":"http://a.example/"}\n'],
    ['lines of another crawl', '{"_id":"abc-3"}\n'],
  ])('are not written behind %s, and nothing is lost', async (_name, text) => {
    writeFileSync(path, text);
    const frontier = memoryFrontier();
    await settle(frontier, 0, 1);
    await expect(writeLines(frontier, path)).rejects.toThrow(TypeError);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('are written by one at a time', async () => {
    const frontier = memoryFrontier();
    await frontier.add([{ url: 'http://a.example/' }]);
    const stop = new AbortController();
    const leases = frontier.leases({ signal: stop.signal, hosts: 1 })[Symbol.asyncIterator]();
    const { value: lease } = await leases.next();
    const both = [writeLines(frontier, path), writeLines(frontier, path)];
    const refused = both.map((writing) =>
      writing.then(
        () => Promise.reject(),
        (error: Error) => error.message,
      ),
    );
    expect(await Promise.any(refused)).toMatch(/writing its lines/);
    const [visit] = await lease.take(1);
    await lease.settle(visit, { line: { i: 0 } });
    expect(await Promise.any(both)).toEqual({ lines: 1 });
    await lease[Symbol.asyncDispose]();
  });

  it('are those that are there, when nobody works', async () => {
    const frontier = memoryFrontier();
    await settle(frontier, 0, 2);
    await frontier.add([{ url: 'http://b.example/' }]);
    expect(await writeLines(frontier, path)).toEqual({ lines: 2 });
  });
});

describe('a file frontier', () => {
  it('is one process at a time', async () => {
    const file = join(folder, 'frontier');
    await using frontier = fileFrontier(file);
    await frontier.add([{ url: 'http://a.example/' }]);
    await expect(fileFrontier(file).stats()).rejects.toThrow(`process ${process.pid} is crawling with this file`);
  });

  it('is not written into a file of something else', async () => {
    writeFileSync(path, '{"url":"http://a.example/"}\n');
    await expect(fileFrontier(path).stats()).rejects.toThrow(/is no file of a frontier/);
    expect(readFileSync(path, 'utf8')).toBe('{"url":"http://a.example/"}\n');
  });
});
