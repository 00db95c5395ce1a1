/** CommonJS as Jest runs it: in a context of `node:vm` without a way to load for `import()`. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requireInCjs } from '../../scripts/require-in-cjs.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'require-in-cjs-'));
  writeFileSync(join(folder, 'part.cjs'), 'exports.value = "loaded";');
});
afterAll(() => rmSync(folder, { recursive: true }));

const LATE = 'exports.load = () => import("./part.cjs"); exports.none = () => import("./none.cjs");';

/** What the build makes of a file. */
async function built(name: string, code: string): Promise<string> {
  const file = join(folder, name);
  writeFileSync(file, code);
  const { buildEnd } = requireInCjs();
  await (buildEnd as (told: object) => Promise<void>)({ writtenFiles: [{ name: file, size: code.length }] });
  return readFileSync(file, 'utf8');
}

interface Late {
  load(): Promise<{ value: string }>;
  none(): Promise<unknown>;
}

function run(code: string): Late {
  const exports = {};
  const require = createRequire(join(folder, 'whole.cjs'));
  new Script(`(exports, require) => { ${code} }`).runInThisContext()(exports, require);
  return exports as Late;
}

describe('what the build makes of import() in CommonJS', () => {
  it('loads in a context that has no import(), where what was written does not', async () => {
    await expect((async () => run(LATE).load())()).rejects.toThrow(/dynamic import callback/);
    expect((await run(await built('whole.cjs', LATE)).load()).value).toBe('loaded');
  });

  it('rejects for what is not there, and never throws', async () => {
    await expect(run(await built('late.cjs', LATE)).none()).rejects.toMatchObject({ code: 'MODULE_NOT_FOUND' });
  });

  it.each([
    ['an ES module', 'late.js', 'import("./part.cjs");'],
    ['a text', 'text.cjs', `exports.text = "import('x')";`],
    ['a method of that name', 'method.cjs', 'exports.import("x");'],
    ['a name that is worked out', 'made.cjs', 'import(name);'],
  ])('leaves %s as it is', async (_, name, code) => {
    expect(await built(name, code)).toBe(code);
  });
});
