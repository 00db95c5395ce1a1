import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { faultsOfHar } from '../../har/schema.ts';
import { randomExchanges } from './random-exchanges.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-record-large-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it.each([1, 2, 3])('a cassette gives 100 random exchanges of large bodies again, seed %i', async (seed) => {
  const file = join(folder, 'tape.har');
  const { recorded, replayed } = await randomExchanges(file, seed, 200_000);
  expect(faultsOfHar(JSON.parse(readFileSync(file, 'utf8')))).toEqual([]);
  expect(recorded.filter((one) => Object.hasOwn(one as object, 'code')).length).toBeGreaterThan(3);
  for (const again of replayed) expect(again).toEqual(recorded);
});
