/** What has to be there before anything is measured: the peers, what is built, the server, a file to send. */
import { execFileSync, fork } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { certificates } from '../test/support/certificates.ts';
import { MOST_OF_OTHERS, Neighbours } from './neighbours.ts';
import { BUILT, ROOT, SLUICE } from './paths.ts';
import { DOWNLOAD_BYTES, type Origins } from './site.ts';

const CLIENT_CORE = 0;
const SERVER_CORE = 1;
/** Milliseconds for which the machine is looked at before anything is measured. */
const LOOK = 1500;

export interface Bench extends Disposable {
  readonly origins: Origins;
  /** The server's process. */
  readonly serverId: number;
  /** The authority that has signed the server's certificate. */
  readonly ca: string;
  /** To be sent; made when first asked for. */
  readonly file: string;
  readonly cores: string;
  /** Before the command of a measuring process. */
  readonly pinned: readonly string[];
}

export function install(): void {
  const lock = join(ROOT, 'bench/package-lock.json');
  const done = join(ROOT, 'bench/node_modules/.package-lock.json');
  if (existsSync(done) && statSync(done).mtimeMs >= statSync(lock).mtimeMs) return;
  execFileSync('npm', ['ci', '--prefix', join(ROOT, 'bench'), '--no-audit', '--no-fund'], { stdio: 'inherit' });
}

export function build(): void {
  for (const folder of [SLUICE, BUILT]) rmSync(folder, { recursive: true, force: true });
  execFileSync('npx', ['tsup', '--config', 'bench/tsup.config.ts'], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  // It stands inside node_modules, where nothing above says that it is made of modules.
  writeFileSync(join(SLUICE, 'package.json'), '{ "type": "module", "sideEffects": false }\n');
}

/** The binary of another version, as the npm package `node` brings it; a path is taken as it is. */
export function nodeBinary(version: string): string {
  if (version.includes('/')) return version;
  return execFileSync('npx', ['--yes', `node@${version}`, '-p', 'process.execPath'], {
    encoding: 'utf8',
    cwd: tmpdir(),
  }).trim();
}

/** The whole version of a binary. */
export function versionOf(node: string): string {
  return execFileSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' }).trim();
}

export async function startBench(): Promise<Bench> {
  const { ca, server: pem } = await certificates();
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  const caPath = join(folder, 'ca.pem');
  writeFileSync(caPath, ca.cert);
  const canPin = availableParallelism() > 1 && hasTaskset();
  const server = fork(join(BUILT, 'server.js'), { execArgv: [] });
  if (canPin) pin(SERVER_CORE, server.pid!);
  server.send(pem);
  const origins = await new Promise<Origins>((resolve, reject) => {
    server.once('message', (message) => resolve(message as Origins));
    server.once('exit', () => reject(new Error('the server did not start')));
  });
  let file: string | undefined;
  return {
    origins,
    serverId: server.pid!,
    ca: caPath,
    get file() {
      file ??= fileToSend(folder);
      return file;
    },
    cores: canPin ? 'the server on one core, the client on another' : 'cores not assigned',
    pinned: canPin ? ['taskset', '-c', String(CLIENT_CORE)] : [],
    [Symbol.dispose]() {
      server.removeAllListeners('exit');
      server.disconnect();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What others do with the machine before anything is measured; `undefined` where that is little. */
export async function loadOf({ serverId }: Bench): Promise<string | undefined> {
  const neighbours = new Neighbours([process.pid, serverId]);
  await setTimeout(LOOK);
  const share = neighbours.share();
  return share <= MOST_OF_OTHERS ? undefined : `the machine is loaded: others take ${Math.round(100 * share)} % of it`;
}

function fileToSend(folder: string): string {
  const path = join(folder, 'file');
  writeFileSync(path, Buffer.alloc(DOWNLOAD_BYTES, 'x'));
  return path;
}

function hasTaskset(): boolean {
  try {
    execFileSync('taskset', ['-p', String(process.pid)], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function pin(core: number, pid: number): void {
  execFileSync('taskset', ['-a', '-c', '-p', String(core), String(pid)], { stdio: 'ignore' });
}
