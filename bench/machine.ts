/** What the figures were taken on: without a name or a path of the machine. */
import { readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import { clients } from './clients/index.ts';
import { ROOT } from './paths.ts';

export function machine(): string {
  const gibibytes = Math.round(totalmem() / 2 ** 30);
  const [kernel] = /^\d+\.\d+/.exec(release()) ?? [''];
  return `${cpus()[0]?.model.trim() ?? arch()}, ${availableParallelism()} cores, ${gibibytes} GiB, ${platform()} ${kernel}`;
}

export function versions(): Record<string, string> {
  const peers = Object.values(clients).flatMap((client) => client.package ?? []);
  const names = [...new Set(peers), 'p-map', 'p-queue', 'tough-cookie'].sort();
  return {
    sluice: versionIn(`${ROOT}package.json`),
    'undici in sluice': versionIn(`${ROOT}node_modules/undici/package.json`),
    ...Object.fromEntries(names.map((name) => [name, versionIn(`${ROOT}bench/node_modules/${name}/package.json`)])),
  };
}

function versionIn(path: string): string {
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}
