/**
 * The documentation's code, made runnable. A fence of `ts` is a module of its own, unless the comment
 * `<!-- continues -->` before it says that it goes on from the one before. The address `http://localhost:8080` stands for
 * the test site. A comment `// prints: text` behind a statement is what that line must have written to the console.
 *
 * A fence behind `<!-- code: FILE -->` is a copy of a file, which has a test of its own: `code-of-files.ts`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../architecture/imports.ts';

export interface Snippet {
  /** The page and the line of its fence, as a test's name. */
  readonly name: string;
  readonly page: string;
  readonly code: string;
  readonly prints: readonly string[];
}

const FENCE = /(?<!^<!-- code: [^\n]*-->\n+)(<!-- continues -->\s*)?^```ts\n([\s\S]*?)^```$/gm;

export function pages(): string[] {
  const docs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' });
  return ['README.md', ...docs.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)].sort();
}

export function snippetsOf(page: string): Snippet[] {
  const text = readFileSync(join(root, page), 'utf8');
  const snippets: Snippet[] = [];
  for (const match of text.matchAll(FENCE)) {
    const [whole, continues, own = ''] = match;
    const line = text.slice(0, match.index + whole.indexOf('```ts')).split('\n').length;
    const code = continues === undefined ? own : `${snippets.at(-1)?.code ?? ''}\n${own}`;
    const prints = [...code.matchAll(/\/\/ prints: (.*)$/gm)].map(([, printed = '']) => printed);
    snippets.push({ name: `${page}:${line}`, page, code, prints });
  }
  return snippets;
}
