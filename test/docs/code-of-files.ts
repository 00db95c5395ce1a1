/**
 * Code that stands on a page and in a file of `examples/`. The file is the one that is run and type-checked; a fence of
 * the page behind `<!-- code: examples/paging.ts -->` is a copy of it, and behind `<!-- code: examples/paging.ts name -->`
 * of one of its functions. `a.b.c` is the body of a method in a record of the file.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { root } from '../architecture/imports.ts';

export interface Copy {
  /** The page and the line of its mark, as a test's name. */
  readonly name: string;
  readonly page: string;
  readonly file: string;
  /** None for the whole file. */
  readonly part: string | undefined;
  readonly code: string;
}

const COPY = /^(<!-- code: (\S+)(?: (\S+))? -->\n+```(?:ts|js)\n)([\s\S]*?)^```$/gm;

export function copiesOf(page: string): Copy[] {
  const text = readFileSync(join(root, page), 'utf8');
  return [...text.matchAll(COPY)].map(({ 2: file = '', 3: part, 4: code = '', index }) => {
    const line = text.slice(0, index).split('\n').length;
    return { name: `${page}:${line}`, page, file, part, code };
  });
}

/** The page with each copy made anew. */
export function renewed(page: string): string {
  const text = readFileSync(join(root, page), 'utf8');
  const made = (_: string, mark: string, file: string, part: string | undefined) =>
    `${mark}${codeOf(file, part)}\`\`\``;
  return text.replaceAll(COPY, made);
}

/** What a fence has to hold. */
export function codeOf(file: string, part: string | undefined): string {
  const text = readFileSync(join(root, file), 'utf8');
  if (part === undefined) return text;
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, true);
  const [head = '', ...keys] = part.split('.');
  const statement = source.statements.find((one) => namesOf(one).includes(head));
  const value = statement && ts.isVariableStatement(statement) ? statement.declarationList.declarations[0] : undefined;
  const found = keys.reduce<ts.Node | undefined>(member, value?.initializer);
  if (keys.length === 0 && statement !== undefined) return `${statement.getText()}\n`;
  if (found === undefined) throw new Error(`${file} has no ${part}`);
  return ts.isMethodDeclaration(found) && found.body ? statements(found.body) : `${found.getText()}\n`;
}

/** What a statement declares. */
function namesOf(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.map(({ name }) => name.getText());
  const { name } = statement as { name?: ts.Node };
  return name === undefined ? [] : [name.getText()];
}

function member(node: ts.Node | undefined, key: string): ts.Node | undefined {
  if (node === undefined || !ts.isObjectLiteralExpression(node)) return undefined;
  const found = node.properties.find((one) => one.name?.getText().replaceAll(/['"]/g, '') === key);
  return found !== undefined && ts.isPropertyAssignment(found) ? found.initializer : found;
}

/** The statements of a body, as they would stand at the beginning of a line. */
function statements(body: ts.Block): string {
  const lines = body.getText().split('\n').slice(1, -1);
  const indent = Math.min(...lines.filter((line) => line !== '').map((line) => line.search(/\S/)));
  return `${lines.map((line) => line.slice(indent)).join('\n')}\n`;
}
