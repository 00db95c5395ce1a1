/**
 * A file of lines that a crawl writes: each in the system's hands before its page is counted as done, so that a crawl
 * which is killed loses nothing it has written. It is the queue as well: the pages still to be fetched are the links of
 * its lines that were not given out yet, and nobody has to hold them in memory.
 */
import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';

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
  readonly path: string;
  readonly #format: LineFormat<T>;
  readonly #file: number;
  #length: number;
  #isClosed = false;

  /**
   * Opens or makes the file. What follows the last line end is half a line of a crawl that was killed: it is cut off,
   * and its page is fetched again; a whole line that only lacks its end keeps it.
   * @throws what the system says when the file cannot be opened; TypeError when it is no regular file
   */
  constructor(path: string, format: LineFormat<T>) {
    this.#format = format;
    this.path = path;
    this.#file = openSync(path, 'a+');
    const status = fstatSync(this.#file);
    if (!status.isFile()) {
      closeSync(this.#file);
      throw new TypeError(`${path} is no regular file; a crawl reads its own lines back`);
    }
    this.#length = status.size;
  }

  /** Bytes in the file. */
  get length(): number {
    return this.#length;
  }

  /** Makes the file end with a line end. Answers whether half a line was cut off. */
  repair(): boolean {
    const end = this.#lastLineEnd();
    if (end === this.#length) return false;
    const rest = Buffer.alloc(this.#length - end);
    readFully(this.#file, rest, end);
    if (this.#format.parse(rest.toString('utf8')) !== undefined) {
      this.#write(Buffer.from('\n'));
      return false;
    }
    ftruncateSync(this.#file, end);
    this.#length = end;
    return true;
  }

  append(line: T): void {
    this.#write(Buffer.from(this.#format.format(line)));
  }

  /** Reads from the first line, and goes on where it stopped once more lines are there. */
  reader(): LineReader<T> {
    return new LineReader(this.#file, () => this.#length, this.#format);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeSync(this.#file);
  }

  #write(bytes: Buffer): void {
    for (let done = 0; done < bytes.length; ) {
      const written = writeSync(this.#file, bytes, done);
      done += written;
      this.#length += written;
    }
  }

  #lastLineEnd(): number {
    const chunk = Buffer.alloc(CHUNK);
    for (let end = this.#length; end > 0; ) {
      const start = Math.max(0, end - CHUNK);
      const part = chunk.subarray(0, end - start);
      readFully(this.#file, part, start);
      const found = part.lastIndexOf(NEWLINE);
      if (found !== -1) return start + found + 1;
      end = start;
    }
    return 0;
  }
}

export class LineReader<T> {
  readonly #file: number;
  readonly #length: () => number;
  readonly #format: LineFormat<T>;
  #offset = 0;
  #buffer = Buffer.alloc(0);
  /** How far the buffer was searched for a line end. */
  #searched = 0;
  /** Lines that could not be read. */
  unreadable = 0;

  constructor(file: number, length: () => number, format: LineFormat<T>) {
    this.#file = file;
    this.#length = length;
    this.#format = format;
  }

  /** Another reader, which goes on from the same place and holds nothing yet. */
  fork(): LineReader<T> {
    const other = new LineReader(this.#file, this.#length, this.#format);
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
    const left = this.#length() - this.#offset;
    if (left <= 0) return false;
    // A long line doubles the piece, so that it is not copied once for every chunk of it.
    const piece = Buffer.alloc(Math.min(left, Math.max(CHUNK, this.#buffer.length)));
    const read = readSync(this.#file, piece, 0, piece.length, this.#offset);
    if (read === 0) return false;
    this.#offset += read;
    const fresh = piece.subarray(0, read);
    this.#buffer = this.#buffer.length === 0 ? fresh : Buffer.concat([this.#buffer, fresh]);
    return true;
  }
}

function readFully(file: number, into: Buffer, position: number): void {
  for (let done = 0; done < into.length; ) {
    const read = readSync(file, into, done, into.length - done, position + done);
    if (read === 0) throw new Error('the file became shorter while it was read');
    done += read;
  }
}
