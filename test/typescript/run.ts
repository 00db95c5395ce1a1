/**
 * The packed package's types under each line of TypeScript from the first that is supported: `npm run test:typescript`, or
 * `npm run test:typescript -- 5.4 7.0` for some; `--short` takes the strictest and the laxest settings alone. A program that
 * uses every entry is compiled under each way to set TypeScript up. Prints a table. Needs a build, and the registry for the
 * compilers.
 */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownProject, packInto, root } from '../../scripts/own-project.ts';
import { checker } from './check.ts';
import { filesOf, nameOf, RESOLUTIONS, type Setting, settings } from './settings.ts';

const LINES = {
  '5.0': '5.0.4',
  '5.1': '5.1.6',
  '5.2': '5.2.2',
  '5.3': '5.3.3',
  '5.4': '5.4.5',
  '5.5': '5.5.4',
  '5.6': '5.6.3',
  '5.7': '5.7.3',
  '5.8': '5.8.3',
  '5.9': '5.9.3',
  '6.0': '6.0.3',
  '7.0': '7.0.2',
};

const home = ownProject('typescript', {
  ...Object.fromEntries(
    Object.entries(LINES).map(([line, version]) => [`typescript-${line}`, `npm:typescript@${version}`]),
  ),
  '@opentelemetry/api': '1.9.1',
  bullmq: '6.7.0',
  ioredis: '6.0.0',
  '@types/node': '20.19.43',
});
packInto(home);
for (const setting of settings) {
  for (const file of filesOf(setting)) {
    copyFileSync(join(root, 'test/typescript', file.replace(/\.\w+$/, '.ts')), join(home, file));
  }
}

/** What a version has not: the reason why it is skipped. */
function missing(line: string, { resolution, node, skipLibCheck }: Setting): string | undefined {
  if (line === '7.0' && resolution === 'node10') return 'TypeScript 7 has no node10';
  return !node && !skipLibCheck
    ? "the declarations name Node's modules: they are checked with @types/node alone"
    : undefined;
}

const given = process.argv.slice(2);
const isShort = given.includes('--short');
const wanted = given.filter((one) => !one.startsWith('--'));
const taken = settings.filter(
  ({ strict, exactOptionalPropertyTypes, skipLibCheck, node, dom }) =>
    !isShort || (strict && exactOptionalPropertyTypes !== skipLibCheck && node !== skipLibCheck && dom === node),
);

console.log(`TypeScript ${RESOLUTIONS.map((one) => one.padStart(16)).join('')}   (passed/skipped/failed)`);
const reasons = new Set<string>();
const problems = new Map<string, string[]>();
let passes = 0;
for (const [line, version] of Object.entries(LINES)) {
  if (wanted.length > 0 && !wanted.includes(line)) continue;
  const check = checker(home, line);
  const cells: string[] = [];
  for (const resolution of RESOLUTIONS) {
    const count = { passed: 0, skipped: 0, failed: 0 };
    for (const setting of taken.filter((one) => one.resolution === resolution)) {
      const reason = missing(line, setting);
      if (reason !== undefined) {
        reasons.add(reason);
        count.skipped++;
        continue;
      }
      const found = await check(setting);
      count[found.length === 0 ? 'passed' : 'failed']++;
      for (const one of found) problems.set(one, [...(problems.get(one) ?? []), `${version} ${nameOf(setting)}`]);
    }
    passes += count.passed;
    cells.push(`${count.passed}/${count.skipped}/${count.failed}`.padStart(16));
  }
  console.log(version.padEnd(11) + cells.join(''));
}
for (const reason of reasons) console.log(`skipped: ${reason}`);
for (const [problem, where] of problems) console.log(`${problem}\n    ${where.length} times, first: ${where[0]}`);
process.exitCode = passes > 0 && problems.size === 0 ? 0 : 1;
