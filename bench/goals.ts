/** What the library wants to reach, each in one case: a figure of its own, or a ratio to the faster of some peers. */
import { LARGE_PIECES, PLAIN, PLAIN_EIGHT, TUNNEL } from './cases/case.ts';
import { BASELINE, EIGHT } from './clients/index.ts';
import type { Reached, Rows } from './results.ts';
import { type Bound, type Found, judged, ratioToBest } from './verdict.ts';

export interface Goal extends Bound {
  /** The name of the case. */
  readonly name: string;
  /** Rows that it needs. */
  readonly rows: readonly string[];
  /** `undefined` where a row is missing. */
  of(rounds: readonly Rows[]): Found | undefined;
}

const OURS = 'sluice';
const UNDICI = [BASELINE, EIGHT];

interface Ratio {
  readonly key?: string;
  readonly to: readonly string[];
  readonly isLeast?: boolean;
}

function ratio(name: string, title: string, limit: number, { key = 'cpu', to, isLeast = false }: Ratio): Goal {
  return {
    name,
    title,
    limit,
    isLeast,
    digits: 3,
    rows: [OURS, ...to],
    of: (rounds) => ratioToBest(rounds, OURS, { key, to, isLeast }),
  };
}

interface Plain {
  readonly unit: string;
  readonly digits?: number;
  readonly isLeast?: boolean;
  readonly row?: string;
  of(rows: Rows): number;
}

function figure(name: string, title: string, limit: number, { of, row = OURS, digits = 0, ...rest }: Plain): Goal {
  return {
    name,
    title,
    limit,
    digits,
    rows: [row],
    ...rest,
    of: (rounds) => (rounds.length > 0 && rounds.every((rows) => row in rows) ? { values: rounds.map(of) } : undefined),
  };
}

const STACK = 'the default stack';
const CALL = 'client.get(uri)';
const A_LAYER = 'a layer of the user that awaits';
const held = (what: string) => (rows: Rows) => rows[OURS]![what]! + rows[OURS]![`${what}Outside`]!;
const worstIdle = (rows: Rows) =>
  Math.max(...Object.entries(rows).flatMap(([row, { idle }]) => (row === A_LAYER ? [] : [idle!])));

export const goals: readonly Goal[] = [
  ratio('get-json', 'GET of small JSON, CPU, to undici.request', 0.85, { to: UNDICI }),
  ratio('get-json', 'GET of small JSON, CPU, to bare dispatch', 1.15, { to: ['undici.dispatch'] }),
  ratio('all-on', 'cookie, timeout, signal and retry on, CPU, to a plain GET of undici', 1.2, {
    to: [PLAIN.row, PLAIN_EIGHT.row],
  }),
  ratio('not-found', '404 to an error, CPU, to undici.request', 1.5, { to: UNDICI }),
  ratio('redirects', '3 redirects, CPU, to undici.request', 1, { to: UNDICI }),
  ratio('post-json', 'POST of small JSON, CPU, to undici.request', 0.9, { to: UNDICI }),
  ratio('get-64k', 'GET of 64 KiB, CPU, to undici.request', 0.9, { to: UNDICI }),
  ratio('upload', '256 MiB up from a file, CPU, to node:http', 1.05, { to: ['node:http'] }),
  ratio('upload', '256 MiB up from a file, CPU, to node:http with large reads', 1.05, { to: [LARGE_PIECES.row] }),
  ratio('download', '256 MiB down to a sink, CPU, to node:http', 1, { to: ['node:http'] }),
  ratio('http2', 'HTTP/2, 100 streams, CPU, to bare node:http2', 1.1, { to: ['node:http2'] }),
  ratio('proxy', 'GET through an HTTP proxy, CPU, to ProxyAgent', 1, { to: UNDICI }),
  ratio('proxy', 'GET through an HTTP proxy, CPU, to a tunnel of ProxyAgent', 1, { to: [TUNNEL.row] }),
  ratio('tls-cold', 'GET over a new TLS connection, CPU, to undici.request', 1, { to: UNDICI }),
  ratio('websocket', 'WebSocket, 16 messages under way, messages/s, to ws', 0.9, {
    key: 'perSecond16',
    to: ['ws'],
    isLeast: true,
  }),
  ratio('websocket', 'WebSocket, one message under way, messages/s, to ws', 0.9, {
    key: 'perSecond1',
    to: ['ws'],
    isLeast: true,
  }),
  ...[STACK, CALL].map((row) =>
    figure('stack', `${row} over an instant handler`, 1_000_000, {
      unit: 'a second',
      isLeast: true,
      row,
      of: (rows) => rows[row]!['perSecond']!,
    }),
  ),
  figure('layers', 'the costliest idle layer', 30, { unit: 'ns', row: A_LAYER, of: worstIdle }),
  figure('memory', 'a waiting call', 1500, { unit: 'bytes', of: held('waiting') }),
  figure('memory', 'a call under way', 6000, { unit: 'bytes', of: held('underWay') }),
  ratio('memory', 'an idle connection, heap, to undici', 1, { key: 'connection', to: UNDICI }),
  figure('cold-start', 'import', 15, { unit: 'ms', digits: 1, of: (rows) => rows[OURS]!['import']! }),
  ratio('cold-start', 'first answer, to undici.request', 1, { key: 'first', to: UNDICI }),
  figure('latency', 'p99 at a fixed rate', 4, { unit: 'ms', digits: 2, of: (rows) => rows[OURS]!['p99']! }),
  ratio('latency', 'p99 at a fixed rate, to undici.request', 1, { key: 'p99', to: UNDICI }),
];

/** The cases that goals are about, in their order. */
export const goalCases: readonly string[] = [...new Set(goals.map(({ name }) => name))];

/** The rows of a case that its goals need. */
export function rowsForGoals(name: string): ReadonlySet<string> {
  return new Set(goals.filter((goal) => goal.name === name).flatMap(({ rows }) => rows));
}

/** @param isLoaded gives the figures, and no verdict */
export function reachedIn(name: string, rounds: readonly Rows[], isLoaded: boolean): Reached[] {
  return goals
    .filter((goal) => goal.name === name)
    .flatMap((goal) => {
      const found = goal.of(rounds);
      return found === undefined ? [] : [judged(goal, found, isLoaded)];
    });
}
