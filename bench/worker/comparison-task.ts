import type { Origins } from '../site.ts';

/** What the process of a comparison is told, and what it tells. */
export interface ComparisonTask {
  readonly name: string;
  /** By the name of its row, the address of the entry of each build. */
  readonly builds: Readonly<Record<string, string>>;
  /** Rows of undici. Default: all that there are */
  readonly peers?: readonly string[];
  readonly origins: Origins;
  readonly serverId: number;
  readonly rounds: number;
  /** Milliseconds that each is kept busy in each turn of the warm-up, of which there are five. */
  readonly warm: number;
}

/** CPU microseconds of one request by contestant, and what others took of the machine meanwhile, from 0 to 1. */
export interface ComparisonRound {
  readonly costs: Readonly<Record<string, number>>;
  readonly others: number;
}
