/**
 * What the package costs whoever installs it: `npm run budget` measures the build, and ends with 1 when a figure is over
 * its limit. The limits stand some way above what was measured when they were set (853 kB, 3052 kB, 0.22, 9: with
 * `sluice/crawl`, whose HTML parser comes in both formats; then 1000 kB, 3600 kB, with `sluice/har` and the doubles of
 * `sluice/testing`, over the grammar of URLPattern; then 1352 kB, 4638 kB, with the page of `sluice report`, `sluice/har` and
 * `sluice/otel` for pages and workers, and more documentation; then 1407 kB, 4828 kB, with the pages of recipes and of those who
 * come from other clients, to which the others lead; then 1330 kB, 4617 kB, since the code has no docstrings any more: the types
 * have them; then 1387 kB, 4808 kB, with checks of every record of settings, and what a crawl tells of pages cut and proxies down;
 * then 1411 kB, 4901 kB, with one check of heads and guarded clocks, for delays and timeouts too); raise one with a reason in the commit.
 * The builds for browsers and for workers are 165 kB of the packed size and 505 kB of the unpacked.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

interface Figure {
  readonly name: string;
  readonly limit: number;
  readonly unit: string;
  measure(): number;
}

/** Processes that import each of the two, in turns. The fastest of them was disturbed the least. */
const IMPORTS = 12;

const figures: readonly Figure[] = [
  { name: 'packed size', limit: 1420, unit: 'kB', measure: () => packed().size / 1000 },
  { name: 'unpacked size', limit: 4940, unit: 'kB', measure: () => packed().unpackedSize / 1000 },
  { name: "time to import, import 'undici' being 1", limit: 0.4, unit: '', measure: importRatio },
  { name: 'packages that an install brings', limit: 9, unit: '', measure: installedPackages },
];

function packed(): { size: number; unpackedSize: number } {
  const text = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: root,
    encoding: 'utf8',
  });
  return (JSON.parse(text) as { size: number; unpackedSize: number }[])[0]!;
}

function importRatio(): number {
  const [ours, undici] = [[] as number[], [] as number[]];
  for (let i = 0; i < IMPORTS; i++) {
    ours.push(importTime('sluice'));
    undici.push(importTime('undici'));
  }
  return Math.min(...ours) / Math.min(...undici);
}

/** Milliseconds of processor time, which other processes disturb less than the time on the wall. */
function importTime(name: string): number {
  const script = `const before = process.cpuUsage(); await import('${name}');
    const { user, system } = process.cpuUsage(before); console.log((user + system) / 1000);`;
  const args = ['--input-type=module', '-e', script];
  return Number(execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' }));
}

/** This package and those it depends on, as the lock file has them. */
function installedPackages(): number {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean; optional?: boolean; peer?: boolean; devOptional?: boolean }>;
  };
  return Object.values(packages).filter((one) => !(one.dev || one.optional || one.peer || one.devOptional)).length;
}

for (const { name, limit, unit, measure } of figures) {
  const figure = Math.round(measure() * 100) / 100;
  const isOver = !(figure <= limit);
  console.log(`budget: ${name}: ${figure} ${unit}, ${limit} at most${isOver ? '  <-- OVER' : ''}`);
  if (isOver) process.exitCode = 1;
}
