/** Published advisories of clients like this one. `docs/security.md` has the table; `mutate.ts` takes rules out. */
import { describe, expect, it } from 'vitest';
import { advisories } from './advisories/index.ts';

describe.each([...new Set(advisories.map(({ client }) => client))])('advisories of %s', (client) => {
  const rows = advisories.filter((one) => one.client === client);
  for (const { id, test, check } of rows) it(`${id}: ${test}`, { timeout: 30_000 }, () => check());
});

describe('the table of advisories', () => {
  it('has at least 60 rows, each once', () => {
    expect(advisories.length).toBeGreaterThanOrEqual(60);
    expect(new Set(advisories.map(({ id }) => id)).size).toBe(advisories.length);
  });
});
