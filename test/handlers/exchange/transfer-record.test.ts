import { describe, expect, it } from 'vitest';
import { TransferRecord } from '../../../src/handlers/exchange/transfer-record.ts';
import { FakeClock } from '../../../src/testing/fake-clock.ts';

type Step = (record: TransferRecord) => void;
const placed: Step = (record) => record.placed();
const found: Step = (record) => record.connected(undefined);
const dialled: Step = (record) => record.connected({ dns: 1, connect: 2 });
const flushed: Step = (record) => record.flushed();
const head: Step = (record) => record.head();

describe('the timings of a transfer whose steps are 10 ms apart', () => {
  it.each<[string, Step[], object]>([
    ['that has not begun', [], { total: 10 }],
    ['that found a connection', [found, head], { queue: 10, firstByte: 20, end: 30, total: 30 }],
    ['that waited for one', [placed, found, head], { queue: 10, firstByte: 30, end: 40, total: 40 }],
    ['that dialled at once', [dialled, head], { dns: 1, connect: 2, firstByte: 20, end: 30, total: 30 }],
    ['that dialled after a wait', [placed, dialled], { dns: 1, connect: 2, queue: 10, total: 30 }],
    ['that saw its request go', [found, flushed, head], { queue: 10, send: 10, firstByte: 30, end: 40, total: 40 }],
  ])('%s have no phase that did not happen', async (_, steps, timings) => {
    const clock = new FakeClock();
    const record = new TransferRecord(clock);
    for (const step of steps) {
      await clock.advance(10);
      step(record);
    }
    await clock.advance(10);
    expect(record.timings()).toStrictEqual(timings);
  });

  it('take a moment that is known without a look at the clock', async () => {
    const clock = new FakeClock();
    const record = new TransferRecord(clock);
    const begun = clock.now();
    await clock.advance(50);
    record.connected(undefined, begun + 20);
    record.head(begun + 30);
    expect(record.timings()).toMatchObject({ queue: 20, firstByte: 30, total: 50 });
  });
});
