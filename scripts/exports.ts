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
  const reader = new ExportReader(program.getTypeChecker());
  return [...files].flatMap(([entry, file]) => reader.read(entry, program.getSourceFile(file)!));
}

class ExportReader {
  readonly #checker: ts.TypeChecker;

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker;
  }

  read(entry: string, source: ts.SourceFile): Export[] {
    const module = this.#checker.getSymbolAtLocation(source)!;
    return this.#checker
      .getExportsOfModule(module)
      .map((symbol) => this.#export(entry, symbol.name, this.#real(symbol)));
  }

  #export(entry: string, name: string, symbol: ts.Symbol): Export {
    const declarations = symbol.declarations ?? [];
    const names = declarations.flatMap((one) => [...this.#mentioned(one)]);
    return {
      entry,
      name,
      kind: this.#kindOf(symbol),
      place: placeOf(declarations[0]),
      text: this.#textOf(symbol),
      isDocumented: this.#textOf(symbol) !== '',
      tags: new Set(symbol.getJsDocTags(this.#checker).map((tag) => tag.name)),
      members: this.#members(symbol),
      mentions: new Set(names.filter((one) => one !== name)),
    };
  }

  #kindOf(symbol: ts.Symbol): Export['kind'] {
    if (symbol.flags & ts.SymbolFlags.Class) return 'class';
    if ((symbol.flags & ts.SymbolFlags.Value) === 0) return 'type';
    const type = this.#checker.getTypeOfSymbol(symbol);
    return type.getCallSignatures().length > 0 ? 'function' : 'value';
  }

  /** What is declared in our sources and may be used: nothing private, nothing internal, nothing of the platform. */
  #members(symbol: ts.Symbol): Documented[] {
    const isObject = symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface | ts.SymbolFlags.TypeAlias);
    if (!isObject) return [];
    const own = symbol.members === undefined ? [] : [...symbol.members.values()];
    const statics = [...(symbol.exports?.values() ?? [])];
    const alias = symbol.declarations?.find(ts.isTypeAliasDeclaration);
    const literal = alias !== undefined && ts.isTypeLiteralNode(alias.type) ? alias.type.members : [];
    const written = literal.flatMap((one) =>
      one.name === undefined ? [] : [this.#checker.getSymbolAtLocation(one.name)!],
    );
    return [...own, ...statics, ...written]
      .filter((member) => isPublic(member))
      .map((member) => ({ name: `${symbol.name}.${member.name}`, isDocumented: this.#textOf(member) !== '' }));
  }

  #textOf(symbol: ts.Symbol): string {
    return ts.displayPartsToString(symbol.getDocumentationComment(this.#checker)).trim();
  }

  #mentioned(node: ts.Node, found = new Set<string>()): Set<string> {
    if (ts.isBlock(node)) return found;
    if (ts.isIdentifier(node)) found.add(node.text);
    ts.forEachChild(node, (child) => void this.#mentioned(child, found));
    return found;
  }

  #real(symbol: ts.Symbol): ts.Symbol {
    return symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
  }
}

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

function placeOf(declaration: ts.Declaration | undefined): string {
  if (declaration === undefined) return 'nowhere';
  const source = declaration.getSourceFile();
  const { line } = source.getLineAndCharacterOfPosition(declaration.getStart());
  return `${source.fileName.slice(root.length + 1)}:${line + 1}`;
}
