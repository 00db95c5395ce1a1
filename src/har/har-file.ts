/** An archive on disk: always a whole one, because it is written beside its file and renamed over it. */
import { makeFolder } from '../message/make-folder.ts';
import { runtimeOptions } from '../message/runtime-options.ts';
import { needBuiltin } from '../runtime/platform.ts';
import type { Har } from './har-format.ts';

/**
 * @param mode of a new file
 * @throws Error that names the file, when it cannot be written
 */
export async function writeHar(path: string, har: Har, mode = 0o600): Promise<void> {
  const { rename, unlink, writeFile } = needBuiltin<typeof import('node:fs/promises')>(
    'node:fs/promises',
    'a HAR file',
  );
  const { dirname } = needBuiltin<typeof import('node:path')>('node:path', 'a HAR file');
  const beside = `${path}.${crypto.randomUUID()}.tmp`;
  try {
    await makeFolder(dirname(path), 0o777, 'a HAR file');
    // Exclusive, so that nobody can have put a link there.
    await writeFile(beside, `${JSON.stringify(har, null, 2)}\n`, runtimeOptions('file', { flag: 'wx', mode }));
    await rename(beside, path);
  } catch (cause) {
    await unlink(beside).catch(() => undefined);
    throw new Error(`the HAR file ${path} cannot be written: ${(cause as Error).message}`, { cause });
  }
}

/** The text of the file, or `undefined` when there is none. */
export async function readHarText(path: string): Promise<string | undefined> {
  const { readFile } = needBuiltin<typeof import('node:fs/promises')>('node:fs/promises', 'a HAR file');
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`the HAR file ${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
}
