/** The system's time, whose timers keep the process alive only as long as they are told to. */
import { type Clock, startTimer, systemClock } from './clock.ts';

/** A sleep under way: when it ends, and how its present timer is stopped. */
interface Sleep {
  readonly at: number;
  readonly fire: () => void;
  stop: () => void;
}

/**
 * For beacons. Switching `hold` gives every sleep a new timer, because a timer of `startTimer` cannot be changed once
 * it runs.
 */
export class HoldingClock implements Clock {
  readonly #sleeps = new Set<Sleep>();
  #isHeld = false;

  /** Milliseconds of the system's clock. */
  now(): number {
    return systemClock.now();
  }

  /** Whether what sleeps, and what will, keeps the process alive. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    for (const sleep of this.#sleeps) {
      sleep.stop();
      this.#arm(sleep);
    }
  }

  /** As `systemClock.sleep`: rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const end = (): void => {
        sleep.stop();
        this.#sleeps.delete(sleep);
        signal?.removeEventListener('abort', onAbort);
      };
      const onAbort = (): void => {
        end();
        reject(signal?.reason);
      };
      const fire = (): void => {
        end();
        resolve();
      };
      const sleep: Sleep = { at: this.now() + ms, fire, stop: () => undefined };
      signal?.addEventListener('abort', onAbort, { __proto__: null, once: true } as AddEventListenerOptions);
      this.#sleeps.add(sleep);
      this.#arm(sleep);
    });
  }

  /** Starts the timer for what is left of a sleep. */
  #arm(sleep: Sleep): void {
    sleep.stop = startTimer(systemClock, Math.max(0, sleep.at - this.now()), sleep.fire, !this.#isHeld);
  }
}
