/** What the server counts: a contestant is alone with it. */
import type { Seen } from '../site.ts';

const NOTHING: Omit<Seen, 'open'> = { lastBody: 0, connections: 0, resumed: 0, sessions: 0, forwarded: 0, tunnels: 0 };

export const seen: { -readonly [K in keyof Seen]: Seen[K] } = { ...NOTHING, open: 0 };

/** Since this was last asked. */
export function takeSeen(): Seen {
  const taken = { ...seen };
  Object.assign(seen, NOTHING);
  return taken;
}
