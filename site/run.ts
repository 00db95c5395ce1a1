/** `npm run docs` shows the site while its pages are written; `npm run docs:build` makes it, into site/.vitepress/dist. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, statSync, watch } from 'node:fs';
import { join } from 'node:path';
import { gather, ROOT } from './gather.ts';
import { makeReference } from './reference.ts';

const SITE = join(ROOT, 'site');

/** The site has packages of its own, so that whoever works on the library alone need not wait for them. */
export function install(): void {
  const done = join(SITE, 'node_modules/.package-lock.json');
  const lock = join(SITE, 'package-lock.json');
  if (existsSync(done) && statSync(done).mtimeMs >= statSync(lock).mtimeMs) return;
  run('npm', ['ci', '--prefix', SITE, '--no-audit', '--no-fund', '--loglevel=error']);
}

export function build(): void {
  install();
  makeReference();
  gather();
  // The rest of the site is checked by `npm run types`; what imports the generator can be where the generator is.
  run(join(ROOT, 'node_modules/.bin/tsc'), ['--noEmit', '-p', SITE]);
  run(join(SITE, 'node_modules/.bin/vitepress'), ['build', SITE]);
}

function dev(): void {
  install();
  makeReference();
  gather();
  const server = spawn(join(SITE, 'node_modules/.bin/vitepress'), ['dev', SITE, ...process.argv.slice(3)], {
    stdio: 'inherit',
  });
  const watcher = watch(join(ROOT, 'docs'), { recursive: true }, () => {
    try {
      gather();
    } catch (error) {
      // Whoever writes a page is told, and goes on writing.
      console.error((error as Error).message);
    }
  });
  server.on('exit', () => watcher.close());
}

function run(command: string, args: readonly string[]): void {
  const { status } = spawnSync(command, args, { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}`);
}

const [, script, command] = process.argv;
const isMain = script?.endsWith('run.ts');
if (isMain && command === 'dev') dev();
if (isMain && command === 'build') build();
