import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stripComments, withoutComments } from '../../scripts/strip-comments.ts';

describe('what the build takes out of its code', () => {
  it.each([
    ['a docstring', 'class A {\n  /** Says\n   * much. */\n  a = 1;\n}\n', 'class A {\n  a = 1;\n}\n'],
    ['a comment within a class', 'class A {\n  // Why.\n  a = 1;\n}\n', 'class A {\n  a = 1;\n}\n'],
    ['no name of a file', '// src/a.ts\nvar a = 1;\n', '// src/a.ts\nvar a = 1;\n'],
    ['no licence', '/**\n * @license MIT\n */\nvar a = 1;\n', '/**\n * @license MIT\n */\nvar a = 1;\n'],
    ['no mark for bundlers', 'var a = /* @__PURE__ */ b();\n', 'var a = /* @__PURE__ */ b();\n'],
  ])('is %s', (_, code, expected) => expect(withoutComments(code)).toBe(expected));

  it('is no text: the build ends, and names the file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-strip-'));
    const name = join(folder, 'a.js');
    const code = 'var text = `\n  // not a comment\n`;\n';
    await writeFile(name, code);
    const plugin = stripComments();
    const ended = plugin.buildEnd?.call({} as never, { writtenFiles: [{ name, size: code.length }] });
    await expect(ended).rejects.toThrow(`${name}: what looks like a comment there is none`);
    expect(await readFile(name, 'utf8')).toBe(code);
    await rm(folder, { recursive: true });
  });
});
