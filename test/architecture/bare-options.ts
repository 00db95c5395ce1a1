/**
 * Finds object literals that are handed to the runtime as options. Such a literal inherits from `Object.prototype`, and
 * the runtime reads names from it that were never given: after a prototype was polluted, somebody else gives them.
 */
import ts from 'typescript';

/** Modules whose functions and classes read records of options. */
const MODULES = /^node:(?:tls|net|https?|http2|zlib|dns|fs|stream)(?:\/promises)?$/;
const GLOBALS = ['ReadableStream', 'WritableStream', 'TransformStream', 'CompressionStream', 'DecompressionStream'];

const CONCERNED = new RegExp(`node:|addEventListener|${GLOBALS.join('|')}`);
/** They copy what they are given over defaults of every name. */
const SAFE = /^(?:rm|rmSync)$/;

/** The lines of a source text that hand a literal to the runtime, as `12: createServer`. */
export function literalsForRuntime(text: string, path = 'source.ts'): string[] {
  // Most files have nothing to do with the runtime, and need no parsing.
  if (!CONCERNED.test(text)) return [];
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const names = new Set(GLOBALS);
  const found: string[] = [];
  each(source, (node) => {
    for (const name of namesOfRuntime(node)) names.add(name);
  });
  each(source, (node) => {
    const call = ts.isCallExpression(node) || ts.isNewExpression(node) ? node : undefined;
    const name = call === undefined ? undefined : calleeOf(call, names);
    if (call === undefined || name === undefined || SAFE.test(name) || !(call.arguments ?? []).some(isLiteral)) return;
    found.push(`${source.getLineAndCharacterOfPosition(call.getStart()).line + 1}: ${name}`);
  });
  return found;
}

function each(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => each(child, visit));
}

/** What a literal is behind `as`, `satisfies` and the choice of `?:`; one without a member is a literal as well. */
function isLiteral(node: ts.Node): boolean {
  if (ts.isAsExpression(node) || ts.isSatisfiesExpression(node) || ts.isParenthesizedExpression(node)) {
    return isLiteral(node.expression);
  }
  if (ts.isConditionalExpression(node)) return isLiteral(node.whenTrue) || isLiteral(node.whenFalse);
  return ts.isObjectLiteralExpression(node) && !node.properties.some(isNoPrototype);
}

function isNoPrototype(member: ts.ObjectLiteralElementLike): boolean {
  return member.getText().replaceAll(/\s/g, '') === '__proto__:null';
}

/** Names that stand for something of the runtime's: imported, or loaded when they are needed. */
function namesOfRuntime(node: ts.Node): string[] {
  if (ts.isImportDeclaration(node)) {
    const { text } = node.moduleSpecifier as ts.StringLiteral;
    const bindings = node.importClause?.namedBindings;
    if (!MODULES.test(text) || bindings === undefined) return [];
    return ts.isNamedImports(bindings) ? bindings.elements.map(({ name }) => name.text) : [bindings.name.text];
  }
  if (!ts.isVariableDeclaration(node) || node.initializer === undefined || !loads(node.initializer)) return [];
  if (ts.isIdentifier(node.name)) return [node.name.text];
  return node.name.elements.flatMap((one) =>
    ts.isBindingElement(one) && ts.isIdentifier(one.name) ? [one.name.text] : [],
  );
}

/** Whether an expression names such a module in a text, as `import('node:fs')` and `builtin('node:zlib')` do. */
function loads(node: ts.Node): boolean {
  if (ts.isFunctionLike(node)) return false;
  if (ts.isStringLiteral(node)) return MODULES.test(node.text);
  return ts.forEachChild(node, (child) => loads(child) || undefined) ?? false;
}

function calleeOf(call: ts.CallExpression | ts.NewExpression, names: ReadonlySet<string>): string | undefined {
  if (ts.isPropertyAccessExpression(call.expression) && call.expression.name.text === 'addEventListener') {
    return call.expression.getText();
  }
  if (call.expression.kind === ts.SyntaxKind.SuperKeyword) {
    const parent = superClassOf(call);
    return parent !== undefined && names.has(parent) ? `super of ${parent}` : undefined;
  }
  let root: ts.Expression = call.expression;
  while (ts.isPropertyAccessExpression(root) || ts.isNonNullExpression(root)) root = root.expression;
  return ts.isIdentifier(root) && names.has(root.text) ? call.expression.getText() : undefined;
}

function superClassOf(node: ts.Node): string | undefined {
  let at: ts.Node = node;
  while (!ts.isClassLike(at)) at = at.parent;
  const [clause] = at.heritageClauses?.filter(({ token }) => token === ts.SyntaxKind.ExtendsKeyword) ?? [];
  return clause?.types[0]?.expression.getText();
}
