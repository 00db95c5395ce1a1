/**
 * What the page is given: a list for each column, because 50 000 small lists of a kind are read much faster than 50 000
 * records, and what only an opened row shows in blocks that are read when they are needed. All texts are masked already.
 */

export type Pair = readonly [name: string, value: string];

/** What an opened row shows beside its columns. */
export interface RowDetail {
  readonly facts: readonly Pair[];
  readonly request: readonly Pair[];
  readonly response: readonly Pair[];
}

/** The phases of a request, in their order. */
export const PHASES = ['blocked', 'dns', 'connect', 'tls', 'send', 'wait', 'receive'] as const;

/** One request, as a reader of files gives it. */
export interface ReportRow {
  readonly url: string;
  readonly method: string;
  /** 0 without an answer. */
  readonly status: number;
  /** The code, or the words, of what failed; empty for an answer. */
  readonly error: string;
  /** The media type without its parameters. */
  readonly type: string;
  /** Title of the page of a browser that asked; empty when there is none. */
  readonly page: string;
  /** Bytes of the decoded body; -1 when unknown. */
  readonly size: number;
  /** Bytes on the wire; -1 when unknown. */
  readonly wire: number;
  /** Milliseconds since 1970; -1 when unknown. */
  readonly start: number;
  /** Milliseconds until the end; -1 when unknown. */
  readonly time: number;
  /** Milliseconds of each of `PHASES`; absent when they are unknown. */
  readonly phases?: readonly number[];
  readonly isBroken: boolean;
  readonly detail: RowDetail;
}

/** A link that leads to nothing, and where it stands. */
export interface BrokenRow {
  /** The number of its row. */
  readonly row: number;
  /** Pages that it is on, the first ones. */
  readonly pages: readonly string[];
  /** On how many it is; 0 for a start. */
  readonly count: number;
  /** Redirects that led to it, the first ones. */
  readonly through: readonly string[];
}

/** A file that was read. */
export interface ReportSource {
  readonly kind: 'har' | 'crawl';
  /** The program that wrote it. */
  readonly creator: string;
  readonly rows: readonly ReportRow[];
  /** Rows that are one call, redirects and retries, in their order; only those of more than one row. */
  readonly calls: readonly (readonly number[])[];
  readonly broken: readonly BrokenRow[];
  /** What was left out, and why. */
  readonly notes: readonly string[];
}

export interface ReportColumns {
  readonly url: readonly string[];
  readonly method: readonly number[];
  readonly status: readonly number[];
  readonly error: readonly number[];
  readonly type: readonly number[];
  readonly page: readonly number[];
  readonly size: readonly number[];
  readonly wire: readonly number[];
  /** Milliseconds since the first request of the file; -1 when unknown. */
  readonly start: readonly number[];
  readonly time: readonly number[];
  /** Those of all rows one after the other; empty when no row has any. */
  readonly phases: readonly number[];
  /** 1 for a broken row. */
  readonly broken: readonly number[];
}

export interface ReportData {
  readonly kind: 'har' | 'crawl';
  readonly name: string;
  readonly creator: string;
  /** Of the first request, milliseconds since 1970; -1 when unknown. */
  readonly startedAt: number;
  readonly notes: readonly string[];
  /** Texts that many rows have; columns hold their places in it. The first one is empty. */
  readonly texts: readonly string[];
  readonly columns: ReportColumns;
  readonly calls: readonly (readonly number[])[];
  readonly broken: readonly BrokenRow[];
}

/** Details of `BLOCK` rows: texts once each, and rows as places in them, two for a pair. */
export interface DetailBlock {
  readonly texts: readonly string[];
  readonly rows: readonly (readonly [facts: number[], request: number[], response: number[]])[];
}

/** Rows of a block. */
export const BLOCK = 500;

/** Texts, each once. */
export class TextTable {
  readonly texts: string[] = [];
  readonly #places = new Map<string, number>();

  placeOf(text: string): number {
    const known = this.#places.get(text);
    if (known !== undefined) return known;
    this.#places.set(text, this.texts.length);
    return this.texts.push(text) - 1;
  }
}

export function packDetails(details: readonly RowDetail[]): DetailBlock {
  const table = new TextTable();
  const places = (pairs: readonly Pair[]) => pairs.flatMap((pair) => pair.map((text) => table.placeOf(text)));
  const rows = details.map(({ facts, request, response }): DetailBlock['rows'][number] => {
    return [places(facts), places(request), places(response)];
  });
  return { texts: table.texts, rows };
}

/** @param index of the row within its block */
export function unpackDetail({ texts, rows }: DetailBlock, index: number): RowDetail {
  const [facts = [], request = [], response = []] = rows[index] ?? [];
  const pairs = (places: readonly number[]): Pair[] =>
    Array.from({ length: places.length / 2 }, (_, i) => [texts[places[2 * i]!]!, texts[places[2 * i + 1]!]!]);
  return { facts: pairs(facts), request: pairs(request), response: pairs(response) };
}

/** @param name of the file */
export function reportData(name: string, source: ReportSource): ReportData {
  const { kind, creator, rows, calls, broken, notes } = source;
  const table = new TextTable();
  table.placeOf('');
  const started = rows.reduce((least, { start }) => (start < 0 ? least : Math.min(least, start)), Number.MAX_VALUE);
  const hasPhases = rows.some(({ phases }) => phases !== undefined);
  const none = PHASES.map(() => 0);
  const columns: ReportColumns = {
    url: rows.map(({ url }) => url),
    method: rows.map(({ method }) => table.placeOf(method)),
    status: rows.map(({ status }) => status),
    error: rows.map(({ error }) => table.placeOf(error)),
    type: rows.map(({ type }) => table.placeOf(type)),
    page: rows.map(({ page }) => table.placeOf(page)),
    size: rows.map(({ size }) => size),
    wire: rows.map(({ wire }) => wire),
    start: rows.map(({ start }) => (start < 0 ? -1 : rounded(start - started))),
    time: rows.map(({ time }) => rounded(time)),
    phases: hasPhases ? rows.flatMap(({ phases = none }) => phases.map(rounded)) : [],
    broken: rows.map(({ isBroken }) => (isBroken ? 1 : 0)),
  };
  const startedAt = started === Number.MAX_VALUE ? -1 : started;
  return { kind, name, creator, startedAt, notes, texts: table.texts, columns, calls, broken };
}

/** Hundredths of a millisecond are more than a screen shows. */
function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}
