/** Adds up what the `stats()` of handlers and origins return, for handlers that are made of several transports. */
import type { ConnectionStats, OriginStats, Transport } from '../../stack/handler.ts';

const NOTHING: OriginStats = { connections: 0, idle: 0, running: 0, waiting: 0 };

/** Adds up the numbers of origins. An origin may come several times: with other settings, or of another transport. */
export function summedStats(parts: Iterable<readonly [origin: string, stats: OriginStats]>): ConnectionStats {
  const origins = new Map<string, OriginStats>();
  let all = NOTHING;
  for (const [origin, stats] of parts) {
    origins.set(origin, plus(origins.get(origin) ?? NOTHING, stats));
    all = plus(all, stats);
  }
  return { ...all, origins: Object.fromEntries(origins) };
}

/** The sum over handlers that do not share a `ConnectionLimits`, so that each counts for itself. */
export function joinedStats(handlers: readonly Transport[]): ConnectionStats {
  return summedStats(handlers.flatMap((handler) => Object.entries(handler.stats?.().origins ?? {})));
}

function plus(a: OriginStats, b: OriginStats): OriginStats {
  return {
    connections: a.connections + b.connections,
    idle: a.idle + b.idle,
    running: a.running + b.running,
    waiting: a.waiting + b.waiting,
  };
}
