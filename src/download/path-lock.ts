/**
 * A lock that a process holds on the path that it writes: a file beside it that names the process. It ends with the
 * process: whoever finds the lock of one that is gone takes it over.
 */
import { randomBytes } from 'node:crypto';
import { link, readFile, readlink, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { createFile } from './target-file.ts';

/** Milliseconds without a byte after which a process that cannot be looked at counts as gone. */
const SILENCE = 60_000;
/** Locks of others that may come and go between ours. */
const TRIES = 5;

/** What the lock file says of its holder. */
interface Owner {
  readonly pid: number;
  /** Which machine's, and which container's, processes the number counts. */
  readonly machine: string;
  /** When it started, in the system's terms: numbers are given again. Absent where the system does not tell. */
  readonly started?: string;
  readonly token: string;
}

/** Another process is writing to the path. */
export class PathInUseError extends Error {}

/**
 * Held from `take` to `release`. It protects against other processes that use this library, and against nobody else.
 */
export class PathLock {
  readonly #path: string;
  /** Random, and in the lock file: by it a process tells its own lock from one that took its place. */
  readonly #token: string;
  /** The one before may still be alive, on a machine that cannot be looked at: its files are not to be written. */
  readonly isInherited: boolean;

  private constructor(path: string, token: string, isInherited: boolean) {
    this.#path = path;
    this.#token = token;
    this.isInherited = isInherited;
  }

  /**
   * @param path of the lock itself
   * @param written the file that shows by its date that the holder is at work
   * @param doing what the holder does, for the message of the error
   * @throws PathInUseError, or the system's error
   */
  static async take(path: string, written: string, doing = 'downloading to it'): Promise<PathLock> {
    const me: Owner = { ...(await identity()), token: randomBytes(8).toString('hex') };
    let isInherited = false;
    // Each try either makes the lock, finds a living holder, or takes a dead one's lock away.
    for (let i = 0; i < TRIES; i++) {
      if (await isMade(path, JSON.stringify(me))) return new PathLock(path, me.token, isInherited);
      const text = await textOf(path);
      if (text === undefined) continue;
      const owner = ownerOf(text);
      const isForeign = owner === undefined || owner.machine !== me.machine;
      const isAlive = isForeign ? await isRecent(path, written) : await isRunning(owner);
      if (isAlive) throw inUse(owner, path, doing);
      isInherited ||= isForeign;
      if (!(await takenAway(path, text))) throw inUse(undefined, path, doing);
    }
    throw inUse(undefined, path, doing);
  }

  /** Whether no other process has taken it over. */
  async isHeld(): Promise<boolean> {
    return ownerOf((await textOf(this.#path)) ?? '')?.token === this.#token;
  }

  /** Removes the lock, unless another process has taken it over meanwhile. */
  async release(): Promise<void> {
    if (await this.isHeld()) await rm(this.#path, { force: true });
  }
}

/** Makes the lock file if there is none, in one step: of two processes the system lets one have it. */
async function isMade(path: string, text: string): Promise<boolean> {
  const file = await createFile(path).catch((cause: { code?: unknown }) => {
    if (cause.code === 'EEXIST') return undefined;
    throw cause;
  });
  if (file === undefined) return false;
  try {
    await file.writeFile(text).finally(() => file.close());
  } catch (cause) {
    // A lock that names nobody would be taken for another's.
    await rm(path, { force: true });
    throw cause;
  }
  return true;
}

/** A rename succeeds for one process alone; one that got hold of a newer lock puts it back. */
async function takenAway(path: string, expected: string): Promise<boolean> {
  const aside = `${path}.${randomBytes(4).toString('hex')}`;
  try {
    await rename(path, aside);
  } catch {
    return true;
  }
  const isOld = (await textOf(aside)) === expected;
  if (!isOld) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
  return isOld;
}

/** The message tells how to go on when the lock was left behind and nobody can tell. */
function inUse(owner: Owner | undefined, path: string, doing: string): PathInUseError {
  const who = owner === undefined ? 'another process' : `process ${owner.pid}`;
  return new PathInUseError(`${who} is ${doing}; when there is none any more, remove "${path}"`);
}

async function textOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}

function ownerOf(text: string): Owner | undefined {
  try {
    const found: Partial<Owner> = Object.assign(Object.create(null), JSON.parse(text));
    const isWhole = Number.isSafeInteger(found.pid) && found.pid! > 0 && typeof found.machine === 'string';
    return isWhole && typeof found.token === 'string' ? (found as Owner) : undefined;
  } catch {
    // A process that is just writing it, or was killed meanwhile.
    return undefined;
  }
}

/** This process, in terms that hold for all processes of the machine: a container has numbers of its own. */
async function identity(): Promise<Omit<Owner, 'token'>> {
  const boot = await textOf('/proc/sys/kernel/random/boot_id');
  const space = await readlink('/proc/self/ns/pid').catch(() => '');
  const started = (await statusOf(process.pid))?.started;
  const machine = [hostname(), boot?.trim() ?? '', space].join(' ');
  return { pid: process.pid, machine, ...(started !== undefined && { started }) };
}

/**
 * By `/proc` where there is one, otherwise by a signal 0, which is only checked: EPERM says that the process exists.
 */
async function isRunning({ pid, started }: Owner): Promise<boolean> {
  const status = await statusOf(pid);
  if (status !== undefined) return status.state !== 'Z' && (started === undefined || status.started === started);
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return (cause as { code?: unknown }).code === 'EPERM';
  }
}

/** proc(5): the name in parentheses may hold blanks; behind it come the state and, as the twentieth, the start. */
async function statusOf(pid: number): Promise<{ readonly state: string; readonly started: string } | undefined> {
  const text = await textOf(`/proc/${pid}/stat`);
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, started] = [fields?.[0], fields?.[19]];
  return state === undefined || started === undefined ? undefined : { state, started };
}

/** By the clock of the file system, which may be another machine's: a file that is made now tells it. */
async function isRecent(path: string, written: string): Promise<boolean> {
  const probe = `${path}.${randomBytes(4).toString('hex')}`;
  const file = await createFile(probe);
  try {
    const { mtimeMs: now } = await file.stat();
    const dates = await Promise.all(
      [path, written].map((one) =>
        stat(one).then(
          ({ mtimeMs }) => mtimeMs,
          () => 0,
        ),
      ),
    );
    return now - Math.max(...dates) < SILENCE;
  } finally {
    await file.close();
    await rm(probe, { force: true });
  }
}
