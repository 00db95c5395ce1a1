/**
 * What becomes of a visit: of an answer what the caller's `visit` says, and of none what `failed` says, or the
 * defaults. `crawl.ts` settles what comes out.
 */
import type { HttpResponse } from '../message/response.ts';
import { type Clock, startTimer } from '../time/clock.ts';
import { milliseconds } from '../time/duration.ts';
import { epochTime } from '../time/epoch-time.ts';
import { guarded } from '../time/guarded-clock.ts';
import type { CrawlSettings } from './crawl-settings.ts';
import type { Found, Outcome, Visit } from './frontier.ts';
import { redirectFound } from './page-found.ts';
import { failedOutcome, pausedOutcome } from './verdicts.ts';

const RETRIES = 2;

/** `visit` did not settle. */
class VisitTimeoutError extends Error {
  override readonly name = 'VisitTimeoutError';
}

export class Visiting {
  readonly #options: CrawlSettings;
  readonly #clock: Clock;
  /** Milliseconds; 0 for no limit. */
  readonly #timeout: number;

  constructor(options: CrawlSettings, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
    this.#timeout = milliseconds(options.visitTimeout ?? '5m', 'visitTimeout');
  }

  /** @throws what `visit` does */
  async answered(response: HttpResponse, visit: Visit): Promise<Outcome> {
    const { retries = RETRIES, followRedirects = true } = this.#options;
    const paused = pausedOutcome(response, visit, retries, epochTime(this.#clock));
    const outcome = paused ?? (await this.#visited(response, visit));
    return followRedirects ? withRedirect(outcome, response, visit) : outcome;
  }

  /** @throws what `failed` does */
  async failed(error: unknown, visit: Visit): Promise<Outcome> {
    const { failed, retries = RETRIES } = this.#options;
    if (failed === undefined) return failedOutcome(error, visit, retries, epochTime(this.#clock));
    return { failed: true, ...(await failed(error, visit)) };
  }

  async #visited(response: HttpResponse, visit: Visit): Promise<Outcome> {
    if (this.#timeout === 0) return (await this.#options.visit(response, visit)) ?? {};
    let stop = () => {};
    const late = new Promise<never>((_resolve, reject) => {
      const words = `visit took longer than visitTimeout (${this.#timeout} ms)`;
      stop = startTimer(guarded(this.#clock, { abort: reject }), this.#timeout, () =>
        reject(new VisitTimeoutError(words)),
      );
    });
    try {
      return (await Promise.race([this.#options.visit(response, visit), late])) ?? {};
    } finally {
      stop();
    }
  }
}

function withRedirect(outcome: Outcome, response: HttpResponse, visit: Visit): Outcome {
  const target: Found | undefined = redirectFound(response, visit);
  return target === undefined ? outcome : { ...outcome, found: [...(outcome.found ?? []), target] };
}
