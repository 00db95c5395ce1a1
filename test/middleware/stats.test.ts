import { expect, it, vi } from 'vitest';
import { Call } from '../../src/call/call.ts';
import { undiciHandler } from '../../src/handlers/undici/undici.ts';
import { NetworkError, ResponseError } from '../../src/message/errors.ts';
import { HttpRequest } from '../../src/message/request.ts';
import { HttpResponse } from '../../src/message/response.ts';
import { stats } from '../../src/middleware/stats.ts';
import type { TransferStats } from '../../src/options/options.ts';
import { FakeClock } from '../../src/testing/fake-clock.ts';
import { startServer } from '../../src/testing/server.ts';
import { answering, rejection, streamed } from '../support/fake-handler.ts';

const get = () => new HttpRequest('GET', 'http://h/a');
const facts = { handler: 'fast', timings: { firstByte: 3, total: 5 }, bytesSent: 7, bytesReceived: 9 };

it('reports what the handler measured', async () => {
  const onStats = vi.fn();
  const request = get();
  const response = new HttpResponse(200, {}, 'x', '1.1', undefined, facts);
  await stats()(answering(response).handler)(request, { onStats });
  expect(onStats.mock.calls).toEqual([[{ request, response, error: undefined, attempt: 1, hop: 0, ...facts }]]);
});

it('reports a failure, with what was measured until then', async () => {
  const onStats = vi.fn();
  const request = get();
  const error = Object.assign(new NetworkError('gone', request), { transfer: facts });
  expect(await rejection(stats()(answering(error).handler)(request, { onStats }))).toBe(error);
  expect(onStats.mock.calls).toEqual([[{ request, response: undefined, error, attempt: 1, hop: 0, ...facts }]]);
});

it('reports the response that an error carries', async () => {
  const onStats = vi.fn();
  const response = new HttpResponse(200);
  await rejection(stats()(answering(new ResponseError('cut', { response })).handler)(get(), { onStats }));
  expect(onStats).toHaveBeenCalledWith(expect.objectContaining({ response }));
});

it('reports what a handler throws that is no error of ours, and throws it on', async () => {
  const onStats = vi.fn();
  const error = new RangeError('mine');
  expect(await rejection(stats()(answering(error).handler)(get(), { onStats }))).toBe(error);
  expect(onStats).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ error, handler: 'custom', bytesSent: 0 }));
});

it('says which attempt and hop it was when it began', async () => {
  const onStats = vi.fn();
  const request = get();
  const call = new Call(0);
  request.call = call;
  call.attempt = 3;
  call.hop = 2;
  const next = async () => {
    call.attempt = 4;
    return new HttpResponse(200);
  };
  await stats()(next)(request, { onStats });
  expect(onStats).toHaveBeenCalledWith(expect.objectContaining({ attempt: 3, hop: 2 }));
});

it('takes the time of a handler that measures nothing', async () => {
  const clock = new FakeClock();
  const onStats = vi.fn();
  const next = async () => {
    await clock.advance(12);
    return new HttpResponse(200);
  };
  await stats()(next)(get(), { onStats, clock });
  expect(onStats).toHaveBeenCalledWith(
    expect.objectContaining({ handler: 'custom', timings: { total: 12 }, bytesSent: 0, bytesReceived: 0 }),
  );
});

it('rejects with what onStats throws, and lets go of the response', async () => {
  const { response, released } = streamed();
  const fault = new Error('mine');
  const onStats = () => {
    throw fault;
  };
  expect(await rejection(stats()(answering(response).handler)(get(), { onStats }))).toBe(fault);
  expect(released).toHaveBeenCalledOnce();
});

it('keeps the error of the transfer when onStats throws as well', async () => {
  const failure = new NetworkError('gone', get());
  const onStats = () => {
    throw new Error('mine');
  };
  expect(await rejection(stats()(answering(failure).handler)(get(), { onStats }))).toBe(failure);
});

it.each([undefined, null, false as const])('leaves everything alone for %s', (onStats) => {
  const promise = Promise.resolve(new HttpResponse(200));
  expect(stats()(() => promise)(get(), { onStats })).toBe(promise);
});

it('reports the numbers of a real transfer, and of one that is reset', async () => {
  await using server = await startServer();
  const transport = undiciHandler();
  const seen: TransferStats[] = [];
  const options = { onStats: (one: TransferStats) => seen.push(one) };
  server.enqueue({ body: 'hello' }, { fault: 'reset' });
  const request = new HttpRequest('POST', server.url('/'), {}, 'abc');
  await stats()(transport)(request, options);
  await rejection(stats()(transport)(request, options));
  await transport.destroy?.();
  expect(seen).toMatchObject([
    { handler: 'undici', bytesReceived: 5, response: { status: 200 }, error: undefined },
    { handler: 'undici', bytesReceived: 0, response: undefined, error: { name: 'NetworkError' } },
  ]);
  expect(seen[0]!.timings.total).toBeGreaterThan(0);
});
