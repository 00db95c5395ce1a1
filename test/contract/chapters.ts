/** The parts of the handler contract, in their order. */
import type { Chapter } from './bench.ts';
import { aborts } from './contract-aborts.ts';
import { borders } from './contract-borders.ts';
import { callbacks } from './contract-callbacks.ts';
import { connections } from './contract-connections.ts';
import { ends } from './contract-ends.ts';
import { failures } from './contract-failures.ts';
import { heads } from './contract-heads.ts';
import { requests } from './contract-requests.ts';
import { responses } from './contract-responses.ts';
import { timeouts } from './contract-timeouts.ts';

export const chapters: Readonly<Record<string, Chapter>> = {
  requests,
  heads,
  responses,
  borders,
  failures,
  timeouts,
  aborts,
  callbacks,
  ends,
  connections,
};
