/** Every export of every entry, as the compiler sees it: what its hover text says, its members, what it mentions. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

export interface Documented {
  readonly name: string;
  readonly isDocumented: boolean;
}

export interface Export extends Documented {
  /** What is imported from: `sluice`, or `sluice/cache` and the like. */
  readonly entry: string;
  readonly kind: 'class' | 'function' | 'value' | 'type';
  /** Path and line, to be shown. */
  readonly place: string;
  /** Whether it, or for a class one of its methods, says what it fails with or that it never does. */
  readonly statesErrors: boolean;
  readonly tags: ReadonlySet<string>;
  readonly text: string;
  readonly members: readonly Documented[];
  /** Names of other exports in its declaration. */
  readonly mentions: ReadonlySet<string>;
}

/** The entries of the package and their sources, by the paths that the compiler is told. */
export function entries(): ReadonlyMap<string, string> {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile) as {
    config: { compilerOptions: { paths: Record<string, [string]> } };
  };
  const { paths } = config.compilerOptions;
  return new Map(Object.entries(paths).map(([name, [path]]) => [name, join(root, path)]));
}

export function allExports(): Export[] {
  const files = entries();
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => readFileSync(path, 'utf8'));
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const program = ts.createProgram([...files.values()], options);
  const sources = [...files].map(([entry, file]) => [entry, program.getSourceFile(file)!] as const);
  const reader = new ExportReader(
    program.getTypeChecker(),
    sources.map(([, source]) => source),
  );
  return sources.flatMap(([entry, source]) => reader.read(entry, source));
}

class ExportReader {
  readonly #checker: ts.TypeChecker;
  readonly #exported: ReadonlySet<ts.Symbol>;

  constructor(checker: ts.TypeChecker, sources: readonly ts.SourceFile[]) {
    this.#checker = checker;
    const modules = sources.map((source) => checker.getSymbolAtLocation(source)!);
    const found = modules.flatMap((module) => checker.getExportsOfModule(module));
    this.#exported = new Set(found.map((symbol) => this.#real(symbol)));
  }

  read(entry: string, source: ts.SourceFile): Export[] {
    const module = this.#checker.getSymbolAtLocation(source)!;
    return this.#checker.getExportsOfModule(module).map((symbol) => this.#export(entry, symbol, this.#real(symbol)));
  }

