/** Where a file is really put that is given by a path: behind symbolic links, with the mode of what it replaces. */
import { access, constants, type FileHandle, lstat, open, readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

export interface TargetFile {
  /** Absolute, and no symbolic link. */
  readonly path: string;
  /** What is there: nothing, a file that is replaced, or something other than a file. */
  readonly kind: 'none' | 'file' | 'directory' | 'other';
  /** Permissions of the file that is there; the set-user-id bits are not handed on to other contents. */
  readonly mode: number | undefined;
}

/** Links to links that are followed, as Linux does. */
const MOST_LINKS = 40;
const PERMISSIONS = 0o777;

/**
 * Follows symbolic links, also to a file that does not exist yet.
 * @throws the system's error, such as ENOENT for a folder that does not exist
 */
export async function targetOf(path: string): Promise<TargetFile> {
  const found = await stat(path).catch((cause: { code?: unknown }) => {
    if (cause.code === 'ENOENT') return undefined;
    throw cause;
  });
  if (found?.isFile()) return { path: await realpath(path), kind: 'file', mode: found.mode & PERMISSIONS };
  // A device or a pipe may have a path that leads nowhere, such as /dev/stdout.
  if (found) return { path: resolve(path), kind: found.isDirectory() ? 'directory' : 'other', mode: undefined };
  return { path: await endOfLinks(path), kind: 'none', mode: undefined };
}

/** Where links lead whose last one leads to nothing. */
async function endOfLinks(path: string): Promise<string> {
  let at = path;
  for (let links = 0; links < MOST_LINKS; links++) {
    const folder = await realpath(dirname(resolve(at)));
    const name = join(folder, basename(at));
    const found = await lstat(name).catch(() => undefined);
    if (!found?.isSymbolicLink()) return name;
    at = resolve(folder, await readlink(name));
  }
  throw Object.assign(new Error('too many symbolic links'), { code: 'ELOOP' });
}

/** Whether files may be made in the folder of this path. @throws the system's error */
export function checkFolder(path: string): Promise<void> {
  return access(dirname(path), constants.W_OK);
}

const NO_FOLLOW = constants.O_NOFOLLOW ?? 0;

/** Makes a file that does not exist: never through a link that somebody has put there, never over a file. */
export function createFile(path: string, mode?: number): Promise<FileHandle> {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | NO_FOLLOW;
  return open(path, flags, mode === undefined ? undefined : mode | 0o600);
}

/**
 * Opens a file of an earlier call to go on with it, or to read it. `undefined` for what this user has not made: a link, a
 * file with a second name, a file of somebody else.
 */
export async function reopenFile(path: string, access: 'read' | 'write'): Promise<FileHandle | undefined> {
  const flags = (access === 'read' ? constants.O_RDONLY : constants.O_RDWR) | NO_FOLLOW | (constants.O_NONBLOCK ?? 0);
  const handle = await open(path, flags).catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    const { uid, nlink, ...found } = await handle.stat();
    const user = process.getuid?.();
    if (isFile(found.mode) && nlink === 1 && (user === undefined || uid === user)) return handle;
  } catch {
    // What cannot be looked at is not gone on with.
  }
  await handle.close();
  return undefined;
}

function isFile(mode: number): boolean {
  return (mode & constants.S_IFMT) === constants.S_IFREG;
}

/** Whether two handles, or a handle and a path, are the same file. */
export async function isSameFile(handle: FileHandle, path: string): Promise<boolean> {
  const [ours, there] = await Promise.all([handle.stat(), lstat(path).catch(() => undefined)]);
  return there !== undefined && ours.ino === there.ino && ours.dev === there.dev;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file would be larger than the system allows',
  EROFS: 'the disk is read-only',
  EACCES: 'it may not be written',
  EPERM: 'it may not be written',
  ENOENT: 'its folder does not exist',
  ENOTDIR: 'its folder is a file',
  EISDIR: 'it is a directory',
  ELOOP: 'its symbolic links lead in a circle',
  EEXIST: 'somebody else has just made it',
  EMFILE: 'too many files are open',
  EBADF: 'it is closed',
};

/** Why the system did not take a file, in words. */
export function reasonOf(cause: unknown): string {
  const code = String((cause as { code?: unknown } | null)?.code ?? 'unknown');
  return Object.hasOwn(REASONS, code) ? REASONS[code]! : `the system says ${code}`;
}
