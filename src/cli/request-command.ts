/** `sluice get URL` and its siblings. */
import { Client } from '../client.ts';
import { isBadResponseError } from '../errors.ts';
import type { Timings } from '../message/response.ts';
import type { RequestOptions, TransferStats } from '../options.ts';
import type { BodySource, Pair, RequestCommand } from './commands.ts';
import { showBody, showHead } from './show-response.ts';
import type { Terminal } from './terminal.ts';

/** The exit code. @throws what the call rejects with */
export async function requestCommand(command: RequestCommand, terminal: Terminal): Promise<number> {
  await using client = new Client({ clock: terminal.clock });
  const options = requestOptions(command, terminal);
  if (command.output !== undefined) return intoFile(client, command, options, command.output, terminal);
  const started = terminal.clock.now();
  const response = await client.request(command.method, command.url, { ...options, httpErrors: false, stream: true });
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

/** A bad answer is no file: it rejects before anything is written. */
async function intoFile(
  client: Client,
  { method, url }: RequestCommand,
  options: RequestOptions,
  path: string,
  terminal: Terminal,
): Promise<number> {
  try {
    await client.request(method, url, { ...options, sink: path });
    return 0;
  } catch (error) {
    if (!isBadResponseError(error)) throw error;
    terminal.stderr.write(`sluice: ${error.message}; nothing was written to ${path}\n`);
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
