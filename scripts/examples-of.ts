/** Which code of the documentation shows an export: fences of the pages, which run as tests, and examples in docstrings. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Export, root } from './exports.ts';

export interface Shown {
  /** Below the repository, such as `docs/cli.md`. */
  readonly page: string;
  /** The heading above the code. */
  readonly heading: string;
  readonly code: string;
}

/** The fences of every page, each with the heading above it. */
export function shownCode(): Shown[] {
  const names = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' });
  const pages = names.filter((name) => name.endsWith('.md')).sort();
  return pages.flatMap((name) => fencesOf(`docs/${name}`, readFileSync(join(root, 'docs', name), 'utf8')));
}

function fencesOf(page: string, text: string): Shown[] {
  let heading = '';
  return [...text.matchAll(/^#{1,4} (.+)$|^```ts\n([\s\S]*?)^```$/gm)].flatMap(([, title, code]) => {
    if (title !== undefined) heading = title;
    return code === undefined ? [] : [{ page, heading, code }];
  });
}

/** An export's own fences: those that import it from its entry. Without any, those of the nearest that takes or gives it. */
export function examplesOf(one: Export, all: readonly Export[], shown: readonly Shown[]): Shown[] {
  let ring: readonly Export[] = [one];
  const seen = new Set<string>();
  while (ring.length > 0) {
    const found = ring.flatMap((each) => shown.filter(({ code }) => imports(code, each)));
    if (found.length > 0) return [...new Set(found)];
    for (const { name } of ring) seen.add(name);
    const names = new Set(ring.map(({ name }) => name));
    ring = all.filter((other) => !seen.has(other.name) && [...names].some((name) => other.mentions.has(name)));
  }
  return [];
}

function imports(code: string, { entry, name }: Export): boolean {
  const lines = code.matchAll(/^import (?:type )?\{([^}]*)\} from '([^']+)'/gm);
  return [...lines].some(([, names = '', from]) => from === entry && new RegExp(`\\b${name}\\b`).test(names));
}
