/** Every case, in the order of the tables. */
import { allocation } from './allocation.ts';
import type { Case } from './case.ts';
import { cold } from './cold.ts';
import { echoes } from './echoes.ts';
import { latency } from './latency.ts';
import { many } from './many.ts';
import { memory } from './memory.ts';
import { memoryMany } from './memory-many.ts';
import { requests } from './requests.ts';
import { stack } from './stack.ts';
import { transfers } from './transfers.ts';

export const cases: readonly Case[] = [
  ...requests,
  ...transfers,
  ...echoes,
  ...latency,
  ...allocation,
  ...memory,
  ...memoryMany,
  ...cold,
  ...stack,
  ...many,
];

export function caseCalled(name: string): Case {
  const found = cases.find((one) => one.name === name);
  if (found === undefined)
    throw new RangeError(`there is no case "${name}"; there are ${cases.map((one) => one.name).join(', ')}`);
  return found;
}
