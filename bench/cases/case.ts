/** What a case is: a program that runs in a fresh process, once for each contestant and round, and gives figures. */

import type { Feature, Session } from '../clients/client.ts';
import { BASELINE, clients, EIGHT } from '../clients/index.ts';
import type { Rows } from '../results.ts';
import type { Origins } from '../site.ts';

export interface Figure {
  readonly key: string;
  /** The head of its column, with the unit. */
  readonly title: string;
  /** Whether it is also given as a ratio to the baseline's in the same round. */
  readonly ratio?: boolean;
  readonly digits?: number;
}

export interface Contestant {
  readonly row: string;
  /** A key of `clients`. */
  readonly client: string;
  /** Runs the plain request, to compare with. */
  readonly plain?: boolean;
  /** Through the proxy by a tunnel. */
  readonly tunnel?: boolean;
  /** Bytes of a read of the file that is sent. Default: Node's */
  readonly pieceSize?: number;
}

/** How long a process measures. */
export interface Plan {
  /** Requests at least before anything is measured. */
  readonly warmUp: number;
  /** Milliseconds at least before time is measured: what a service runs for hours is compiled by then, of every client. */
  readonly warm: number;
  /** Milliseconds that are measured. */
  readonly measure: number;
  /** How often in one process. */
  readonly windows: number;
}

export interface Context {
  readonly origins: Origins;
  readonly plan: Plan;
  /** To be sent. */
  readonly file: string;
}

export interface Case {
  readonly name: string;
  readonly title: string;
  /** What is counted and how, where the title does not say. */
  readonly note?: string;
  readonly figures: readonly Figure[];
  readonly contestants: readonly Contestant[];
  /** The row of the ratios. */
  readonly baseline: string;
  /** Node's. */
  readonly flags?: readonly string[];
  readonly isTls?: boolean;
  /** Who does not take part has no such thing by itself: the table says so. */
  readonly tellsUnable?: boolean;
  /** A process measures as often as the plan says, and gives the rows of each time. */
  readonly isWindowed?: boolean;
  run(contestant: Contestant, context: Context): Promise<Rows | readonly Rows[]>;
}

export const CONNECTIONS = 50;

/** The clients that can do all of it. */
export function clientsWith(features: readonly Feature[] = []): Contestant[] {
  return Object.entries(clients)
    .filter(([, client]) => features.every((feature) => client.features.includes(feature)))
    .filter(([, { only }]) => only === undefined || features.includes(only))
    .map(([name]) => ({ row: name, client: name }));
}

/** Of all clients, those named. */
export function clientsCalled(...names: readonly string[]): Contestant[] {
  return names.map((name) => ({ row: name, client: name }));
}

/** As who looks for the size that costs least would write it. */
export const LARGE_PIECES: Contestant = { row: 'node:http, 256 KiB a read', client: 'node:http', pieceSize: 262_144 };
export const PLAIN: Contestant = { row: `${BASELINE}, plain GET`, client: BASELINE, plain: true };
export const PLAIN_EIGHT: Contestant = { row: `${EIGHT}, plain GET`, client: EIGHT, plain: true };
/** How undici 7 goes through a proxy by itself. */
export const TUNNEL: Contestant = { row: `${BASELINE}, tunnel`, client: BASELINE, tunnel: true };

/** @throws Error when the client lacks it, which the table of the cases should have known */
export function needed<K extends keyof Session>(session: Session, key: K): NonNullable<Session[K]> {
  const found = session[key];
  if (found === undefined) throw new Error(`the client has no ${key}`);
  return found as NonNullable<Session[K]>;
}
