/**
 * One case, in one process: two builds of the library and undici by turns, so that whatever the machine does meets all of
 * them alike. Writes a line of figures for each round.
 */
import { type ComparedCase, comparedCases, operationOf, settingsOf } from '../cases/compared.ts';
import { cpuMicroseconds, repeat } from '../cases/load.ts';
import { kinds } from '../cases/requests.ts';
import { undiciDispatch, undiciRequest } from '../clients/undici.ts';
import { Neighbours } from '../neighbours.ts';

type Send = () => Promise<unknown>;

export interface ComparisonTask {
  readonly name: string;
  /** Addresses of the entry of each build. */
  readonly base: string;
  readonly now: string;
  readonly origin: string;
  readonly serverId: number;
  readonly rounds: number;
}

/** CPU microseconds of one request by contestant, and what others took of the machine meanwhile, from 0 to 1. */
export interface Round {
  readonly costs: Readonly<Record<string, number>>;
  readonly others: number;
}

/** Milliseconds that a contestant is kept busy before anything counts: by turns, and five times. */
const WARM = 300;
/** Milliseconds of CPU time that a batch takes, about. */
const BATCH = 10;

const task = JSON.parse(process.argv[2]!) as ComparisonTask;
const one = comparedCases.find(({ name }) => name === task.name)!;

/** undici's own; one that this Node cannot run is left out. */
async function peers({ kind, likePlain }: ComparedCase, origin: string): Promise<Record<string, Send>> {
  if (kind === undefined) return {};
  const found: Record<string, Send> = {};
  const asked = likePlain ? kinds[0]! : kind;
  const libraries = { 'undici 7': () => import('undici'), 'undici 8': () => import('undici-8') };
  for (const [row, load] of Object.entries(libraries)) {
    try {
      found[row] = await operationOf(asked, await undiciRequest.open(await load(), settingsOf(asked, origin)), origin);
    } catch (error) {
      console.error(`! ${row} is left out: ${(error as Error).message}`);
    }
  }
  if (!['get-json', 'get-raw', 'post-json', 'get-64k'].includes(asked.name)) return found;
  const dispatch = await undiciDispatch.open(await import('undici'), settingsOf(asked, origin));
  return { ...found, dispatch: await operationOf(asked, dispatch, origin) };
}

async function contestants(): Promise<Record<string, Send>> {
  const [base, now] = await Promise.all([import(task.base), import(task.now)]);
  return {
    base: await one.ours(base, task.origin),
    now: await one.ours(now, task.origin),
    ...(await peers(one, task.origin)),
  };
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
      for (const until = performance.now() + WARM; performance.now() < until; )
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
const count = await warmUp(Object.values(all));
const neighbours = new Neighbours([process.pid, task.serverId]);
for (let round = 0; round < task.rounds; round++) {
  const costs: Record<string, number> = {};
  for (const [name, send] of shuffled(Object.entries(all))) costs[name] = await cost(send, count);
  const found: Round = { costs, others: neighbours.share() };
  console.log(JSON.stringify(found));
}
process.exit();
