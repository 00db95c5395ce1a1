/**
 * The only place that reads the time or sets a timer. Everything that waits takes a `Clock`, so that a test can turn
 * the hands itself and no test has to sleep.
 */

/** Where time comes from. An option of the client, the delay queue and the pool. */
export interface Clock {
  /** Milliseconds since an arbitrary start; never goes backwards. */
  now(): number;
  /**
   * Resolves after `ms` milliseconds.
   * @throws the signal's reason, at once, when `signal` aborts; no timer and no listener stays behind.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Longest delay a timer of the runtime can hold (2^31 - 1 ms, 24.8 days); longer ones would fire at once. */
const LONGEST_TIMER = 2_147_483_647;

/** The real time: monotonic, in milliseconds with fractions. */
export const systemClock: Clock = {
  now: () => performance.now(),
  sleep(ms, signal) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const stop = startTimer(systemClock, ms, () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      });
      const onAbort = () => {
        stop();
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', onAbort, { __proto__: null, once: true } as AddEventListenerOptions);
    });
  },
};

/**
 * Calls `fire` once after `ms` milliseconds of `clock`, unless the returned function is called first.
 * `background: true` lets the process end while the timer is pending.
 */
export function startTimer(clock: Clock, ms: number, fire: () => void, background = false): () => void {
  if (clock === systemClock) {
    const timer = ms > LONGEST_TIMER ? repeatTimer(ms, fire) : setTimeout(fire, Math.ceil(ms));
    if (background) (timer as { unref?(): void }).unref?.();
    return () => clearTimeout(timer);
  }
  const cancel = new AbortController();
  clock.sleep(ms, cancel.signal).then(fire, () => undefined);
  return () => cancel.abort();
}

/** Resolves when timers, signals and sockets had their turn: promises alone never let the event loop go on. */
export function nextTurn(): Promise<void> {
  const { setImmediate } = globalThis as { setImmediate?: (run: () => void) => unknown };
  return new Promise((resolve) => void (setImmediate ?? setTimeout)(resolve));
}

/** The wall clock, for dates that leave the process (cookies, `Retry-After`, log lines). Milliseconds since 1970. */
export function wallClock(): number {
  return Date.now();
}

/** A clock that shows more than this, 1973, counts from 1970. */
export const SINCE_1970 = 100_000_000_000;

/** The wall clock to a request whose `clock` this is: itself when it counts from 1970, as one of a test may. */
export function wallClockBy(clock: Clock): number {
  const now = clock.now();
  return now > SINCE_1970 ? now : wallClock();
}

function repeatTimer(ms: number, fire: () => void): ReturnType<typeof setTimeout> {
  const end = performance.now() + ms;
  const timer = setTimeout(function check() {
    if (performance.now() < end) (timer as { refresh?(): void }).refresh?.();
    else fire();
  }, LONGEST_TIMER);
  return timer;
}
