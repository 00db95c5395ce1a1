/**
 * The handler contract in other runtimes: `npm run test:runtimes`, or `npm run test:runtimes -- bun chromium` for some. In
 * Bun and Deno the suite runs under vitest, over each of their handlers; in workerd and Chromium, where no runner stands, its
 * portable form runs over fetch, against servers in this process. Prints a table. Needs the registry for the runtimes, and
 * Debian's `chromium` (or `CHROMIUM=` its path).
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ownProject, root } from '../../scripts/own-project.ts';
import { chapters } from '../contract/chapters.ts';
import { fetchSkips, runtimeSkips } from '../contract/skips.ts';
import { portableContract } from './bundle.ts';
import { type Host, startHost } from './host.ts';
import { testOwnOptions } from './own-options.ts';
import type { Outcome } from './portable/contract.ts';

const PACKAGES = { bun: '1.4.5', deno: '2.9.6', miniflare: '4.20260730.0', 'playwright-core': '1.65.1' };

interface Row {
  readonly runtime: string;
  readonly handler: string;
  passed: number;
  skipped: number;
  failed: number;
  readonly problems: string[];
}

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

const home = ownProject('runtimes', PACKAGES);

/** Handler to the file of its contract. */
const SUITES = { undici: 'undici', 'node:http': 'node-http', stream: 'stream', fetch: 'fetch' } as const;

function underVitest(runtime: 'bun' | 'deno'): Row[] {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-runtime-'));
  const report = join(folder, 'report.json');
  const start = runtime === 'bun' ? ['--bun'] : ['run', '-A'];
  const files = Object.values(SUITES).map((name) => `test/contract/${name}.test.ts`);
  const ended = spawnSync(
    join(home, 'node_modules/.bin', runtime),
    [
      ...start,
      'node_modules/vitest/vitest.mjs',
      'run',
      '--project',
      'quick',
      '--isolate',
      '--reporter=json',
      `--outputFile=${report}`,
      ...files,
    ],
    { cwd: root, encoding: 'utf8', timeout: 400_000, env: { ...process.env, NO_COLOR: '1' } },
  );
  const { testResults } = existsSync(report)
    ? (JSON.parse(readFileSync(report, 'utf8')) as Report)
    : { testResults: [] };
  rmSync(folder, { recursive: true, force: true });
  return Object.entries(SUITES).map(([handler, name]) => {
    const row: Row = { runtime, handler, passed: 0, skipped: 0, failed: 0, problems: [] };
    const found = testResults.find((one) => one.name.endsWith(`/${name}.test.ts`));
    for (const { status, fullName, failureMessages } of found?.assertionResults ?? []) {
      if (status === 'passed') row.passed++;
      else if (status === 'failed') {
        row.failed++;
        row.problems.push(`${fullName}\n    ${failureMessages.join('\n').slice(0, 300)}`);
      } else row.skipped++;
    }
    if (row.passed === 0) {
      row.failed = Math.max(1, row.failed);
      row.problems.push(`${ended.stdout}${ended.stderr}`.slice(-2000));
    }
    return row;
  });
}

/** Runs one test by its name. */
type Run = (test: string) => Promise<Outcome>;

async function inWorkerd(host: Host): Promise<{ run: Run; close(): Promise<void> }> {
  const { Miniflare } = (await import(pathToFileURL(join(home, 'node_modules/miniflare/dist/src/index.js')).href)) as {
    Miniflare: new (
      options: object,
    ) => {
      dispatchFetch(url: string): Promise<Response>;
      dispose(): Promise<void>;
    };
  };
  const contents = `${await portableContract('worker')}
export default { async fetch(request) {
  const { searchParams } = new URL(request.url);
  return Response.json(await runTest(searchParams.get('test'), ${JSON.stringify(host.origin)}, Number(searchParams.get('port'))));
} };`;
  const worker = new Miniflare({
    modules: [{ type: 'ESModule', path: 'contract.mjs', contents }],
    compatibilityDate: '2026-01-01',
    compatibilityFlags: ['nodejs_compat'],
  });
  return {
    run: async (test) =>
      (await (
        await worker.dispatchFetch(`http://h.test/?${new URLSearchParams({ test, port: String(host.sitePort) })}`)
      ).json()) as Outcome,
    close: () => worker.dispose(),
  };
}

