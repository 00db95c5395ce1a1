import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { built } from '../support/built.ts';

const MiB = 2 ** 20;

interface Seen {
  settled: number;
  done: number;
  ahead: number;
  grown: number;
}

describe('1 000 000 generated requests through a pool of 50', () => {
  it('run in constant memory, with the source never more than 50 ahead', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', built('test/pool/million.ts')]);
    const seen = JSON.parse(stdout) as Seen;
    expect(seen).toMatchObject({ settled: 1_000_000, done: 1_000_000 });
    expect(seen.ahead).toBeLessThanOrEqual(50);
    expect(seen.grown).toBeLessThan(20 * MiB);
  }, 120_000);
});
