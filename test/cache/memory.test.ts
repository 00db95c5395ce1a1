import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const worker = fileURLToPath(new URL('memory-worker.ts', import.meta.url));

it('100 000 stored answers stay within maxBytes: the process grows by no more than half as much again', {
  timeout: 600_000,
}, async () => {
  const maxBytes = 200_000_000;
  const args = ['--expose-gc', '--import', 'tsx', worker, String(maxBytes)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const { grown, stored } = JSON.parse(stdout) as { grown: number; stored: number };
  expect(stored).toBe(100_000);
  expect(grown).toBeLessThan(maxBytes * 1.5);
});
