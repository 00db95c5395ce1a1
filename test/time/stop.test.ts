import { getEventListeners } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { isSignal, raceAbort, reasonOf, StopSource, unwatch, watch } from '../../src/time/stop.ts';

const reason = new Error('enough');
const target = () => ({ abort: vi.fn() });
const listeners = (signal: AbortSignal) => getEventListeners(signal, 'abort').length;

describe('a stop', () => {
  it('tells everyone who watches it once, with the reason', () => {
    const stop = new StopSource();
    const targets = [target(), target(), target()];
    for (const one of targets) stop.watch(one);
    stop.abort(reason);
    stop.abort(new Error('again'));
    for (const { abort } of targets) expect(abort).toHaveBeenCalledExactlyOnceWith(reason);
    expect(stop.reason).toBe(reason);
  });

  it.each([0, 1, 2])('does not tell number %i of three, who has ceased to watch', (leaves) => {
    const stop = new StopSource();
    const targets = [target(), target(), target()];
    for (const one of targets) stop.watch(one);
    stop.unwatch(targets[leaves]!);
    stop.abort(reason);
    expect(targets.map(({ abort }) => abort.mock.calls.length)).toEqual([0, 1, 2].map((at) => (at === leaves ? 0 : 1)));
  });

  it('tells at once whoever comes after the end', () => {
    const stop = new StopSource();
    stop.abort(reason);
    const late = target();
    stop.watch(late);
    expect(late.abort).toHaveBeenCalledExactlyOnceWith(reason);
  });

  it.each(['before', 'after'])('has a signal for others, asked for %s the end', (when) => {
    const stop = new StopSource();
    const early = when === 'before' ? stop.signal : undefined;
    stop.abort(reason);
    expect(stop.signal.aborted).toBe(true);
    expect(stop.signal.reason).toBe(reason);
    expect(early ?? stop.signal).toBe(stop.signal);
  });

  it('has the reason of an AbortController where none is given', () => {
    const stop = new StopSource();
    stop.abort();
    expect(stop.reason).toMatchObject({ name: 'AbortError' });
  });
});

describe('a signal that many watch', () => {
  it('carries one listener, and none when the last has gone', () => {
    const { signal } = new AbortController();
    const targets = Array.from({ length: 50 }, target);
    for (const one of targets) watch(signal, one);
    expect(listeners(signal)).toBe(1);
    for (const one of targets) unwatch(signal, one);
    expect(listeners(signal)).toBe(0);
  });

  it('tells each of them once, and carries no listener afterwards', () => {
    const controller = new AbortController();
    const targets = [target(), target()];
    for (const one of targets) watch(controller.signal, one);
    watch(controller.signal, targets[0]!);
    controller.abort(reason);
    for (const { abort } of targets) expect(abort).toHaveBeenCalledExactlyOnceWith(reason);
    expect(listeners(controller.signal)).toBe(0);
  });

  it('tells at once who begins to watch after it aborted', () => {
    const late = target();
    watch(AbortSignal.abort(reason), late);
    expect(late.abort).toHaveBeenCalledExactlyOnceWith(reason);
  });
});

describe('a promise raced with a signal', () => {
  it('is itself without one', () => {
    const promise = Promise.resolve(1);
    expect(raceAbort(promise, undefined)).toBe(promise);
  });

  it('rejects with the reason of the signal, whatever it does later', async () => {
    const controller = new AbortController();
    let fail = (_error: Error): void => undefined;
    const promise = new Promise<void>((_, reject) => (fail = reject));
    const raced = raceAbort(promise, controller.signal);
    controller.abort(reason);
    await expect(raced).rejects.toBe(reason);
    fail(new Error('late'));
  });

  it('leaves no listener once it has settled', async () => {
    const { signal } = new AbortController();
    await expect(raceAbort(Promise.resolve(1), signal)).resolves.toBe(1);
    expect(listeners(signal)).toBe(0);
  });
});

describe('a signal of another class', () => {
  it('is known by its shape', () => {
    expect(isSignal({ aborted: false, addEventListener() {} })).toBe(true);
    expect([null, undefined, 1, 'signal', {}, { aborted: true }].map(isSignal)).toEqual(Array(6).fill(false));
  });

  it('has a reason even where it names none', () => {
    expect(reasonOf({ aborted: true } as AbortSignal)).toMatchObject({ name: 'AbortError' });
    expect(reasonOf(AbortSignal.abort(reason))).toBe(reason);
  });
});
