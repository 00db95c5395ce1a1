/** The file of `--output`: there once it is complete, in one step; until then stands what was there before. */
import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { checkFolder, createFile, reasonOf, type TargetFile, targetOf } from '../download/target-file.ts';
import { type Output, writeTo } from './terminal.ts';

/** A file that cannot be written. */
export class OutputError extends Error {
  override name = 'OutputError';

  constructor(path: string, cause: unknown) {
    super(`cannot write to ${path}: ${reasonOf(cause)}`, { cause });
  }
}

/** Written beside its place and renamed into it. A pipe or a device has no such place, and is written as it is. */
/**
 * Writes to standard output, and waits until the system has it: a full disk must not look like success.
 * @throws OutputError; what a reader that went away causes as it is
 */
export async function writeOut(stdout: Output, text: string): Promise<void> {
  await writeTo(stdout, text).catch((cause: { code?: unknown }) => {
    throw cause.code === 'EPIPE' ? cause : new OutputError('standard output', cause);
  });
}

export class OutputFile {
  /** The path as the user wrote it, for messages. */
  readonly #given: string;
  readonly #target: TargetFile;

  /** Permission bits. */
  readonly #most: number | undefined;

  private constructor(given: string, target: TargetFile, most: number | undefined) {
    this.#given = given;
    this.#target = target;
    this.#most = most;
  }

  /**
   * Finds out before anything is sent.
   *
   * @param most permissions that it has at most, beside those of its owner to read and write; default: those of the file that
   * is there, or what the process may give
   * @throws OutputError when no file can be made there
   */
  static async at(path: string, most?: number): Promise<OutputFile> {
    try {
      const target = await targetOf(path);
      if (target.kind === 'directory') throw Object.assign(new Error(), { code: 'EISDIR' });
      if (target.kind !== 'other') await checkFolder(target.path);
      return new OutputFile(path, target, most);
    } catch (cause) {
      throw new OutputError(path, cause);
    }
  }

  /** @throws OutputError, or what the body fails with */
  async write(body: AsyncIterable<Uint8Array>): Promise<void> {
    const { path, kind } = this.#target;
    const most = (this.#most ?? 0o777) | 0o600;
    const mode = this.#target.mode === undefined ? undefined : this.#target.mode & most;
    // Its own name: two processes that write to one path each write a whole file.
    const part = kind === 'other' ? path : `${path}.${randomBytes(4).toString('hex')}.part`;
    const file = await (kind === 'other' ? open(path, 'w') : createFile(part, mode ?? 0o666 & most)).catch(
      (cause: unknown) => {
        throw new OutputError(this.#given, cause);
      },
    );
    try {
      try {
        for await (const chunk of body) await file.writeFile(chunk);
        if (mode !== undefined) await file.chmod(mode);
      } finally {
        await file.close();
      }
      if (part !== path) await rename(part, path);
    } catch (cause) {
      if (part !== path) await rm(part, { force: true });
      throw isSystemError(cause) ? new OutputError(this.#given, cause) : cause;
    }
  }
}

/** An error of the file system, and not of the body that is written. */
function isSystemError(cause: unknown): boolean {
  return typeof (cause as { syscall?: unknown } | undefined)?.syscall === 'string' && 'errno' in (cause as object);
}
