/**
 * One case, in one process: builds of the library and undici by turns, so that whatever the machine does meets all of them
 * alike. Writes a line of figures for each round, and fails where one of them gave another answer than was sent.
 */
import { type CheckedSend, type ComparedCase, comparedCases, operationOf, settingsOf } from '../cases/compared.ts';
import { cpuMicroseconds, repeat } from '../cases/load.ts';
import { kinds } from '../cases/requests.ts';
import { nodeHttp2 } from '../clients/node-http2.ts';
import { undiciDispatch, undiciRequest } from '../clients/undici.ts';
import { Neighbours } from '../neighbours.ts';
import type { ComparisonRound, ComparisonTask } from './comparison-task.ts';

type Send = () => Promise<unknown>;

/** Milliseconds of CPU time that a batch takes, about. */
const BATCH = 10;
/** What bare dispatch can do too. */
const DISPATCHED = ['get-json', 'get-raw', 'post-json', 'get-64k'];

const task = JSON.parse(process.argv[2]!) as ComparisonTask;
const one = comparedCases.find(({ name }) => name === task.name)!;
const origin = task.origins[one.kind?.over ?? 'http'];

/** undici's own; one that this Node cannot run is left out. */
async function peers({ kind, likePlain }: ComparedCase): Promise<Record<string, CheckedSend>> {
  if (kind === undefined) return {};
  const found: Record<string, CheckedSend> = {};
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

function isAsked(row: string): boolean {
  return task.peers?.includes(row) ?? true;
}

async function contestants(): Promise<Record<string, CheckedSend>> {
  const found: Record<string, CheckedSend> = {};
  const builds = Object.entries(task.builds).map(async ([row, address]) => [row, await import(address)] as const);
  for (const [row, library] of await Promise.all(builds)) found[row] = await one.ours(library, origin);
  return { ...found, ...(await peers(one)) };
}

async function cost(send: Send, count: number): Promise<number> {
  const used = cpuMicroseconds();
  await repeat(send, count, one.lanes);
  return (cpuMicroseconds() - used) / count;
}

/** How many requests make a batch. */
async function warmUp(all: readonly Send[]): Promise<number> {
  for (let turn = 0; turn < 5; turn++) {
    for (const send of all) {
      for (const until = performance.now() + task.warm; performance.now() < until; )
        await repeat(send, 4 * one.lanes, one.lanes);
    }
  }
  const usual = await cost(all[0]!, 20 * one.lanes);
  return Math.max(one.lanes, Math.round((BATCH * 1000) / usual));
}

function shuffled<T>(values: readonly T[]): T[] {
  const rest = [...values];
  return values.map(() => rest.splice(Math.floor(Math.random() * rest.length), 1)[0]!);
}

const all = await contestants();
const sends = Object.entries(all).map(([name, { send }]) => [name, send] as const);
const count = await warmUp(sends.map(([, send]) => send));
const neighbours = new Neighbours([process.pid, task.serverId]);
for (let round = 0; round < task.rounds; round++) {
  const costs: Record<string, number> = {};
  for (const [name, send] of shuffled(sends)) costs[name] = await cost(send, count);
  const found: ComparisonRound = { costs, others: neighbours.share() };
  console.log(JSON.stringify(found));
}
for (const { check } of Object.values(all)) await check();
process.exit();
