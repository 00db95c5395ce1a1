/**
 * A cassette: the recorded answers of one HAR file, in memory. It finds the answer that belongs to a request, says what is
 * nearest to a request without one, and writes what is added. `record.ts` decides when it is asked.
 */
import { HarEntries } from '../../har/har-entries.ts';
import { emptyHar } from '../../har/har-entry.ts';
import { readHarText, writeHar } from '../../har/har-file.ts';
import type { Har, HarEntry, HarRequest } from '../../har/har-format.ts';
import { parseHar, requestOfHar } from '../../har/har-read.ts';
import type { HttpRequest } from '../../message/request.ts';
import { differences, weightOf } from './differences.ts';

/** What of a request must be the same as of a recorded one. Its method, its origin and its path always must. */
export interface RecordMatch {
  /** All of the query, in any order. Default `true`. */
  readonly query?: boolean | undefined;
  /** The names of headers that must be the same. Default none. */
  readonly headers?: readonly string[] | undefined;
  /** The body, JSON by its value, a form by its fields. Default `true`. */
  readonly body?: boolean | undefined;
}

/** Whether a request is the recorded one; both as they stand in the cassette, without their secrets. */
export type RecordMatcher = (request: HttpRequest, recorded: HttpRequest) => boolean;

/** The mode of new files, which everybody may read: they hold no secret, and belong into a repository. */
const MODE = 0o644;

export class Cassette {
  readonly path: string;
  readonly #match: RecordMatch | RecordMatcher;
  #har: Har = emptyHar();
  #entries = new HarEntries(this.#har.log.entries);
  /** Answers that were given: each is given once. */
  readonly #used = new Set<HarEntry>();
  #writing: Promise<void> | undefined;
  /** Something was added since the last writing began. */
  #isChanged = false;

  constructor(path: string, match: RecordMatch | RecordMatcher) {
    this.path = path;
    this.#match = match;
  }

  /** @returns whether there is a file. @throws TypeError for one that is no archive */
  async load(): Promise<boolean> {
    const text = await readHarText(this.path);
    if (text === undefined) return false;
    this.#har = parseHar(text, this.path);
    this.#entries = new HarEntries(this.#har.log.entries);
    return true;
  }

  /** Recorded answers. */
  get size(): number {
    return this.#entries.list.length;
  }

  /** The next answer to this request. */
  take(asked: HarRequest): HarEntry | undefined {
    const entry = this.#entries.list.find((one) => !this.#used.has(one) && this.#fits(asked, one));
    if (entry !== undefined) this.#used.add(entry);
    return entry;
  }

  /** How many answers to this request there were. */
  countOf(asked: HarRequest): number {
    return this.#entries.list.filter((one) => this.#fits(asked, one)).length;
  }

  /** A number for a request that is going to be recorded. */
  begin(): number {
    return this.#entries.begin();
  }

  /** Drops recorded answers to the same request that were not given: it is recorded anew. */
  forget(asked: HarRequest): void {
    const old = this.#entries.list.filter((one) => !this.#used.has(one) && this.#fits(asked, one));
    for (const one of old) this.#entries.remove(one);
  }

  /** Adds what a request came to. Resolves once it is on disk. */
  add(number: number, entry: HarEntry): Promise<void> {
    this.#used.add(entry);
    this.#entries.put(number, entry);
    this.#isChanged = true;
    return this.written();
  }

  /** Resolves when all that was added is on disk. */
  async written(): Promise<void> {
    while (this.#isChanged || this.#writing !== undefined) {
      this.#writing ??= this.#write().finally(() => {
        this.#writing = undefined;
      });
      await this.#writing;
    }
  }

  /** The entry that has most in common with a request, and what differs. */
  nearest(asked: HarRequest): { readonly name: string; readonly lines: readonly string[] } | undefined {
    const near = this.#entries.list
      .map((one) => ({ name: nameOf(one.request), lines: linesOf(asked, one.request, this.#rules) }))
      .sort((a, b) => weightOf(a.lines) - weightOf(b.lines));
    return near[0];
  }

  /** Writes the whole file. What is added meanwhile is written by the next round. */
  async #write(): Promise<void> {
    this.#isChanged = false;
    await writeHar(this.path, this.#har, MODE);
  }

  /** The rules that name differences. A matcher of the caller's only says yes or no, so the default ones stand in for it. */
  get #rules(): RecordMatch {
    return typeof this.#match === 'function' ? {} : this.#match;
  }

  /** Whether the entry answers the request. */
  #fits(asked: HarRequest, entry: HarEntry): boolean {
    if (typeof this.#match !== 'function') {
      const [wanted, got] = [factsOf(entry.request), factsOf(asked)];
      if (wanted.method !== got.method || wanted.path !== got.path) return false;
      return linesOf(asked, entry.request, this.#match).length === 0;
    }
    return this.#match(requestOfHar({ ...entry, request: asked }), requestOfHar(entry));
  }
}

function nameOf({ method, url }: HarRequest): string {
  return `${method} ${url}`;
}

/** What is compared of a request, made once for each. */
interface Facts {
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string[]>;
  readonly body: unknown;
}

const known = new WeakMap<HarRequest, Facts>();

function factsOf(request: HarRequest): Facts {
  let facts = known.get(request);
  if (facts === undefined) {
    const { method, url } = request;
    facts = { method, path: pathOf(url), query: grouped([...new URL(url).searchParams]), body: bodyOf(request) };
    known.set(request, facts);
  }
  return facts;
}

/** What differs, as lines; empty when the one is an answer to the other. */
function linesOf(asked: HarRequest, recorded: HarRequest, match: RecordMatch): string[] {
  const { query = true, headers = [], body = true } = { __proto__: null, ...match } as RecordMatch;
  const [wanted, got] = [factsOf(recorded), factsOf(asked)];
  return [
    ...differences(wanted.method, got.method, 'method'),
    ...differences(wanted.path, got.path, 'url'),
    ...(query ? differences(wanted.query, got.query, 'query') : []),
    ...headers.flatMap((name) => differences(headerOf(recorded, name), headerOf(asked, name), `header ${name}`)),
    ...(body ? differences(wanted.body, got.body, 'body') : []),
  ];
}

/** Scheme, host and path, in the parser's spelling. */
function pathOf(url: string): string {
  return new URL(url.replace(/[?#].*$/s, '')).href;
}

/** Names to their sorted values: the order of a query or form does not count. */
function grouped(pairs: readonly (readonly [string, string])[]): Record<string, string[]> {
  const record: Record<string, string[]> = Object.create(null);
  for (const [name, value] of pairs) (record[name] ??= []).push(value);
  for (const values of Object.values(record)) values.sort();
  return record;
}

/** All lines of a name as one text. */
function headerOf({ headers }: HarRequest, name: string): string | undefined {
  const found = (headers ?? []).filter((one) => one.name.toLowerCase() === name.toLowerCase());
  return found.length === 0 ? undefined : found.map(({ value }) => value).join(', ');
}

/**
 * The body to compare, by its media type: white space in JSON, the order of a form and the boundary of parts do not count.
 */
function bodyOf({ postData }: HarRequest): unknown {
  if (postData?.text === undefined || postData.text === '') return undefined;
  const { text, mimeType = '' } = postData;
  if (/form-urlencoded/i.test(mimeType)) return grouped([...new URLSearchParams(text)]);
  const boundary = /boundary="?([^";]+)"?/i.exec(mimeType)?.[1];
  if (boundary !== undefined) return text.replaceAll(boundary, 'boundary');
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
