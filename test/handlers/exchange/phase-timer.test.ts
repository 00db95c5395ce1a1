import { describe, expect, it } from 'vitest';
import { PhaseTimer } from '../../../src/handlers/exchange/phase-timer.ts';
import { FakeClock } from '../../../src/testing/fake-clock.ts';

/** A timer whose expiries are written into a list. */
function timerOn(clock: FakeClock): { timer: PhaseTimer; told: [string, number, number][] } {
  const told: [phase: string, limit: number, at: number][] = [];
  const timer = new PhaseTimer(clock, {
    expired: (phase, limit) => void told.push([phase, limit, clock.now()]),
    abort: (reason) => expect.fail(String(reason)),
  });
  return { timer, told };
}

describe('the timer of a phase', () => {
  it('tells once which phase took longer than its limit', async () => {
    const clock = new FakeClock();
    const { timer, told } = timerOn(clock);
    timer.start('connect', 100);
    await clock.advance(99);
    expect(told).toEqual([]);
    await clock.advance(1000);
    expect(told).toEqual([['connect', 100, 100]]);
    expect(clock.pending).toBe(0);
  });

  it('counts from the last progress', async () => {
    const clock = new FakeClock();
    const { timer, told } = timerOn(clock);
    timer.start('read', 100);
    await clock.advance(60);
    timer.touch();
    await clock.advance(60);
    expect(told).toEqual([]);
    await clock.advance(100);
    expect(told).toEqual([['read', 100, 160]]);
  });

  it.each([100, 200])('counts the next phase, of %i ms, from its own beginning', async (limit) => {
    const clock = new FakeClock();
    const { timer, told } = timerOn(clock);
    timer.start('connect', 100);
    await clock.advance(90);
    timer.start('headers', limit);
    await clock.advance(limit - 1);
    expect(told).toEqual([]);
    await clock.advance(1);
    expect(told).toEqual([['headers', limit, 90 + limit]]);
  });

  it('has no limit where it is 0, and forgets the phase before', async () => {
    const clock = new FakeClock();
    const { timer, told } = timerOn(clock);
    timer.start('connect', 100);
    timer.start('headers', 0);
    timer.touch();
    await clock.advance(10_000);
    expect(told).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it('tells nothing after it was stopped, and leaves no sleep behind', async () => {
    const clock = new FakeClock();
    const { timer, told } = timerOn(clock);
    timer.start('headers', 100);
    timer.stop();
    expect(clock.pending).toBe(0);
    await clock.advance(1000);
    expect(told).toEqual([]);
  });

  it('shares one sleep with all that wait as long, and each ends in its own time', async () => {
    const clock = new FakeClock();
    const [first, second, third] = [timerOn(clock), timerOn(clock), timerOn(clock)];
    first.timer.start('headers', 100);
    await clock.advance(40);
    second.timer.start('headers', 100);
    third.timer.start('headers', 100);
    expect(clock.pending).toBe(1);
    third.timer.stop();
    await clock.advance(60);
    expect([first.told, second.told]).toEqual([[['headers', 100, 100]], []]);
    await clock.advance(40);
    expect([second.told, third.told]).toEqual([[['headers', 100, 140]], []]);
    expect(clock.pending).toBe(0);
  });

  it('lets its owner begin another phase while it is told', async () => {
    const clock = new FakeClock();
    const told: string[] = [];
    const timer = new PhaseTimer(clock, {
      expired(phase) {
        told.push(phase);
        if (phase === 'connect') timer.start('headers', 100);
      },
      abort: (reason) => expect.fail(String(reason)),
    });
    timer.start('connect', 100);
    await clock.advance(100);
    expect(told).toEqual(['connect']);
    await clock.advance(100);
    expect(told).toEqual(['connect', 'headers']);
  });
});
