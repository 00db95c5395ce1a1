/** From the arguments of a command to the options of its request. */

import type { Timings } from '../message/response-facts.ts';
import { extendOptions, newOptions } from '../options/option-record.ts';
import type { RequestOptions, TransferStats } from '../options/options.ts';
import type { BodySource, Pair, RequestArguments } from './commands.ts';
import type { Terminal } from './terminal.ts';
import { printableLines } from './text/text-table.ts';

/** What every request of the command line has: headers, credentials, limits, and with `-v` both heads. */
export function requestOptions(command: RequestArguments, terminal: Terminal): RequestOptions {
  const { headers, query, auth, timeout, verbose, insecure, proxy, http2, retry } = command;
  const { stderr } = terminal;
  return extendOptions(newOptions(), {
    headers: [...headers],
    auth,
    timeout,
    retry,
    ...(query.length > 0 && { query: formOf(query) }),
    ...(insecure && { verify: false }),
    ...(proxy !== undefined && { proxy }),
    ...(http2 && { version: '2' as const }),
    ...(verbose && {
      // Both heads are the server's words as well.
      debug: { write: (text: string) => stderr.write(printableLines(text)) },
      onStats: (stats: TransferStats) => showTimings(stats, terminal),
    }),
  });
}

/** The body in the form of the client's options. Standard input is streamed, and so can be sent once. */
export function bodyOptions(body: BodySource | undefined, { stdin }: Terminal): RequestOptions {
  switch (body?.from) {
    case undefined:
      return {};
    case 'json':
      return { json: body.value };
    case 'form':
      return { formParams: formOf(body.pairs) };
    case 'multipart':
      return { multipart: body.parts };
    case 'text':
      return { body: body.text };
    case 'stdin':
      return { body: stdin };
  }
}

function formOf(pairs: readonly Pair[]): URLSearchParams {
  return new URLSearchParams(pairs.map(([key, value]) => [key, value]));
}

/** Phases in the order in which they happen, and their names on the screen. */
const PHASES: readonly (readonly [keyof Timings, string])[] = [
  ['queue', 'queue'],
  ['dns', 'DNS'],
  ['connect', 'connect'],
  ['tls', 'TLS'],
  ['send', 'send'],
  ['firstByte', 'first byte'],
];

/** One line for each transfer; phases that did not happen are left out. */
function showTimings({ handler, timings }: TransferStats, terminal: Terminal): void {
  const known = PHASES.filter(([phase]) => timings[phase] !== undefined);
  const parts = known.map(([phase, name]) => `${name} ${timings[phase]!.toFixed(1)} ms`);
  terminal.stderr.write(`* timings (${handler}): ${parts.join(', ')}\n`);
}
