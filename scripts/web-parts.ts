/**
 * The builds for browsers and for workers. Where a file has another beside it that ends in `.browser.ts` or `.web.ts`, that one
 * takes its place: `.web.ts` where there is no Node, `.browser.ts` in browsers alone, which keep cookies and redirects to
 * themselves, and where each byte is waited for. A plugin of esbuild, because only a bundler can do it.
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Options } from 'tsup';

type Plugin = NonNullable<Options['esbuildPlugins']>[number];

/** The endings of the files that stand in for others, the first that exists counts. */
export const STAND_INS = { browser: ['.browser.ts', '.web.ts'], worker: ['.web.ts'] } as const;

export function webParts(kind: keyof typeof STAND_INS): Plugin {
  return {
    name: `web-parts of ${kind}`,
    setup(build) {
      build.onResolve({ filter: /^\.{1,2}\/.*\.ts$/ }, ({ path, resolveDir, importer }) => {
        const whole = resolve(resolveDir, path);
        for (const ending of STAND_INS[kind]) {
          const found = whole.replace(/\.ts$/, ending);
          // A file that stands in for another may load it later.
          if (found !== importer && existsSync(found)) return { path: found };
        }
        return undefined;
      });
    },
  };
}
