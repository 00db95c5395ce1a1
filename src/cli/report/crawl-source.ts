/**
 * The lines of a crawl as rows. The file is read twice: the second time for the pages that broken links are on, so that no
 * more than the rows is in memory, whatever the number of links.
 */
import { createReadStream } from 'node:fs';
import { maskText, maskUrl } from '../../message/redact.ts';
import { runtimeOptions } from '../../message/runtime-options.ts';
import { isBroken, isRefused, type PageLine } from '../crawl/page-line.ts';
import { crawlCalls } from './crawl-calls.ts';
import { crawlLine } from './crawl-line.ts';
import { fieldOf, listOf, textOf } from './json-fields.ts';
import type { BrokenRow, Pair, ReportRow, ReportSource } from './report-data.ts';

/** Rows of a page; a browser shows no more of them well. */
const MOST_ROWS = 250_000;
/** Pages and redirects that are named for a broken link. */
const MOST_NAMED = 50;
const MOST_NOTES = 5;
/** References that are no URL, of one page. */
const MOST_INVALID = 20;
const NEWLINE = 10;

export interface CrawlFile {
  readonly path: string;
  /** For messages. */
  readonly name: string;
}

/** @throws TypeError that names the file and the line, when no line of it is one of a crawl */
export async function crawlSource({ path, name }: CrawlFile): Promise<ReportSource> {
  const places = new Map<string, Place>();
  const lines: PageLine[] = [];
  const notes = new UnreadLines(name);
  let left = 0;
  for await (const { text, number, isCut } of linesOf(path)) {
    const line = crawlLine(text);
    if (line === undefined) {
      if (text.trim() !== '') notes.add(number, isCut);
      continue;
    }
    const row = places.get(line.url)?.row ?? lines.length;
    if (row >= MOST_ROWS) {
      left += 1;
      continue;
    }
    // A crawl that went on may have fetched a page again: its last line says what became of it.
    places.set(line.url, { row, number });
    // What is not shown is let go of.
    lines[row] = { ...line, links: line.links.length > 0 ? [String(line.links.length)] : [] };
  }
  if (lines.length === 0) throw notes.nothing();
  return {
    kind: 'crawl',
    creator: 'sluice crawl',
    rows: lines.map(rowOf),
    calls: crawlCalls(lines),
    broken: await brokenRows(path, lines, places),
    notes: [...notes.told(), ...(left > 0 ? [`the first ${MOST_ROWS} of ${MOST_ROWS + left} pages are shown`] : [])],
  };
}

/** Where a page is: its row, and the number of its last line. */
interface Place {
  readonly row: number;
  readonly number: number;
}

/** One line as a row; a crawl knows sizes and times, and no phases. */
function rowOf(line: PageLine): ReportRow {
  const { url, status, error, bytes, ms, type = '' } = line;
  return {
    url: maskUrl(url),
    method: line.external ? 'HEAD' : 'GET',
    status: status ?? 0,
    error: error ?? '',
    type: type.split(';', 1)[0]!.trim().toLowerCase(),
    page: '',
    size: status === null ? -1 : bytes,
    wire: -1,
    start: -1,
    // What nobody asked for took no time.
    time: isRefused(line) || line.unasked ? -1 : ms,
    isBroken: isBroken(line),
    detail: { facts: factsOf(line), request: [], response: [] },
  };
}

/** What the panel beside the table shows; empty facts are left out. */
function factsOf(line: PageLine): Pair[] {
  const { message = '', location, from, depth, links, via = [], invalid = [], truncated, sitemap } = line;
  const facts: Pair[] = [
    ['Error', maskText(message.split('\n', 1)[0]!)],
    ['Redirects to', location === undefined ? '' : maskUrl(location)],
    ['Found on', from === null ? '' : maskUrl(from)],
    ...via.map((url): Pair => ['By way of', maskUrl(url)]),
    ['Links from a start', depth < 0 ? '' : String(depth)],
    ['Links on it', links[0] ?? ''],
    ['Read', truncated ? 'not to its end' : ''],
    ['Kind', sitemap === undefined ? (line.external ? 'another host, only checked' : '') : 'sitemap'],
    ...invalid.slice(0, MOST_INVALID).map((reference): Pair => ['No URL', maskText(maskUrl(reference))]),
  ];
  return facts.filter(([, value]) => value !== '');
}

