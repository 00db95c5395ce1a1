/**
 * Every fault, over every handler, buffered and streamed, with retries and without. `docs/fault-matrix.md` is the table
 * of the outcomes; `npm run fault-matrix` writes it anew.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../architecture/imports.ts';
import { type CellOutcome, cells, runCell } from './fault-cells.ts';
import { nodeMajor, rowOf, rowsOf, tableOf, writtenOn } from './fault-table.ts';
import { hostileRows, strayRows } from './hostile-rows.ts';

const path = join(root, 'docs/fault-matrix.md');
const isUpdate = process.env['UPDATE'] === '1';
const outcomes = new Map<string, readonly CellOutcome[]>();
const unhandled: unknown[] = [];
const onUnhandled = (reason: unknown) => unhandled.push(reason);

function active(kind: string): number {
  return process.getActiveResourcesInfo().filter((one) => one === kind).length;
}

let before: { readonly timers: number; readonly sockets: number };

beforeAll(() => {
  before = { timers: active('Timeout'), sockets: active('TCPSocketWrap') };
  process.on('unhandledRejection', onUnhandled);
});
afterAll(() => {
  process.off('unhandledRejection', onUnhandled);
  if (isUpdate) writeFileSync(path, tableOf(outcomes));
});

describe('a hostile server', () => {
  it('has a row for every fault and no other', () => expect(strayRows).toEqual([]));

  it.each(hostileRows)(
    '$name: no cell hangs, leaks, or calls a damaged body a success',
    { timeout: 60_000 },
    async (row) => {
      const found = await Promise.all(cells.map((cell) => runCell(row, cell)));
      outcomes.set(row.name, found);
      const problems = found.flatMap(({ handler, streamed, retry, problems }) =>
        problems.map((problem) => `${handler}, streamed: ${streamed}, retry: ${retry}: ${problem}`),
      );
      expect(problems).toEqual([]);
    },
  );

  it('leaves no rejection, timer or socket behind', async () => {
    expect(unhandled).toEqual([]);
    // The timer of this wait has fired when the others are counted; a socket that was closed is gone a turn later.
    const isBusy = () => active('Timeout') > before.timers || active('TCPSocketWrap') > before.sockets;
    for (let turn = 0; turn < 100 && isBusy(); turn += 1) await delay(20);
    expect(active('Timeout')).toBeLessThanOrEqual(before.timers);
    expect(active('TCPSocketWrap')).toBeLessThanOrEqual(before.sockets);
  });
});

describe.skipIf(isUpdate)('docs/fault-matrix.md', () => {
  const page = readFileSync(path, 'utf8');
  const isOther = writtenOn(page) !== nodeMajor;

  it.skipIf(isOther)(`shows what each cell ends in on Node ${writtenOn(page)}; npm run fault-matrix writes it`, () => {
    const found = new Map([...outcomes].map(([name, cells]) => [name, rowOf(cells)]));
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(rowsOf(page)));
  });
});
