/**
 * Gives classes in what is built their own names back. A class that speaks of itself is written by esbuild as
 * `var Name = class _Name`, and `_Name` is what `console.log`, a stack and Node's messages would show. Nothing else stands
 * under that name in the file, and inside the class both mean the same. A plugin of tsup.
 */
import { readFile, writeFile } from 'node:fs/promises';
import type { Options } from 'tsup';

type Plugin = NonNullable<Options['plugins']>[number];

const RENAMED = /\bvar ([A-Za-z$][\w$]*) = class _\1(?![\w$])/g;

export function classNames(): Plugin {
  return {
    name: 'class-names',
    async buildEnd({ writtenFiles }) {
      for (const { name } of writtenFiles) if (/\.c?js$/.test(name)) await rewrite(name);
    },
  };
}

async function rewrite(file: string): Promise<void> {
  const code = await readFile(file, 'utf8');
  const changed = withClassNames(code);
  if (changed !== code) await writeFile(file, changed);
}

/** The code with `class Name` for `class _Name`. */
export function withClassNames(code: string): string {
  const names = [...code.matchAll(RENAMED)].map(([, name]) => name!.replaceAll('$', '\\$'));
  if (names.length === 0) return code;
  return code.replace(new RegExp(`(?<![\\w$.#'"\`])_(${names.join('|')})(?![\\w$'"\`])`, 'g'), '$1');
}
