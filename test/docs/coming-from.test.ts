/** The tables of names of docs/coming-from: what they name here is there, and nothing that a client has is left out. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { pairs as axios } from '../../examples/migrate-axios.ts';
import { pairs as fetch } from '../../examples/migrate-fetch.ts';
import { pairs as got } from '../../examples/migrate-got.ts';
import { pairs as ky } from '../../examples/migrate-ky.ts';
import { pairs as undici } from '../../examples/migrate-undici.ts';
import { root } from '../architecture/imports.ts';
import { exists, spans } from './names.ts';

const PAIRS: Readonly<Record<string, object>> = { axios, got, ky, fetch, undici };
/** Where each client's own types list its options. */
const TYPES: Readonly<Record<string, string>> = {
  axios: "import('axios').AxiosRequestConfig",
  got: "import('got').OptionsInit",
  ky: "import('ky').Options",
  fetch: 'RequestInit',
  undici: "import('undici').Dispatcher.RequestOptions",
};

const textOf = (name: string) => readFileSync(join(root, `docs/coming-from/${name}.md`), 'utf8');

function rowsOf(name: string) {
  const [, table = ''] = textOf(name).split('\n## Names\n');
  return [...(table.split('\n## ')[0] ?? '').matchAll(/^\| (.+?) \| (.+?) \|(.*)\|$/gm)]
    .map(([, theirs = '', ours = '', note = '']) => ({
      theirs,
      here: spans(ours),
      isHere: ours !== 'no',
      note: note.trim(),
    }))
    .slice(1);
}

/** The options that the installed packages know, by their types. */
function optionsOfTypes(): Map<string, string[]> {
  const file = join(root, 'test/docs/peer-options.ts');
  const text = Object.entries(TYPES)
    .map(([name, type]) => `export declare const ${name}: ${type};`)
    .join('\n');
  const options: ts.CompilerOptions = {
    strict: true,
    skipLibCheck: true,
    types: ['node'],
    lib: ['lib.esnext.d.ts', 'lib.dom.d.ts'],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  };
  const host = ts.createCompilerHost(options);
  const [getSourceFile, fileExists] = [host.getSourceFile.bind(host), host.fileExists];
  host.fileExists = (path) => path === file || fileExists(path);
  host.getSourceFile = (path, language, ...rest) =>
    path === file ? ts.createSourceFile(path, text, language) : getSourceFile(path, language, ...rest);
  const program = ts.createProgram([file], options, host);
  const checker = program.getTypeChecker();
  const declared = program.getSourceFile(file)!.statements.filter(ts.isVariableStatement);
  return new Map(
    declared.map((statement) => {
      const { name } = statement.declarationList.declarations[0]!;
      const type = checker.getNonNullableType(checker.getTypeAtLocation(name));
      return [name.getText(), checker.getPropertiesOfType(type).map((property) => property.name)];
    }),
  );
}

describe.each(Object.keys(PAIRS))('docs/coming-from/%s.md', (name) => {
  it.each(rowsOf(name))('names what is here for $theirs, or says why not', ({ here, isHere, note }) => {
    expect(here.filter((one) => !exists(one))).toEqual([]);
    expect(isHere ? here.length > 0 : note !== '').toBe(true);
  });

  it('shows each pair of its example', () => {
    const missing = Object.keys(PAIRS[name] ?? {}).filter((key) =>
      ['theirs', 'ours'].some(
        (side) => !textOf(name).includes(`<!-- code: examples/migrate-${name}.ts pairs.${key}.${side} -->`),
      ),
    );
    expect(missing).toEqual([]);
  });
});

it('the pages have a row for each option of the packages', { timeout: 60_000 }, () => {
  const found = optionsOfTypes();
  expect([...found.values()].map((names) => names.length > 10)).toEqual(Object.keys(PAIRS).map(() => true));
  const missing = [...found].flatMap(([name, names]) => {
    const listed = new Set(rowsOf(name).flatMap(({ theirs }) => spans(theirs)));
    return names.filter((one) => !listed.has(one)).map((one) => `docs/coming-from/${name}.md: ${one}`);
  });
  expect(missing).toEqual([]);
});
