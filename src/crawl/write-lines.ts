/**
 * Writes the lines of a frontier into a file, each once, whoever is killed meanwhile: the last whole line of the file
 * says where to go on.
 */
import { PathInUseError, PathLock } from '../download/path-lock.ts';
import { own } from '../message/own.ts';
import { bareRecord } from '../options/option-record.ts';
import { type Clock, systemClock } from '../time/clock.ts';
import type { Frontier } from './frontier.ts';
import { OpenFile } from './open-file.ts';

/** How long `writeLines` goes on. */
export interface WriteLinesOptions {
  /** Whether it waits for more lines while there are pages to visit. Default `true`. */
  readonly follow?: boolean | undefined;
  /** Ends it; what was written stays. */
  readonly signal?: AbortSignal | undefined;
  /** Default the system's. */
  readonly clock?: Clock | undefined;
}

/** What `writeLines` did. */
export interface WrittenLines {
  /** Lines that this call wrote. */
  readonly lines: number;
}

/** Milliseconds until it is looked whether there are more lines. */
const PAUSE = 200;
/** Bytes that are gathered before they are written. */
const GATHERED = 256 * 1024;

/** The file, which ends with a whole line. */
class LineSink {
  readonly #file: OpenFile;
  #gathered: Buffer[] = [];
  #size = 0;

  constructor(path: string) {
    this.#file = new OpenFile(path);
  }

  /** Cuts off half a line, and answers the last whole one. */
  lastLine(): string | undefined {
    const file = this.#file;
    const end = file.lineStart(file.length);
    if (end < file.length) file.truncate(end);
    if (end === 0) return undefined;
    const start = file.lineStart(end - 1);
    const line = Buffer.alloc(end - 1 - start);
    file.read(line, start);
    return line.toString('utf8');
  }

  write(text: string): void {
    const bytes = Buffer.from(text);
    this.#gathered.push(bytes);
    this.#size += bytes.length;
    if (this.#size >= GATHERED) this.flush();
  }

  flush(): void {
    const bytes = Buffer.concat(this.#gathered);
    this.#gathered = [];
    this.#size = 0;
    this.#file.append(bytes);
  }

  close(): void {
    this.#file.close();
  }
}

/** The line with its id, which says where to go on. */
function withId(line: string, id: string): string {
  const rest = line.startsWith('{') ? line.slice(1) : `"value":${line}}`;
  return `{"_id":${JSON.stringify(id)}${rest === '}' ? '' : ','}${rest}\n`;
}

function idOf(line: string | undefined, path: string): string | undefined {
  if (line === undefined) return undefined;
  try {
    const id: unknown = own(JSON.parse(line), '_id' as never);
    if (typeof id === 'string') return id;
  } catch {
    // Told below, as for a line without an id.
  }
  throw new TypeError(`${path} ends with a line that writeLines did not write; give the path of a new file`);
}

/**
 * Appends the lines of a crawl to a file of JSON lines, each with its `_id`, and goes on where the file ends: a writer that
 * was killed is started again with the same file. It follows the crawl until nothing waits.
 * @throws TypeError when another process writes the file, or it is of something else or of another crawl
 */
export async function writeLines(
  frontier: Frontier,
  path: string,
  options: WriteLinesOptions = {},
): Promise<WrittenLines> {
  const { follow = true, signal, clock = systemClock } = bareRecord(options);
  const lock = await lockOf(path);
  let sink: LineSink | undefined;
  let lines = 0;
  try {
    sink = new LineSink(path);
    let after = idOf(sink.lastLine(), path);
    for (;;) {
      signal?.throwIfAborted();
      // Asked before the lines are: what settles in between is there next time.
      const isLast = !follow || (await isOver(frontier));
      const before = lines;
      for await (const { id, line } of frontier.lines(after)) {
        sink.write(withId(line, id));
        after = id;
        lines += 1;
        if (signal?.aborted) break;
      }
      sink.flush();
      if (isLast) return { lines };
      if (lines === before) await clock.sleep(PAUSE, signal);
    }
  } finally {
    sink?.flush();
    sink?.close();
    await lock.release();
  }
}

/** Whether there will be no more lines: nothing waits, or nobody works who could be waited for. */
async function isOver(frontier: Frontier): Promise<boolean> {
  const { waiting, leased, workers } = await frontier.stats();
  return waiting + leased === 0 || (frontier.shared === undefined && workers === 0);
}

async function lockOf(path: string): Promise<PathLock> {
  try {
    return await PathLock.take(`${path}.lock`, path, 'writing its lines');
  } catch (error) {
    if (!(error instanceof PathInUseError)) throw error;
    throw new TypeError(`${path} cannot be written: ${error.message}`);
  }
}
