import { describe, expect, it } from 'vitest';
import { sourceFiles } from './imports.ts';

const files = sourceFiles();

/** From what knows nothing to what knows all: a file imports only from its own step or a lower one. */
const STEPS: readonly (readonly [name: string, pattern: RegExp])[] = [
  [
    'values',
    /^src\/(message\/.*|errors|error-codes|redact|masked-options|abort|call|roster|remember-last|clock|holding-clock|duration|platform|version)\.ts$/,
  ],
  [
    'contracts',
    /^src\/(handler|http-client|options|option-record|option-rules|caller-stop)\.ts$|^src\/cookies\/cookie-store\.ts$/,
  ],
  [
    'parts',
    /^src\/(handlers|middleware|cookies)\/|^src\/(handler-stack|delay-queue|due-heap|each|promises|pool|pool-.*|adaptive-.*)\.ts$|^src\/pool\//,
  ],
  [
    'assembly',
    /^src\/(client|beacon|build-request|default-stack|functions|request-promise|settled|sink|web-fetch|index)\.ts$|^src\/sync\/(?!worker)/,
  ],
  ['optional parts', /^src\/(testing|websocket|cli|download|transfer)\b|^src\/sync\/worker/],
];

function step(path: string): number {
  return STEPS.findIndex(([, pattern]) => pattern.test(path));
}

/** Parts stand beside each other: a folder is one part. */
function part(path: string): string {
  return path.split('/')[1] ?? '';
}

describe('the architecture', () => {
  it('has a step for every source file', () => {
    expect(files.filter(({ path }) => step(path) === -1).map(({ path }) => path)).toEqual([]);
  });

  it('imports only from the same step or a lower one', () => {
    const wrong = files.flatMap((file) =>
      file.imports
        .filter(({ path, typeOnly }) => step(path) > step(file.path) && !(typeOnly && step(file.path) === 0))
        // The client loads an optional part on first use, and names its types.
        .filter(({ dynamic, typeOnly }) => file.path !== 'src/client/client.ts' || !(dynamic || typeOnly))
        .map(({ path }) => `${file.path} -> ${path}`),
    );
    expect(wrong).toEqual([]);
  });

  it('keeps handlers, layers and cookies from importing each other', () => {
    const folders = new Set(['handlers', 'middleware', 'cookies']);
    const wrong = files.flatMap((file) =>
      file.imports
        .filter(({ path }) => folders.has(part(file.path)) && folders.has(part(path)) && part(path) !== part(file.path))
        .filter(({ path }) => step(path) === 2)
        .map(({ path }) => `${file.path} -> ${path}`),
    );
    expect(wrong).toEqual([]);
  });

  it('has no cycle of imports at run time', () => {
    const graph = new Map(
      files.map((file) => [file.path, file.imports.filter((one) => !one.typeOnly).map((one) => one.path)]),
    );
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (path: string, trail: readonly string[]): void => {
      if (trail.includes(path)) cycles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
      if (done.has(path) || trail.includes(path)) return;
      for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
      done.add(path);
    };
    for (const path of graph.keys()) visit(path, []);
    expect(cycles).toEqual([]);
  });

  it('imports node: modules only where Node is sure to be', () => {
    const allowed =
      /^src\/(handlers|testing|websocket|cli)\/|^src\/sync\/worker|^src\/cookies\/file|^src\/(download|transfer)/;
    const wrong = files
      .filter(({ path }) => !allowed.test(path))
      .flatMap((file) =>
        file.packages
          .filter(({ name, typeOnly }) => name.startsWith('node:') && !typeOnly)
          .map(({ name }) => `${file.path} -> ${name}`),
      );
    expect(wrong).toEqual([]);
  });

  it('reads the time and sets timers only in clock.ts', () => {
    const timer = /\b(setTimeout|setInterval|Date\.now|performance\.now|new Date\(\))\b/;
    const wrong = files
      .filter(({ path }) => path !== 'src/time/clock.ts')
      .filter(({ text }) => timer.test(text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$|'[^'\n]*'/gm, '')))
      .map(({ path }) => path);
    expect(wrong).toEqual([]);
  });

  it('keeps every file under 400 lines', () => {
    const long = files
      .map(({ path, text }) => [path, text.split('\n').length] as const)
      .filter(([, lines]) => lines > 400);
    expect(long).toEqual([]);
  });

  it('has one layer in one file, under the name of its factory', () => {
    const camel = (name: string) => name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const layers = files.filter(
      ({ path, text }) => path.startsWith('src/middleware/') && /\): Middleware \{/.test(text),
    );
    expect(layers.length).toBeGreaterThan(10);
    for (const { path, text } of layers) {
      const name = camel(path.slice('src/middleware/'.length, -'.ts'.length));
      expect(text, path).toMatch(new RegExp(`export function ${name}\\(`));
    }
  });
});
