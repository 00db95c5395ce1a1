import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const FILES = ['strict.ts', 'every-door.ts'];
let program: ts.Program;

const pathOf = (name: string): string => join(here, name);

describe('at the strictest settings of users', () => {
  beforeAll(() => {
    const { options } = ts.parseJsonConfigFileContent(
      ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile).config,
      ts.sys,
      root,
    );
    const strictest = { exactOptionalPropertyTypes: true, noPropertyAccessFromIndexSignature: true, declaration: true };
    program = ts.createProgram(FILES.map(pathOf), { ...options, ...strictest });
  }, 120_000);

  it.each(FILES)('compiles what users write: %s', (name) => {
    const file = program.getSourceFile(pathOf(name));
    // Only what a user would see: the sources are checked at the settings of the house.
    const found = [
      ...program.getSyntacticDiagnostics(file),
      ...program.getSemanticDiagnostics(file),
      ...program.getDeclarationDiagnostics(file),
    ];
    expect(found.map((one) => ts.flattenDiagnosticMessageText(one.messageText, '\n'))).toEqual([]);
    expect(file).toBeDefined();
  });

  it('every export of the package is among it', () => {
    const checker = program.getTypeChecker();
    const text = readFileSync(pathOf('every-door.ts'), 'utf8');
    const index = checker.getSymbolAtLocation(program.getSourceFile(join(root, 'src/index.ts'))!)!;
    const names = checker.getExportsOfModule(index).map((one) => one.name);
    expect(names.length).toBeGreaterThan(150);
    expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(text))).toEqual([]);
  });
});
