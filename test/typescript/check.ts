/**
 * Compiles the program under settings with one version of TypeScript: by its programming interface, which keeps the parsed
 * files, or by its command where it has no such interface (7).
 */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type ts from 'typescript';
import { compilerOptions, filesOf, nameOf, type Setting } from './settings.ts';

/** Gives what TypeScript has to say of the program and of the package's own types: `file: message` each. */
export type Check = (setting: Setting) => Promise<string[]>;

/** Other packages' faults are not ours to tell: `@types/node` itself needs 5.3. */
const isOurs = (file: string) => !file.includes('/node_modules/') || file.includes('/node_modules/sluice/');

export function checker(home: string, version: string): Check {
  return Number.parseInt(version, 10) < 7 ? byProgram(home, version) : byCommand(home, version);
}

function byProgram(home: string, version: string): Check {
  const compiler = createRequire(join(home, 'package.json'))(`typescript-${version}`) as typeof ts;
  const parsed = new Map<string, ts.SourceFile | undefined>();
  let last: { key: string; program: ts.Program } | undefined;
  function made(setting: Setting): ts.Program {
    const given = compilerOptions(setting, Number.parseFloat(version));
    const key = nameOf({ ...setting, skipLibCheck: false });
    if (last?.key === key) return last.program;
    const { options, errors } = compiler.convertCompilerOptionsFromJson(given, home);
    if (errors.length > 0) throw new Error(errors.map((one) => textOf(one, compiler)).join(', '));
    const host = compiler.createCompilerHost(options);
    const parse = host.getSourceFile.bind(host);
    host.getCurrentDirectory = () => home;
    host.getSourceFile = (name, ...rest) => {
      // What a file declares is bound once, by rules that depend on these two.
      const file = `${setting.resolution} ${setting.strict} ${name}`;
      if (!parsed.has(file)) parsed.set(file, parse(name, ...rest));
      return parsed.get(file);
    };
    const rootNames = filesOf(setting).map((name) => join(home, name));
    last = { key, program: compiler.createProgram({ rootNames, options, host }) };
    return last.program;
  }
  return async (setting) => {
    const program = made(setting);
    // `skipLibCheck` leaves the declarations unchecked, and means nothing else: one program answers for both.
    const files = program
      .getSourceFiles()
      .filter(({ fileName, isDeclarationFile }) => isOurs(fileName) && !(setting.skipLibCheck && isDeclarationFile));
    const found = [
      ...program.getOptionsDiagnostics(),
      ...program.getGlobalDiagnostics(),
      ...files.flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]),
    ];
    return found.map(
      (one) =>
        `${one.file?.fileName.replace(`${home}/`, '') ?? 'tsconfig.json'}${lineOf(one)}: ${textOf(one, compiler)}`,
    );
  };
}

const lineOf = ({ file, start }: ts.Diagnostic): string =>
  file === undefined || start === undefined ? '' : `:${file.getLineAndCharacterOfPosition(start).line + 1}`;

const textOf = (one: ts.Diagnostic, compiler: typeof ts): string =>
  compiler.flattenDiagnosticMessageText(one.messageText, ' ');

function byCommand(home: string, version: string): Check {
  const { bin } = JSON.parse(readFileSync(join(home, `node_modules/typescript-${version}/package.json`), 'utf8')) as {
    bin: { tsc: string };
  };
  const command = join(home, `node_modules/typescript-${version}`, bin.tsc);
  return async (setting) => {
    const file = join(home, `tsconfig.${nameOf(setting).replace(/\W+/g, '_')}.json`);
    writeFileSync(file, JSON.stringify({ compilerOptions: compilerOptions(setting, 7), files: filesOf(setting) }));
    try {
      await promisify(execFile)(process.execPath, [command, '-p', file, '--pretty', 'false'], { cwd: home });
      return [];
    } catch (error) {
      const { stdout } = error as { stdout: string };
      const lines = stdout.split('\n').filter((line) => /error TS/.test(line) && isOurs(`/${line.split('(')[0]}`));
      // Ended with an error, and told of none: the compiler itself failed.
      return lines.length > 0 || stdout.includes('error TS') ? lines : [String(error)];
    } finally {
      if (existsSync(file)) rmSync(file);
    }
  };
}