/** On which pages the broken links are, also by way of redirects. */
async function brokenRows(
  path: string,
  lines: readonly PageLine[],
  places: ReadonlyMap<string, Place>,
): Promise<BrokenRow[]> {
  const found = new Map<string, { url: string; row: number; pages: string[]; count: number }>();
  const redirects = new Map<string, string>();
  for (const [row, line] of lines.entries()) {
    if (line.location !== undefined) redirects.set(line.url, line.location);
    if (isBroken(line)) found.set(line.url, { url: line.url, row, pages: [], count: 0 });
  }
  if (found.size === 0) return [];
  const through = new Map<string, string>();
  for (const url of redirects.keys()) {
    const end = endOf(url, redirects);
    if (end !== url && found.has(end)) through.set(url, end);
  }
  for await (const { text, number } of linesOf(path)) {
    const { page, links } = linksOf(text);
    if ((places.get(page)?.number ?? number) !== number) continue;
    for (const url of new Set(links.map((link) => through.get(link) ?? link))) {
      const one = found.get(url);
      if (one === undefined) continue;
      one.count += 1;
      if (one.pages.length < MOST_NAMED) one.pages.push(maskUrl(page));
    }
  }
  const ways = new Map<string, string[]>();
  for (const [from, to] of through) ways.set(to, [...(ways.get(to) ?? []), maskUrl(from)].slice(0, MOST_NAMED));
  return [...found.values()].map(({ url, ...one }) => ({ ...one, through: ways.get(url) ?? [] }));
}

/** Without a look at each link, which may be a hundred times as many as pages: what is no URL is no broken one. */
function linksOf(text: string): { page: string; links: string[] } {
  const none = { page: '', links: [] };
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch {
    return none;
  }
  // The link of a redirect is on the pages that link to the redirect.
  if (fieldOf(line, 'location') !== undefined) return none;
  return { page: textOf(fieldOf(line, 'url')), links: listOf(fieldOf(line, 'links')).map(textOf) };
}

/** Where a chain of redirects ends; one that goes round ends where it was entered. */
function endOf(url: string, redirects: ReadonlyMap<string, string>): string {
  const seen = new Set<string>();
  let end = url;
  for (let next = redirects.get(end); next !== undefined && !seen.has(end); next = redirects.get(end)) {
    seen.add(end);
    end = next;
  }
  return end;
}

/** One line of the file. */
interface Line {
  readonly text: string;
  /** From 1. */
  readonly number: number;
  /** It has no line end: a crawl that was killed leaves such a line. */
  readonly isCut: boolean;
}

/** Lines end with a line feed and nothing else: U+2028 in a URL's text does not end one. */
async function* linesOf(path: string): AsyncGenerator<Line> {
  let number = 0;
  let rest: Buffer[] = [];
  for await (const chunk of createReadStream(
    path,
    runtimeOptions('file', { highWaterMark: 1 << 20 }),
  ) as AsyncIterable<Buffer>) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      const text = Buffer.concat([...rest, chunk.subarray(from, end)]).toString('utf8');
      rest = [];
      from = end + 1;
      number += 1;
      yield { text: number === 1 ? text.replace(/^\uFEFF/, '') : text, number, isCut: false };
    }
    if (from < chunk.length) rest.push(chunk.subarray(from));
  }
  if (rest.length > 0) yield { text: Buffer.concat(rest).toString('utf8'), number: number + 1, isCut: true };
}

/** The end of every message about a line that cannot be read. */
const EXPECTED = 'a line of "sluice crawl --out", a JSON object with url, status and ms';

/** Lines that a crawl did not write. */
class UnreadLines {
  readonly #name: string;
  readonly #numbers: number[] = [];
  #cut: number | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  /** Notes a line. A cut one can only be the last of the file. */
  add(number: number, isCut: boolean): void {
    if (isCut) this.#cut = number;
    else this.#numbers.push(number);
  }

  /** Remarks for the page: the first few lines, and how many more. */
  told(): string[] {
    const some = this.#numbers
      .slice(0, MOST_NOTES)
      .map((number) => `line ${number} of ${this.#name} is left out: expected ${EXPECTED}`);
    const more = this.#numbers.length - some.length;
    if (more > 0) some.push(`and ${more} more lines that are none`);
    if (this.#cut !== undefined) some.push(`line ${this.#cut} of ${this.#name}, the last one, is cut off and left out`);
    return some;
  }

  /** The error for a file without any line of a crawl. */
  nothing(): TypeError {
    const first = this.#numbers[0] ?? this.#cut;
    if (first === undefined)
      return new TypeError(`${this.#name} is empty: expected lines of "sluice crawl --out", or a HAR`);
    return new TypeError(`line ${first} of ${this.#name}: expected ${EXPECTED}`);
  }
}
