/**
 * The types that users see, as text: `npm run api` compares those of the build with `api/`, and shows what changed;
 * `npm run api -- --update` writes them. Comments are left out: a change of words is not a change of the surface.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The entries of the package that have types: the name of each, and its file of declarations. */
function entries(): (readonly [name: string, file: string])[] {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    exports: Record<string, { import?: { types?: string } }>;
  };
  return Object.entries(exports).flatMap(([path, { import: found }]) => {
    if (found?.types === undefined) return [];
    const file = join(root, found.types);
    if (!existsSync(file)) throw new Error(`${found.types} is not there: npm run build makes it`);
    return [[path === '.' ? 'index' : path.slice(2).replaceAll('/', '-'), file] as const];
  });
}

/** The declarations of one entry by name, and below them what they mention that no entry exports. */
class Surface {
  readonly #checker: ts.TypeChecker;
  readonly #exported = new Set<ts.Symbol>();
  readonly #seen = new Set<ts.Symbol>();
  readonly #printer = ts.createPrinter({ removeComments: true });

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker;
  }

  exportsOf(source: ts.SourceFile): ts.Symbol[] {
    const module = this.#checker.getSymbolAtLocation(source);
    const found = module === undefined ? [] : this.#checker.getExportsOfModule(module);
    for (const symbol of found) this.#exported.add(this.#real(symbol));
    return found;
  }

  textOf(symbols: readonly ts.Symbol[]): string {
    this.#seen.clear();
    const mentioned: ts.Symbol[] = [];
    const named = symbols
      .map((symbol) => [symbol.name, this.#real(symbol)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    const exported = named.map(([name, symbol]) => `// ${name}\n${this.#declared(symbol, mentioned)}`);
    const inner: [string, string][] = [];
    for (let one = mentioned.shift(); one !== undefined; one = mentioned.shift()) {
      inner.push([one.name, this.#declared(one, mentioned)]);
    }
    const below = inner.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text);
    return [...exported, '// Mentioned above, and not exported by a name', ...below].join('\n') + '\n';
  }

  #real(symbol: ts.Symbol): ts.Symbol {
    return symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
  }

  #declared(symbol: ts.Symbol, mentioned: ts.Symbol[]): string {
    const statements = (symbol.declarations ?? []).map(statementOf);
    for (const statement of statements) this.#follow(statement, mentioned);
    return statements
      .map((one) => this.#printer.printNode(ts.EmitHint.Unspecified, one, one.getSourceFile()))
      .join('\n');
  }

  #follow(node: ts.Node, mentioned: ts.Symbol[]): void {
    if (ts.isIdentifier(node)) {
      const found = this.#checker.getSymbolAtLocation(node);
      const symbol = found && this.#real(found);
      if (symbol !== undefined && this.#isNew(symbol)) {
        this.#seen.add(symbol);
        mentioned.push(symbol);
      }
    }
    ts.forEachChild(node, (child) => this.#follow(child, mentioned));
  }

  /** Declared at the top of a file of ours, and not exported: what is exported is printed in its own place. */
  #isNew(symbol: ts.Symbol): boolean {
    if (this.#seen.has(symbol) || this.#exported.has(symbol)) return false;
    return (symbol.declarations ?? []).some((one) => {
      const statement = statementOf(one);
      return ts.isSourceFile(statement.parent) && statement.getSourceFile().fileName.startsWith(join(root, 'dist'));
    });
  }
}

/** A variable's declaration is two nodes below the statement that says `const`. */
function statementOf(node: ts.Declaration): ts.Node {
  return ts.isVariableDeclaration(node) ? node.parent.parent : node;
}

function surfaces(): Map<string, string> {
  const all = entries();
  const options = {
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    skipLibCheck: true,
  };
  const program = ts.createProgram(
    all.map(([, file]) => file),
    options,
  );
  const surface = new Surface(program.getTypeChecker());
  const exported = all.map(([name, file]) => [name, surface.exportsOf(program.getSourceFile(file)!)] as const);
  return new Map(exported.map(([name, symbols]) => [name, surface.textOf(symbols)]));
}

function difference(name: string, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'api-'));
  const file = join(folder, `${name}.d.ts`);
  writeFileSync(file, text);
  const old = join('api', `${name}.d.ts`);
  const { stdout } = spawnSync('git', ['diff', '--no-index', '--no-color', old, file], { cwd: root, encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  return stdout;
}

const isUpdate = process.argv.includes('--update');
let changed = 0;
for (const [name, text] of surfaces()) {
  const file = join(root, 'api', `${name}.d.ts`);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  changed += 1;
  if (isUpdate) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    console.log(`api/${name}.d.ts is written`);
  } else {
    console.error(existsSync(file) ? difference(name, text) : `api/${name}.d.ts is not there`);
  }
}
if (changed === 0) console.log('api: the types are those of api/');
else if (!isUpdate) {
  console.error('api: the types differ from api/. Is the change meant? Then: npm run build && npm run api -- --update');
  process.exitCode = 1;
}
