/** `sluice report FILE`: one page of what an archive or a crawl holds. */
import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ReportCommand } from './commands.ts';
import { OutputError, OutputFile, writeOut } from './output-file.ts';
import { pageParts } from './report/page-parts.ts';
import { readSource } from './report/read-source.ts';
import type { ReportSource } from './report/report-data.ts';
import { reportHtml } from './report/report-html.ts';
import { interruption, type Terminal } from './terminal.ts';
import { printable } from './text/text-table.ts';
import { UsageError } from './usage-error.ts';

/** Writes the page, and its name to standard output; what was left out is told on standard error. */
export async function reportCommand({ file, output }: ReportCommand, terminal: Terminal): Promise<number> {
  const found = await stat(file).catch(() => undefined);
  const target = output ?? targetBeside(file, found);
  await checkTarget(file, found, target, terminal);
  const source = await sourceOf(file, terminal);
  if (typeof source === 'number') return source;
  const page = reportHtml(basename(file), source, await pageParts());
  for (const note of source.notes) terminal.stderr.write(`sluice: ${printable(note)}\n`);
  if (target === '-') await writeOut(terminal.stdout, page);
  else {
    // What others may not read of a file, they may not read of its page.
    const made = await OutputFile.at(target, found?.isFile() ? found.mode & 0o777 : undefined);
    await made.write(only(Buffer.from(page)));
    await writeOut(terminal.stdout, `${target}\n`);
  }
  return 0;
}

/** The whole name is kept: `x.har` and `x.jsonl` are two pages. */
function targetBeside(file: string, found: Stats | undefined): string {
  if (found !== undefined && !found.isFile() && !found.isDirectory()) {
    throw new UsageError(`${file} is a pipe or a device; expected --output FILE, or - for standard output`);
  }
  return `${file}.report.html`;
}

/** What was read is not written over; and nothing is read for an output that nobody gets. */
async function checkTarget(file: string, from: Stats | undefined, target: string, terminal: Terminal): Promise<void> {
  if (target === '-') {
    if (terminal.isOutputClosed?.()) throw new OutputError('standard output', { code: 'EBADF' });
    return;
  }
  const to = await stat(target).catch(() => undefined);
  if (from === undefined || to === undefined || from.ino !== to.ino || from.dev !== to.dev) return;
  throw new UsageError(`--output is ${file} itself; expected another file`);
}

/** @returns the exit code when it was interrupted, so that no copy of a pipe is left behind */
async function sourceOf(file: string, terminal: Terminal): Promise<ReportSource | number> {
  using stop = interruption(terminal);
  try {
    const source = await readSource(file, { stdin: terminal.stdin, signal: stop.signal });
    return stop.code ?? source;
  } catch (error) {
    if (stop.code !== undefined) return stop.code;
    throw error;
  }
}

async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
