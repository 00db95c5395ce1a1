/**
 * What a user's module exports is written into its declarations, where each type needs a name that the package exports: a type
 * that a method returns, and that has none, is error TS4023 there.
 */
import { join } from 'node:path';
import ts from 'typescript';
import { beforeAll, expect, it } from 'vitest';
import { root } from '../architecture/imports.ts';

const ENTRIES = [
  'src/index.ts',
  ...'bullmq cache crawl har otel resilience testing testing/matchers websocket'
    .split(' ')
    .map((one) => `src/${one}/index.ts`),
];
let program: ts.Program;
let checker: ts.TypeChecker;

beforeAll(() => {
  const config = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile).config;
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  program = ts.createProgram(
    ENTRIES.map((entry) => join(root, entry)),
    options,
  );
  checker = program.getTypeChecker();
}, 120_000);

/** The classes and interfaces of this package that a type names, in its parts and arguments too. */
function* namesIn(type: ts.Type, seen = new Set<ts.Type>()): Generator<ts.Symbol> {
  if (seen.has(type)) return;
  seen.add(type);
  // What an alias stands for is written out, unless it names what has no other name.
  for (const one of type.aliasTypeArguments ?? []) yield* namesIn(one, seen);
  if (type.isUnionOrIntersection()) for (const one of type.types) yield* namesIn(one, seen);
  if (type.isClassOrInterface() || (type.flags & ts.TypeFlags.Object) !== 0) {
    const symbol = type.symbol as ts.Symbol | undefined;
    const isNamed = symbol !== undefined && (symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface)) !== 0;
    if (isNamed) yield symbol;
    for (const one of checker.getTypeArguments(type as ts.TypeReference)) yield* namesIn(one, seen);
  }
}

const isOurs = (symbol: ts.Symbol): boolean =>
  symbol.declarations?.some((one) => one.getSourceFile().fileName.startsWith(join(root, 'src'))) ?? false;
/** What a caller writes down is no type that is given. */
const isAsked = (name: string): boolean => /(?:Options|Changes|Init|Parts?)$/.test(name);
const isInternal = (symbol: ts.Symbol): boolean => symbol.getJsDocTags(checker).some(({ name }) => name === 'internal');

/** What the members and signatures of an export give. */
function* given(type: ts.Type, at: string): Generator<[at: string, type: ts.Type]> {
  for (const signature of type.getCallSignatures()) yield [`${at}()`, signature.getReturnType()];
  for (const member of type.getProperties()) {
    const declared = member.declarations?.[0];
    if (declared === undefined || isInternal(member) || !isOurs(member)) continue;
    if (ts.isClassElement(declared) && declared.name !== undefined && ts.isPrivateIdentifier(declared.name)) continue;
    if ((ts.getCombinedModifierFlags(declared) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) !== 0)
      continue;
    const of = checker.getTypeOfSymbolAtLocation(member, declared);
    yield [`${at}.${member.name}`, of];
    for (const signature of of.getCallSignatures()) yield [`${at}.${member.name}()`, signature.getReturnType()];
  }
}

const UNNAMED: Readonly<Record<string, readonly string[]>> = {
  // It is written out as what it is: `AsyncIterable<Uint8Array>`.
  'src/index.ts': ['BodyReader of RequestBody.open()'],
  // `sluice/crawl` exports them, without which nothing is crawled.
  'src/bullmq/index.ts': [
    'FrontierStats of SharedFrontier.stats()',
    'HostLease of SharedFrontier.leases()',
    'Line of SharedFrontier.lines()',
    'SharedFacts of SharedFrontier.shared',
    'WrittenLines of writeLines()',
  ],
};

/** What an entry exports, and the package itself, which whoever uses the entry has. */
function exportsOf(entry: string): ts.Symbol[] {
  const module = checker.getSymbolAtLocation(program.getSourceFile(join(root, entry))!)!;
  return checker
    .getExportsOfModule(module)
    .map((one) => ((one.flags & ts.SymbolFlags.Alias) === 0 ? one : checker.getAliasedSymbol(one)));
}

it.each(ENTRIES)('every type that %s gives has a name to write it by', (entry) => {
  const all = exportsOf(entry);
  const exported = new Set([...all, ...exportsOf('src/index.ts')]);
  const lacking = new Set<string>();
  for (const one of all.filter(({ name }) => !isAsked(name))) {
    const types = [checker.getDeclaredTypeOfSymbol(one)];
    if (one.valueDeclaration !== undefined) types.push(checker.getTypeOfSymbolAtLocation(one, one.valueDeclaration));
    for (const [at, type] of types.flatMap((type) => [...given(type, one.name)])) {
      for (const name of namesIn(type)) if (isOurs(name) && !exported.has(name)) lacking.add(`${name.name} of ${at}`);
    }
  }
  expect([...lacking].sort()).toEqual(UNNAMED[entry] ?? []);
});
