/**
 * A jar that lives in a file. What is on disk is always a whole jar: it is written beside the file and renamed over it
 * (POSIX rename is atomic), one writing at a time, readable by the owner alone. Node's modules are asked for when a jar
 * is opened: importing this file costs nothing and works everywhere.
 */

import { settingsOf } from '../options/settings-of.ts';
import { needBuiltin } from '../runtime/platform.ts';
import { type Clock, startTimer, systemClock } from '../time/clock.ts';
import type { CookieJarJSON } from './cookie.ts';
import { CookieJar, type CookieJarOptions } from './cookie-jar.ts';
import { loadCookieParser } from './cookie-parser.ts';
import { storedCookies } from './stored-cookies.ts';

/** What `FileCookieJar.open` takes beside what a jar in memory does. */
export interface FileCookieJarOptions extends Omit<CookieJarOptions, 'clock'> {
  /** Keep session cookies in the file too: those without an end. Default `false`. */
  session?: boolean | undefined;
  /** What tells the time and waits between writings: milliseconds since 1970. Default: the system's. */
  clock?: Clock | undefined;
}

const NAMES: readonly (keyof FileCookieJarOptions)[] = ['strict', 'maxCookies', 'maxPerDomain', 'clock', 'session'];

/** Milliseconds from one writing of changes to the next: a busy client does not keep a disk busy. */
const WRITE_INTERVAL = 100;

/**
 * A cookie jar in a file, written after each change and by `save`. Give it as the `cookies` option of a client.
 *
 *     await using jar = await FileCookieJar.open('cookies.json');
 *     const client = new Client({ cookies: jar });
 */
export class FileCookieJar extends CookieJar implements AsyncDisposable {
  /** Absolute, with links followed. */
  readonly path: string;
  readonly #session: boolean;
  readonly #timers: Clock;
  /** Changes count up; what was written last is up to date when the two are the same. */
  #version = 0;
  #written: number;
  /** The version that could not be written: only a change or a `save` tries again. */
  #failed: number | undefined;
  #writing: Promise<void> | undefined;
  #stopTimer: (() => void) | undefined;
  #closed = false;

  private constructor(path: string, { session, ...options }: FileCookieJarOptions, exists: boolean) {
    super(options);
    this.path = path;
    this.#session = session === true;
    this.#timers = options.clock ?? systemClock;
    this.#written = exists ? 0 : -1;
  }

  /**
   * Opens the jar in a file; without a file, or with an empty one, an empty jar.
   * @param options `session`: keep session cookies too, default `false`; and those of `CookieJar`
   * @throws Error naming the path, for a file that cannot be read, is cut off or is no jar; it stays as it is
   */
  static async open(path: string, options: FileCookieJarOptions = {}): Promise<FileCookieJar> {
    const given = settingsOf('a cookie jar', options, NAMES);
    const found = await readIfThere(path);
    const jar = new FileCookieJar(found?.path ?? absolute(path), given, found !== undefined);
    if (found === undefined || found.text.trim() === '') return jar;
    try {
      jar.restore(storedCookies(found.text, jar.now(), await loadCookieParser()));
    } catch (error) {
      throw new Error(`${found.path} is no cookie jar: ${(error as Error).message}; move it away to begin anew`);
    }
    return jar;
  }

  /**
   * Writes the jar if it has changed since it was written, and waits until it is on disk.
   * @throws Error naming the path when it cannot be written; the file is then as it was, and the next `save` tries again
   */
  async save(): Promise<void> {
    await this.arrived();
    // A writing under way may have begun before the last change.
    while (this.#writing !== undefined) await this.#writing.catch(() => undefined);
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    if (this.#written !== this.#version) await this.#write();
  }

  /** Saves the jar, which then writes nothing by itself any more. */
  async close(): Promise<void> {
    await this.arrived();
    this.#closed = true;
    await this.save();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  protected override changed(): void {
    this.#version += 1;
    this.#writeSoon();
  }

  /** At once, and again after the interval if there were changes meanwhile. A failure is for `save` to tell. */
  #writeSoon(): void {
    const upToDate = this.#version === this.#written || this.#version === this.#failed;
    if (upToDate || this.#closed || this.#writing !== undefined || this.#stopTimer !== undefined) return;
    this.#stopTimer = startTimer(this.#timers, WRITE_INTERVAL, () => {
      this.#stopTimer = undefined;
      this.#writeSoon();
    });
    // A microtask later, so that all the lines of one response are one change.
    Promise.resolve()
      .then(() => (this.#writing === undefined ? this.#write() : undefined))
      .catch(() => undefined);
  }

  #write(): Promise<void> {
    const version = this.#version;
    const text = JSON.stringify(this.#persistent(), undefined, 2) + '\n';
    this.#writing = replaceFile(this.path, text)
      .then(
        () => {
          this.#written = version;
        },
        (error: unknown) => {
          this.#failed = version;
          throw error;
        },
      )
      .finally(() => {
        this.#writing = undefined;
        this.#writeSoon();
      });
    return this.#writing;
  }

  #persistent(): CookieJarJSON {
    const jar = this.toJSON();
    return this.#session ? jar : { ...jar, cookies: jar.cookies.filter((cookie) => cookie.expires !== undefined) };
  }
}

function files(): typeof import('node:fs/promises') {
  return needBuiltin('node:fs/promises', 'FileCookieJar');
}

function absolute(path: string): string {
  return needBuiltin<typeof import('node:path')>('node:path', 'FileCookieJar').resolve(path);
}

async function readIfThere(given: string): Promise<{ path: string; text: string } | undefined> {
  const { readFile, realpath } = files();
  try {
    const path = await realpath(given);
    return { path, text: await readFile(path, 'utf8') };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`the cookie jar ${absolute(given)} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

async function replaceFile(path: string, text: string): Promise<void> {
  const { open, rename, unlink } = files();
  const beside = `${path}.${crypto.randomUUID()}.tmp`;
  try {
    // Exclusive, so that nobody can have put a link there.
    const file = await open(beside, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await unlink(beside).catch(() => undefined);
    throw new Error(`the cookie jar ${path} cannot be written: ${(error as Error).message}`, { cause: error });
  }
}
