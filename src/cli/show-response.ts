/** Writes an answer to standard output: as it came, or for people when they look at it. */
import { charsetOf } from '../message/content.ts';
import type { HttpResponse } from '../message/response.ts';
import { prettyJson } from './pretty-json.ts';
import { type Terminal, wantsColour, writeTo } from './terminal.ts';
import { byteText, printable } from './text-table.ts';

/** A longer JSON text is written as it came: it is for a file or a program. */
const PRETTY_BYTES = 10_000_000;
const JSON_TYPE = /^\s*[\w.-]+\/(?:[\w.-]+\+)?json\b/i;

export async function showHead(response: HttpResponse, { stdout }: Terminal): Promise<void> {
  const { protocolVersion, status, statusText, headers } = response;
  const lines = [...headers].map(([name, value]) => `${name}: ${value}\n`);
  await response.discard();
  await writeTo(stdout, `HTTP/${protocolVersion} ${status} ${statusText}`.trimEnd() + '\n' + lines.join(''));
}

export async function showBody(response: HttpResponse, terminal: Terminal): Promise<void> {
  const { stdout } = terminal;
  if (!stdout.isTTY) {
    for await (const chunk of response) await writeTo(stdout, chunk);
    return;
  }
  const beginning: Uint8Array[] = [];
  let length = 0;
  let isWhole = true;
  for await (const chunk of response) {
    beginning.push(chunk);
    length += chunk.byteLength;
    if (length > PRETTY_BYTES) {
      isWhole = false;
      break;
    }
  }
  await showOnTerminal(response, Buffer.concat(beginning), isWhole, terminal);
}

async function showOnTerminal(
  { headers }: HttpResponse,
  bytes: Buffer,
  isWhole: boolean,
  terminal: Terminal,
): Promise<void> {
  const { stdout, stderr, env } = terminal;
  const type = headers.get('content-type') ?? '';
  if (bytes.includes(0)) {
    const size = isWhole ? byteText(bytes.length) : `more than ${byteText(PRETTY_BYTES)}`;
    const kind = type === '' ? 'binary data' : printable(type);
    stderr.write(`sluice: ${size} of ${kind} are not shown on a terminal; write them to a file with --output FILE\n`);
    return;
  }
  const text = decoded(bytes, charsetOf(type));
  const pretty = isWhole && JSON_TYPE.test(type) ? prettyJson(text, wantsColour(stdout, env)) : undefined;
  const shown = pretty ?? text;
  await writeTo(stdout, shown.endsWith('\n') || shown === '' ? shown : `${shown}\n`);
  if (!isWhole) stderr.write(`sluice: only the first ${byteText(PRETTY_BYTES)} are shown; use --output FILE for all\n`);
}

function decoded(bytes: Buffer, charset: string | undefined): string {
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}
