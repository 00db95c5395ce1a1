/**
 * The sources, the examples and the tests' own programs as JavaScript, for tests that start a process: plain Node runs
 * that, and a process that first loads a TypeScript compiler takes five times as long. `build-once.ts` makes it before
 * the first test.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));
export const BUILT = join(root, '.built');
/** What `certificates.ts` reads. */
export const CERTIFICATES = join(BUILT, 'certificates.json');

/** Here stand those that tests start again and again, with what each imports in few files: they are there in half the time. */
export const PROGRAMS = join(BUILT, 'programs');
export const OFTEN_STARTED = [
  'src/cli/index.ts',
  'src/sync-worker.ts',
  'examples/graceful-shutdown.ts',
  'test/beacon/sender.ts',
  'test/cache/store-worker.ts',
  'test/crawl/file-crawl.ts',
  'test/download/downloader.ts',
  'test/sync/asker.ts',
  'test/sync/asking-threads.ts',
  'test/sync/site-process.ts',
];

/** The built file of a source, such as `test/beacon/sender.ts`. */
export function built(source: string): string {
  const folder = OFTEN_STARTED.includes(source) ? PROGRAMS : BUILT;
  const file = join(folder, source.replace(/\.ts$/, '.js'));
  if (!existsSync(file))
    throw new Error(`${source} is not built: is it in src, test or examples, and not a test itself?`);
  return file;
}

/** The same as an address that a script can import. */
export function builtUrl(source: string): string {
  return pathToFileURL(built(source)).href;
}
