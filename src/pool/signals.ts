/** What stops a pool from outside (its signal, its client, the signal of its options), and how it stops what it runs. */
import { callsOf } from '../call/calls.ts';
import { allowListeners } from '../runtime/platform.ts';
import { type Abortable, unwatch, watch } from '../time/stop.ts';
import type { PoolClient } from './pool-options.ts';

/** The signals among a pool's options. */
interface Settings {
  readonly signal?: AbortSignal | null | undefined;
  readonly options?: { readonly signal?: AbortSignal | null | false | undefined } | undefined;
}

export class PoolSignals {
  readonly #abort = new AbortController();
  readonly #client: PoolClient;
  readonly #settings: Settings;
  readonly #onEnd: Abortable;
  /** It ends what runs, each with its own error, and not the pool. */
  readonly #onOptionsSignal: Abortable = { abort: (reason) => this.#abort.abort(reason) };

  /** @param cancel ends the pool */
  constructor(client: PoolClient, settings: Settings, cancel: (reason: unknown) => void) {
    this.#client = client;
    this.#settings = settings;
    this.#onEnd = { abort: cancel };
    allowListeners(this.#abort.signal);
  }

  /** Of whatever the pool runs. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** From the start of the pool: one that was aborted before ends it at once. */
  follow(): void {
    const { signal, options } = this.#settings;
    if (options?.signal) watch(options.signal, this.#onOptionsSignal);
    if (signal) watch(signal, this.#onEnd);
    callsOf(this.#client)?.watch(this.#onEnd);
  }

  /** At the end of the pool: a signal that lives on must not hold it. */
  unfollow(): void {
    const { signal, options } = this.#settings;
    if (signal) unwatch(signal, this.#onEnd);
    callsOf(this.#client)?.unwatch(this.#onEnd);
    if (options?.signal) unwatch(options.signal, this.#onOptionsSignal);
  }

  /** Stops what runs. */
  abort(reason: unknown): void {
    this.#abort.abort(reason);
  }
}
