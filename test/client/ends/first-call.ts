/**
 * The first call of a process, whose transport is still being loaded, and how it ends: `<origin> <what> <way> <when>`.
 * Prints the outcome; nothing may hold the process then, and nothing may be left to reject.
 */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, HandlerStack, nodeHttpHandler, type RequestOptions } from '../../../src/index.ts';

const [origin = '', what = '', way = '', when = ''] = process.argv.slice(2);
const reason = new Error('the process ends');
const stop = new AbortController();
const client = new Client({
  baseUri: origin,
  ...(what === 'node' && { handler: HandlerStack.create(nodeHttpHandler()) }),
  ...(way === 'signal' && { signal: stop.signal }),
});

let cancel: ((reason: unknown) => void) | undefined;

/** The error that came of it, or a word for what came in its place. */
function outcome(): Promise<unknown> {
  if (what === 'beacon') {
    return new Promise((resolve) => {
      client.beacon('/text', { onError: resolve }).done.then((response) => response && resolve(response.status));
    });
  }
  if (what === 'download') return settled(client.download('/text', join(tmpdir(), `sluice-first-${process.pid}`)));
  if (what === 'WebSocket') return settled(client.upgrade('/socket'));
  if (what === 'fetch') return settled(client.fetch(`${origin}/text`)).then(causeOf);
  const options: RequestOptions = { stream: what === 'stream', ...(what === 'http2' && { version: '2' }) };
  const call = client.get('/text', options);
  cancel = (given) => call.cancel(given);
  return settled(call);
}

function settled(promise: PromiseLike<unknown>): Promise<unknown> {
  return Promise.resolve(promise).then(
    () => 'answered',
    (error: unknown) => error,
  );
}

/** `client.fetch` wraps all but the reason of a signal. */
function causeOf(error: unknown): unknown {
  return error instanceof TypeError ? error.cause : error;
}

const ends: Record<string, () => unknown> = {
  destroy: () => client.destroy(reason),
  'close, then destroy': () => Promise.all([client.close(), client.destroy(reason)]),
  'close with a timeout': () => client.close({ timeout: 1 }),
  close: () => client.close(),
  signal: () => stop.abort(reason),
  cancel: () => cancel?.(reason),
};

const ending = outcome();
if (when !== 'in its turn') await new Promise((resolve) => setImmediate(resolve));
await ends[way]!();
const error = (await ending) as { code?: string; cause?: unknown } | string;
const shown = error === reason ? 'the reason' : typeof error === 'object' ? `${error.code}` : error;
console.log(typeof error === 'object' && error.cause === reason ? `${shown}, caused by the reason` : shown);
