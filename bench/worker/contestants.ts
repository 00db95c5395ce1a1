/** Who takes part in a comparison, set up and with its first answer checked: builds of the library, and what does the same beside it. */
import { type CheckedSend, type ComparedCase, operationOf, settingsOf } from '../cases/compared.ts';
import { kinds } from '../cases/requests.ts';
import { nodeHttp2 } from '../clients/node-http2.ts';
import { undiciDispatch, undiciRequest } from '../clients/undici.ts';
import type { ComparisonTask } from './comparison-task.ts';

type Asked = Pick<ComparisonTask, 'builds' | 'peers' | 'origins'>;
type Contestants = Record<string, CheckedSend>;

/** What bare dispatch can do too. */
const DISPATCHED = ['get-json', 'get-raw', 'post-json', 'get-64k'];

/** By the names of their rows. */
export async function contestantsOf(one: ComparedCase, task: Asked): Promise<Contestants> {
  const origin = task.origins[one.kind?.over ?? 'http'];
  const found: Contestants = {};
  const builds = Object.entries(task.builds).map(async ([row, address]) => [row, await import(address)] as const);
  for (const [row, library] of await Promise.all(builds)) found[row] = await one.ours(library, origin);
  return { ...found, ...(await peersOf(one, task, origin)) };
}

/** undici's own, and what is below it; one that this Node cannot run is left out. */
async function peersOf({ kind, likePlain }: ComparedCase, task: Asked, origin: string): Promise<Contestants> {
  if (kind === undefined) return {};
  const isAsked = (row: string) => task.peers?.includes(row) ?? true;
  const found: Contestants = {};
  const asked = likePlain ? kinds[0]! : kind;
  const settings = settingsOf(asked, origin);
  const libraries = { 'undici 7': () => import('undici'), 'undici 8': () => import('undici-8') };
  for (const [row, load] of Object.entries(libraries).filter(([row]) => isAsked(row))) {
    try {
      found[row] = await operationOf(asked, await undiciRequest.open(await load(), settings), origin);
    } catch (error) {
      console.error(`! ${row} is left out: ${(error as Error).message}`);
    }
  }
  if (asked.over === 'http2' && isAsked('node:http2')) {
    const bare = await nodeHttp2.open(await nodeHttp2.load(), settings);
    return { ...found, 'node:http2': await operationOf(asked, bare, origin) };
  }
  if (!DISPATCHED.includes(asked.name) || !isAsked('dispatch')) return found;
  const dispatch = await undiciDispatch.open(await import('undici'), settings);
  return { ...found, dispatch: await operationOf(asked, dispatch, origin) };
}
