/** `sluice get URL` and its siblings. */
import { Client } from '../client/client.ts';
import { isBadResponseError } from '../message/errors.ts';
import type { HttpResponse } from '../message/response.ts';
import { extendOptions } from '../options/option-record.ts';
import type { RequestOptions } from '../options/options.ts';
import { archiveInto } from './archive.ts';
import { cacheOptions, checkCacheDirectory } from './cache-options.ts';
import type { RequestCommand } from './commands.ts';
import { OutputFile } from './output-file.ts';
import { bodyOptions, requestOptions } from './request-options.ts';
import { showBody, showHead } from './show-response.ts';
import { interruption, type Terminal } from './terminal.ts';
import { printableLines } from './text/text-table.ts';

const CONTENT_TYPE = /^content-type$/i;

/** The exit code. @throws what the call rejects with */
export async function requestCommand(command: RequestCommand, terminal: Terminal): Promise<number> {
  await checkCacheDirectory(command.cache);
  await using archive = await archiveInto(command.har, true);
  await using client = new Client({ clock: terminal.clock, ...archive.options });
  const { method, url, body, follow, headers, include, verbose, output } = command;
  const isJson = body?.from === 'stdin' && body.json && !headers.some(([name]) => CONTENT_TYPE.test(name));
  const options = extendOptions(requestOptions(command, terminal), {
    ...bodyOptions(body, terminal),
    ...(isJson && { headers: [...headers, ['Content-Type', 'application/json']] }),
    allowRedirects: follow,
    stream: true,
    ...(command.cache !== undefined && (await cacheOptions(command.cache, terminal))),
  } satisfies RequestOptions);
  if (output !== undefined) return await intoFile(client, { ...command, output }, options, terminal);
  const started = terminal.clock.now();
  const response = await client.request(method, url, extendOptions(options, { httpErrors: false }));
  if (method === 'HEAD' || include) await showHead(response, terminal, method !== 'HEAD');
  if (method === 'HEAD') await response.discard();
  else await showBody(response, terminal);
  if (verbose && response.cache) terminal.stderr.write(`* cache: ${response.cache.status}\n`);
  if (verbose) terminal.stderr.write(`* complete after ${(terminal.clock.now() - started).toFixed(1)} ms\n`);
  return response.status >= 400 ? 1 : 0;
}

/** Writes the body to a file, which appears only when the status is below 400 and the body is complete. */
async function intoFile(
  client: Client,
  { method, url, output, include }: RequestCommand & { readonly output: string },
  options: RequestOptions,
  terminal: Terminal,
): Promise<number> {
  using stop = interruption(terminal);
  const file = await OutputFile.at(output);
  try {
    const response = await client.request(method, url, extendOptions(options, { signal: stop.signal }));
    if (include) await showHead(response, terminal, true);
    if (hasBody(method, response)) await file.write(response);
    else {
      await response.discard();
      terminal.stderr.write(`sluice: the ${response.status} has no body; nothing was written to ${output}\n`);
    }
    return 0;
  } catch (error) {
    if (stop.code !== undefined) return stop.code;
    if (!isBadResponseError(error)) throw error;
    terminal.stderr.write(`sluice: ${printableLines(error.message)}; nothing was written to ${output}\n`);
    return 1;
  }
}

/** RFC 9110 section 6.4.1: these end with their head, and an old file is not to become an empty one. */
function hasBody(method: string, { status }: HttpResponse): boolean {
  return method !== 'HEAD' && status !== 204 && status !== 205 && status !== 304;
}
