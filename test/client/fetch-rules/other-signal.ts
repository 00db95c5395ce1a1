/** An `AbortController` as libraries brought it before the platform had one: an event target without a reason. */
export class AbortController {
  readonly #listeners = new Set<(this: unknown) => void>();
  readonly signal = {
    aborted: false,
    addEventListener: (_type: string, listener: (this: unknown) => void) => void this.#listeners.add(listener),
    removeEventListener: (_type: string, listener: (this: unknown) => void) => void this.#listeners.delete(listener),
  };

  abort(): void {
    this.signal.aborted = true;
    for (const listener of [...this.#listeners]) listener.call(this.signal);
  }
}
