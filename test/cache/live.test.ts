import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askingRules } from './live/asking-rows.ts';
import { freshnessRules } from './live/freshness-rows.ts';
import { otherRules } from './live/other-rows.ts';
import { storingRules } from './live/storing-rows.ts';
import { liveOrigin, play } from './live/world.ts';

const rules = [...freshnessRules, ...storingRules, ...askingRules, ...otherRules];

let origin: Awaited<ReturnType<typeof liveOrigin>>;
beforeAll(async () => {
  origin = await liveOrigin();
});
afterAll(() => void origin.server.close());

describe.each(['private', 'shared'] as const)('the rules over real HTTP, %s', (mode) => {
  const rows = rules
    .filter(({ only = mode }) => only === mode)
    .map((one) => [one.section, one.level, one.what, one] as const);
  it.each(rows)('RFC %s %s: %s', async (_section, _level, _what, { steps }) => {
    expect(await play(origin, steps, mode === 'shared')).toEqual([]);
  });
});
