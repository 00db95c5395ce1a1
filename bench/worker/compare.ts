/**
 * One case, in one process: builds of the library and undici by turns, so that whatever the machine does meets all of them
 * alike. Writes a line of figures for each round, and fails where one of them gave another answer than was sent.
 */
import { comparedCases } from '../cases/compared.ts';
import { cpuMicroseconds, repeat } from '../cases/load.ts';
import { Neighbours } from '../neighbours.ts';
import type { ComparisonRound, ComparisonTask } from './comparison-task.ts';
import { contestantsOf } from './contestants.ts';

type Send = () => Promise<unknown>;

/** Milliseconds of CPU time that a batch takes, about. */
const BATCH = 10;

const task = JSON.parse(process.argv[2]!) as ComparisonTask;
const one = comparedCases.find(({ name }) => name === task.name)!;

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

const all = await contestantsOf(one, task);
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
