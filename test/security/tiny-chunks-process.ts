/**
 * Run as a process of its own with a small heap, since that is what counts: reads a body whose every byte is a chunk, on
 * each path that holds it in memory, and prints the bytes that each path gave. A process that keeps an object for each
 * chunk ends for want of memory.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client } from '../../src/client/client.ts';
import { http2Handler } from '../../src/handlers/http2/http2.ts';
import { HttpResponse } from '../../src/message/response.ts';
import type { Transport } from '../../src/stack/handler.ts';
import { HandlerStack } from '../../src/stack/handler-stack.ts';
import { mockHandler } from '../../src/testing/mock-handler.ts';
import { matrixHandlers } from './fault-cells.ts';

/** Bytes of a body, which are as many chunks. */
export const SIZE = 400_000;
/** The heap of the process in MiB, most of which is the code of the project and its loader. */
const HEAP = 48;

/** Each byte a chunk of its own, as a body source or an answer of the mock gives them. */
async function* singly(): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < SIZE; at += 1) yield new Uint8Array(1);
}

/** An answer out of memory for each request. */
function mock(): Transport {
  const handler = mockHandler();
  const answering: Transport = (request, options) => {
    handler.append(new HttpResponse(request.url.includes('missing') ? 404 : 200, {}, singly()));
    return handler(request, options);
  };
  return Object.assign(answering, { handlerName: 'mock' });
}

// The streams of the runtime's own fetch take minutes for so many chunks.
const { fetch: _, ...own } = matrixHandlers;
export const tinyHandlers: Readonly<Record<string, () => Transport>> = { ...own, http2: () => http2Handler(), mock };

/** Where the body is the body of a 200, of a 404, and coded as gzip. */
export type Origins = Readonly<Record<'plain' | 'missing' | 'coded', string>>;

/** What is read of it, in bytes. */
type Path = (client: Client, origins: Origins) => Promise<number | undefined>;

const tinyPaths: Readonly<Record<string, Path>> = {
  buffered: async (client, { plain }) => (await client.get(plain).bytes()).byteLength,
  streamed: async (client, { plain }) => (await (await client.get(plain, { stream: true })).bytes()).byteLength,
  'the body of an error': async (client, { missing }) => {
    const error = await client.get(missing).catch((reason: unknown) => reason);
    return (error as { response: HttpResponse }).response.bytesNow()?.byteLength;
  },
  'coded as gzip': async (client, { coded }) => (await client.get(coded).bytes()).byteLength,
  'by client.fetch': async (client, { plain }) => (await (await client.fetch(plain)).arrayBuffer()).byteLength,
  'by client.fetch, without a limit': async (_, { plain }) => {
    const client = new Client({
      handler: HandlerStack.create(tinyHandlers[process.argv[2]!]!()),
      maxResponseSize: false,
    });
    const read = await (await client.fetch(plain)).text();
    await client.destroy();
    return read.length;
  },
};

/** What stands above the handlers is tried over the first of them alone. */
export function pathsOver(handler: string): string[] {
  return handler === 'undici' ? Object.keys(tinyPaths) : ['buffered', 'by client.fetch, without a limit'];
}

/** Runs the child. @returns what each path gave; the last is missing or is no number when the process ended there */
export async function readTinyChunks(handler: string, origins: Origins): Promise<Record<string, unknown>> {
  const script = fileURLToPath(import.meta.url);
  const child = [`--max-old-space-size=${HEAP}`, '--import', 'tsx', script, handler, JSON.stringify(origins)];
  const { stdout, failure } = await promisify(execFile)(process.execPath, child).then(
    (done) => ({ stdout: done.stdout, failure: undefined }),
    (error) => ({ stdout: String(error.stdout), failure: error.signal ?? error.code }),
  );
  const lines = stdout.split('\n').filter((line) => line.startsWith('['));
  const outcomes = Object.fromEntries(lines.map((line) => JSON.parse(line) as [string, unknown]));
  return failure === undefined ? outcomes : { ...outcomes, 'the process ended with': failure };
}

async function main(handler: string, origins: Origins): Promise<void> {
  const client = new Client({ handler: HandlerStack.create(tinyHandlers[handler]!()) });
  for (const name of pathsOver(handler)) {
    const outcome = await tinyPaths[name]!(client, origins).catch(String);
    console.log(JSON.stringify([name, outcome]));
  }
  await client.destroy();
  process.exit();
}

const [, script, handler, origins] = process.argv;
if (script === fileURLToPath(import.meta.url)) await main(handler!, JSON.parse(origins!) as Origins);
