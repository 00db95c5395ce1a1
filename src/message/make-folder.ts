/**
 * A folder and those above it. Node's own `mkdir` with `recursive` never ends where a folder is there that takes no other
 * and says so as if it was not there, as those of `/proc` do.
 */
import { needBuiltin } from '../runtime/platform.ts';
import { runtimeOptions } from './runtime-options.ts';

/**
 * Makes what is missing of the path. Harmless where the folder is there.
 * @param mode of each new folder
 * @param feature what needs it, for a runtime without files
 * @throws what the file system says, in its own words
 */
export async function makeFolder(path: string, mode: number, feature: string): Promise<void> {
  const { mkdir } = needBuiltin<typeof import('node:fs/promises')>('node:fs/promises', feature);
  const { dirname } = needBuiltin<typeof import('node:path')>('node:path', feature);
  const make = () => mkdir(path, runtimeOptions('file', { mode }));
  try {
    await make();
  } catch (error) {
    if (await isFolder(path, feature)) return;
    const above = dirname(path);
    if ((error as { code?: unknown }).code !== 'ENOENT' || above === path) throw error;
    await makeFolder(above, mode, feature);
    await make().catch(async (again: unknown) => {
      // Another one made it meanwhile.
      if (!(await isFolder(path, feature))) throw again;
    });
  }
}

async function isFolder(path: string, feature: string): Promise<boolean> {
  const { stat } = needBuiltin<typeof import('node:fs/promises')>('node:fs/promises', feature);
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
