/** What an error knows of its call, wherever it is seen first. */
import { describe, expect, it } from 'vitest';
import { Client } from '../../src/client/client.ts';
import { HandlerStack } from '../../src/index.ts';
import { isTransferError, type TransferError } from '../../src/message/errors.ts';
import { HttpResponse } from '../../src/message/response.ts';
import type { Middleware } from '../../src/stack/handler.ts';
import { mockHandler } from '../../src/testing/mock-handler.ts';
import { startServer } from '../../src/testing/server.ts';
import { type Clock, systemClock } from '../../src/time/clock.ts';

/** Each look at it is a millisecond later. */
function tickingClock(): Clock {
  let now = 0;
  return { now: () => ++now, sleep: systemClock.sleep };
}

/** Keeps what `elapsed` and `attempts` were when the error passed by. */
function looking(seen: (readonly [number, number])[]): Middleware {
  return (next) => async (request, options) => {
    try {
      return await next(request, options);
    } catch (error) {
      if (isTransferError(error)) seen.push([error.elapsed, error.attempts]);
      throw error;
    }
  };
}

describe('elapsed, in a layer around,', () => {
  it.each(['/status/503', '/status/404', '/close-before-head', '/redirect-loop'])('is known of %s', async (path) => {
    await using server = await startServer();
    const seen: [number, number][] = [];
    const handler = HandlerStack.create().unshift(looking(seen), 'looking');
    await using client = new Client({ handler, clock: tickingClock(), retry: { limit: 1, delay: () => 0 } });
    const error: TransferError = await client.get(server.url(path)).catch((reason) => reason);
    expect(seen).toHaveLength(1);
    const [elapsed = 0, attempts] = seen[0]!;
    expect(elapsed).toBeGreaterThan(0);
    expect(error.elapsed).toBeGreaterThanOrEqual(elapsed);
    expect(attempts).toBe(error.attempts);
  });
});

describe('elapsed of an error of the body', () => {
  it.each([true, false])('is known where JSON is none, stream %s', async (stream) => {
    const mock = mockHandler([new HttpResponse(503), new HttpResponse(200, {}, 'no JSON')]);
    const handler = HandlerStack.create(mock);
    const client = new Client({ handler, clock: tickingClock(), retry: { limit: 1, delay: () => 0 } });
    const response = await client.get('http://h.test/', { stream });
    const error = (await response.json().catch((reason: unknown) => reason)) as TransferError;
    expect(error).toMatchObject({ name: 'BodyError', attempts: 2 });
    expect(error.elapsed).toBeGreaterThan(0);
  });

  it('is known of a streamed one that breaks off', async () => {
    await using server = await startServer();
    await using client = new Client({ clock: tickingClock() });
    const response = await client.get(server.url('/close-in-body'), { stream: true });
    const error = (await response.bytes().catch((reason: unknown) => reason)) as TransferError;
    expect(error).toMatchObject({ code: 'ERR_BODY_TRUNCATED' });
    expect(error.elapsed).toBeGreaterThan(0);
  });
});
