import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { soakArguments } from '../../scripts/soak/arguments.ts';
import { withReport } from '../../scripts/soak/report.ts';
import { isBeyondNoise, type Sample, slopeOf } from '../../scripts/soak/samples.ts';
import { root } from '../architecture/imports.ts';

const heaps = (...kibs: readonly number[]): Sample[] =>
  kibs.map((kib, at) => ({ at, held: kib * 1024, rss: 0, timers: 0, listeners: 0, connections: 0 }));

describe('the slope of what is held', () => {
  it('is that of the line through the samples', () => {
    expect(slopeOf(heaps(100, 300, 500, 700, 900))).toEqual({ perMinute: 200, error: 0, grown: 800 });
  });

  it('says nothing of four samples', () => expect(slopeOf(heaps(1, 2, 3, 4))).toBeUndefined());

  it.each([
    ['a leak', [1000, 1310, 1590, 1900, 2210, 2490, 2800], true],
    ['a saw', [1000, 1900, 1000, 1900, 1000, 1900, 1000], false],
    ['a step that is small', [1000, 1000, 1010, 1020, 1030, 1030, 1030], false],
  ])('of %s', (_, kibs, isGrowth) => expect(isBeyondNoise(slopeOf(heaps(...kibs))!)).toBe(isGrowth));
});

it('what is held is the buffers, strings and objects that a process keeps', { timeout: 120_000 }, async () => {
  const script = `
    import { heldBytes } from ${JSON.stringify(pathToFileURL(join(root, 'scripts/soak/held.ts')).href)};
    await heldBytes();
    const before = await heldBytes();
    let kept = [Buffer.alloc(2 ** 20), Array.from({ length: 10_000 }, (_, n) => ({ n })), ['y'.repeat(2 ** 19)].join()];
    const grown = (await heldBytes()) - before;
    kept = kept.length;
    console.log(JSON.stringify([grown, (await heldBytes()) - before, kept]));`;
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--import',
    'tsx',
    '--input-type=module',
    '-e',
    script,
  ]);
  const [grown, left] = JSON.parse(stdout) as [number, number];
  expect(grown).toBeGreaterThan(2 ** 20 + 10_000 * 24);
  expect(grown).toBeLessThan(4 * 2 ** 20);
  expect(Math.abs(left)).toBeLessThan(2 ** 16);
});

describe('the arguments of a soak', () => {
  it('are bounded', () => {
    expect(soakArguments(['--minutes', '60']).length).toBe(3_600_000);
    for (const minutes of ['0', '241', '', 'ten'])
      expect(() => soakArguments(['--minutes', minutes])).toThrow(TypeError);
  });
});

it('the report of a soak stands between the marks of its page', () => {
  expect(withReport('a\n<!-- soak -->\nold\n<!-- /soak -->\nb', 'new')).toBe(
    'a\n<!-- soak -->\n\n```text\nnew\n```\n\n<!-- /soak -->\nb',
  );
  expect(() => withReport('no marks', 'new')).toThrow('no <!-- soak -->');
});

it('a soak of three seconds settles every call and leaks nothing', { timeout: 120_000 }, async () => {
  const script = [join(root, 'scripts/soak.ts'), '--minutes', '0.05', '--concurrency', '16', '--seed', '1'];
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', ...script]).catch(
    (error) => error,
  );
  expect(stdout).toContain('nothing unsettled, nothing leaked, no slope beyond noise');
  expect(Number(/requests (\d+),/.exec(stdout)?.[1])).toBeGreaterThan(16);
});
