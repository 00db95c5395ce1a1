/**
 * A file of lines that a crawl writes: each in the system's hands before its page is counted as done, so that a crawl
 * which is killed loses nothing it has written. It is the queue as well: the pages still to be fetched are the links of
 * its lines that were not given out yet, and nobody has to hold them in memory.
 */
import { OpenFile } from './open-file.ts';

/** What the lines of a file mean. */
export interface LineFormat<T> {
  /** `undefined` for a line that is cut or is something else. */
  parse(text: string): T | undefined;
  /** The line's end included. */
  format(line: T): string;
}

const CHUNK = 256 * 1024;
const NEWLINE = 10;

export class LineFile<T> {
  readonly #format: LineFormat<T>;
  readonly #file: OpenFile;

  /**
   * Opens or makes the file.
   * @throws what the system says when the file cannot be opened; TypeError when it is no regular file
   */
  constructor(path: string, format: LineFormat<T>) {
    this.#format = format;
    this.#file = new OpenFile(path);
  }

  get path(): string {
    return this.#file.path;
  }

  /** Bytes in the file. */
  get length(): number {
    return this.#file.length;
  }

  /**
   * Makes the file end with a line end. What follows the last one is half a line of a crawl that was killed: it is cut off,
   * and its page is fetched again; a whole line that only lacks its end keeps it. Answers whether half a line was cut off.
   */
  repair(): boolean {
    const end = this.#file.lineStart(this.length);
    if (end === this.length) return false;
    const rest = Buffer.alloc(this.length - end);
    this.#file.read(rest, end);
    if (this.#format.parse(rest.toString('utf8')) !== undefined) {
      this.#file.append(Buffer.from('\n'));
      return false;
    }
    this.#file.truncate(end);
    return true;
  }

  /** @throws what the system says, and then nothing of the line is in the file; Error when the file was closed */
  append(line: T): void {
    this.#file.append(Buffer.from(this.#format.format(line)));
  }

  /** Reads from the first line, and goes on where it stopped once more lines are there. */
  reader(): LineReader<T> {
    return new LineReader(this.#file, this.#format);
  }

  close(): void {
    this.#file.close();
  }
}

export class LineReader<T> {
  readonly #file: OpenFile;
  readonly #format: LineFormat<T>;
  #offset = 0;
  #buffer = Buffer.alloc(0);
  /** How far the buffer was searched for a line end. */
  #searched = 0;
  /** Lines that could not be read. */
  unreadable = 0;

  constructor(file: OpenFile, format: LineFormat<T>) {
    this.#file = file;
    this.#format = format;
  }

  /** Another reader, which goes on from the same place and holds nothing yet. */
  fork(): LineReader<T> {
    const other = new LineReader(this.#file, this.#format);
    other.#offset = this.#offset - this.#buffer.length;
    return other;
  }

  /** Lets go of what was read ahead, for a reader that is not asked for a while. */
  park(): void {
    this.#offset -= this.#buffer.length;
    this.#buffer = Buffer.alloc(0);
    this.#searched = 0;
  }

  /** The next page, or `undefined` when there is none yet. A line that cannot be read is counted and passed over. */
  next(): T | undefined {
    for (let text = this.#line(); text !== undefined; text = this.#line()) {
      const line = this.#format.parse(text);
      if (line !== undefined) return line;
      if (text.trim() !== '') this.unreadable += 1;
    }
    return undefined;
  }

  *[Symbol.iterator](): Generator<T> {
    for (let line = this.next(); line !== undefined; line = this.next()) yield line;
  }

  #line(): string | undefined {
    for (;;) {
      const end = this.#buffer.indexOf(NEWLINE, this.#searched);
      if (end !== -1) {
        const text = this.#buffer.toString('utf8', 0, end);
        const isLast = end + 1 === this.#buffer.length;
        // A view of nothing would hold all of what it is a view of.
        this.#buffer = isLast ? Buffer.alloc(0) : this.#buffer.subarray(end + 1);
        this.#searched = 0;
        return text;
      }
      this.#searched = this.#buffer.length;
      if (!this.#fill()) return undefined;
    }
  }

  #fill(): boolean {
    const left = this.#file.length - this.#offset;
    if (left <= 0) return false;
    // A long line doubles the piece, so that it is not copied once for every chunk of it.
    const piece = Buffer.alloc(Math.min(left, Math.max(CHUNK, this.#buffer.length)));
    const read = this.#file.read(piece, this.#offset);
    if (read === 0) return false;
    this.#offset += read;
    const fresh = piece.subarray(0, read);
    this.#buffer = this.#buffer.length === 0 ? fresh : Buffer.concat([this.#buffer, fresh]);
    return true;
  }
}
