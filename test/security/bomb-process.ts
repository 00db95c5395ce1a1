/**
 * Run as a process of its own, since its peak of memory is what counts: lets one client over one handler meet a bomb on
 * every path, and prints what each ended in and how much memory the process had needed by then.
 */
import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client } from '../../src/client/client.ts';
import { HttpRequest } from '../../src/message/request.ts';
import type { HttpResponse } from '../../src/message/response.ts';
import { HandlerStack } from '../../src/stack/handler-stack.ts';
import { built } from '../support/built.ts';
import { matrixHandlers } from './fault-cells.ts';

export interface BombOutcome {
  readonly bomb: string;
  readonly path: string;
  /** The code of the error, or `ok`. */
  readonly outcome: string;
  /** What it should be. */
  readonly end: string;
  /** The most bytes that the process had in memory until then. */
  readonly peak: number;
}

const MiB = 2 ** 20;
/** A stream that nobody limits is left after so many bytes: enough to show that memory does not grow with it. */
const ENOUGH = 512 * MiB;
const file = join(tmpdir(), `sluice-bomb-${process.pid}`);

async function drained(response: HttpResponse): Promise<void> {
  let size = 0;
  for await (const chunk of response) {
    size += chunk.byteLength;
    if (size > ENOUGH) return;
  }
}

const nowhere = () => new Writable({ write: (_chunk, _encoding, done) => done() });

interface Clients {
  /** With nothing set. */
  readonly plain: Client;
  /** With a `maxResponseSize` of its own. */
  readonly strict: Client;
}

interface Path {
  readonly name: string;
  readonly meet: (clients: Clients, url: (query: string) => string) => Promise<unknown>;
  /** What it ends in. Default `ERR_BODY_TOO_LARGE`. */
  readonly end?: string;
}

export const bombPaths: readonly Path[] = [
  { name: 'buffered', meet: ({ plain }, url) => plain.get(url('')) },
  { name: 'buffered, as JSON', meet: ({ strict }, url) => strict.get(url('')).json() },
  {
    name: "by the web's fetch",
    // As every fetch it fails with a TypeError, whose cause says what it was.
    meet: async ({ plain }, url) => {
      const response = await plain.fetch(url(''));
      return response.arrayBuffer().catch((error: Error) => Promise.reject(error.cause));
    },
  },
  { name: 'by sendRequest', meet: ({ strict }, url) => strict.sendRequest(new HttpRequest('GET', url(''))) },
  {
    name: 'streamed with a limit',
    meet: async ({ strict }, url) => drained(await strict.get(url(''), { stream: true })),
  },
  {
    name: 'streamed without one',
    meet: async ({ plain }, url) => drained(await plain.get(url(''), { stream: true })),
    end: 'ok',
  },
  // Announced as long, it is left where it is, and the redirect is followed.
  { name: 'body of a redirect', meet: ({ strict }, url) => strict.get(url('status=302')), end: 'ok' },
  { name: 'behind a redirect', meet: ({ strict }, url) => strict.get(url('status=302&plain=1')) },
  { name: 'body of a 404', meet: ({ strict }, url) => strict.get(url('status=404')) },
  {
    name: 'body of a 500, retried',
    meet: ({ strict }, url) => strict.get(url('status=500'), { retry: { limit: 1, delay: () => 1 } }),
  },
  {
    // The start of it is read, for the message.
    name: 'body of a 404, streamed',
    meet: ({ plain }, url) => plain.get(url('status=404'), { stream: true }),
    end: 'ERR_CLIENT_ERROR',
  },
  {
    name: 'body of a challenge',
    meet: ({ strict }, url) => strict.get(url('status=401'), { auth: ['u', 'p', 'digest'] }),
  },
  { name: 'into a file', meet: ({ strict }, url) => strict.get(url(''), { sink: file }) },
  { name: 'into a stream', meet: ({ strict }, url) => strict.get(url(''), { sink: nowhere() }) },
  { name: 'a download', meet: ({ strict }, url) => strict.download(url(''), file) },
];

/** Runs the child, which meets the bombs in turn, one on each path, or all of them on every path. */
export async function meetBombs(
  handler: string,
  origin: string,
  bombs: readonly string[],
  isFull: boolean,
): Promise<BombOutcome[]> {
  const child = [built('test/security/bomb-process.ts'), handler, origin, JSON.stringify(bombs), String(isFull)];
  const { stdout } = await promisify(execFile)(process.execPath, child, { maxBuffer: 16 * MiB });
  return JSON.parse(stdout) as BombOutcome[];
}

async function main(handler: string, origin: string, bombs: readonly string[], isFull: boolean): Promise<void> {
  const stack = HandlerStack.create(matrixHandlers[handler]!());
  const clients = {
    plain: new Client({ handler: stack }),
    strict: new Client({ handler: stack, maxResponseSize: 20 * MiB }),
  };
  const outcomes: BombOutcome[] = [];
  for (const [at, { name, meet, end = 'ERR_BODY_TOO_LARGE' }] of bombPaths.entries()) {
    for (const bomb of isFull ? bombs : [bombs[at % bombs.length]!]) {
      const url = (query: string) => `${origin}/?bomb=${encodeURIComponent(bomb)}&${query}`;
      const outcome = await meet(clients, url).then(
        () => 'ok',
        (error) => String(error.code ?? error),
      );
      outcomes.push({ bomb, path: name, outcome, end, peak: process.resourceUsage().maxRSS * 1024 });
    }
  }
  await clients.plain.destroy();
  for (const left of [file, `${file}.part`, `${file}.part.json`]) rmSync(left, { force: true });
  console.log(JSON.stringify(outcomes));
  process.exit();
}

const [, script, handler, origin, bombs, full] = process.argv;
if (script === fileURLToPath(import.meta.url)) {
  await main(handler!, origin!, JSON.parse(bombs!) as string[], full === 'true');
}
