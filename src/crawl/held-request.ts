/**
 * A request that is under way only for as long as its worker has the host. Another worker may ask the host as soon as the
 * lease is over: a request that still waits for its connection, or for its answer, would be a second one beside it.
 */
import { lastLook } from '../options/last-look.ts';
import { extendOptions } from '../options/option-record.ts';
import type { RequestOptions } from '../options/options.ts';
import { type Abortable, unwatch, watch } from '../time/stop.ts';
import type { HostLease } from './frontier.ts';

export class HeldRequest {
  readonly options: RequestOptions;
  readonly #lease: HostLease;
  readonly #given: AbortSignal | null | undefined | false;
  readonly #stop = new AbortController();
  readonly #onLost: Abortable = { abort: (reason) => this.#stop.abort(reason) };
  readonly #onGiven: Abortable = { abort: (reason) => this.#stop.abort(reason) };

  constructor(lease: HostLease, options: RequestOptions) {
    this.#lease = lease;
    this.#given = options.signal;
    watch(lease.signal, this.#onLost);
    if (this.#given) watch(this.#given, this.#onGiven);
    // The lease looks at the time whenever its signal is read, and that aborts it.
    const look = lastLook(() => void lease.signal);
    this.options = extendOptions(options, { ...look, signal: this.#stop.signal });
  }

  /** It is over: signals that live on must not hold it. */
  release(): void {
    unwatch(this.#lease.signal, this.#onLost);
    if (this.#given) unwatch(this.#given, this.#onGiven);
  }
}
