/** `sluice crawl URL...`: the crawl with its file, its bar, Ctrl-C and the report. */
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PathInUseError, PathLock } from '../download/path-lock.ts';
import { isSecretHeader, MASK, maskUrl } from '../message/redact.ts';
import { archiveInto } from './archive.ts';
import { cacheOptions, checkCacheDirectory } from './cache-options.ts';
import type { CrawlCommand } from './commands.ts';
import { Crawl, type CrawlResult } from './crawl/crawl.ts';
import { Journal } from './crawl/journal.ts';
import { Progress } from './crawl/progress.ts';
import { exitCodeOf, reportOf } from './crawl-report.ts';
import { writeOut } from './output-file.ts';
import { sharedCrawl } from './shared-crawl.ts';
import { SIGNAL_CODES, type Signal, type Terminal } from './terminal.ts';
import { plural } from './text/text-table.ts';
import { UsageError } from './usage-error.ts';

/** @param argv the command's own arguments, for the line that says how to go on */
export async function crawlCommand(
  command: CrawlCommand,
  terminal: Terminal,
  argv: readonly string[],
): Promise<number> {
  await checkCacheDirectory(command.cache);
  if (command.shared !== undefined) return sharedCrawl(command, command.shared, terminal);
  const folder = command.out === undefined ? mkdtempSync(join(tmpdir(), 'sluice-crawl-')) : undefined;
  const lock = await lockOf(command.out);
  let journal: Journal | undefined;
  try {
    journal = openJournal(command, folder);
    return await crawled(command, journal, terminal, argv);
  } finally {
    journal?.close();
    await lock?.release();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
}

/** Two crawls into one file would lose pages of each other. */
async function lockOf(out: string | undefined): Promise<PathLock | undefined> {
  // A file that cannot be made is told of when it is opened.
  if (out === undefined || !existsSync(dirname(out))) return undefined;
  try {
    return await PathLock.take(`${out}.lock`, out, 'crawling into it');
  } catch (error) {
    if (error instanceof PathInUseError) throw new UsageError(`--out ${out}: ${error.message}`);
    return undefined;
  }
}

function openJournal({ out, resume }: CrawlCommand, folder: string | undefined): Journal {
  if (out === undefined) return new Journal(join(folder!, 'pages.jsonl'));
  if (!resume && existsSync(out) && statSync(out).size > 0) {
    throw new UsageError(`${out} is not empty; add --resume to go on from it, or give another --out`);
  }
  try {
    return new Journal(out);
  } catch (cause) {
    throw new UsageError(`--out ${out} cannot be written: ${(cause as Error).message}`);
  }
}

async function crawled(
  command: CrawlCommand,
  journal: Journal,
  terminal: Terminal,
  argv: readonly string[],
): Promise<number> {
  const { stderr, stdout, clock } = terminal;
  await using archive = await archiveInto(command.har, false);
  const clientOptions = { ...(await cacheOptions(command.cache, terminal)), ...archive.options };
  const crawl = new Crawl({ ...command, journal, clock, clientOptions });
  const before = command.resume ? crawl.resume() : { pages: 0, unreadable: 0 };
  if (before.pages > 0) stderr.write(`${plural(before.pages, 'page')} of ${command.out} are done already\n`);
  if (before.unreadable > 0) {
    stderr.write(`${plural(before.unreadable, 'line')} cut or unreadable: those pages are fetched again\n`);
  }
  const started = clock.now();
  const progress = new Progress(stderr, clock, () => crawl.figures);
  let signal: Signal | undefined;
  const ignoreSignals = terminal.onSignal((given) => {
    if (signal !== undefined) terminal.exit(SIGNAL_CODES[given]);
    signal = given;
    progress.say(`stopping: ${plural(crawl.figures.running, 'page')} in flight; once more to end at once`);
    crawl.stop();
  });
  let result: CrawlResult;
  try {
    result = await crawl.run();
  } finally {
    ignoreSignals();
    progress.end();
  }
  const { summary, stopped } = result;
  try {
    await writeOut(stdout, reportOf(command, result, clock.now() - started, summary.pages - before.pages));
  } finally {
    if (stopped) stderr.write(howToResume(command, argv));
  }
  if (stopped && signal !== undefined) return SIGNAL_CODES[signal];
  return exitCodeOf(result);
}

function howToResume({ out, resume }: CrawlCommand, argv: readonly string[]): string {
  if (out === undefined) return '\nstopped; with --out FILE.jsonl a crawl can be resumed\n';
  const all = resume ? argv : [...argv, '--resume'];
  const shown = all.map(withoutSecrets);
  const hint = shown.some((one, i) => one !== all[i]) ? `, with what was secret in place of ${MASK}` : '';
  return `\nstopped; to go on${hint}:\n  sluice crawl ${shown.map(quoted).join(' ')}\n`;
}

/** An argument as it may be shown: the value of a secret header, a password or token in a URL are masked. */
function withoutSecrets(argument: string): string {
  const [, option = '', name, value] =
    /^(-H|--header=)?\s*([\w!#$%&'*+.^`|~-]+)\s*:(?!\/\/)(.*)$/s.exec(argument) ?? [];
  if (name !== undefined && value !== undefined && isSecretHeader(name)) return `${option}${name}: ${MASK}`;
  return maskUrl(argument);
}

/** For a POSIX shell. */
function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}
