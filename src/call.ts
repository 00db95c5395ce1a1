/**
 * One call of the client: what its hops and attempts have in common. It travels with the request, not in the options,
 * because it is state.
 */
import { type Abortable, abortError } from './abort.ts';

export class Call implements Abortable {
  /** The number of the attempt under way, from 1 (`retry` counts). */
  attempt = 1;
  /** How many redirects were followed so far (`redirect` counts). */
  hop = 0;
  aborted = false;
  reason: unknown;
  /** Rejects the caller's promise, whatever the layers and the handler do. */
  reject: ((reason: unknown) => void) | undefined;
  /** The request that is on the wire; others that wait for an abort are in `#more`. */
  #target: Abortable | undefined;
  #more: Set<Abortable> | undefined;
  #controller: AbortController | undefined;

  /** @param started when the call began, in milliseconds of the client's clock */
  constructor(
    readonly started: number,
    /** The caller's additions to the names that are masked. */
    public redact?: readonly string[],
  ) {}

  /** A real signal, made when a layer first asks: most requests need none. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.aborted) this.#controller.abort(this.reason);
    }
    return this.#controller.signal;
  }

  watch(target: Abortable): void {
    if (this.aborted) target.abort(this.reason);
    else if (this.#target === undefined) this.#target = target;
    else (this.#more ??= new Set()).add(target);
  }

  unwatch(target: Abortable): void {
    if (this.#target === target) this.#target = undefined;
    else this.#more?.delete(target);
  }

  abort(reason: unknown = abortError()): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    this.reject?.(reason);
    this.#controller?.abort(reason);
    const targets = [this.#target, ...(this.#more ?? [])];
    this.#target = undefined;
    this.#more = undefined;
    for (const target of targets) target?.abort(reason);
  }
}
