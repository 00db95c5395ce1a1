/** The handler contract over the runtime's own fetch, one test at a time, for runtimes that no test runner stands in. */
import { fetchHandler } from '../../../src/handlers/fetch/fetch.ts';
import { HttpRequest } from '../../../src/message/request.ts';
import type { Transport } from '../../../src/stack/handler.ts';
import type { Bench } from '../../contract/bench.ts';
import { chapters } from '../../contract/chapters.ts';
import { connect, playRemote, refresh, siteAt } from './remote.ts';
import { NotHere } from './without-node.ts';

export interface Outcome {
  readonly status: 'passed' | 'failed' | 'skipped';
  readonly reason?: string;
}

const tests = new Map<string, (bench: Bench) => Promise<void>>();
for (const chapter of Object.values(chapters)) chapter((name, run) => tests.set(name, run));

const MOST = 30_000;

/** What is known of the servers is fresh by the time a caller gets an answer. */
function watched(handler: Transport): Transport {
  const refreshes: Promise<void>[] = [];
  const sending: Transport = async (request, options) => {
    try {
      return await handler(request, options);
    } finally {
      refreshes.push(refresh());
      await refreshes.at(-1);
    }
  };
  return Object.assign(sending, handler, {
    handlerName: handler.handlerName,
    /** An answer that was there when the handler closed comes to its caller before the close, as without the watch. */
    async close() {
      await handler.close?.();
      await Promise.allSettled(refreshes);
    },
  });
}

export async function runTest(name: string, host: string, port: number): Promise<Outcome> {
  const run = tests.get(name);
  if (run === undefined) return { status: 'failed', reason: 'there is no such test' };
  connect(host);
  const closing: Transport[] = [];
  const fresh = () => {
    const handler = watched(fetchHandler());
    closing.push(handler);
    return handler;
  };
  const server = siteAt(port);
  const handler = fresh();
  let scripts = 0;
  const bench: Bench = {
    handler,
    server,
    url: (path) => server.url(path),
    send: (what, options = {}) =>
      handler(typeof what === 'string' ? new HttpRequest('GET', server.url(what)) : what, options),
    fresh,
    play: () => playRemote(name, scripts++),
  };
  try {
    await within(run(bench));
    return { status: 'passed' };
  } catch (error) {
    if (error instanceof NotHere) return { status: 'skipped', reason: error.message };
    return { status: 'failed', reason: String((error as Error)?.stack ?? error).slice(0, 600) };
  } finally {
    for (const one of closing) void one.destroy?.();
  }
}

async function within(running: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the test took longer than ${MOST} ms`)), MOST);
  });
  await Promise.race([running, late]).finally(() => clearTimeout(timer));
}

Object.assign(globalThis, { runTest });
