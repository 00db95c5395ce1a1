/** One contestant of one case, which sends so many requests and ends: what they take is counted from outside, by an emulator. */
import { comparedCases } from '../cases/compared.ts';
import { repeat } from '../cases/load.ts';
import type { ComparisonTask } from './comparison-task.ts';
import { contestantsOf } from './contestants.ts';

export interface CountedTask extends Pick<ComparisonTask, 'name' | 'builds' | 'peers' | 'origins'> {
  readonly requests: number;
}

const task = JSON.parse(process.argv[2]!) as CountedTask;
const one = comparedCases.find(({ name }) => name === task.name)!;
const [contestant] = Object.values(await contestantsOf(one, task));
if (contestant === undefined) throw new Error(`nobody to count at ${task.name}`);
await repeat(contestant.send, task.requests, one.lanes);
await contestant.check();
process.exit();
