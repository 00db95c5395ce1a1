/**
 * Bundles the page of `sluice report` from `src/cli/report/page`: a script, a style and the elements, each one text. The build
 * puts them in the place of `page-parts.ts`, so that the package has no file to look for at run time.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Options } from 'tsup';

type Plugin = NonNullable<Options['esbuildPlugins']>[number];

const source = (name: string) => fileURLToPath(new URL(`../src/cli/report/page/${name}`, import.meta.url));

export interface Page {
  readonly script: string;
  readonly style: string;
  readonly body: string;
}

export async function bundlePage(): Promise<Page> {
  const [script, style, body] = await Promise.all([
    bundled('main.ts'),
    bundled('style.css'),
    readFile(source('body.html'), 'utf8'),
  ]);
  // Either would end its element.
  if (/<\/script|<!--/i.test(script) || /<\/style/i.test(style))
    throw new Error('the page has the end of its own element in it');
  return { script, style, body: body.replace(/\n\s+/g, '\n') };
}

async function bundled(name: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [source(name)],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    // What all browsers of the last years have.
    target: ['chrome111', 'firefox113', 'safari16.4'],
    charset: 'utf8',
    legalComments: 'none',
  });
  return outputFiles[0]!.text.trim();
}

/** What stands in the place of `page-parts.ts` once it is built. */
export async function pageModule(): Promise<string> {
  return `export const pageParts = async () => (${JSON.stringify(await bundlePage())});\n`;
}

export function reportPage(): Plugin {
  return {
    name: 'report-page',
    setup(given) {
      given.onLoad({ filter: /[\\/]cli[\\/]report[\\/]page-parts\.ts$/ }, async () => ({
        contents: await pageModule(),
        loader: 'js',
      }));
    },
  };
}
