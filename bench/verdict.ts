/** Whether what was measured says anything, and whether it reaches a goal. */
import { MOST_OF_OTHERS } from './neighbours.ts';
import type { Reached, Rows } from './results.ts';
import { median, quantile, rounded } from './statistics.ts';

export interface Round {
  readonly rows: Rows;
  /** What others took of the machine meanwhile, from 0 to 1. */
  readonly others: number;
}

/**
 * The rounds that count: those in peace; all, without a verdict, where these are less than half.
 * @param leftOut rows that are in none of them, whatever they had before they failed
 */
export function counting(
  all: readonly Round[],
  leftOut: readonly string[] = [],
): { readonly rounds: readonly Rows[]; readonly isLoaded: boolean } {
  const quiet = all.filter(({ others }) => others <= MOST_OF_OTHERS);
  const isLoaded = quiet.length * 2 < all.length;
  const isIn = ([row]: readonly [string, unknown]) => !leftOut.includes(row);
  const rounds = (isLoaded ? all : quiet).map(({ rows }) => Object.fromEntries(Object.entries(rows).filter(isIn)));
  return { rounds, isLoaded };
}

export interface Found {
  /** One for each round. */
  readonly values: readonly number[];
  /** The row that it is a ratio to. */
  readonly to?: string;
}

/**
 * The ratios of a row to the best of its peers: that with the lowest figure, or with `isLeast` the highest.
 * @returns undefined where the row is not in all rounds, or no peer is
 */
export function ratioToBest(
  rounds: readonly Rows[],
  row: string,
  { key, to, isLeast = false }: { key: string; to: readonly string[]; isLeast?: boolean },
): Found | undefined {
  const isThere = (name: string) => rounds.length > 0 && rounds.every((rows) => name in rows);
  const peers = to.filter(isThere);
  if (!isThere(row) || peers.length === 0) return undefined;
  const usual = (name: string) => median(rounds.map((rows) => rows[name]![key]!)) * (isLeast ? -1 : 1);
  const best = peers.reduce((one, other) => (usual(other) < usual(one) ? other : one));
  return { values: rounds.map((rows) => rows[row]![key]! / rows[best]![key]!), to: best };
}

export interface Bound {
  readonly title: string;
  /** The median has to be at most this; with `isLeast` at least. */
  readonly limit: number;
  readonly isLeast?: boolean;
  readonly unit?: string;
  readonly digits: number;
}

export function boundOf({ limit, isLeast = false, unit }: Bound): string {
  return `${isLeast ? 'at least' : 'at most'} ${limit}${unit === undefined ? '' : ` ${unit}`}`;
}

/** @param isLoaded gives the figures, and no verdict */
export function judged(bound: Bound, { values, to }: Found, isLoaded: boolean): Reached {
  const { title, limit, isLeast = false, digits } = bound;
  const middle = median(values);
  return {
    title,
    ...(to !== undefined && { to }),
    goal: boundOf(bound),
    figure: rounded(middle, digits),
    quartiles: [rounded(quantile(values, 0.25), digits), rounded(quantile(values, 0.75), digits)],
    ...(!isLoaded && { isReached: isLeast ? middle >= limit : middle <= limit }),
  };
}
