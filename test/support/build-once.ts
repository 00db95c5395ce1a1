/** Vitest's `globalSetup`: makes what `built.ts` names. Folder `.built`, which is not part of the repository. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { build as bundle, transform } from 'esbuild';
import { pageModule } from '../../scripts/report-page.ts';
import { BUILT, CERTIFICATES, OFTEN_STARTED, PROGRAMS, root } from './built.ts';

/** Builds what is newer than its built file, so that a second run builds nothing. */
export async function setup(): Promise<void> {
  const stale = ['src', 'test', 'examples'].flatMap(sourcesIn).filter(({ from, to }) => isNewer(from, to));
  await Promise.all(stale.map(({ from, to }) => build(from, to)));
  const hasNewPage = await buildPage();
  await makeCertificates();
  // The thread of `requestSync` looks for its file beside the one that starts it, as the package has it.
  writeIfNone(join(BUILT, 'src/sync/sync-worker.js'), "import '../sync-worker.js';\n");
  writeIfNone(join(PROGRAMS, 'sync-worker.js'), "import './src/sync-worker.js';\n");
  await bundlePrograms(hasNewPage);
}

/** The page of `sluice report` is of many sources, of which one may be newer than what was made of them. */
async function buildPage(): Promise<boolean> {
  const folder = join(root, 'src/cli/report/page');
  const made = join(BUILT, 'src/cli/report/page-parts.js');
  const isStale = !readFileSync(made, 'utf8').startsWith('export const pageParts = ');
  if (!isStale && !readdirSync(folder).some((name) => isNewer(join(folder, name), made))) return false;
  writeWhole(made, await pageModule());
  return true;
}

/** @param isStale they are made anew in any case */
async function bundlePrograms(isStale: boolean): Promise<void> {
  // Written last.
  const stamp = join(PROGRAMS, 'made');
  const sources = ['src', 'test', 'examples'].flatMap(sourcesIn);
  if (!isStale && !sources.some(({ from }) => isNewer(from, stamp))) return;
  const { outputFiles } = await bundle({
    entryPoints: OFTEN_STARTED.map((source) => join(BUILT, source.replace(/\.ts$/, '.js'))),
    outbase: BUILT,
    outdir: PROGRAMS,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'warning',
    write: false,
  });
  for (const { path, text } of outputFiles) writeWhole(path, text);
  removeOld(new Set(outputFiles.map(({ path }) => path)));
  writeWhole(stamp, '');
}

/** What is shared has a name of its content. Another run, which began before, may still load what it had. */
function removeOld(kept: ReadonlySet<string>): void {
  const before = Date.now() - 3_600_000;
  for (const name of readdirSync(PROGRAMS)) {
    const path = join(PROGRAMS, name);
    if (/-\w{8}\.js$/.test(name) && !kept.has(path) && statSync(path).mtimeMs < before) rmSync(path);
  }
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

function writeIfNone(path: string, text: string): void {
  if (!existsSync(path)) writeWhole(path, text);
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
