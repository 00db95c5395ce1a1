/** The waits of test servers: each ends with its connection, so that no timer outlives a client that went away. */
import type { Clock } from '../time/clock.ts';

/** What ends by `close`: a socket, or a response on its way to one. */
interface Closable {
  readonly destroyed: boolean;
  once(event: 'close', listener: () => void): unknown;
  off(event: 'close', listener: () => void): unknown;
}

/** Waits `ms` milliseconds by `clock`. @returns `false`, and at once, when `connection` is closed before */
export async function sleepWhileOpen(connection: Closable, clock: Clock, ms: number): Promise<boolean> {
  if (connection.destroyed) return false;
  const gone = new AbortController();
  const onClose = () => gone.abort();
  connection.once('close', onClose);
  try {
    await clock.sleep(ms, gone.signal);
    return true;
  } catch {
    return false;
  } finally {
    connection.off('close', onClose);
  }
}
