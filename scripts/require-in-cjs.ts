/**
 * `require` in the place of `import()` in CommonJS files. Jest runs CommonJS in a context of `node:vm` in which
 * `import()` is an error unless Node is started with a flag; `require` works everywhere, and what we load lazily can all
 * be required. A plugin of tsup: it is told which files were written, whichever tool wrote them.
 */
import { readFile, writeFile } from 'node:fs/promises';
import type { Options } from 'tsup';

type Plugin = NonNullable<Options['plugins']>[number];

/** Rollup writes `import('x')` as it is; a type in a comment or a text of our own has no such call with a literal. */
const IMPORT = /(?<![\w.$'"`])import\((['"][^'"$]+['"])\)/g;

export function requireInCjs(): Plugin {
  return {
    name: 'require-in-cjs',
    async buildEnd({ writtenFiles }) {
      for (const { name } of writtenFiles) if (name.endsWith('.cjs')) await rewrite(name);
    },
  };
}

async function rewrite(file: string): Promise<void> {
  const code = await readFile(file, 'utf8');
  // In a promise: what `import()` would reject with must not be thrown.
  const changed = code.replace(IMPORT, (_, name: string) => `Promise.resolve().then(() => require(${name}))`);
  if (changed !== code) await writeFile(file, changed);
}
