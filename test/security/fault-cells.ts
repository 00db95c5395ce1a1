/** One cell of the fault matrix: a full client over one handler, against one server that misbehaves. */
import { getEventListeners } from 'node:events';
import { Client } from '../../src/client/client.ts';
import { CookieJar } from '../../src/cookies/cookie-jar.ts';
import { fetchHandler } from '../../src/handlers/fetch/fetch.ts';
import { nodeHttpHandler } from '../../src/handlers/node/node-http.ts';
import { streamHandler } from '../../src/handlers/node/stream.ts';
import { undiciHandler } from '../../src/handlers/undici/undici.ts';
import { isTransferError } from '../../src/message/errors.ts';
import type { RequestOptions } from '../../src/options/options.ts';
import type { Transport } from '../../src/stack/handler.ts';
import { HandlerStack } from '../../src/stack/handler-stack.ts';
import { startScriptedServer } from '../../src/testing/scripted-server.ts';
import { startServer } from '../../src/testing/server.ts';
import { certificates } from '../support/certificates.ts';
import type { HostileRow } from './hostile-rows.ts';

export const matrixHandlers: Readonly<Record<string, () => Transport>> = {
  undici: undiciHandler,
  'node:http': nodeHttpHandler,
  stream: streamHandler,
  fetch: () => fetchHandler(),
};

export interface Cell {
  readonly handler: string;
  readonly streamed: boolean;
  readonly retry: boolean;
}

export interface CellOutcome extends Cell {
  /** `ok`, `not told` for what the transport hides, or the code of the error. */
  readonly outcome: string;
  /** What must never be; empty for a good cell. */
  readonly problems: readonly string[];
}

/** The cells of one row, in the order of the table. */
export const cells: readonly Cell[] = [false, true].flatMap((retry) =>
  Object.keys(matrixHandlers).flatMap((handler) =>
    [false, true].map((streamed) => ({ handler, streamed, retry }) as const),
  ),
);

/** Far beyond every timeout that is set: a call that takes longer hangs. */
const DEADLINE = 10_000;
const MAX_RESPONSE = 1024 * 1024;

export async function runCell(row: HostileRow, cell: Cell): Promise<CellOutcome> {
  const pem = row.tls && (await certificates());
  const tls = pem && { tls: pem.server };
  const server = typeof row.server === 'string' ? await startServer() : await startScriptedServer(row.server, tls);
  const url = server.url(typeof row.server === 'string' ? row.server : '/');
  const jar = new CookieJar();
  const client = new Client({
    handler: HandlerStack.create(matrixHandlers[cell.handler]!()),
    ...(row.cookies && { cookies: jar }),
    ...(pem && { ca: pem.ca.cert }),
  });
  const caller = new AbortController();
  const problems: string[] = [];
  let outcome = '';
  const settled = ask(client, url, row, cell, caller.signal).then(
    (text) => {
      const isRight = row.isRight?.(text) ?? false;
      const isUntold = row.untold?.[cell.handler] !== undefined;
      outcome = isRight ? 'ok' : 'not told';
      if (!isRight && !isUntold) problems.push(`success for a damaged body: ${JSON.stringify(text.slice(0, 80))}`);
    },
    (error: unknown) => {
      if (isTransferError(error)) outcome = error.code;
      else problems.push(`rejected with what is no TransferError: ${String(error)}`);
    },
  );
  if (!(await within(settled, DEADLINE))) problems.push('hangs');
  if (row.cookies?.(jar) === false) problems.push(`keeps ${[...jar].length} cookies`);
  if (getEventListeners(caller.signal, 'abort').length > 0) problems.push('leaves a listener on the signal');
  await client.destroy();
  // The built-in fetch keeps its connections in a pool that nobody else can close.
  const isOwn = cell.handler !== 'fetch';
  if (isOwn && !row.vanishes && !(await within(server.allClosed(), DEADLINE))) problems.push('leaks a socket');
  await server.close();
  return { ...cell, outcome, problems };
}

function optionsOf(row: HostileRow, cell: Cell, signal: AbortSignal): RequestOptions {
  return {
    signal,
    stream: cell.streamed,
    retry: cell.retry ? { limit: 1, delay: () => 1 } : 0,
    headersTimeout: row.silent ? 250 : 5_000,
    readTimeout: row.silent || row.endless ? 250 : 5_000,
    timeout: 8_000,
    maxResponseSize: MAX_RESPONSE,
  };
}

async function ask(client: Client, url: string, row: HostileRow, cell: Cell, signal: AbortSignal): Promise<string> {
  let text = '';
  for (let left = row.requests ?? 1; left > 0; left -= 1) {
    const response = await client.get(url, optionsOf(row, cell, signal));
    text = await response.text();
  }
  return text;
}

async function within(promise: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, ms, false);
  });
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
