/** Reads a command line, as a pure function: what it means, or a `UsageError` that says what was expected. */
import { quoted, wholeNumber } from './argument-values.ts';
import { closest } from './closest.ts';
import type { Command } from './commands.ts';
import { readCrawl } from './crawl-arguments.ts';
import { parseOptions } from './parse-options.ts';
import { readDownload, readRequest } from './request-arguments.ts';
import { UsageError } from './usage-error.ts';

const METHODS = ['get', 'head', 'post', 'put', 'patch', 'delete'] as const;
const COMMANDS = [...METHODS, 'download', 'crawl', 'report', 'serve', 'help', 'version'];

/**
 * @param argv without the runtime and the script
 * @throws UsageError
 */
export function readArguments(argv: readonly string[]): Command {
  const [name, ...rest] = argv;
  if (name === undefined) {
    throw new UsageError(`expected a command: ${COMMANDS.join(', ')}; 'sluice --help' explains them`);
  }
  if (name === '--help' || name === '-h' || name === 'help') return { kind: 'help', topic: topicOf(rest) };
  if (name === '--version' || name === 'version') return { kind: 'version' };
  if (!COMMANDS.includes(name)) throw unknownCommand(name);
  if (rest.includes('--help') || rest.includes('-h')) return { kind: 'help', topic: topicOf([name]) };
  if (name === 'crawl') return readCrawl(rest);
  if (name === 'serve') return readServe(rest);
  if (name === 'report') return readReport(rest);
  if (name === 'download') return readDownload(rest);
  return readRequest(name, rest);
}

function unknownCommand(name: string): UsageError {
  const near = closest(name, COMMANDS);
  // A URL in the place of the command is the most common mistake, and may hold a password.
  const isUrl = /^[a-z]+:\/\//i.test(name);
  const hint = near !== undefined ? `; did you mean ${near}?` : isUrl ? '; did you mean: sluice get URL' : '';
  return new UsageError(`unknown command ${quoted(name)}${hint}; expected one of ${COMMANDS.join(', ')}`);
}

/**
 * What help is about: a command, or all when none is named.
 * @throws UsageError for a command that does not exist
 */
function topicOf([name]: readonly string[]): string | undefined {
  if (name === undefined) return undefined;
  if (!COMMANDS.includes(name)) throw unknownCommand(name);
  return METHODS.some((method) => method === name) ? 'request' : name;
}

const text = { type: 'string' } as const;

/** The command line of `sluice serve`. */
function readServe(argv: readonly string[]): Command {
  const options = { port: { ...text, short: 'p' }, host: text } as const;
  const { values } = parseOptions('serve', argv, options, false);
  const port = values.port === undefined ? 0 : wholeNumber(values.port, '--port', 0, 65_535);
  return { kind: 'serve', port, host: values.host ?? '127.0.0.1' };
}

/** The command line of `sluice report`. */
function readReport(argv: readonly string[]): Command {
  const { values, positionals } = parseOptions('report', argv, { output: { ...text, short: 'o' } } as const, true);
  const [file, more] = positionals;
  if (file === undefined || file === '') {
    throw new UsageError('sluice report expects a file: FILE.har, or FILE.jsonl of "sluice crawl --out"');
  }
  if (more !== undefined) throw new UsageError(`unexpected argument ${quoted(more)}: sluice report takes one file`);
  if (values.output === '') throw new UsageError('--output expects a file, or - for standard output');
  return { kind: 'report', file, output: values.output };
}
