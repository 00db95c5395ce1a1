import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { builtin } from '../../src/runtime/platform.ts';
import { built } from '../support/built.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-cache-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

// Node 20 has no node:sqlite.
const kinds = builtin('node:sqlite') === undefined ? ['file'] : ['file', 'sqlite'];

it.each(kinds)('two processes on one %s cache meet whole entries alone', { timeout: 60_000 }, async (kind) => {
  const worker = built('test/cache/store-worker.ts');
  const run = () => promisify(execFile)(process.execPath, [worker, kind, join(folder, kind)]);
  const results = await Promise.all([run(), run()]);
  for (const { stdout } of results) expect(Number(stdout)).toBeGreaterThan(100);
});
