/** The recipes that need what the development dependencies have not: MSW, and a Node with `node:sqlite`. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { nodeOf } from '../../scripts/node-lines.ts';
import { ownProject } from '../../scripts/own-project.ts';
import { startServer } from '../../src/testing/index.ts';
import { builtUrl, root } from '../support/built.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-example-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** The example as it is, but with the package's sources of this checkout. */
async function copyOf(example: string): Promise<string> {
  const text = await readFile(`${root}/${example}`, 'utf8');
  const own = text.replace(/from 'sluice(\/\w+)?'/g, (_, entry = '') => `from '${builtUrl(`src${entry}/index.ts`)}'`);
  const path = join(folder, example.split('/').at(-1)!);
  await writeFile(path, own);
  return path;
}

const run = async (node: string, args: readonly string[]) =>
  (
    await promisify(execFile)(node, args, { cwd: folder, env: { ...process.env, NODE_NO_WARNINGS: '1' } })
  ).stdout.trim();

it('handlers of MSW answer a client', { timeout: 300_000 }, async () => {
  const home = ownProject('msw', { msw: '2.15.0' });
  await symlink(join(home, 'node_modules'), join(folder, 'node_modules'), 'dir');
  const printed = await run(process.execPath, [await copyOf('/examples/testing-with-msw.mjs')]);
  expect(printed.split('\n')).toEqual(["{ id: '1', name: 'Ada' }", '201', 'NetworkError']);
});

it('a crawl writes a row for each page into SQLite, once, and goes on', { timeout: 300_000 }, async () => {
  const page = (title: string, links: string) => `<title>${title}</title>${links}`;
  await using site = await startServer({
    listener: ({ url }, response) => {
      const html: Record<string, string> = {
        '/': page('Home', '<a href="/a">a</a><a href="/b">b</a>'),
        '/a': page('A', '<a href="/b">b</a>'),
        '/b': page('B', '<a href="/missing">?</a>'),
      };
      const body = html[url ?? ''];
      response.writeHead(body === undefined ? 404 : 200, { 'Content-Type': 'text/html' }).end(body);
    },
  });
  const node = nodeOf('22');
  const script = await copyOf('/examples/crawl-to-database.mjs');
  const database = join(folder, 'pages.db');
  expect(await run(node, [script, site.url('/'), database])).toBe('4 pages, 0 failed');
  const asked = site.requests.length;
  expect(await run(node, [script, site.url('/'), database])).toBe('4 pages, 0 failed');
  expect(site.requests.slice(asked).filter(({ url }) => url !== '/robots.txt')).toEqual([]);
  const read = `const { DatabaseSync } = require('node:sqlite'); const d = new DatabaseSync(${JSON.stringify(database)});
    console.log(JSON.stringify(d.prepare('SELECT title, status FROM pages ORDER BY url').all()));
    console.log(d.prepare('SELECT count(*) AS n FROM links').get().n)`;
  const [rows = '', links] = (await run(node, ['-e', read])).split('\n');
  expect(JSON.parse(rows)).toEqual([
    { title: 'Home', status: 200 },
    { title: 'A', status: 200 },
    { title: 'B', status: 200 },
    { title: null, status: 404 },
  ]);
  expect(links).toBe('4');
});
