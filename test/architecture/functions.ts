/** Measures every function of a source file, for the limits on their size. Uses TypeScript's own parser. */
import ts from 'typescript';
import type { SourceFile } from './imports.ts';

export interface MeasuredFunction {
  /** File and function, such as `src/pool/pool.ts Pool.add`. */
  readonly name: string;
  readonly lines: number;
  readonly parameters: number;
}

/** The functions of a file that have a body. Signatures without one, as in an interface, are left out. */
export function functionsOf({ path, text }: Pick<SourceFile, 'path' | 'text'>): MeasuredFunction[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
  const found: MeasuredFunction[] = [];
  const line = (position: number) => source.getLineAndCharacterOfPosition(position).line;
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
      const lines = line(node.end) - line(node.getStart(source)) + 1;
      found.push({ name: `${path} ${nameOf(node)}`, lines, parameters: node.parameters.length });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function nameOf(node: ts.SignatureDeclaration): string {
  const own = ts.isConstructorDeclaration(node) ? 'constructor' : (node.name?.getText() ?? nameOfHolder(node));
  const { parent } = node;
  return ts.isClassLike(parent) ? `${parent.name?.text ?? '(class)'}.${own}` : own;
}

/** A function without a name is called by what it is assigned to, or by its line. */
function nameOfHolder(node: ts.SignatureDeclaration): string {
  const { parent } = node;
  if ((ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)) && parent.name)
    return parent.name.getText();
  return `(a function of line ${node.getSourceFile().getLineAndCharacterOfPosition(node.getStart()).line + 1})`;
}
