/**
 * Takes rules of security out, one at a time, and shows that a test fails for each: `npm run mutate`, with `-- --update`
 * to write the table into `docs/security.md`. Works on a copy of the tree; ends with 1 when a test did not notice.
 */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mutationTable, withSection } from './mutation-table.ts';
import { type Mutation, mutations } from './mutations.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const COPIED = ['src', 'test', 'docs', 'examples', 'scripts', 'package.json', 'tsconfig.json', 'vitest.config.ts'];
/** Milliseconds for one run of a test file: without its rule, a test may wait for what never comes. */
const LIMIT = 180_000;

/** What vitest's report says of the tests whose titles were asked for. */
interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly title: string; readonly status: string }[];
  }[];
}

function copyOfTree(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-mutate-'));
  for (const name of COPIED) cpSync(join(root, name), join(folder, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

type Status = 'passed' | 'failed' | 'not run';

/** Runs the tests of one file whose titles begin so; several may begin with one title. */
async function run(folder: string, file: string, titles: readonly string[]): Promise<(title: string) => Status> {
  const report = join(folder, 'report.json');
  rmSync(report, { force: true });
  const vitest = join(folder, 'node_modules/vitest/vitest.mjs');
  const pattern = titles.map((title) => title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  const args = [vitest, 'run', file, '-t', pattern, '--reporter=json', `--outputFile=${report}`];
  // It ends with an error when a test fails: the report says more.
  await new Promise((resolve) => execFile(process.execPath, args, { cwd: folder, timeout: LIMIT }, resolve));
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report;
  const results = testResults.flatMap(({ assertionResults }) => assertionResults);
  return (title) => {
    const all = results.filter((one) => one.title.startsWith(title)).map(({ status }) => status);
    return all.includes('failed') ? 'failed' : all.includes('passed') ? 'passed' : 'not run';
  };
}

/** @throws Error unless every test passes with all rules in their places */
async function checkAsTheyAre(folder: string): Promise<void> {
  for (const file of new Set(mutations.map(({ test }) => test[0]))) {
    const titles = mutations.filter(({ test }) => test[0] === file).map(({ test }) => test[1]);
    const statusOf = await run(folder, file, titles);
    const bad = titles.filter((title) => statusOf(title) !== 'passed');
    if (bad.length > 0) throw new Error(`must pass before a rule is taken out: ${file}, ${bad.join(', ')}`);
  }
}

/** The file without the rule. @throws Error unless the rule stands there exactly once */
function without({ file, from, to, rule }: Mutation, text: string): string {
  const parts = text.split(from);
  if (parts.length === 2) return parts.join(to);
  throw new Error(`"${rule}": expected its text once in ${file}, found it ${parts.length - 1} times`);
}

/** Whether the test fails without the rule. @throws Error when it did not run at all */
async function isKilled(folder: string, mutation: Mutation): Promise<boolean> {
  const path = join(folder, mutation.file);
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, without(mutation, text));
  try {
    const [testFile, title] = mutation.test;
    const status = (await run(folder, testFile, [title]))(title);
    if (status === 'not run') throw new Error(`"${mutation.rule}": the change stops ${testFile} from being read`);
    return status === 'failed';
  } finally {
    writeFileSync(path, text);
  }
}

async function main(isUpdate: boolean): Promise<number> {
  const folder = copyOfTree();
  const killed: boolean[] = [];
  try {
    await checkAsTheyAre(folder);
    for (const mutation of mutations) {
      killed.push(await isKilled(folder, mutation));
      console.error(`${killed.at(-1) ? 'killed' : 'SURVIVED'}: ${mutation.rule}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const table = mutationTable(mutations, killed);
  console.log(table);
  const page = join(root, 'docs/security.md');
  if (isUpdate) writeFileSync(page, withSection(readFileSync(page, 'utf8'), 'mutations', table));
  return killed.every(Boolean) ? 0 : 1;
}

process.exitCode = await main(process.argv.includes('--update'));
