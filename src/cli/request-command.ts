/** `sluice get URL` and its siblings. */
import { lstatSync, renameSync, rmSync } from 'node:fs';
import { Client } from '../client/client.ts';
import { isBadResponseError } from '../message/errors.ts';
import type { Timings } from '../message/response.ts';
import { extendOptions } from '../options/option-record.ts';
import type { RequestOptions, TransferStats } from '../options/options.ts';
import type { BodySource, Pair, RequestCommand } from './commands.ts';
import { showBody, showHead } from './show-response.ts';
import type { Terminal } from './terminal.ts';

const SHOWN: RequestOptions = { httpErrors: false, stream: true };

/** The exit code. @throws what the call rejects with */
export async function requestCommand(command: RequestCommand, terminal: Terminal): Promise<number> {
  await using client = new Client({ clock: terminal.clock });
  const options = requestOptions(command, terminal);
  if (command.output !== undefined) return intoFile(client, command, options, terminal);
  const started = terminal.clock.now();
  const response = await client.request(command.method, command.url, extendOptions(options, SHOWN));
  if (command.method === 'HEAD') await showHead(response, terminal);
  else await showBody(response, terminal);
  if (command.verbose) terminal.stderr.write(`* complete after ${(terminal.clock.now() - started).toFixed(1)} ms\n`);
  return response.status >= 400 ? 1 : 0;
}

function requestOptions(command: RequestCommand, terminal: Terminal): RequestOptions {
  const { headers, query, auth, follow, timeout, verbose, body } = command;
  const isJson = body?.from === 'stdin' && body.json && !headers.some(([name]) => /^content-type$/i.test(name));
  return {
    headers: isJson ? [...headers, ['Content-Type', 'application/json']] : [...headers],
    query: query.length > 0 ? formOf(query) : undefined,
    auth,
    allowRedirects: follow,
    timeout,
    ...bodyOptions(body, terminal),
    debug: verbose ? terminal.stderr : undefined,
    onStats: verbose ? (stats) => showTimings(stats, terminal) : undefined,
  };
}

function bodyOptions(body: BodySource | undefined, { stdin }: Terminal): RequestOptions {
  switch (body?.from) {
    case undefined:
      return {};
    case 'json':
      return { json: body.value };
    case 'form':
      return { formParams: formOf(body.pairs) };
    case 'text':
      return { body: body.text };
    case 'stdin':
      return { body: stdin };
  }
}

function formOf(pairs: readonly Pair[]): URLSearchParams {
  return new URLSearchParams(pairs.map(([key, value]) => [key, value]));
}

/** A bad answer is no file: it rejects before anything is written. Half an answer is none either. */
async function intoFile(
  client: Client,
  { method, url, output = '' }: RequestCommand,
  options: RequestOptions,
  terminal: Terminal,
): Promise<number> {
  const known = lstatSync(output, { throwIfNoEntry: false });
  // A pipe or a device is written to; in place of a file stands the old one until the new one is complete.
  const path = known === undefined || known.isFile() ? `${output}.part` : output;
  try {
    await client.request(method, url, extendOptions(options, { sink: path }));
    if (path !== output) renameSync(path, output);
    return 0;
  } catch (error) {
    if (path !== output) rmSync(path, { force: true });
    if (!isBadResponseError(error)) throw error;
    terminal.stderr.write(`sluice: ${error.message}; nothing was written to ${output}\n`);
    return 1;
  }
}

const PHASES: readonly (readonly [keyof Timings, string])[] = [
  ['queue', 'queue'],
  ['dns', 'DNS'],
  ['connect', 'connect'],
  ['tls', 'TLS'],
  ['send', 'send'],
  ['firstByte', 'first byte'],
];

function showTimings({ handler, timings }: TransferStats, terminal: Terminal): void {
  const known = PHASES.filter(([phase]) => timings[phase] !== undefined);
  const parts = known.map(([phase, name]) => `${name} ${timings[phase]!.toFixed(1)} ms`);
  terminal.stderr.write(`* timings (${handler}): ${parts.join(', ')}\n`);
}
