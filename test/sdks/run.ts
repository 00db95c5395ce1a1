/**
 * Other people's clients over `client.fetch`, as a table: `npm run test:sdks`. Those of the quick suite run under vitest; those
 * that are no development dependencies in a project of their own, over the packed package. Needs a build, and the registry.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { ownProject, packInto, root } from '../../scripts/own-project.ts';

const PACKAGES = {
  '@octokit/rest': '22.0.1',
  // The last line for Node 20.
  '@supabase/supabase-js': '2.105.0',
  socks: '2.8.10',
  'tough-cookie': '6.1.0',
  undici: '7.30.2',
  ws: '8.23.0',
};

interface Row {
  passed: number;
  skipped: number;
  failed: number;
}

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly ancestorTitles: readonly string[];
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

const rows = new Map<string, Row>();
const problems: string[] = [];

function count(sdk: string, what: keyof Row, problem?: string): void {
  const row = rows.get(sdk) ?? { passed: 0, skipped: 0, failed: 0 };
  row[what]++;
  rows.set(sdk, row);
  if (problem !== undefined) problems.push(`${sdk}: ${problem}`);
}

function ofTheSuite(): void {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-sdks-'));
  const file = join(folder, 'report.json');
  const args = ['run', '--project', 'quick', '--reporter=json', `--outputFile=${file}`, 'test/sdks'];
  const ended = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', ...args], {
    cwd: root,
    encoding: 'utf8',
  });
  const report = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Report) : { testResults: [] };
  rmSync(folder, { recursive: true, force: true });
  for (const { name, assertionResults } of report.testResults) {
    for (const { status, ancestorTitles, fullName, failureMessages } of assertionResults) {
      const sdk = ancestorTitles[0] ?? basename(name, '.test.ts');
      if (status === 'passed') count(sdk, 'passed');
      else if (status === 'failed')
        count(sdk, 'failed', `${fullName}\n    ${failureMessages.join('\n').slice(0, 500)}`);
      else count(sdk, 'skipped');
    }
  }
  if (ended.status !== 0 && problems.length === 0) {
    count('the suite', 'failed', `${ended.stdout}${ended.stderr}`.slice(-2000));
  }
}

function ofTheirOwn(): void {
  const home = ownProject('sdks', PACKAGES);
  packInto(home);
  copyFileSync(join(root, 'test/sdks/own.mjs'), join(home, 'own.mjs'));
  const ended = spawnSync(process.execPath, ['own.mjs'], { cwd: home, encoding: 'utf8', timeout: 300_000 });
  for (const line of ended.stdout.split('\n').filter((one) => one.startsWith('{"sdk"'))) {
    const { sdk, name, problem } = JSON.parse(line) as { sdk: string; name: string; problem?: string };
    count(sdk, problem === undefined ? 'passed' : 'failed', problem && `${name}\n    ${problem}`);
  }
  if (ended.status !== 0) count('own.mjs', 'failed', `${ended.stdout}${ended.stderr}`.slice(-2000));
}

ofTheSuite();
ofTheirOwn();
console.log('SDK                           passed  skipped  failed');
for (const [sdk, { passed, skipped, failed }] of rows) {
  const figures = `${String(passed).padStart(6)} ${String(skipped).padStart(8)} ${String(failed).padStart(7)}`;
  console.log(`${sdk.slice(0, 29).padEnd(29)} ${figures}`);
}
for (const problem of problems) console.log(problem);
process.exitCode = rows.size > 5 && problems.length === 0 ? 0 : 1;
