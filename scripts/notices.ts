/**
 * The licences of what the build bundles: MIT, ISC and BSD ask that their text goes along with every copy. A plugin of
 * esbuild, because only a bundler knows what it took in.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Options } from 'tsup';

type Plugin = NonNullable<Options['esbuildPlugins']>[number];

/** The last package folder of a path: a package may lie in the node_modules of another. */
const PACKAGE = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/;

/** Writes `file` after each build: what all builds of this process have bundled so far. */
export function notices(file: string): Plugin {
  const folders = new Set<string>();
  return {
    name: 'notices',
    setup(build) {
      build.initialOptions.metafile = true;
      mkdirSync(dirname(file), { recursive: true });
      build.onEnd(({ metafile }) => {
        for (const { inputs } of Object.values(metafile?.outputs ?? {})) {
          for (const [input, { bytesInOutput }] of Object.entries(inputs)) {
            const folder = PACKAGE.exec(input)?.[0];
            if (folder !== undefined && bytesInOutput > 0) folders.add(folder);
          }
        }
        writeFileSync(file, [HEAD, ...[...folders].sort().map(noticeOf)].join(`\n${'-'.repeat(80)}\n\n`));
      });
    },
  };
}

const HEAD = 'Parts of these packages are bundled into the files of this folder, each under its own licence.\n';

/** @throws Error for a package without a licence text: it may not be bundled */
function noticeOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const texts = readdirSync(folder).filter((entry) => /^(licen[cs]e|copying|notice)([.-]|$)/i.test(entry));
  if (texts.length === 0) throw new Error(`${name} is bundled and ${folder} has no text of its licence (${license})`);
  const written = texts.map((entry) => readFileSync(join(folder, entry), 'utf8').trim());
  return `${name} ${version} (${license})\n\n${written.join('\n\n')}\n`;
}
