import { getEventListeners } from 'node:events';
import { expect, it, vi } from 'vitest';
import { Call, callOf } from '../../src/call/call.ts';
import { DelayQueue } from '../../src/call/delay-queue.ts';
import { HttpRequest } from '../../src/message/request.ts';
import { HttpResponse } from '../../src/message/response.ts';
import { delay } from '../../src/middleware/delay.ts';
import type { RequestOptions } from '../../src/options/options.ts';
import { FakeClock } from '../../src/testing/fake-clock.ts';

const request = new HttpRequest('GET', 'http://a.test/');

function setUp() {
  const clock = new FakeClock();
  const next = vi.fn(async () => new HttpResponse(200));
  return { clock, next, handler: delay()(next) };
}

it.each([undefined, null, false, 0] as const)('hands a request with a delay of %s on untouched', (value) => {
  const answer = Promise.resolve(new HttpResponse(200));
  const next = vi.fn(() => answer);
  const options: RequestOptions = { delay: value };
  expect(delay()(next)(request, options)).toBe(answer);
  expect(next).toHaveBeenCalledExactlyOnceWith(request, options);
});

it("waits by the system's clock where none is given", async () => {
  const next = vi.fn(async () => new HttpResponse(204));
  expect((await delay()(next)(request, { delay: 1 })).status).toBe(204);
});

it('sends after the delay', async () => {
  const { clock, next, handler } = setUp();
  const answer = handler(request, { delay: '2s', clock });
  await clock.advance(1999);
  expect(next).not.toHaveBeenCalled();
  await clock.advance(1);
  expect(next).toHaveBeenCalledOnce();
  expect((await answer).status).toBe(200);
});

it('holds no other request', async () => {
  const { clock, next, handler } = setUp();
  void handler(request, { delay: '1h', clock });
  void handler(request, { delay: 10, clock });
  void handler(request, { clock });
  expect(next).toHaveBeenCalledTimes(1);
  expect(clock.pending).toBe(1);
  await clock.advance(10);
  expect(next).toHaveBeenCalledTimes(2);
});

it('waits in the queue it was given', async () => {
  const clock = new FakeClock();
  const queue = new DelayQueue({ clock });
  const answer = delay(queue)(async () => new HttpResponse(204))(request, { delay: 10 });
  expect(queue.size).toBe(1);
  await clock.advance(10);
  expect((await answer).status).toBe(204);
});

it('rejects at once with the reason of the signal, sends nothing and leaves no listener', async () => {
  const { clock, next, handler } = setUp();
  const controller = new AbortController();
  const answer = handler(request, { delay: 10, clock, signal: controller.signal });
  expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
  controller.abort('stop');
  await expect(answer).rejects.toBe('stop');
  expect(clock.pending).toBe(0);
  expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  await clock.advance(10);
  expect(next).not.toHaveBeenCalled();
});

it('rejects at once when the call is cancelled', async () => {
  const { clock, next, handler } = setUp();
  const mine = new HttpRequest('GET', 'http://a.test/');
  mine.call = new Call(0);
  const answer = handler(mine, { delay: 10, clock });
  callOf(mine)!.abort('cancelled');
  await expect(answer).rejects.toBe('cancelled');
  expect(clock.pending).toBe(0);
  expect(next).not.toHaveBeenCalled();
});

it('leaves no listener behind once it sends', async () => {
  const { clock, handler } = setUp();
  const { signal } = new AbortController();
  const answer = handler(request, { delay: 10, clock, signal });
  await clock.advance(10);
  await answer;
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});
