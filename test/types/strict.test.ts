import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, it } from 'vitest';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');

it('compiles what users write at their strictest settings', { timeout: 120_000 }, () => {
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile).config,
    ts.sys,
    root,
  );
  const program = ts.createProgram([join(here, 'strict.ts')], { ...options, exactOptionalPropertyTypes: true });
  const file = program.getSourceFile(join(here, 'strict.ts'));
  // Only what a user would see: the sources are checked at the settings of the house.
  const found = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
  expect(found.map((one) => ts.flattenDiagnosticMessageText(one.messageText, '\n'))).toEqual([]);
  expect(file).toBeDefined();
});
