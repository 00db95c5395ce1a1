/**
 * Takes the docstrings and the comments within classes out of what esbuild and rollup wrote for Node: whoever reads the types
 * has them in the `.d.ts` files, and they would be 245 kB of every install. What stays: the lines that say which file a part
 * comes from, marks for bundlers such as `@__PURE__`, and licences. A plugin of tsup.
 *
 * Text that only looks like a comment, in a template for one, must not go with them. So both forms are minified, which drops
 * every comment, and have to be the same.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { transform } from 'esbuild';
import type { Options } from 'tsup';

type Plugin = NonNullable<Options['plugins']>[number];

/** A docstring that stands alone on its lines, unless it is a licence. */
const DOCSTRING = /^[ \t]*\/\*\*(?!\/)(?:(?!\*\/|@license|@preserve)[\s\S])*\*\/[ \t]*\n/gm;
/** Indented: those at the beginning of a line name files. */
const LINE = /^[ \t]+\/\/ [^\n]*\n/gm;

export function stripComments(): Plugin {
  return {
    name: 'strip-comments',
    async buildEnd({ writtenFiles }) {
      const code = writtenFiles.filter(({ name }) => /\.c?js$/.test(name));
      await Promise.all(code.map(({ name }) => rewrite(name)));
    },
  };
}

async function rewrite(file: string): Promise<void> {
  const code = await readFile(file, 'utf8');
  const stripped = withoutComments(code);
  if (stripped === code) return;
  if ((await minified(code)) !== (await minified(stripped)))
    throw new Error(`${file}: what looks like a comment there is none; see scripts/strip-comments.ts`);
  await writeFile(file, stripped);
}

export function withoutComments(code: string): string {
  return code.replace(DOCSTRING, '').replace(LINE, '');
}

/** Without white space and comments, and otherwise as it was. */
async function minified(code: string): Promise<string> {
  return (await transform(code, { minifyWhitespace: true, legalComments: 'none' })).code;
}
