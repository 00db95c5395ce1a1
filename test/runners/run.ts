/**
 * The packed package under test runners that people use, each in a project of its own: `npm run test:runners`, or
 * `npm run test:runners -- jest vitest4` for some of them. Needs a build, and the registry for the runners themselves.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Runner, runners } from './runners.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'sluice-runners-'));

interface Row {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly output: string;
}

/** A project with the runner, the tarball and the checks in it. */
function project(name: string, runner: Runner, tarball: string): string {
  const home = join(folder, name);
  mkdirSync(home);
  const manifest = { private: true, dependencies: { ...runner.packages, sluice: `file:${tarball}` } };
  writeFileSync(join(home, 'package.json'), JSON.stringify(manifest));
  cpSync(join(root, 'test/runners/checks.cjs'), join(home, 'checks.cjs'));
  for (const [file, text] of Object.entries(runner.files)) writeFileSync(join(home, file), text);
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--silent'], {
    cwd: home,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return home;
}

function run(name: string, runner: Runner, tarball: string): Row {
  const [command = '', ...args] = runner.command;
  const ended = spawnSync(command, args, {
    cwd: project(name, runner, tarball),
    encoding: 'utf8',
    timeout: 120_000,
    env: { ...process.env, CI: 'true', NO_COLOR: '1', FORCE_COLOR: '0', NODE_OPTIONS: '', VITEST: undefined },
  });
  const output = `${ended.stdout}${ended.stderr}`;
  const count = (pattern: RegExp) => Number(pattern.exec(output)?.[1] ?? 0);
  const failed = count(runner.failed);
  return { name, passed: count(runner.passed), failed: ended.status === 0 ? failed : Math.max(1, failed), output };
}

try {
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
      cwd: root,
      encoding: 'utf8',
    }),
  );
  const tarball = join(folder, packed.filename);
  const wanted = process.argv.slice(2);
  let isGood = true;
  for (const [name, runner] of Object.entries(runners)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const row = run(name, runner, tarball);
    console.log(`${row.name.padEnd(12)} ${row.passed} passed, ${row.failed} failed`);
    if (row.failed === 0 && row.passed >= runner.least) continue;
    isGood = false;
    console.log(row.output);
  }
  process.exitCode = isGood ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
