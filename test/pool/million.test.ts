import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const MiB = 2 ** 20;

interface Seen {
  settled: number;
  done: number;
  ahead: number;
  grown: number;
}

describe('1 000 000 generated requests through a pool of 50', () => {
  it('run in constant memory, with the source never more than 50 ahead', async () => {
    const script = fileURLToPath(new URL('million.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', '--import', 'tsx', script]);
    const seen = JSON.parse(stdout) as Seen;
    expect(seen).toMatchObject({ settled: 1_000_000, done: 1_000_000 });
    expect(seen.ahead).toBeLessThanOrEqual(50);
    expect(seen.grown).toBeLessThan(20 * MiB);
  }, 120_000);
});