  #export(entry: string, alias: ts.Symbol, symbol: ts.Symbol): Export {
    const { name } = alias;
    // Of a namespace the text stands where it is exported.
    const text = this.#textOf(symbol) || this.#textOf(alias) || textAbove(alias.declarations?.[0]);
    const declarations = symbol.declarations ?? [];
    const names = declarations.flatMap((one) => [...this.#mentioned(one)]);
    const members = this.#memberSymbols(symbol);
    return {
      entry,
      name,
      kind: this.#kindOf(symbol),
      place: placeOf(declarations[0]),
      text,
      isDocumented: text !== '',
      tags: new Set(symbol.getJsDocTags(this.#checker).map((tag) => tag.name)),
      statesErrors: this.#statesErrors(symbol, members),
      members: members.filter(isPublic).map((member) => this.#documented(`${name}.${member.name}`, member)),
      mentions: new Set(names.filter((one) => one !== name)),
    };
  }

  #kindOf(symbol: ts.Symbol): Export['kind'] {
    if (symbol.flags & ts.SymbolFlags.Class) return 'class';
    if ((symbol.flags & ts.SymbolFlags.Value) === 0) return 'type';
    const type = this.#checker.getTypeOfSymbol(symbol);
    return type.getCallSignatures().length > 0 ? 'function' : 'value';
  }

  #memberSymbols(symbol: ts.Symbol): ts.Symbol[] {
    const isObject = symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface | ts.SymbolFlags.TypeAlias);
    if (!isObject) return [];
    const own = symbol.members === undefined ? [] : [...symbol.members.values()];
    const statics = [...(symbol.exports?.values() ?? [])];
    const alias = symbol.declarations?.find(ts.isTypeAliasDeclaration);
    const literal = alias !== undefined && ts.isTypeLiteralNode(alias.type) ? alias.type.members : [];
    const written = literal.flatMap((one) =>
      one.name === undefined ? [] : [this.#checker.getSymbolAtLocation(one.name)!],
    );
    return [...own, ...statics, ...written];
  }

  #documented(name: string, symbol: ts.Symbol): Documented {
    return { name, isDocumented: this.#textOf(symbol) !== '' };
  }

  #statesErrors(symbol: ts.Symbol, members: readonly ts.Symbol[]): boolean {
    return [symbol, ...members].some((one) => {
      const tags = (one.declarations ?? []).flatMap((declaration) => ts.getJSDocTags(declaration));
      return tags.some((tag) => tag.tagName.text === 'throws') || ERRORS.test(this.#textOf(one));
    });
  }

  #textOf(symbol: ts.Symbol): string {
    return ts.displayPartsToString(symbol.getDocumentationComment(this.#checker)).trim();
  }

  #mentioned(node: ts.Node, found = new Set<string>()): Set<string> {
    if (ts.isBlock(node)) return found;
    if (ts.isIdentifier(node) && !found.has(node.text)) {
      found.add(node.text);
      for (const inner of this.#unexported(node)) this.#mentioned(inner, found);
    }
    ts.forEachChild(node, (child) => void this.#mentioned(child, found));
    return found;
  }

  /** The declarations of a type of ours that no entry exports: what it mentions, its user mentions. */
  #unexported(node: ts.Identifier): ts.Node[] {
    const isType = ts.isTypeReferenceNode(node.parent) || ts.isExpressionWithTypeArguments(node.parent);
    const symbol = isType ? this.#checker.getSymbolAtLocation(node) : undefined;
    if (symbol === undefined || this.#exported.has(this.#real(symbol))) return [];
    const declarations = this.#real(symbol).declarations ?? [];
    const ours = declarations.filter((one) => one.getSourceFile().fileName.startsWith(join(root, 'src')));
    return ours.filter((one) => ts.isInterfaceDeclaration(one) || ts.isTypeAliasDeclaration(one));
  }

  #real(symbol: ts.Symbol): ts.Symbol {
    return symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
  }
}

/** Words by which a text says what something fails with. */
const ERRORS = /reject|throw|never fails/i;

const HIDDEN =
  ts.SymbolFlags.TypeParameter | ts.SymbolFlags.Constructor | ts.SymbolFlags.Signature | ts.SymbolFlags.Prototype;

function isPublic(symbol: ts.Symbol): boolean {
  const declaration = symbol.declarations?.[0];
  if (declaration === undefined || symbol.flags & HIDDEN || symbol.name.startsWith('__')) return false;
  const modifiers = ts.getCombinedModifierFlags(declaration);
  if (modifiers & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) return false;
  const named = ts.getNameOfDeclaration(declaration);
  if (named !== undefined && ts.isPrivateIdentifier(named)) return false;
  return !ts.getJSDocTags(declaration).some((tag) => tag.tagName.text === 'internal');
}

/** The comment above an `export * as`, which the compiler gives to no symbol. */
function textAbove(declaration: ts.Declaration | undefined): string {
  const statement = declaration && ts.isNamespaceExport(declaration) ? declaration.parent : undefined;
  if (statement === undefined) return '';
  return ts.getTextOfJSDocComment(ts.getJSDocCommentsAndTags(statement).find(ts.isJSDoc)?.comment) ?? '';
}

function placeOf(declaration: ts.Declaration | undefined): string {
  if (declaration === undefined) return 'nowhere';
  const source = declaration.getSourceFile();
  const { line } = source.getLineAndCharacterOfPosition(declaration.getStart());
  return `${source.fileName.slice(root.length + 1)}:${line + 1}`;
}
