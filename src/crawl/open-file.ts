/**
 * A regular file that is read and appended to, for as long as it is open. The system gives the number of a closed file to
 * the next one that is opened, of whoever: so nothing may use it afterwards.
 */
import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';

const CHUNK = 256 * 1024;
const NEWLINE = 10;

export class OpenFile {
  readonly path: string;
  readonly #number: number;
  #length: number;
  #isClosed = false;

  /**
   * Opens the file, or makes it.
   * @throws what the system says when it cannot be opened; TypeError when it is no regular file
   */
  constructor(path: string) {
    this.path = path;
    this.#number = openSync(path, 'a+');
    const status = fstatSync(this.#number);
    if (!status.isFile()) {
      closeSync(this.#number);
      throw new TypeError(`${path} is no regular file; a crawl reads its own lines back`);
    }
    this.#length = status.size;
  }

  /** Bytes in the file. */
  get length(): number {
    return this.#length;
  }

  /** Writes all of it, or nothing: what a full disk took of it is cut off again. */
  append(bytes: Uint8Array): void {
    const file = this.#open;
    const before = this.#length;
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
    } catch (error) {
      this.truncate(before);
      throw error;
    }
    this.#length += bytes.length;
  }

  /** Reads what there is behind the position, and answers how many bytes that were. */
  read(into: Uint8Array, position: number): number {
    const file = this.#open;
    let done = 0;
    while (done < into.length) {
      const read = readSync(file, into, done, into.length - done, position + done);
      if (read === 0) break;
      done += read;
    }
    return done;
  }

  /** Cuts off what stands behind. */
  truncate(length: number): void {
    ftruncateSync(this.#open, length);
    this.#length = length;
  }

  /** Behind the last line end that stands before `end`; 0 when there is none. */
  lineStart(end: number): number {
    const chunk = Buffer.alloc(CHUNK);
    for (let to = end; to > 0; ) {
      const from = Math.max(0, to - CHUNK);
      const part = chunk.subarray(0, to - from);
      const found = part.subarray(0, this.read(part, from)).lastIndexOf(NEWLINE);
      if (found !== -1) return from + found + 1;
      to = from;
    }
    return 0;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeSync(this.#number);
  }

  get #open(): number {
    if (this.#isClosed) throw new Error(`${this.path} is closed`);
    return this.#number;
  }
}