async function inChromium(host: Host): Promise<{ run: Run; close(): Promise<void> }> {
  const { chromium } = (await import(pathToFileURL(join(home, 'node_modules/playwright-core/index.mjs')).href)) as {
    chromium: { launch(options: object): Promise<Browser> };
  };
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    // The scripted servers speak bytes, and say nothing of who may read them.
    args: ['--no-sandbox', '--disable-web-security'],
  });
  const page = await browser.newPage();
  await page.goto(`${host.origin}/`);
  await page.addScriptTag({ content: await portableContract('browser'), type: 'module' });
  await page.waitForFunction('globalThis.runTest');
  return {
    run: (test) => page.evaluate(`runTest(${JSON.stringify(test)}, ${JSON.stringify(host.origin)}, ${host.sitePort})`),
    close: () => browser.close(),
  };
}

interface Browser {
  newPage(): Promise<{
    goto(url: string): Promise<unknown>;
    addScriptTag(options: object): Promise<unknown>;
    waitForFunction(code: string): Promise<unknown>;
    evaluate(code: string): Promise<Outcome>;
  }>;
  close(): Promise<void>;
}

async function portable(runtime: 'workerd' | 'chromium'): Promise<Row[]> {
  const host = await startHost();
  const { run, close } = await (runtime === 'workerd' ? inWorkerd(host) : inChromium(host));
  const row: Row = { runtime, handler: 'fetch', passed: 0, skipped: 0, failed: 0, problems: [] };
  const skips = { ...fetchSkips, ...runtimeSkips[runtime]?.['fetch'] };
  try {
    for (const test of host.tests) {
      if (test in skips || wholeChapterOf(test) in skips) {
        row.skipped++;
        continue;
      }
      const { status, reason = '' } = await run(test).catch(
        (error: unknown): Outcome => ({ status: 'failed', reason: String(error) }),
      );
      row[status]++;
      if (status === 'failed') row.problems.push(`${test}\n    ${reason}`);
      await host.clear();
    }
  } finally {
    await close();
    await host.close();
  }
  return [row];
}

const chapterOf = new Map(
  Object.entries(chapters).flatMap(([title, chapter]) => {
    const names: string[] = [];
    chapter((name) => names.push(name));
    return names.map((name) => [name, title] as const);
  }),
);

function wholeChapterOf(test: string): string {
  return `all of the chapter "${chapterOf.get(test)}"`;
}

async function ownOptions(runtime: 'bun' | 'deno'): Promise<Row> {
  const counts = await testOwnOptions(runtime, join(home, 'node_modules/.bin', runtime));
  return { runtime, handler: 'own options', skipped: 0, ...counts };
}

const RUNTIMES = {
  bun: async () => [await ownOptions('bun'), ...underVitest('bun')],
  deno: async () => [await ownOptions('deno'), ...underVitest('deno')],
  workerd: () => portable('workerd'),
  chromium: () => portable('chromium'),
};
const wanted = process.argv.slice(2);
const rows: Row[] = [];
for (const [name, run] of Object.entries(RUNTIMES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  rows.push(...(await run()));
}
console.log('runtime   handler      passed  skipped  failed');
for (const { runtime, handler, passed, skipped, failed } of rows) {
  const count = (value: number, width: number) => String(value).padStart(width);
  console.log(
    `${runtime.padEnd(9)} ${handler.padEnd(11)} ${count(passed, 7)} ${count(skipped, 8)} ${count(failed, 7)}`,
  );
}
for (const { runtime, handler, problems } of rows)
  for (const one of problems) console.log(`${runtime} ${handler}: ${one}`);
process.exit(rows.length > 0 && rows.every(({ failed }) => failed === 0) ? 0 : 1);
