/**
 * How many visits of each host are under way, against the most that a host may have: so the queue of a file sees which
 * hosts to pass over.
 */
export class HostLoads {
  readonly #most: number;
  /** Every host that is known; 0 for one that has nothing under way. */
  readonly #loads = new Map<string, number>();
  #full = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#loads.size;
  }

  /** Whether a host is known that could have more. */
  get someHaveRoom(): boolean {
    return this.#full < this.#loads.size;
  }

  hasRoom(host: string): boolean {
    return (this.#loads.get(host) ?? 0) < this.#most;
  }

  know(host: string): void {
    if (!this.#loads.has(host)) this.#loads.set(host, 0);
  }

  add(host: string): void {
    const load = (this.#loads.get(host) ?? 0) + 1;
    this.#loads.set(host, load);
    if (load === this.#most) this.#full += 1;
  }

  remove(host: string): void {
    const load = this.#loads.get(host) ?? 0;
    if (load === 0) return;
    this.#loads.set(host, load - 1);
    if (load === this.#most) this.#full -= 1;
  }
}
