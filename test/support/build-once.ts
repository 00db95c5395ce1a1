/** Vitest's `globalSetup`: makes what `built.ts` names. Folder `.built`, which is not part of the repository. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { transform } from 'esbuild';
import { pageModule } from '../../scripts/report-page.ts';
import { BUILT, CERTIFICATES, root } from './built.ts';

/** Builds what is newer than its built file, so that a second run builds nothing. */
export async function setup(): Promise<void> {
  const stale = ['src', 'test', 'examples'].flatMap(sourcesIn).filter(({ from, to }) => isNewer(from, to));
  await Promise.all(stale.map(({ from, to }) => build(from, to)));
  await buildPage();
  await makeCertificates();
  // The thread of `requestSync` looks for its file beside the one that starts it, as the package has it.
  const worker = join(BUILT, 'src/sync/sync-worker.js');
  if (!existsSync(worker)) writeFileSync(worker, "import '../sync-worker.js';\n");
}

/** The page of `sluice report` is of many sources, of which one may be newer than what was made of them. */
async function buildPage(): Promise<void> {
  const folder = join(root, 'src/cli/report/page');
  const made = join(BUILT, 'src/cli/report/page-parts.js');
  const isStale = !readFileSync(made, 'utf8').startsWith('export const pageParts = ');
  if (!isStale && !readdirSync(folder).some((name) => isNewer(join(folder, name), made))) return;
  writeWhole(made, await pageModule());
}

async function makeCertificates(): Promise<void> {
  const maker = join(root, 'test/support/make-certificates.ts');
  if (!isNewer(maker, CERTIFICATES)) return;
  const { makeCertificates } = await import('./make-certificates.ts');
  writeWhole(CERTIFICATES, JSON.stringify(await makeCertificates()));
}

interface Built {
  readonly from: string;
  readonly to: string;
}

function sourcesIn(folder: string): Built[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /(?<!\.test|\.d)\.ts$/.test(name) && !name.includes('.generated'))
    .map((name) => {
      const from = join(root, folder, name);
      return { from, to: join(BUILT, relative(root, from).replace(/\.ts$/, '.js')) };
    });
}

function isNewer(from: string, to: string): boolean {
  return statSync(from).mtimeMs > (statSync(to, { throwIfNoEntry: false })?.mtimeMs ?? 0);
}

async function build(from: string, to: string): Promise<void> {
  const { code } = await transform(readFileSync(from, 'utf8'), { loader: 'ts', format: 'esm', target: 'node20' });
  writeWhole(to, withBuiltPackage(withJavaScriptNames(code), to));
}

/** Renamed into place: another run may be reading the file. */
function writeWhole(to: string, text: string): void {
  mkdirSync(dirname(to), { recursive: true });
  const part = `${to}.${process.pid}`;
  writeFileSync(part, text);
  renameSync(part, to);
}

/** An import of `./x.ts` is one of `./x.js`. Esbuild writes every name of a module in double quotes. */
function withJavaScriptNames(code: string): string {
  return code.replace(/(\bfrom |\bimport ?\(?)"(\.{1,2}\/[^"]*)\.ts"/g, '$1"$2.js"');
}

/** An example imports the package by its name, and means the built one. */
function withBuiltPackage(code: string, file: string): string {
  const folder = relative(BUILT, dirname(file));
  if (folder !== 'examples') return code;
  return code.replace(/\bfrom "sluice(\/\w+)?"/g, (_, entry = '') => `from "../src${entry}/index.js"`);
}
