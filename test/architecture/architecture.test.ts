import { describe, expect, it } from 'vitest';
import { circlesOf } from './circles.ts';
import { layerOf, picture, placeOf } from './floors.ts';
import { type SourceFile, sourceFiles } from './imports.ts';

const files = sourceFiles();

/** Imports that do not go down yet. None may be added. */
const STILL_WRONG = new Set(['src/cli/crawl/progress.ts -> src/cli/terminal.ts']);

/** The import in a circle that stays: an error carries a response, and reading a response fails with an error. */
const CIRCLE_THAT_STAYS = 'src/message/errors.ts -> src/message/response.ts';

const WAY_OUT = 'Move what both need to a lower floor, or pass it in.';

/** Each import that breaks a rule, with the two places and what to do, ready to be read by whoever broke it. */
function broken(isWrong: (file: SourceFile, path: string) => boolean): string[] {
  return files.flatMap((file) =>
    file.imports
      .filter(({ path }) => !STILL_WRONG.has(`${file.path} -> ${path}`) && isWrong(file, path))
      .map(({ path }) => `${file.path} ${floor(file.path)} imports ${path} ${floor(path)}. ${WAY_OUT}\n${picture()}`),
  );
}

function floor(path: string): string {
  const place = placeOf(path);
  return place === undefined ? '(no floor)' : `(${place.name}, floor ${place.floor})`;
}

/** Circles of the imports that count, each as one line. */
function circles(counts: (one: SourceFile['imports'][number], file: SourceFile) => boolean): string[] {
  const graph = files.map((file) => {
    const imports = file.imports.filter((one) => counts(one, file)).map(({ path }) => path);
    return [file.path, imports] as const;
  });
  return circlesOf(new Map(graph)).map((group) => group.join(' <-> '));
}

describe('the architecture', () => {
  it('has a floor for every folder', () => {
    const homeless = files.filter(({ path }) => placeOf(path) === undefined).map(({ path }) => path);
    expect(homeless, 'give the folder its floor in test/architecture/floors.ts').toEqual([]);
  });

  it('imports only from lower floors, types too', () => {
    const wrong = broken((file, path) => {
      const [from, to] = [placeOf(file.path), placeOf(path)];
      return from !== undefined && to !== undefined && from.name !== to.name && to.floor >= from.floor;
    });
    expect(wrong).toEqual([]);
  });

  it('keeps layers from importing each other', () => {
    const wrong = broken((file, path) => {
      const [from, to] = [layerOf(file.path), layerOf(path)];
      return from !== undefined && to !== undefined && from !== to;
    });
    expect(wrong).toEqual([]);
  });

  it('has nobody who imports an entry', () => {
    const entries = new Set([
      'index.ts',
      'sync-worker.ts',
      'testing/index.ts',
      'websocket/index.ts',
      'cache/index.ts',
      'har/index.ts',
      'otel/index.ts',
      'testing/matchers/index.ts',
      'cli/index.ts',
    ]);
    expect(broken((_, path) => entries.has(path.slice('src/'.length)))).toEqual([]);
  });

  it('has no circle of imports at run time', () => {
    expect(circles((one) => !one.typeOnly)).toEqual([]);
  });

  it('has no circle of imports with types, but for one', () => {
    const found = circles((one, file) => !(one.typeOnly && `${file.path} -> ${one.path}` === CIRCLE_THAT_STAYS));
    expect(found.map((circle) => `a circle: ${circle}. ${WAY_OUT}`)).toEqual([]);
  });

  it('names no exception that is not needed any more', () => {
    const all = new Set(files.flatMap((file) => file.imports.map(({ path }) => `${file.path} -> ${path}`)));
    const named = [...STILL_WRONG, CIRCLE_THAT_STAYS];
    const gone = named.filter((edge) => !all.has(edge)).map((edge) => `${edge} is gone: take it from the list`);
    expect(gone).toEqual([]);
  });

  it('imports node: modules only where Node is sure to be', () => {
    const allowed =
      /^src\/(connect|testing|websocket|bullmq|cli|download|handlers\/(undici|node|http2|exchange|connections))\/|^src\/sync-worker|^src\/crawl\/(open-file|url-set|sitemap)|^src\/cache\/stores\/file|^src\/cookies\/file/;
    const wrong = files
      .filter(({ path }) => !allowed.test(path))
      .flatMap((file) =>
        file.packages
          .filter(({ name, typeOnly }) => name.startsWith('node:') && !typeOnly)
          .map(({ name }) => `${file.path} -> ${name}`),
      );
    expect(wrong).toEqual([]);
  });

  it('reads the time and sets timers only in time/', () => {
    const timer = /\b(setTimeout|setInterval|Date\.now|performance\.now|new Date\(\))\b/;
    const wrong = files
      .filter(({ path }) => !path.startsWith('src/time/'))
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
      // What stands in its place in another build.
      if (/\.(?:browser|web)\.ts$/.test(path)) continue;
      const name = camel(path.slice(path.lastIndexOf('/') + 1, -'.ts'.length));
      expect(text, path).toMatch(new RegExp(`export function ${name}\\(`));
    }
  });
});
