import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { root } from '../architecture/imports.ts';
import { pages, snippetsOf } from './snippets.ts';

/** As strict as a user's project may be. */
const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.esnext.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts', 'lib.dom.asynciterable.d.ts'],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  types: ['node'],
  paths: {
    sluice: [join(root, 'src/index.ts')],
    'sluice/testing': [join(root, 'src/testing/index.ts')],
    'sluice/websocket': [join(root, 'src/websocket/index.ts')],
    'sluice/testing/matchers': [join(root, 'src/testing/matchers/index.ts')],
    'sluice/har': [join(root, 'src/har/index.ts')],
    'sluice/otel': [join(root, 'src/otel/index.ts')],
    'sluice/cache': [join(root, 'src/cache/index.ts')],
    'sluice/crawl': [join(root, 'src/crawl/index.ts')],
    'sluice/bullmq': [join(root, 'src/bullmq/index.ts')],
    'sluice/resilience': [join(root, 'src/resilience/index.ts')],
  },
  strict: true,
  allowImportingTsExtensions: true,
  skipLibCheck: true,
  noEmit: true,
};

describe('the code in the documentation', () => {
  it('type-checks under strict', { timeout: 120_000 }, () => {
    const code = new Map<string, { readonly name: string; readonly text: string }>();
    for (const page of pages()) {
      for (const [i, snippet] of snippetsOf(page).entries()) {
        const file = join(root, 'test/docs', `${page.replaceAll(/\W/g, '-')}-${i}.snippet.ts`);
        code.set(file, { name: snippet.name, text: `${snippet.code}\nexport {};\n` });
      }
    }
    expect(code.size).toBeGreaterThan(100);
    const host = ts.createCompilerHost(OPTIONS);
    const { fileExists, readFile } = host;
    host.fileExists = (file) => code.has(file) || fileExists(file);
    host.readFile = (file) => code.get(file)?.text ?? readFile(file);
    const getSourceFile = host.getSourceFile.bind(host);
    host.getSourceFile = (file, language, ...rest) => {
      const text = code.get(file)?.text;
      return text === undefined ? getSourceFile(file, language, ...rest) : ts.createSourceFile(file, text, language);
    };
    const program = ts.createProgram([...code.keys()], OPTIONS, host);
    const wrong = [...code.keys()].flatMap((file) => {
      const source = program.getSourceFile(file)!;
      return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map((found) => {
        const { line } = source.getLineAndCharacterOfPosition(found.start ?? 0);
        return `${code.get(file)!.name}, line ${line + 1} of it: ${ts.flattenDiagnosticMessageText(found.messageText, ' ')}`;
      });
    });
    expect(wrong).toEqual([]);
  });
});
