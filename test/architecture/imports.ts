/** Reads the imports of every source file, for the rules on who may import whom. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));

export interface SourceFile {
  /** From the root, with slashes. */
  readonly path: string;
  readonly text: string;
  /** Files of this package that it imports. */
  readonly imports: readonly { readonly path: string; readonly typeOnly: boolean; readonly dynamic: boolean }[];
  /** Packages and built-in modules that it imports. */
  readonly packages: readonly { readonly name: string; readonly typeOnly: boolean }[];
}

const STATEMENT = /^\s*(import|export)\s+(type\s+)?[^'"();]*?\s*from\s+'([^']+)'|^\s*import\s+'([^']+)'/gm;
// A type such as `import('node:fs').Stats` is none.
const DYNAMIC = /(?<!typeof )import\('([^']+)'\)(?!\.[A-Z])/g;

export function sourceFiles(folder = 'src'): SourceFile[] {
  const found: SourceFile[] = [];
  for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.ts')) continue;
    const full = join(entry.parentPath, entry.name);
    found.push(read(full));
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function read(full: string): SourceFile {
  const text = readFileSync(full, 'utf8');
  const specifiers: { name: string; typeOnly: boolean; dynamic: boolean }[] = [];
  for (const [, , type, from, bare] of text.matchAll(STATEMENT)) {
    specifiers.push({ name: from ?? bare ?? '', typeOnly: type !== undefined, dynamic: false });
  }
  for (const [, name = ''] of text.matchAll(DYNAMIC)) specifiers.push({ name, typeOnly: false, dynamic: true });
  const own = specifiers.filter(({ name }) => name.startsWith('.'));
  const foreign = specifiers.filter(({ name }) => !name.startsWith('.'));
  return {
    path: slashed(relative(root, full)),
    text,
    imports: own.map(({ name, typeOnly, dynamic }) => ({
      path: slashed(relative(root, normalize(join(dirname(full), name)))),
      typeOnly,
      dynamic,
    })),
    packages: foreign.map(({ name, typeOnly }) => ({ name, typeOnly })),
  };
}

function slashed(path: string): string {
  return path.split(sep).join('/');
}
