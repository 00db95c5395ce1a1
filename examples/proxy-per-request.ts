/** Each request through the next of several proxies; one that cannot be used is left out for a while. */
import { type Clock, isConnectError, type Middleware, systemClock } from 'sluice';

/**
 * Pushed, it chooses for each attempt, so that a retry goes another way. A proxy that fails itself (`ERR_PROXY...`) rests.
 * @param proxies URLs, with credentials where they need some
 * @param rest milliseconds
 */
export function rotateProxies(proxies: readonly string[], rest = 60_000): Middleware {
  const restsUntil = new Map<string, number>();
  let turn = 0;

  /** The next that does not rest; where all rest, the next one. */
  const choose = (clock: Clock): string => {
    const inOrder = proxies.map((_, i) => proxies[(turn + i) % proxies.length]!);
    turn += 1;
    return inOrder.find((proxy) => (restsUntil.get(proxy) ?? 0) <= clock.now()) ?? inOrder[0]!;
  };

  return (next) =>
    function rotateProxies(request, options) {
      const clock = options.clock ?? systemClock;
      const proxy = choose(clock);
      return next(request, { ...options, proxy }).catch((error: unknown) => {
        if (isConnectError(error) && error.code.startsWith('ERR_PROXY')) restsUntil.set(proxy, clock.now() + rest);
        throw error;
      });
    };
}
