/** Runs one command line to its exit code. */
import { isTransferError } from '../message/errors.ts';
import { VERSION } from '../runtime/version.ts';
import { readArguments } from './arguments.ts';
import type { Command } from './commands.ts';
import { crawlCommand } from './crawl-command.ts';
import { downloadCommand } from './download-command.ts';
import { helpText } from './help.ts';
import { writeOut } from './output-file.ts';
import { requestCommand } from './request-command.ts';
import { serveCommand } from './serve-command.ts';
import type { Terminal } from './terminal.ts';
import { printableLines } from './text/text-table.ts';
import { UsageError } from './usage-error.ts';

/** It worked; the request failed, its status is 400 or more, or links are broken; the command line is wrong. */
const WORKED = 0;
const FAILED = 1;
const WRONG_USAGE = 2;

/**
 * @param argv without the runtime and the script
 * @returns the exit code; never rejects
 */
export async function main(argv: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await run(readArguments(argv), argv, terminal);
  } catch (error) {
    if (isBrokenPipe(error)) return WORKED;
    // A mistake in options that only the library sees, such as a header value it refuses, is the user's as well.
    const isUsage = error instanceof UsageError || (error instanceof TypeError && !isTransferError(error));
    // Messages quote servers.
    terminal.stderr.write(`sluice: ${printableLines((error as Error).message)}\n`);
    return isUsage ? WRONG_USAGE : FAILED;
  }
}

/** One command; each takes its own arguments and gives its exit code. */
async function run(command: Command, argv: readonly string[], terminal: Terminal): Promise<number> {
  switch (command.kind) {
    case 'help':
      await writeOut(terminal.stdout, helpText(command.topic));
      return WORKED;
    case 'version':
      await writeOut(terminal.stdout, `${VERSION}\n`);
      return WORKED;
    case 'request':
      return requestCommand(command, terminal);
    case 'download':
      return downloadCommand(command, terminal);
    case 'crawl':
      return crawlCommand(command, terminal, argv.slice(1));
    case 'report': {
      // The page is as long as the rest of this program.
      const { reportCommand } = await import('./report-command.ts');
      return reportCommand(command, terminal);
    }
    case 'serve':
      return serveCommand(command, terminal);
  }
}

/** Whoever reads our output has seen enough. */
function isBrokenPipe(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === 'EPIPE';
}
