/**
 * A call settles: whatever the server does and whenever the caller stops, in time, with an error of the tree (or the
 * caller's own reason), and nothing stays behind. Drawn at random, on every handler with sockets.
 */
import { getEventListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Client } from '../../src/client/client.ts';
import { fetchHandler } from '../../src/handlers/fetch/fetch.ts';
import { nodeHttpHandler } from '../../src/handlers/node/node-http.ts';
import { streamHandler } from '../../src/handlers/node/stream.ts';
import { undiciHandler } from '../../src/handlers/undici/undici.ts';
import { isTransferError } from '../../src/message/errors.ts';
import type { HttpResponse } from '../../src/message/response.ts';
import type { RequestOptions } from '../../src/options/options.ts';
import { HandlerStack } from '../../src/stack/handler-stack.ts';
import { type Script, startScriptedServer } from '../../src/testing/scripted-server.ts';

const RESPONSE = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 20\r\n\r\nabcdefghijklmnopqrst';
const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n5\r\nfghij\r\n0\r\n\r\n';
/** A timer may be late on a busy machine; a hang is seconds longer than this. */
const SLACK = 2_000;
const LIMIT = 80;

type Ending = 'fin' | 'reset' | 'stall' | 'complete';

interface Behaviour {
  readonly response: string;
  readonly cut: number;
  readonly ending: Ending;
  readonly trickle: boolean;
  readonly answersEarly: boolean;
}

const behaviours: fc.Arbitrary<Behaviour> = fc.record({
  response: fc.oneof(fc.constantFrom(RESPONSE, CHUNKED), fc.string({ maxLength: 60, unit: 'binary' })),
  cut: fc.integer({ min: 0, max: 110 }),
  ending: fc.constantFrom<Ending>('fin', 'reset', 'stall', 'complete'),
  trickle: fc.boolean(),
  answersEarly: fc.boolean(),
});

interface Asking {
  readonly method: 'GET' | 'POST';
  readonly stream: boolean;
  readonly retry: number;
  readonly timeout: number;
  readonly abortAfter: number | undefined;
}

const askings: fc.Arbitrary<Asking> = fc.record({
  method: fc.constantFrom('GET', 'POST'),
  stream: fc.boolean(),
  retry: fc.constantFrom(0, 1),
  timeout: fc.constantFrom(0, 0, 50),
  abortAfter: fc.option(fc.integer({ min: 0, max: 40 }), { nil: undefined }),
});

/** Timers that hold the process. */
function activeTimers(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
}

/**
 * The built-in fetch has timers of its own, which it drops some seconds after its last connection. They are waited for
 * by one that does not hold the process: it would count itself, as that of `vi.waitFor` does.
 */
async function timersEnd(most: number): Promise<void> {
  for (let looks = 0; looks < 300 && activeTimers() > most; looks += 1) await delay(100, undefined, { ref: false });
}

function scriptOf({ response, cut, ending, trickle, answersEarly }: Behaviour): Script {
  const sent = ending === 'complete' ? response : response.slice(0, cut);
  const bytes = [...sent].map((char) => String.fromCharCode(char.charCodeAt(0) & 0xff)).join('');
  const answer = trickle ? { trickle: bytes, bytes: 40, ms: 2 } : { send: bytes };
  const end = ending === 'fin' ? [{ fin: true as const }] : ending === 'reset' ? [{ reset: true as const }] : [];
  return [...(answersEarly ? [] : [{ expect: 'request' as const }]), answer, ...end, { stall: true }];
}

async function readAll(response: HttpResponse, asking: Asking): Promise<void> {
  if (asking.stream) for await (const _ of response) void _;
  else await response.text();
}

async function settles(client: Client, url: string, asking: Asking): Promise<void> {
  const controller = new AbortController();
  const reason = new Error('the caller changed its mind');
  const options: RequestOptions = {
    stream: asking.stream,
    retry: { limit: asking.retry, delay: () => 5 },
    timeout: asking.timeout,
    headersTimeout: LIMIT,
    readTimeout: LIMIT,
    connectTimeout: LIMIT,
    signal: controller.signal,
    ...(asking.method === 'POST' && { body: 'some text' }),
  };
  const stop =
    asking.abortAfter === undefined ? undefined : setTimeout(() => controller.abort(reason), asking.abortAfter);
  const late = Symbol('late');
  let guard: NodeJS.Timeout | undefined;
  const outcome = await Promise.race([
    client
      .request(asking.method, url, options)
      .then((response) => readAll(response, asking))
      .catch((error: unknown) => error),
    new Promise((resolve) => {
      guard = setTimeout(resolve, (asking.retry + 1) * 2 * LIMIT + SLACK, late);
    }),
  ]);
  clearTimeout(stop);
  clearTimeout(guard);
  expect(outcome, 'the call hangs').not.toBe(late);
  if (outcome !== undefined && outcome !== reason) {
    expect(isTransferError(outcome), `rejected with ${String(outcome)}`).toBe(true);
  }
  expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
}

const handlers = { undici: undiciHandler, node: nodeHttpHandler, stream: streamHandler, fetch: () => fetchHandler() };

describe.each(Object.entries(handlers))('over %s', (name, make) => {
  it('a call settles in time, with an error of the tree, and leaves no socket, timer or listener', {
    timeout: 120_000,
  }, async () => {
    const before = activeTimers();
    await fc.assert(
      fc.asyncProperty(behaviours, askings, async (behaviour, asking) => {
        const server = await startScriptedServer(scriptOf(behaviour));
        const client = new Client({ handler: HandlerStack.create(make()) });
        await settles(client, server.url('/'), asking);
        await client.destroy();
        // The built-in fetch keeps its connections in a pool that nobody else can close.
        if (name !== 'fetch') await server.allClosed();
        await server.close();
      }),
      { numRuns: 60 },
    );
    await timersEnd(before);
    expect(activeTimers(), 'a timer stays').toBeLessThanOrEqual(before);
  });
});
