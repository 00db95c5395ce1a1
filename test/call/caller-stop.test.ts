import { afterEach, describe, expect, it, vi } from 'vitest';
import { Call, callOf } from '../../src/call/call.ts';
import {
  canBeStopped,
  followCaller,
  isStopReason,
  raceCaller,
  stoppedByCaller,
  throwIfStopped,
  unfollowCaller,
} from '../../src/call/caller-stop.ts';
import { HttpRequest } from '../../src/message/request.ts';
import { extendOptions, stopOf, withStop } from '../../src/options/option-record.ts';
import type { RequestOptions } from '../../src/options/options.ts';
import { StopSource } from '../../src/time/stop.ts';

const reason = new Error('enough');
const get = () => new HttpRequest('GET', 'http://a.test/');

interface Way {
  readonly request: HttpRequest;
  readonly options: RequestOptions;
  stop(): void;
}

const ways: Record<string, () => Way> = {
  'by its signal'() {
    const controller = new AbortController();
    return { request: get(), options: { signal: controller.signal }, stop: () => controller.abort(reason) };
  },
  'by its cancel()'() {
    const request = get();
    request.call = new Call(0);
    return { request, options: {}, stop: () => callOf(request)?.abort(reason) };
  },
  'by a deadline around it'() {
    const stop = new StopSource();
    return { request: get(), options: withStop({}, stop), stop: () => stop.abort(reason) };
  },
};

afterEach(() => {
  vi.unstubAllGlobals();
});

describe.each(Object.entries(ways))('a call that is stopped %s', (_way, make) => {
  it('tells whoever follows it', () => {
    const { request, options, stop } = make();
    const target = { abort: vi.fn() };
    followCaller(target, request, options);
    expect(target.abort).not.toHaveBeenCalled();
    stop();
    expect(target.abort).toHaveBeenCalledExactlyOnceWith(reason);
  });

  it('tells nobody who has ceased to follow it', () => {
    const { request, options, stop } = make();
    const target = { abort: vi.fn() };
    followCaller(target, request, options);
    unfollowCaller(target, request, options);
    stop();
    expect(target.abort).not.toHaveBeenCalled();
  });

  it('tells at once whoever comes later', () => {
    const { request, options, stop } = make();
    stop();
    const target = { abort: vi.fn() };
    followCaller(target, request, options);
    expect(target.abort).toHaveBeenCalledWith(reason);
  });

  it('is known to be stopped, and why', () => {
    const { request, options, stop } = make();
    expect(canBeStopped(request, options)).toBe(true);
    expect(stoppedByCaller(request, options)).toBe(false);
    expect(() => throwIfStopped(request, options)).not.toThrow();
    stop();
    expect(stoppedByCaller(request, options)).toBe(true);
    expect(() => throwIfStopped(request, options)).toThrow(reason);
    expect(isStopReason(reason, request, options)).toBe(true);
    expect(isStopReason(new Error('another'), request, options)).toBe(false);
  });

  it('ends a wait at once, and the late rejection of what was waited for is handled', async () => {
    const { request, options, stop } = make();
    let fail: (error: Error) => void = () => undefined;
    const slow = new Promise<never>((_, reject) => {
      fail = reject;
    });
    const waited = raceCaller(slow, request, options);
    stop();
    await expect(waited).rejects.toBe(reason);
    fail(new Error('late'));
  });
});

it('waits for what is promised while nobody stops the call', async () => {
  expect(await raceCaller(Promise.resolve(7), get(), {})).toBe(7);
  await expect(raceCaller(Promise.reject(reason), get(), {})).rejects.toBe(reason);
  expect(canBeStopped(get(), {})).toBe(false);
});

/** A signal, and what is told to it. */
function listenedTo() {
  const { signal } = new AbortController();
  return { signal, added: vi.spyOn(signal, 'addEventListener'), removed: vi.spyOn(signal, 'removeEventListener') };
}

it('leaves no listener on a signal', async () => {
  const { signal, added, removed } = listenedTo();
  await raceCaller(Promise.resolve(), get(), { signal });
  expect([added.mock.calls.length, removed.mock.calls.length]).toEqual([1, 1]);
});

it('leaves no listener on a signal once the call is stopped, though what it waited for never comes', async () => {
  const { signal, added, removed } = listenedTo();
  const request = get();
  const call = new Call(0);
  request.call = call;
  const waited = raceCaller(new Promise(() => undefined), request, { signal });
  call.abort(reason);
  await expect(waited).rejects.toBe(reason);
  expect([added.mock.calls.length, removed.mock.calls.length]).toEqual([1, 1]);
});

it('leaves no listener on a signal for a call that was stopped before, though what it waits for never comes', async () => {
  const { signal, added, removed } = listenedTo();
  const request = get();
  const call = new Call(0);
  request.call = call;
  call.abort(reason);
  await expect(raceCaller(new Promise(() => undefined), request, { signal })).rejects.toBe(reason);
  expect(removed.mock.calls.length).toBe(added.mock.calls.length);
});

describe('a stop in the options', () => {
  it('makes no signal until somebody reads it', () => {
    const made = vi.fn();
    const Real = AbortController;
    vi.stubGlobal(
      'AbortController',
      class extends Real {
        constructor() {
          super();
          made();
        }
      },
    );
    const options = extendOptions(withStop({ timeout: 1000 }, new StopSource()), { retry: 1 });
    followCaller({ abort: () => undefined }, get(), options);
    expect([options.timeout, options.retry]).toEqual([1000, 1]);
    expect(made).not.toHaveBeenCalled();
    expect((options.signal || undefined)?.aborted).toBe(false);
    expect(made).toHaveBeenCalledOnce();
  });

  it('goes with a copy that a layer makes', () => {
    const stop = new StopSource();
    expect(stopOf(extendOptions(withStop({}, stop), { stream: true }))).toBe(stop);
  });

  it('is a real signal in a copy by { ...options }, which aborts with its reason', () => {
    const stop = new StopSource();
    const signal = { ...withStop({}, stop) }.signal || undefined;
    expect(signal).toBeInstanceOf(AbortSignal);
    stop.abort(reason);
    expect([signal?.aborted, signal?.reason]).toEqual([true, reason]);
  });

  it.each<[string, (options: RequestOptions, signal: AbortSignal) => RequestOptions]>([
    ['extendOptions', (options, signal) => extendOptions(options, { signal })],
    ['{ ...options, signal }', (options, signal) => ({ ...options, signal })],
    ['an assignment', (options, signal) => Object.assign(options, { signal })],
  ])('gives way to the signal that a layer sets by %s', (_way, change) => {
    const own = new AbortController();
    const changed = change(withStop({}, new StopSource()), own.signal);
    expect(stopOf(changed)).toBeUndefined();
    expect(changed.signal).toBe(own.signal);
  });
});
