import { existsSync } from 'node:fs';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeFolder } from '../../src/message/make-folder.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'make-folder-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const make = (path: string) => makeFolder(path, 0o700, 'a test');

describe('makeFolder', () => {
  it('makes what is missing, each with the mode', async () => {
    await make(join(folder, 'a', 'b', 'c'));
    for (const path of ['a', 'a/b', 'a/b/c']) expect((await stat(join(folder, path))).mode & 0o777).toBe(0o700);
  });

  it('takes what is there, also when many make it at once', async () => {
    await make(folder);
    await Promise.all(Array.from({ length: 20 }, () => make(join(folder, 'many', 'x', 'y'))));
    expect(existsSync(join(folder, 'many', 'x', 'y'))).toBe(true);
  });

  it.each(['', '/below'])('fails where a file is, at file%s', async (below) => {
    await writeFile(join(folder, 'file'), '');
    await expect(make(join(folder, `file${below}`))).rejects.toThrow(below === '' ? 'EEXIST' : 'ENOTDIR');
  });

  it.runIf(existsSync('/proc/self'))(
    'fails where the file system takes no folder, and does not try for ever',
    async () => {
      await expect(make('/proc/nope/aa/bb')).rejects.toThrow("ENOENT: no such file or directory, mkdir '/proc/nope'");
    },
  );
});
