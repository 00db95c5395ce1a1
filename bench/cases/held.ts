/** What is held: by the heap and outside of it, and requests by the server, which answers when it is told to. */
import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import type { Session } from '../clients/client.ts';
import { type Origins, SMALL } from '../site.ts';
import { ask } from './asked.ts';
import { needed } from './case.ts';

export interface Held {
  /** Bytes on the heap. */
  readonly heap: number;
  /** Of buffers and what else is outside of it. */
  readonly outside: number;
}

/** What is there once the collector has found nothing more. */
export async function held(): Promise<Held> {
  for (let i = 0; i < 4; i++) {
    (globalThis as { gc?(): void }).gc!();
    await setImmediate();
  }
  const { heapUsed, external } = process.memoryUsage();
  return { heap: heapUsed, outside: external };
}

export function each(name: string, before: Held, after: Held, count: number): Record<string, number> {
  return {
    [name]: (after.heap - before.heap) / count,
    [`${name}Outside`]: (after.outside - before.outside) / count,
  };
}

/** Until the server has so many that it does not answer. */
export async function arrived(origins: Origins, count: number): Promise<void> {
  for (let had = -1; had < count; had = await ask<number>(origins, '/held/count')) await setImmediate();
}

export async function release(session: Session, origins: Origins, calls: readonly Promise<unknown>[]): Promise<void> {
  await ask(origins, '/held/release');
  const parsed = needed(session, 'parsed');
  for (const call of calls) assert.deepEqual(await parsed(await call), SMALL);
}
