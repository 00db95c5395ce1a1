/** A process that writes and reads a shared store, and prints how many whole entries it met. */
import { StoreBusyError } from '../../src/cache/entry.ts';
import { fileCache, sqliteCache } from '../../src/cache/index.ts';

const [, , kind = 'file', path = ''] = process.argv;
const { store } = kind === 'file' ? fileCache(path) : sqliteCache(path);
let whole = 0;
for (let round = 0; round < 150; round++) {
  const key = `http://a.test/${round % 5} GET -`;
  const body = new Uint8Array(20_000).fill((process.pid + round) % 256);
  const times = { requestedAt: 1, receivedAt: 2 };
  await orBusy(() => store.set(key, { url: key, status: 200, statusText: 'OK', headers: [], ...times, body }));
  const found = await orBusy(() => store.get(`http://a.test/${(round + 2) % 5} GET -`));
  if (found === undefined) continue;
  if (found.body.byteLength !== 20_000 || found.body.some((byte) => byte !== found.body[0]))
    throw new Error('half an entry');
  whole += 1;
}
process.stdout.write(String(whole));

/** The other process may hold the database just now. */
async function orBusy<T>(run: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof StoreBusyError) return undefined;
    throw error;
  }
}
