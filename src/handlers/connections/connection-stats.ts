/** Sums of the numbers that `stats()` tells of connections. */
import type { ConnectionStats, OriginStats, Transport } from '../../stack/handler.ts';

type Sum = { -readonly [K in keyof OriginStats]: number };

export class StatsSum {
  readonly #all = nothing();
  readonly #origins = new Map<string, Sum>();

  /** An origin may come several times: with other settings, or of another transport. */
  addOrigin(name: string, stats: OriginStats): void {
    let sum = this.#origins.get(name);
    if (sum === undefined) this.#origins.set(name, (sum = nothing()));
    add(sum, stats);
  }

  addToAll(stats: OriginStats): void {
    add(this.#all, stats);
  }

  result(): ConnectionStats {
    return { ...this.#all, origins: Object.fromEntries(this.#origins) };
  }
}

/** The numbers of handlers that count each for itself. */
export function joinedStats(handlers: readonly Transport[]): ConnectionStats {
  const sum = new StatsSum();
  for (const handler of handlers) {
    const stats = handler.stats?.();
    if (stats === undefined) continue;
    sum.addToAll(stats);
    for (const [name, of] of Object.entries(stats.origins)) sum.addOrigin(name, of);
  }
  return sum.result();
}

function nothing(): Sum {
  return { connections: 0, idle: 0, running: 0, waiting: 0 };
}

function add(sum: Sum, more: OriginStats): void {
  sum.connections += more.connections;
  sum.idle += more.idle;
  sum.running += more.running;
  sum.waiting += more.waiting;
}
