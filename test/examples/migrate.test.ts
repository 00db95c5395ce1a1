/**
 * What somebody who comes from another client writes, there and here: the files of `examples/` whose code stands on the
 * pages of docs/coming-from. One server sees both; what it sees is the same, and so is what they give.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { axiosHooks, gotHooks, kyHooks } from '../../examples/hooks.ts';
import { pairs as axios } from '../../examples/migrate-axios.ts';
import { pairs as fetch } from '../../examples/migrate-fetch.ts';
import { pairs as got } from '../../examples/migrate-got.ts';
import { pairs as ky } from '../../examples/migrate-ky.ts';
import { pairs as undici } from '../../examples/migrate-undici.ts';
import { startServer } from '../../src/testing/index.ts';
import { seenBy } from '../support/seen-requests.ts';

interface Pair {
  theirs(origin: string): Promise<unknown>;
  ours(origin: string): Promise<unknown>;
}

const FILES: Readonly<Record<string, Readonly<Record<string, Pair>>>> = {
  axios,
  got,
  ky,
  fetch,
  undici,
  'the hooks of axios': axiosHooks,
  'the hooks of got': gotHooks,
  'the hooks of ky': kyHooks,
};

/** Three pages of numbers, each with a link to the next. The site has none. */
function numbers(request: IncomingMessage, response: ServerResponse): void {
  const page = Number(new URL(request.url ?? '', 'http://localhost').searchParams.get('page') ?? 1);
  const link = page < 3 ? { Link: `<http://${request.headers.host}/numbers?page=${page + 1}>; rel="next"` } : {};
  response.writeHead(200, { 'Content-Type': 'application/json', ...link });
  response.end(JSON.stringify([page * 10, page * 10 + 1]));
}

async function run(name: string, ask: Pair['ours']): Promise<{ value: unknown; seen: unknown[] }> {
  // One for each run: what was cancelled on a loaded machine may arrive late.
  await using server = await startServer();
  if (name === 'paginate') server.enqueue(numbers, numbers, numbers);
  const value = await ask(server.origin);
  // Their ports differ.
  return JSON.parse(JSON.stringify({ value, seen: seenBy(server) }).replaceAll(new URL(server.origin).host, 'HOST'));
}

describe.each(Object.entries(FILES))('from %s', (_, pairs) => {
  it.each(Object.entries(pairs))('%s: both send the same and give the same', async (name, { theirs, ours }) => {
    const [there, here] = [await run(name, theirs), await run(name, ours)];
    expect(here).toEqual(there);
    expect(there.seen.length).toBeGreaterThan(name === 'mockAgent' ? -1 : 0);
  });
});
