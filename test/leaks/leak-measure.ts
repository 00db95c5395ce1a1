/** What is there in this process, after the garbage is gone. */
import { getEventListeners } from 'node:events';
import 'node:http2';
import { Socket } from 'node:net';
import 'node:tls';
import { setTimeout as delay } from 'node:timers/promises';
import v8 from 'node:v8';

export interface Measure {
  /** Sockets that exist, open or not. */
  readonly sockets: number;
  /** Timers that hold the process; one that does not is among the objects. */
  readonly timers: number;
  /** Listeners on the signal that all calls share. */
  readonly listeners: number;
  /** Objects of every kind: requests, responses, promises, closures are none of them cheap to keep. */
  readonly objects: number;
  /** Bytes. */
  readonly heap: number;
}

function count(kind: unknown): number {
  return v8.queryObjects(kind as () => void, { format: 'count' }) as unknown as number;
}

function collectGarbage(): void {
  (globalThis as { gc?(): void }).gc?.();
}

export function measure(shared: AbortSignal): Measure {
  for (let i = 0; i < 3; i += 1) collectGarbage();
  return {
    sockets: count(Socket),
    timers: process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length,
    listeners: getEventListeners(shared, 'abort').length,
    objects: count(Object),
    heap: process.memoryUsage().heapUsed,
  };
}

/**
 * Waits until nothing is on its way any more: what was closed is gone when the kernel says so, whom no fake clock moves. A
 * body that was dropped is found by the garbage collector, told to its `FinalizationRegistry` in a later turn, and only
 * then is its exchange garbage too: so the collector runs before each wait, not once at the end.
 */
export async function settle(): Promise<void> {
  for (let i = 0; i < 10; i += 1) {
    collectGarbage();
    await delay(20);
  }
}
