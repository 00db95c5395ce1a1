/**
 * A frontier in a file, for the library: a crawl that was killed goes on where it was, in the next process. The command
 * has lines of its own, and is not this one.
 */
import { PathInUseError, PathLock } from '../download/path-lock.ts';
import { settingsOf } from '../options/settings-of.ts';
import { type Clock, systemClock } from '../time/clock.ts';
import { checkedFound, checkedMost } from './checks.ts';
import { FILE_FORMAT, type FileRecord, storedLink } from './file-record.ts';
import type { Found, Frontier, FrontierStats, HostLease, LeaseOptions, Line } from './frontier.ts';
import { LineFile } from './line-file.ts';
import { placeAfter } from './line-id.ts';
import { hostOf, type Link, pageLink, startLink } from './link.ts';
import { QueueFrontier } from './queue-frontier.ts';
import { randomToken } from './token.ts';

/** How many URLs may wait in a frontier in a file, and what its times go by. */
export interface FileFrontierOptions {
  /** URLs that may wait before `add` says `full`; what pages link to is queued all the same. Default no limit. */
  readonly maxWaiting?: number | undefined;
  /** Default the system's. */
  readonly clock?: Clock | undefined;
}

interface Opened {
  readonly id: string;
  readonly file: LineFile<FileRecord>;
  readonly lock: PathLock;
  readonly frontier: QueueFrontier<FileRecord>;
}

/** Links that are written in one line. */
const AT_ONCE = 1000;

class FileFrontier implements Frontier {
  readonly #path: string;
  readonly #maxWaiting: number;
  readonly #clock: Clock;
  #opening: Promise<Opened> | undefined;

  constructor(path: string, { maxWaiting, clock = systemClock }: FileFrontierOptions) {
    if (typeof path !== 'string' || path === '') throw new TypeError('a file frontier expects the path of its file');
    this.#path = path;
    this.#maxWaiting = checkedMost(maxWaiting, 'maxWaiting');
    this.#clock = clock;
  }

  async add(found: Iterable<Found> | AsyncIterable<Found>) {
    checkedFound(found);
    const { file, frontier } = await this.#open();
    let [added, known] = [0, 0];
    let links: Link[] = [];
    const write = () => {
      if (links.length === 0) return;
      const record: FileRecord = { found: links.map(storedLink) };
      file.append(record);
      const fresh = frontier.queue.found(record);
      added += fresh;
      known += links.length - fresh;
      links = [];
      frontier.refill();
    };
    const isFull = () => frontier.waiting >= this.#maxWaiting;
    if (isFull()) return { added, known, full: true };
    for await (const one of found) {
      links.push(startLink(one));
      // What is known already does not wait, and that shows when it is written.
      if (links.length >= AT_ONCE || frontier.waiting + links.length >= this.#maxWaiting) write();
      if (isFull()) break;
    }
    write();
    return { added, known, full: isFull() };
  }

  async *leases(options: LeaseOptions): AsyncGenerator<HostLease> {
    const { frontier } = await this.#open();
    yield* frontier.leases(options);
  }

  async *lines(after?: string): AsyncGenerator<Line> {
    const { id, file } = await this.#open();
    const from = placeAfter(after, id);
    let place = 0;
    for (const { line } of file.reader()) {
      if (line === undefined) continue;
      place += 1;
      if (place > from) yield { id: `${id}-${place}`, line: JSON.stringify(line) };
    }
  }

  async stats(): Promise<FrontierStats> {
    return (await this.#open()).frontier.stats();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const opening = this.#opening;
    const closed = new Error('the frontier was closed');
    this.#opening = Promise.reject(closed);
    this.#opening.catch(() => undefined);
    const opened = await opening?.catch(() => undefined);
    if (opened === undefined) return;
    opened.frontier.desk.close(closed);
    opened.file.close();
    await opened.lock.release();
  }

  #open(): Promise<Opened> {
    this.#opening ??= this.#opened();
    return this.#opening;
  }

  async #opened(): Promise<Opened> {
    const lock = await lockOf(this.#path);
    let file: LineFile<FileRecord> | undefined;
    try {
      file = new LineFile(this.#path, FILE_FORMAT);
      file.repair();
      const id = idOf(file);
      const frontier = new QueueFrontier({
        file,
        format: FILE_FORMAT,
        clock: this.#clock,
        lineOf: (visit, { line, found = [], again, failed, hostAt }) => ({
          page: { ...storedLink(visit), from: visit.from },
          ...(visit.attempt > 1 && { attempt: visit.attempt }),
          found: [...found].flatMap((one) => pageLink(one, visit) ?? []).map(storedLink),
          ...(line !== undefined && { line }),
          ...(failed && { failed }),
          ...(again !== undefined && { again: again.at }),
          ...(hostAt !== undefined && { hostAt }),
        }),
      });
      restore(frontier, file);
      return { id, file, lock, frontier };
    } catch (error) {
      file?.close();
      await lock.release();
      throw error;
    }
  }
}

async function lockOf(path: string): Promise<PathLock> {
  try {
    return await PathLock.take(`${path}.lock`, path, 'crawling with this file');
  } catch (error) {
    if (!(error instanceof PathInUseError)) throw error;
    throw new TypeError(`${path} cannot be used: ${error.message}`);
  }
}

/** The name of the crawl, which is the first line of its file. @throws TypeError for a file of something else */
function idOf(file: LineFile<FileRecord>): string {
  const first = file.reader().next();
  if (first?.crawl !== undefined) return first.crawl;
  if (file.length > 0) throw new TypeError(`${file.path} is no file of a frontier; give the path of a new file`);
  const crawl = randomToken();
  file.append({ crawl });
  return crawl;
}

function restore(frontier: QueueFrontier<FileRecord>, file: LineFile<FileRecord>): void {
  frontier.queue.restore((record) => {
    frontier.done += 1;
    if (record.failed) frontier.failed += 1;
  });
  for (const { page, hostAt } of file.reader()) {
    if (page !== undefined && hostAt !== undefined) frontier.desk.holdBack(hostOf(page.url), hostAt);
  }
}

/**
 * A frontier in a file, which is made when it is not there. One process may use it at a time; after a `kill -9` the next
 * one goes on where it was. Dispose of it at the end: `await using frontier = fileFrontier('crawl.jsonl')`.
 * @throws TypeError from its methods: the file is another process's, or no frontier's
 */
export function fileFrontier(path: string, options: FileFrontierOptions = {}): Frontier {
  return new FileFrontier(path, settingsOf('fileFrontier', options, ['maxWaiting', 'clock']));
}
