/** The options of `--cache DIR`. */
import type { RequestOptions } from '../options/options.ts';
import type { Terminal } from './terminal.ts';
import { printableLines } from './text/text-table.ts';

/** What the cache could not do is told, and no failure of the request. */
export async function cacheOptions(directory: string, { stderr }: Terminal): Promise<RequestOptions> {
  const { fileCache } = await import('../cache/stores/file.ts');
  const onError = (error: unknown) => {
    stderr.write(`sluice: ${printableLines(String((error as Error)?.message ?? error))}\n`);
  };
  return { cache: fileCache(directory), onError };
}
