/** `sluice download URL`: `client.download` with a name, a bar, and Ctrl-C that loses nothing. */
import { createHash } from 'node:crypto';
import { existsSync, type StatSyncOptions, statSync } from 'node:fs';
import { chmod, link, rename, rm, utimes } from 'node:fs/promises';
import { Client } from '../client/client.ts';
import { defaultStack } from '../default-stack.ts';
import type { DownloadOptions, DownloadResult } from '../download/download-options.ts';
import { targetOf } from '../download/target-file.ts';
import type { HttpResponse } from '../message/response.ts';
import { extendOptions } from '../options/option-record.ts';
import type { DownloadCommand } from './commands.ts';
import { DownloadProgress } from './download-progress.ts';
import { nameOfDisposition, nameOfUrl } from './file-name.ts';
import { limitRate } from './limit-rate.ts';
import { OutputError, writeOut } from './output-file.ts';
import { requestOptions } from './request-options.ts';
import { interruption, type Terminal } from './terminal.ts';
import { byteText, timeText } from './text/text-table.ts';
import { UsageError } from './usage-error.ts';

/** Of a URL whose path says nothing, such as `https://a.example/`. */
const NAMELESS = 'download';

/** Where the bytes go, and what the file is called in the end. */
interface Destination {
  readonly path: string;
  /** Looks at the head. @throws Settled when nothing is to be saved */
  decide(head: HttpResponse): void;
  /** Gives the complete file its name. */
  settle(): Promise<string>;
}

/** Thrown at the head of an answer to end a download whose outcome is known. */
class Settled extends Error {
  readonly code: number;

  constructor(message: string, code: number) {
    super(message);
    this.code = code;
  }
}

/** The exit code. @throws what `client.download` rejects with */
export async function downloadCommand(command: DownloadCommand, terminal: Terminal): Promise<number> {
  const { stdout, stderr, clock } = terminal;
  const { output, remoteName, url, skipExisting, limitRate: rate } = command;
  const given = output ?? (remoteName ? (nameOfUrl(url) ?? NAMELESS) : undefined);
  if (given !== undefined && skipExisting && existsSync(given))
    return told(stderr, `${given} exists; it was left as it is`, 0);
  const destination = given === undefined ? byTheHead(command) : asGiven(given);
  using stop = interruption(terminal);
  const handler = defaultStack();
  if (rate !== undefined) handler.unshift(limitRate(rate, clock), 'limitRate');
  await using client = new Client({ handler, clock });
  let progress: DownloadProgress | undefined;
  try {
    using bar = new DownloadProgress(stderr, clock);
    progress = bar;
    const options: DownloadOptions = extendOptions(requestOptions(command, terminal), {
      ...ownOptions(command),
      signal: stop.signal,
      progress: bar.tell,
      onHeaders: (head: HttpResponse) => destination.decide(head),
    });
    const result = await client.download(url, destination.path, options);
    bar[Symbol.dispose]();
    if (result.response.sink === undefined && result.response.status !== 416)
      return nothingSaved(command, result, terminal);
    const path = await destination.settle();
    await dateOf(command, result, path);
    summarize(path, result, bar, terminal);
    await writeOut(stdout, `${path}\n`);
    return 0;
  } catch (error) {
    const cause = (error as { cause?: unknown }).cause;
    if (cause instanceof Settled) return told(stderr, cause.message, cause.code);
    if (stop.code === undefined && !(progress && existsSync(`${destination.path}.part`))) throw error;
    if (stop.code === undefined) {
      stderr.write(
        `sluice: ${byteText(statSync(`${destination.path}.part`).size)} are kept; the same command goes on\n`,
      );
      throw error;
    }
    return told(stderr, 'stopped; the same command goes on with what is there', stop.code);
  }
}

/** The options that only a download has. */
function ownOptions({ headers, resume, segments, checksums, newerThan }: DownloadCommand): DownloadOptions {
  const since = newerThan === undefined ? undefined : dateFor(newerThan);
  return {
    resume,
    segments,
    ...(Object.keys(checksums).length > 0 && { digest: checksums }),
    ...(since !== undefined && {
      headers: [...headers, ['If-Modified-Since', since.toUTCString()] as [string, string]],
    }),
  };
}

