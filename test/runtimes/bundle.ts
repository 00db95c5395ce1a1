/** The portable contract in one file, with the stand-ins of the build that runs where it goes. */
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { webParts } from '../../scripts/web-parts.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export async function portableContract(kind: 'browser' | 'worker'): Promise<string> {
  const withoutNode = here('portable/without-node.ts');
  const { outputFiles } = await build({
    entryPoints: [here('portable/contract.ts')],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    write: false,
    inject: [withoutNode],
    external: ['tough-cookie'],
    logLevel: 'error',
    plugins: [
      {
        name: 'portable',
        setup(with_) {
          with_.onResolve({ filter: /^node:/ }, () => ({ path: withoutNode }));
          with_.onResolve({ filter: /^vitest$/ }, () => ({ path: here('portable/vitest.ts') }));
          with_.onResolve({ filter: /testing\/server\.ts$/ }, () => ({ path: withoutNode }));
        },
      },
      webParts(kind),
    ],
  });
  return outputFiles[0]!.text;
}
