import { describe, expect, it } from 'vitest';
import { HttpRequest, HttpResponse, Pool } from '../../src/index.ts';
import { claim } from '../../src/pool/claims.ts';

/** Requests of one host, each with a claim that notes whether it was given back. */
function claimed(count: number) {
  const givenBack: number[] = [];
  const items = Array.from({ length: count }, (_, index) => {
    const item = new HttpRequest('GET', `http://a.test/${index}`);
    claim(item, { giveBack: () => void givenBack.push(index), settle: async () => undefined });
    return item;
  });
  return { items, givenBack };
}

describe('a claim of an item that a pool has taken and not sent', () => {
  it('is given back when the pool ends, though its source has ended before', async () => {
    const { items, givenBack } = claimed(3);
    const client = {
      request: () => new Promise<never>(() => undefined),
      send: async (request: HttpRequest) => {
        if (!request.url.endsWith('/0')) return new HttpResponse();
        // The others wait in the queue of the host meanwhile, and the source has nothing more.
        await new Promise((resolve) => setImmediate(resolve));
        pool.cancel(new Error('enough'));
        return new HttpResponse();
      },
    };
    async function* source() {
      yield* items;
    }
    const pool: Pool = new Pool(client as never, source(), { perHost: { concurrency: 1 } });
    await expect(pool.promise()).rejects.toThrow('enough');
    await new Promise((resolve) => setImmediate(resolve));
    expect(givenBack.sort()).toEqual([0, 1, 2]);
  });
});
