/**
 * Keeps the library in one file. esbuild cuts the code by which entries reach it, and each part that is loaded later is an
 * entry; Node takes about a millisecond to find and link each file. So whatever is loaded reaches the whole library: every
 * file of ours says that it imports it. A plugin of esbuild, because only a bundler is to see that.
 */
import { readFile } from 'node:fs/promises';
import { dirname, resolve, sep } from 'node:path';
import type { Options } from 'tsup';

type Plugin = NonNullable<Options['esbuildPlugins']>[number];

/** @param entry imports all that is to be in one file */
export function oneCore(entry: string): Plugin {
  const core = resolve(entry);
  const sources = dirname(core) + sep;
  return {
    name: 'one-core',
    setup(build) {
      // `sideEffects: false` drops the imports that are added here, after they have told where a file belongs.
      build.initialOptions.logOverride = { ...build.initialOptions.logOverride, 'ignored-bare-import': 'silent' };
      build.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        if (path === core || !path.startsWith(sources)) return undefined;
        // At the end: the lines stay where they are.
        return { contents: `${await readFile(path, 'utf8')}\nimport ${JSON.stringify(core)};`, loader: 'ts' };
      });
    },
  };
}
