/** Options that limit waits. */
import type { Clock } from '../time/clock.ts';
import type { Duration } from '../time/duration.ts';
import type { Off } from './off.ts';

/** Time. */
export interface TimeOptions {
  /**
   * Limits the whole call: redirects, retries, the waits between them, and the body. A streamed body fails with the
   * same error while it is read. `delay` is not counted.
   *
   * @takes duration
   * @default off
   * @readBy `deadline`
   */
  timeout?: Duration | null | undefined;
  /**
   * Limits DNS, TCP and TLS together.
   *
   * @takes duration
   * @default `'10s'`
   * @readBy handler; fetch, which shows no connection, counts it within `headersTimeout`
   */
  connectTimeout?: Duration | null | undefined;
  /**
   * Limits the wait from the connection until the head of the response.
   *
   * @takes duration
   * @default `'5m'`
   * @readBy handler
   */
  headersTimeout?: Duration | null | undefined;
  /**
   * Limits the wait between two chunks of the body, buffered or streamed. While a reader takes its time over what has
   * come, it does not count. A streamed body that nobody begins to read is ended, and its connection closed, when
   * `readTimeout` has passed since the head, whatever comes meanwhile; over undici and HTTP/2 one that has come whole
   * by then stays readable. A streamed response that is dropped unread gives its connection back once the garbage
   * collector finds it, also with `readTimeout: 0`; `await response.discard()` does so at once.
   *
   * @takes duration
   * @default `'5m'`
   * @readBy handler
   */
  readTimeout?: Duration | null | undefined;
  /**
   * Limits the wait for a free connection, where `connections` has a limit.
   *
   * @takes duration
   * @default off
   * @readBy handler; fetch refuses it
   */
  queueTimeout?: Duration | null | undefined;
  /**
   * Waits before the call is sent, once: not again for a redirect or a retry. `timeout` does not count it.
   *
   * @takes duration
   * @default `0`
   * @readBy `delay`
   */
  delay?: Duration | null | undefined;
  /**
   * Stops the call at once, wherever it waits; it rejects with the signal's reason as it is. However many calls share
   * one signal, it carries one listener of this package, and none once they have settled.
   *
   * @takes `AbortSignal`
   * @default none
   * @readBy everything that waits
   */
  signal?: AbortSignal | Off | undefined;
  /**
   * Where time comes from: timeouts, delays and the waits of `retry`. In tests, a `FakeClock`.
   *
   * @takes `{ now(): number, sleep(ms, signal?): Promise<void> }`
   * @default the system's
   * @readBy everything that waits
   */
  clock?: Clock | undefined;
}
