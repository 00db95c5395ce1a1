/** The options of `--cache DIR`. */
import { stat } from 'node:fs/promises';
import { StoreSlowError } from '../cache/entry.ts';
import type { RequestOptions } from '../options/options.ts';
import type { Terminal } from './terminal.ts';
import { printableLines } from './text/text-table.ts';
import { UsageError } from './usage-error.ts';

/** @throws UsageError for what is there and no directory, before anything is asked */
export async function checkCacheDirectory(directory: string | undefined): Promise<void> {
  if (directory === undefined) return;
  const wish = `--cache ${directory}: expected the path of a directory, which is made when it is missing`;
  try {
    if ((await stat(directory)).isDirectory()) return;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return;
    const found = code === 'ENOTDIR' ? 'what stands above it is a file' : `it cannot be looked at (${message})`;
    throw new UsageError(`${wish}, but ${found}`);
  }
  throw new UsageError(`${wish}, but this is a file`);
}

/** What the cache could not do is told, and no failure of the request. */
export async function cacheOptions(directory: string | undefined, terminal: Terminal): Promise<RequestOptions> {
  if (directory === undefined) return {};
  const { fileCache } = await import('../cache/stores/file.ts');
  const onError = (error: unknown) => {
    if (error instanceof StoreSlowError) terminal.leaveUnfinished();
    terminal.stderr.write(`sluice: ${printableLines(String((error as Error)?.message ?? error))}\n`);
  };
  return { cache: fileCache(directory), onError };
}