/** A date, or that of a file; `undefined` for a file that is not there yet, which any version is newer than. */
function dateFor(text: string): Date | undefined {
  const date = new Date(text);
  if (/^\d{4}-\d\d-\d\d|^[a-z]{3},? /i.test(text) && !Number.isNaN(date.getTime())) return date;
  const found = statSync(text, { __proto__: null, throwIfNoEntry: false } as StatSyncOptions & {
    throwIfNoEntry: false;
  });
  if (found?.isDirectory()) throw new UsageError(`-z expects a date such as 2026-01-31, or a file, got a folder`);
  return found?.mtime;
}

/** The user has named the file: that is where it goes, and it may be replaced. */
function asGiven(path: string): Destination {
  return { path, decide: () => undefined, settle: async () => path };
}

/** By `Content-Disposition`, else by the URL. Until the head is there, and in the next run, it is found by the URL alone. */
function byTheHead({ url, skipExisting }: DownloadCommand): Destination {
  const own = nameOfUrl(url) ?? NAMELESS;
  const { origin, pathname } = new URL(url);
  const path = `${own}.${createHash('sha256')
    .update(origin + pathname)
    .digest('hex')
    .slice(0, 8)}`;
  let name = own;
  let isServers = false;
  return {
    path,
    decide(head) {
      if (!head.ok) return;
      const told = nameOfDisposition(head.headers.get('content-disposition'));
      name = told ?? own;
      isServers = told !== undefined && told !== own;
      if (!existsSync(name)) return;
      if (skipExisting) throw new Settled(`${name} exists; it was left as it is`, 0);
      // What a server says must not replace a file of the user, who could not know the name.
      if (isServers) throw new Settled(`the server calls the file ${name}, which exists; name another with -o FILE`, 1);
    },
    async settle() {
      try {
        if (isServers) await moveWithoutReplacing(path, name);
        else await moveOver(path, name);
      } catch (cause) {
        throw new OutputError(name, cause);
      }
      return name;
    },
  };
}

/** @throws an error with the code EEXIST when the name is taken, also by a file that came this moment */
async function moveWithoutReplacing(from: string, to: string): Promise<void> {
  // A rename replaces; a second name does not.
  await link(from, to);
  await rm(from);
}

/** Takes the place of an old file, with its permissions, and through a symbolic link. */
async function moveOver(from: string, to: string): Promise<void> {
  const target = await targetOf(to);
  if (target.mode !== undefined) await chmod(from, target.mode);
  await rename(from, target.path);
}

/** With `-z` the file gets the date that the server compares with. */
async function dateOf({ newerThan }: DownloadCommand, { response }: DownloadResult, path: string): Promise<void> {
  if (newerThan === undefined) return;
  const modified = new Date(response.headers.get('last-modified') ?? Number.NaN);
  if (!Number.isNaN(modified.getTime())) await utimes(path, modified, modified);
}

/** What to say when the answer was no file, and the exit code. */
function nothingSaved({ url }: DownloadCommand, { response }: DownloadResult, { stderr }: Terminal): number {
  if (response.status === 304) return told(stderr, 'not modified since; nothing was saved', 0);
  const { host } = new URL(url);
  return told(stderr, `${host} answered ${response.status}, which is no file; nothing was saved`, 1);
}

/** The last line on standard error; the name goes to standard output, for scripts. */
function summarize(
  path: string,
  { bytes, resumed }: DownloadResult,
  bar: DownloadProgress,
  { stderr }: Terminal,
): void {
  const { elapsed, fresh } = bar.figures;
  const rate = elapsed > 0 ? `, ${byteText(Math.round((1000 * fresh) / elapsed))}/s` : '';
  stderr.write(`${path}: ${byteText(bytes)}, ${timeText(elapsed)}${rate}${resumed ? ', resumed' : ''}\n`);
}

/** Says why it ended, and with which exit code. */
function told(stderr: Terminal['stderr'], message: string, code: number): number {
  stderr.write(`sluice: ${message}\n`);
  return code;
}
