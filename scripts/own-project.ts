/**
 * Projects of a script's own, in the system's temporary folder: packages that one script alone needs are no development
 * dependencies of everybody. An install is kept until what it has to have changes.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../', import.meta.url));

/** Where it is, installed or not. Outside of this folder, whose `tsconfig.json` leads some bundlers to its sources. */
export function projectHome(name: string): string {
  return join(tmpdir(), `sluice-projects-${userInfo().uid}`, name);
}

/** The folder of a project that has these packages, in exact versions. */
export function ownProject(name: string, packages: Readonly<Record<string, string>>): string {
  const home = projectHome(name);
  const wanted = JSON.stringify({ private: true, type: 'module', dependencies: packages });
  const stamp = join(home, 'installed.json');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return home;
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, 'package.json'), wanted);
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'], {
    cwd: home,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  writeFileSync(stamp, wanted);
  return home;
}

/** Where a project has the package of this checkout. Another checkout's may stand there from an earlier run: it goes. */
function emptied(home: string): string {
  const target = join(home, 'node_modules/sluice');
  rmSync(target, { recursive: true, force: true });
  mkdirSync(join(home, 'node_modules'), { recursive: true });
  return target;
}

/** Leads the package's name in a project to this checkout itself. */
export function linkInto(home: string): void {
  symlinkSync(root, emptied(home), 'dir');
}

/** Puts the built package into a project, as npm would install its tarball: what is not published is not there. */
export function packInto(home: string): void {
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', home], {
      cwd: root,
      encoding: 'utf8',
    }),
  ) as { filename: string }[];
  const target = emptied(home);
  mkdirSync(target);
  execFileSync('tar', ['-xzf', join(home, packed!.filename), '-C', target, '--strip-components=1']);
}
