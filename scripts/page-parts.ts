/**
 * Cuts the build for browsers into what pages load together. A bundler sees a file as a whole where something is loaded
 * later: what that shares with it would be loaded at once. So code is in one file when the same entries reach it, and all
 * that is loaded later, with the first call that needs it, is one entry. A plugin of esbuild, which cuts by entries.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { OutputFile } from 'esbuild';
import type { Options } from 'tsup';

type Plugin = NonNullable<Options['esbuildPlugins']>[number];

/** Entries that nobody imports: they are where the code is cut. */
const CUTS = {
  /** A stack from nothing is apart from the client. */
  'over-fetch': 'src/handlers/over-fetch.ts',
  client: 'src/client/functions.ts',
  /** All that is exported: so `index` itself has no code, which would hold together what it imports. */
  whole: 'page-parts:whole',
};

export function pageParts(): Plugin {
  return {
    name: 'page-parts',
    setup(build) {
      build.initialOptions.entryPoints = { ...(build.initialOptions.entryPoints as Record<string, string>), ...CUTS };
      build.onResolve({ filter: /^page-parts:/ }, ({ path }) => ({ path, namespace: 'page-parts' }));
      build.onLoad({ filter: /.*/, namespace: 'page-parts' }, () => ({
        contents: "export * from './src/index.ts';",
        resolveDir: resolve('.'),
      }));
      build.onEnd((result) => {
        const files = result.outputFiles?.filter(({ path }) => !(basename(path, '.js') in CUTS));
        result.outputFiles = files?.map(({ path, text, hash }) => written(path, withoutBareImports(text), hash));
      });
      const later = loadedLater(resolve('src'));
      // What is loaded later has the others at hand, and needs nobody to load them.
      build.onResolve({ filter: /^\.{1,2}\/.*\.ts$/ }, ({ path, resolveDir, importer }) => {
        const whole = resolve(resolveDir, path);
        return later.has(importer) && later.has(whole) ? { path: whole } : undefined;
      });
      // `sideEffects: false` drops the imports that are added here, after they have told where a file belongs.
      build.initialOptions.logOverride = { ...build.initialOptions.logOverride, 'ignored-bare-import': 'silent' };
      build.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        if (!later.has(path)) return undefined;
        const lines = [...later].filter((one) => one !== path).map((one) => `import ${JSON.stringify(one)};`);
        // At the end: the lines stay where they are.
        return { contents: [await readFile(path, 'utf8'), ...lines].join('\n'), loader: 'ts' };
      });
    },
  };
}

/**
 * Without the imports of no name, which esbuild writes for the order of side effects. There are none, and a bundler would
 * take each for a reason to load the whole of `index` at once.
 */
function withoutBareImports(text: string): string {
  return text.replace(/(?<=^|;)import\s*"\.\/[^"]+";/gm, '');
}

function written(path: string, text: string, hash: string): OutputFile {
  return { path, text, hash, contents: new TextEncoder().encode(text) };
}

/** The files that others stand in for, and load. */
function loadedLater(sources: string): ReadonlySet<string> {
  const standIns = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((one) =>
    one.endsWith('.browser.ts'),
  );
  const loaded = standIns.flatMap((one) => {
    const path = join(sources, one);
    const names = [...readFileSync(path, 'utf8').matchAll(/(?<!typeof )import\('(\.[^']+)'\)/g)];
    return names.map(([, name = '']) => join(dirname(path), name));
  });
  return new Set(loaded);
}
