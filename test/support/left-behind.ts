/**
 * Run before each file of the quick suite. One process runs many files, one after another, and what a file leaves
 * behind is a riddle in the next one: so a file fails that leaves its process other than it found it. One that has to
 * stands in `ALONE` in `vitest.config.ts`.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, expect, vi } from 'vitest';
import { differences, openResources, stateOfProcess } from './process-state.ts';

/** How often it is looked whether what was open has closed, 10 ms apart: a socket needs a few turns to end. */
const LOOKS = 1_000;

const { setTimeout } = globalThis;
const require = createRequire(import.meta.url);

// The built-in fetch keeps its dispatcher in a global from its first call on: this is that call.
await fetch('data:,');
const before = stateOfProcess(require);
const open = openResources();
/** In Bun and Deno, whose globals are others, a file has its process for itself (`test/runtimes`). */
const isShared = !('bun' in process.versions || 'deno' in process.versions);

afterAll(async () => {
  if (!isShared) return;
  // Vitest does that before the next test, which may be one of another file.
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  for (let look = 0; look < LOOKS && stillOpen().length > 0; look += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  // It reaches no module that another file has loaded, and stays in those that the next one takes over.
  const mocked = /\bvi\.(?:doMock|mock)\(/.test(readFileSync(expect.getState().testPath!, 'utf8')) ? ['vi.mock'] : [];
  const left = [...differences(before, stateOfProcess(require)), ...stillOpen(), ...mocked].join(', ');
  if (left !== '') throw new Error(`this file leaves behind: ${left}`);
});

/** What is open now and was not before, such as `2 TCPServerWrap`. */
function stillOpen(): string[] {
  return [...openResources()]
    .map(([kind, count]) => [kind, count - (open.get(kind) ?? 0)] as const)
    .filter(([, more]) => more > 0)
    .map(([kind, more]) => `${more} ${kind}`);
}
