import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { built } from '../support/built.ts';

async function filled(maxBytes: number, answers: number): Promise<{ grown: number; stored: number }> {
  const args = ['--expose-gc', built('test/cache/memory-worker.ts'), String(maxBytes), String(answers)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as { grown: number; stored: number };
}

it('100 000 stored answers stay within maxBytes: the process grows by no more than half as much again', {
  timeout: 600_000,
}, async () => {
  const maxBytes = 200_000_000;
  const { grown, stored } = await filled(maxBytes, 100_000);
  expect(stored).toBe(100_000);
  expect(grown).toBeLessThan(maxBytes * 1.5);
});

it('answers that come and go cost what the guide says: half as much again, and 100 MB', {
  timeout: 600_000,
}, async () => {
  const maxBytes = 50_000_000;
  const { grown, stored } = await filled(maxBytes, 200_000);
  expect(stored).toBeLessThan(50_000);
  expect(grown).toBeLessThan(maxBytes * 1.5 + 100_000_000);
});
