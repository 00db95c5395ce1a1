/**
 * Whatever waits is ended at once, on every transport, by every way to end it: with the right error, nothing sent again,
 * no answer under way and no connection left. What rejects with nobody to catch it fails the run.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { fillBlackHole } from './ends/black-hole.ts';
import { featureWaits } from './ends/feature-waits.ts';
import { type Rig, rigOf, type TransportName } from './ends/rig.ts';
import { callWaits, type Wait, type Waiting } from './ends/waits.ts';
import { closedByItself, type Way, ways } from './ends/ways.ts';

afterAll(fillBlackHole);

const names: readonly TransportName[] = ['undici', 'node', 'stream', 'http2', 'fetch', 'mock'];

/** Begins it, ends it, and holds what the caller and the other side see. */
async function row(rig: Rig, wait: Wait, way: Way, skip: (note: string) => void): Promise<void> {
  const stop = new AbortController();
  const waiting = await wait.begin(rig, way.name === 'signal' ? { signal: stop.signal } : {});
  if (way.name.startsWith('cancel') && waiting.cancel === undefined)
    skip('nothing is handed out that could be cancelled');
  const before = rig.asked.length;
  await way.end(rig.client, waiting, stop);
  const expected = wait.endsWithClose && way.closes ? closedByItself : way.error;
  for (const error of waiting.errors) await holds(error, expected);
  await rig.isQuiet();
  await waiting.after?.();
  await rig.client.destroy();
  await rig.isDisconnected();
  expect(rig.asked.slice(before), 'asked for after the end').toEqual([]);
}

async function holds(error: Waiting['errors'][number], expected: unknown): Promise<void> {
  if (expected instanceof Error) expect(await error()).toBe(expected);
  else expect(await error()).toMatchObject(expected as object);
}

describe.each(names)('over %s', (name) => {
  const waits = [...callWaits, ...featureWaits].filter(({ over }) => over.includes(name));
  describe.each(waits)('what waits for $name', (wait) => {
    it.for(ways.filter(({ ends }) => ends === 'client' || !wait.takesNoSignal))(
      'ends by $name',
      async (way, { skip }) => {
        await using rig = await rigOf(name, wait.settings?.() ?? {});
        await row(rig, wait, way, skip);
      },
    );
  });
});
