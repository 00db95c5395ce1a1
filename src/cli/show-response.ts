/** Writes an answer to standard output: as it came, or for people when they look at it. */

import { charsetOf } from '../message/content.ts';
import type { HttpResponse } from '../message/response.ts';
import { startTimer } from '../time/clock.ts';
import { prettyJson } from './pretty-json.ts';
import { type Terminal, wantsColour, writeTo } from './terminal.ts';
import { TerminalBody } from './terminal-body.ts';
import { byteText, printable } from './text/text-table.ts';

/** A longer JSON text is written as it came: it is for a file or a program. */
const PRETTY_BYTES = 10_000_000;
/** Milliseconds until a JSON text that is not complete is shown as it comes. */
const PRETTY_PATIENCE = 1000;
/** `application/json` and types that end in `+json` (RFC 6839 section 3.1). */
const JSON_TYPE = /^\s*[\w.-]+\/(?:[\w.-]+\+)?json\b/i;

/** Writes the status line and the headers, and a blank line when the body is to follow. */
export async function showHead(response: HttpResponse, { stdout }: Terminal, bodyFollows = false): Promise<void> {
  const { protocolVersion, status, statusText, headers } = response;
  const first = `HTTP/${protocolVersion} ${status} ${statusText}`.trimEnd();
  const lines = [first, ...[...headers].map(([name, value]) => `${name}: ${value}`), ...(bodyFollows ? [''] : [])];
  const shown = stdout.isTTY ? lines.map(printable) : lines;
  await writeTo(stdout, `${shown.join('\n')}\n`);
}

/** The body to standard output: byte for byte into a file or a pipe, as text on a terminal. */
export async function showBody(response: HttpResponse, terminal: Terminal): Promise<void> {
  if (terminal.stdout.isTTY) return showOnTerminal(response, terminal);
  for await (const chunk of response) await writeTo(terminal.stdout, chunk);
}

/**
 * Text as it comes, JSON indented when it is there soon. Binary data is never written to a terminal, which would obey
 * it.
 */
async function showOnTerminal(response: HttpResponse, terminal: Terminal): Promise<void> {
  const { stdout, env } = terminal;
  const type = response.headers.get('content-type') ?? '';
  const body = new TerminalBody(type, charsetOf(type));
  if (body.isBinary) return leaveBinary(response, terminal, 'not');
  const chunks = response[Symbol.asyncIterator]();
  const beginning = JSON_TYPE.test(type) ? await jsonOf(chunks, terminal) : { read: [] };
  if (beginning.isWhole) {
    const text = body.next(Buffer.concat(beginning.read)) + body.end();
    if (body.isBinary) return leaveBinary(response, terminal, 'not');
    const shown = prettyJson(text, wantsColour(stdout, env)) ?? text;
    return writeTo(stdout, shown.endsWith('\n') || shown === '' ? shown : `${shown}\n`);
  }
  let isShown = false;
  for await (const chunk of rest(chunks, beginning)) {
    const text = body.next(chunk);
    if (body.isBinary) return leaveBinary(response, terminal, isShown ? 'no longer' : 'not');
    if (text !== '') await writeTo(stdout, text);
    isShown ||= text !== '';
  }
  const end = body.end();
  await writeTo(stdout, body.endsLine ? end : `${end}\n`);
}

/** What of a body was read before it was decided how to show it. */
interface Beginning {
  readonly read: Uint8Array[];
  /** Nothing follows. */
  readonly isWhole?: boolean;
  /** The read that was under way when patience ended. */
  readonly pending?: Promise<IteratorResult<Uint8Array>>;
}

/** Waits for the whole of a JSON text, which can be indented; not for long, and not for more than can be looked at. */
async function jsonOf(chunks: AsyncIterator<Uint8Array>, { clock }: Terminal): Promise<Beginning> {
  const read: Uint8Array[] = [];
  let stopTimer = (): void => undefined;
  const impatient = new Promise<undefined>((resolve) => {
    stopTimer = startTimer(clock, PRETTY_PATIENCE, () => resolve(undefined));
  });
  try {
    for (let length = 0; length <= PRETTY_BYTES; ) {
      const pending = chunks.next();
      const found = await Promise.race([pending, impatient]);
      if (found === undefined) return { read, pending };
      if (found.done) return { read, isWhole: true };
      read.push(found.value);
      length += found.value.byteLength;
    }
    return { read };
  } finally {
    stopTimer();
  }
}

/** All chunks: those that were read, the one that is awaited, and what follows. */
async function* rest(chunks: AsyncIterator<Uint8Array>, { read, pending }: Beginning): AsyncGenerator<Uint8Array> {
  yield* read;
  for (let found = await (pending ?? chunks.next()); !found.done; found = await chunks.next()) yield found.value;
}

/** Lets go of a body that is not shown, and says how to get it. */
async function leaveBinary(response: HttpResponse, { stderr }: Terminal, how: 'not' | 'no longer'): Promise<void> {
  const { headers } = response;
  const length = Number(headers.get('content-length') ?? Number.NaN);
  const kind = printable(headers.get('content-type') ?? '') || 'binary data';
  const what = Number.isSafeInteger(length) ? `${byteText(length)} of ${kind} are` : `${kind} is`;
  await response.discard();
  stderr.write(`sluice: ${what} ${how} shown on a terminal; write it to a file with --output FILE\n`);
}
