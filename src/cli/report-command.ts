/** `sluice report FILE`: one page of what an archive or a crawl holds. */
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ReportCommand } from './commands.ts';
import { OutputFile } from './output-file.ts';
import { pageParts } from './report/page-parts.ts';
import { readSource } from './report/read-source.ts';
import { reportHtml } from './report/report-html.ts';
import { type Terminal, writeTo } from './terminal.ts';
import { printable } from './text/text-table.ts';
import { UsageError } from './usage-error.ts';

/** Writes the page, and its name to standard output; what was left out is told on standard error. */
export async function reportCommand({ file, output }: ReportCommand, terminal: Terminal): Promise<number> {
  const target = output ?? `${file.replace(/\.(?:har|jsonl|json)$/i, '')}.report.html`;
  await checkTarget(file, target);
  const source = await readSource(file);
  const page = reportHtml(basename(file), source, await pageParts());
  for (const note of source.notes) terminal.stderr.write(`sluice: ${printable(note)}\n`);
  if (target === '-') await writeTo(terminal.stdout, page);
  else {
    const made = await OutputFile.at(target);
    await made.write(only(Buffer.from(page)));
    terminal.stdout.write(`${target}\n`);
  }
  return 0;
}

/** What was read is not written over. */
async function checkTarget(file: string, target: string): Promise<void> {
  const [from, to] = await Promise.all([file, target].map((path) => stat(path).catch(() => undefined)));
  if (from === undefined || to === undefined || from.ino !== to.ino || from.dev !== to.dev) return;
  throw new UsageError(`--output is ${file} itself; expected another file`);
}

async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
