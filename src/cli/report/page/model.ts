/**
 * What the page knows: rows, the calls that they make up, and their order. Pure, but for the details, which are read
 * late.
 */
import type { BrokenRow, DetailBlock, ReportColumns, ReportData, RowDetail } from '../report-data.ts';
import { BLOCK, PHASES, unpackDetail } from '../report-data.ts';
import { type Kind, kindOf, urlParts } from './format.ts';

/** The columns that can be sorted by. */
export type SortKey = 'order' | 'status' | 'method' | 'url' | 'type' | 'size' | 'time';

/** Column and direction. */
export interface Sorting {
  readonly key: SortKey;
  readonly isDown: boolean;
}

/** Rows that are one call of a client: redirects, then what they led to; attempts, then the last one. */
export interface Call {
  readonly rows: readonly number[];
  /** Milliseconds since the first request of the file; -1 when unknown. */
  readonly start: number;
  /** Milliseconds from the first row's beginning to the last one's end; -1 when unknown. */
  readonly time: number;
  readonly redirects: number;
  readonly retries: number;
}

/** A line of the table: a call, or one row of an opened one. */
export interface Item {
  readonly call: number;
  /** Its row; that of the call as a whole when it is absent. */
  readonly row?: number;
}

export class Model {
  readonly data: ReportData;
  readonly columns: ReportColumns;
  readonly calls: readonly Call[];
  readonly #blocks: (index: number) => DetailBlock;
  readonly #broken: ReadonlyMap<number, BrokenRow>;
  /** Made with the first search; a file that is only looked at does not pay for it. */
  #texts: string[] | undefined;

  /** @param blocks gives the block of that number */
  constructor(data: ReportData, blocks: (index: number) => DetailBlock) {
    this.data = data;
    this.columns = data.columns;
    this.#blocks = blocks;
    this.#broken = new Map(data.broken.map((one) => [one.row, one]));
    const grouped = new Map<number, readonly number[]>();
    for (const rows of data.calls) for (const row of rows) grouped.set(row, rows);
    const calls: Call[] = [];
    for (let row = 0; row < this.columns.url.length; row += 1) {
      const rows = grouped.get(row);
      if (rows === undefined || rows[0] === row) calls.push(this.#call(rows ?? [row]));
    }
    this.calls = calls;
  }

  /** How the row ended, for its colour. */
  kind(row: number): Kind {
    return kindOf(this.columns.status[row]!, this.columns.error[row] !== 0, this.columns.broken[row] === 1);
  }

  /** The error code, `''` for none. Texts stand once in the file, and columns have their numbers. */
  error(row: number): string {
    return this.data.texts[this.columns.error[row]!]!;
  }

  method(row: number): string {
    return this.data.texts[this.columns.method[row]!]!;
  }

  type(row: number): string {
    return this.data.texts[this.columns.type[row]!]!;
  }

  page(row: number): string {
    return this.data.texts[this.columns.page[row]!]!;
  }

  /** Milliseconds of each phase; `undefined` for a file without phases. */
  phases(row: number): readonly number[] | undefined {
    const { phases } = this.columns;
    return phases.length === 0 ? undefined : phases.slice(row * PHASES.length, (row + 1) * PHASES.length);
  }

  /** What the panel shows of a row; parses the block that it is in. */
  detail(row: number): RowDetail {
    return unpackDetail(this.#blocks(Math.floor(row / BLOCK)), row % BLOCK);
  }

  /** The pages a broken link is on; `undefined` for a row that is not broken. */
  broken(row: number): BrokenRow | undefined {
    return this.#broken.get(row);
  }

  /** The row that says how a call ended. */
  last(call: number): number {
    return this.calls[call]!.rows.at(-1)!;
  }

  /** What a filter looks for words in, by call, in small letters. */
  get texts(): readonly string[] {
    this.#texts ??= this.calls.map(({ rows }) =>
      rows
        .map((row) => this.#words(row))
        .join('\n')
        .toLowerCase(),
    );
    return this.#texts;
  }

  /** All calls in that order; equal ones stay as they were. */
  sorted({ key, isDown }: Sorting): Uint32Array {
    const order = Uint32Array.from(this.calls.keys());
    if (key === 'order') return isDown ? order.reverse() : order;
    const values = this.calls.map((_, call) => this.#value(call, key));
    const sign = isDown ? -1 : 1;
    return order.sort((a, b) => {
      const [one, other] = [values[a]!, values[b]!];
      return one === other ? a - b : one < other ? -sign : sign;
    });
  }

  /** What a column sorts a call by: its beginning for what was asked, its end for what came. */
  #value(call: number, key: Exclude<SortKey, 'order'>): string | number {
    const [first, last] = [this.calls[call]!.rows[0]!, this.last(call)];
    if (key === 'url') return this.columns.url[first]!;
    if (key === 'method') return this.method(first);
    if (key === 'type') return this.type(last);
    if (key === 'time') return this.calls[call]!.time;
    // What has no answer stands behind all that have.
    if (key === 'status') return this.error(last) === '' ? this.columns.status[last]! : 1000;
    return this.columns.size[last]!;
  }

  /** All that a filter without a name looks into. */
  #words(row: number): string {
    const { url, status } = this.columns;
    return `${url[row]} ${this.method(row)} ${status[row]} ${this.error(row)} ${this.type(row)} ${this.page(row)}`;
  }

  /** Adds up the rows of a call. Without start times, its time is the sum of theirs. */
  #call(rows: readonly number[]): Call {
    const { start, time, status } = this.columns;
    const begin = start[rows[0]!]!;
    const lastOf = rows.at(-1)!;
    const sum = rows.reduce((all, row) => all + Math.max(0, time[row]!), 0);
    const isTimed = begin >= 0 && start[lastOf]! >= 0;
    const span = isTimed ? start[lastOf]! + Math.max(0, time[lastOf]!) - begin : sum;
    const before = rows.slice(0, -1);
    const redirects = before.filter((row) => status[row]! >= 300 && status[row]! < 400).length;
    const isUnknown = rows.length === 1 && time[lastOf]! < 0;
    return { rows, start: begin, time: isUnknown ? -1 : span, redirects, retries: before.length - redirects };
  }
}

/** Of the calls at these places, what a table of hosts shows; the host with the most calls first. */
export interface HostFigures {
  readonly host: string;
  calls: number;
  broken: number;
  time: number;
}

/** Calls by the host that was asked first. */
export function hostsOf(model: Model): HostFigures[] {
  const hosts = new Map<string, HostFigures>();
  for (const [index, { rows, time }] of model.calls.entries()) {
    const { host } = urlParts(model.columns.url[rows[0]!]!);
    let one = hosts.get(host);
    if (one === undefined) hosts.set(host, (one = { host, calls: 0, broken: 0, time: 0 }));
    one.calls += 1;
    one.time += Math.max(0, time);
    one.broken += model.columns.broken[model.last(index)]!;
  }
  return [...hosts.values()].sort((a, b) => b.calls - a.calls);
}

/** The value below which that part of the values lies; -1 of none. */
export function percentile(sorted: Float64Array, part: number): number {
  return sorted.length === 0 ? -1 : sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!;
}

/** The known times of these calls, the shortest first. */
export function timesOf(model: Model, calls: Iterable<number>): Float64Array {
  const times: number[] = [];
  for (const call of calls) if (model.calls[call]!.time >= 0) times.push(model.calls[call]!.time);
  return Float64Array.from(times).sort();
}
