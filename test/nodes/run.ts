/**
 * The suite under each line of Node that is in use: `npm run test:nodes`, or `npm run test:nodes -- 24` for some. The contract,
 * messages and the client; `--all` runs the whole quick suite. The binaries are those of the npm package `node`. Prints a
 * table.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NODE_LINES, nodeOf } from '../../scripts/node-lines.ts';
import { root } from '../../scripts/own-project.ts';

const PARTS = [
  'test/contract',
  'test/message',
  'test/client',
  'test/handlers/fetch',
  'test/handlers/undici',
  'test/handlers/choose.test.ts',
];

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly status: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

const given = process.argv.slice(2);
const isWhole = given.includes('--all');
const wanted = given.filter((one) => !one.startsWith('--'));

console.log('Node      passed  skipped  failed');
let isGood = true;
for (const [line, installed] of NODE_LINES) {
  if (wanted.length > 0 && !wanted.includes(line)) continue;
  const folder = mkdtempSync(join(tmpdir(), 'sluice-node-'));
  const file = join(folder, 'report.json');
  const node = nodeOf(line);
  const quick = ['--project', 'quick', '--project', 'alone'];
  const args = ['run', ...quick, '--reporter=json', `--outputFile=${file}`, ...(isWhole ? [] : PARTS)];
  const ended = spawnSync(node, ['node_modules/vitest/vitest.mjs', ...args], {
    cwd: root,
    encoding: 'utf8',
    timeout: isWhole ? 3_600_000 : 600_000,
    env: { ...process.env, NO_COLOR: '1' },
  });
  const report = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Report) : undefined;
  rmSync(folder, { recursive: true, force: true });
  const { numPassedTests = 0, numPendingTests = 0, numFailedTests = 1, testResults = [] } = report ?? {};
  const count = (value: number, width: number) => String(value).padStart(width);
  console.log(
    `${installed.padEnd(9)} ${count(numPassedTests, 6)} ${count(numPendingTests, 8)} ${count(numFailedTests, 7)}`,
  );
  if (report === undefined) console.log(`${ended.stdout}${ended.stderr}`.slice(-3000));
  for (const { assertionResults, message, name, status } of testResults) {
    if (status === 'failed' && assertionResults.length === 0) console.log(`${name}: ${message}`);
    for (const one of assertionResults) {
      if (one.status === 'failed') console.log(`${one.fullName}\n    ${one.failureMessages.join('\n').slice(0, 500)}`);
    }
  }
  isGood &&= report !== undefined && numFailedTests === 0 && numPassedTests > 1000 && ended.status === 0;
}
process.exitCode = isGood ? 0 : 1;
