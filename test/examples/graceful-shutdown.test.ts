import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Client } from '../../src/index.ts';
import { startServer, type TestServer } from '../../src/testing/index.ts';
import { built } from '../support/built.ts';

let upstream: TestServer;
/** The calls that are held, of `/report` and those of `holds`. */
let holds: string;
let asked: { response: ServerResponse; isGone: Promise<unknown> }[];
let asker: Client;
let child: ChildProcess;

beforeEach(async () => {
  asked = [];
  holds = '';
  upstream = await startServer({
    listener: ({ url }, response) => {
      if (url !== '/report' && url !== holds) return void response.end('Ada');
      asked.push({ response, isGone: once(response, 'close') });
    },
  });
  asker = new Client();
});

afterEach(async () => {
  child.kill('SIGKILL');
  await asker.destroy();
  await upstream.close();
});

/** Starts the service. Its address, the lines that it prints from then on, its end, and how long it took to start. */
async function start(grace?: string) {
  const env = { ...process.env, NODE_NO_WARNINGS: '1', UPSTREAM: upstream.origin, ...(grace && { GRACE: grace }) };
  child = spawn(process.execPath, [built('examples/graceful-shutdown.ts')], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const began = performance.now();
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  const next = async () => String((await lines.next()).value);
  const origin = (await next()).replace('listening at ', '');
  return { origin, next, exited, startUp: performance.now() - began };
}

/** Asks the service, and resolves with the promise of its answer once the upstream has been asked. */
async function underWay(origin: string) {
  const answer = asker.get(origin, { httpErrors: false, retry: false, timeout: '20s' }).then(async (response) => ({
    status: response.status,
    connection: response.headers.get('connection'),
    text: await response.text(),
  }));
  await expect.poll(() => asked.length).toBe(1);
  return { answer };
}

describe('a service that is asked to end', () => {
  it('takes no more requests, answers the one under way, and exits with 0', async () => {
    const { origin, next, exited } = await start();
    const { answer } = await underWay(origin);
    child.kill('SIGTERM');
    expect(await next()).toBe('shutting down');
    const [, refused] = await new Client({ retry: false }).attempt('GET', origin);
    expect(refused).toMatchObject({ name: 'ConnectError' });
    asked[0]!.response.end('done');
    expect(await answer).toEqual({ status: 200, connection: 'close', text: 'done' });
    expect(await exited).toEqual([0, null]);
    expect(asked.length).toBe(1);
  });

  it('lets a request under way make another call, and closes the client after it', async () => {
    holds = '/user';
    const { origin, next, exited } = await start();
    const { answer } = await underWay(origin);
    child.kill('SIGTERM');
    expect(await next()).toBe('shutting down');
    asked[0]!.response.end('Ada');
    await expect.poll(() => asked.length).toBe(2);
    asked[1]!.response.end('done');
    expect(await answer).toEqual({ status: 200, connection: 'close', text: 'done' });
    expect(await exited).toEqual([0, null]);
  });

  it('ends a call that takes longer than the time, answers who asked for it, and exits with 0', async () => {
    const { origin, next, exited, startUp } = await start('300');
    const { answer } = await underWay(origin);
    child.kill('SIGTERM');
    expect(await next()).toBe('shutting down');
    const from = performance.now();
    expect(await answer).toEqual({ status: 503, connection: 'close', text: '{"code":"ERR_CLIENT_CLOSED"}' });
    expect(performance.now() - from).toBeGreaterThan(200);
    expect(await exited).toEqual([0, null]);
    // Far from the 5 s that it has by default, and from the 20 s and 30 s of the two calls. On a machine where the start of
    // a process takes seconds, its end may too.
    expect(performance.now() - from).toBeLessThan(Math.max(4000, 4 * startUp));
    await asked[0]!.isGone;
    expect(asked.length).toBe(1);
  });

  it('is held up by no connection that rests', async () => {
    const { origin, next, exited, startUp } = await start();
    const { answer } = await underWay(origin);
    asked[0]!.response.end('done');
    expect(await answer).toMatchObject({ status: 200, text: 'done' });
    expect(asker.stats().idle).toBe(1);
    const from = performance.now();
    child.kill('SIGTERM');
    expect(await next()).toBe('shutting down');
    expect(await exited).toEqual([0, null]);
    expect(performance.now() - from).toBeLessThan(Math.max(4000, 4 * startUp));
  });

  it('ends at once when it is asked a second time', async () => {
    const { origin, next, exited } = await start('60000');
    const { answer } = await underWay(origin);
    const failed = answer.catch((error: unknown) => error);
    child.kill('SIGTERM');
    expect(await next()).toBe('shutting down');
    child.kill('SIGTERM');
    expect(await exited).toEqual([null, 'SIGTERM']);
    expect(await failed).toMatchObject({ code: expect.stringMatching(/^ERR_(CLOSED|RESET)$/) });
  });
});
