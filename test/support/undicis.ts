/** The lines of undici that a dispatcher may come from, as far as this Node runs them. */
import * as undici7 from 'undici';
import type * as undici8 from 'undici-8';
import type { UndiciDispatcher } from '../../src/handlers/undici/dispatcher.ts';

export type Undici = typeof undici7;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const runsEight = major > 22 || (major === 22 && minor >= 19);

/** What the tests use of the types of 8 is as in those of 7. */
const eight = async () => (await import('undici-8')) as unknown as Undici;

/** Dispatchers of both lines have the type that `undiciHandler({ dispatcher })` asks for. */
export const typed: (dispatcher: undici7.Dispatcher | undici8.Dispatcher) => UndiciDispatcher = (dispatcher) =>
  dispatcher;

/** undici 8 needs Node 22.19. */
export const undicis: readonly (readonly [line: string, undici: Undici])[] = runsEight
  ? [
      ['7', undici7],
      ['8', await eight()],
    ]
  : [['7', undici7]];
