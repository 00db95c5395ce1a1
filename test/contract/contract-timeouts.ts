/** Waits, on a clock that the test turns. */
import { expect, vi } from 'vitest';
import { HttpRequest } from '../../src/message/request.ts';
import { FakeClock } from '../../src/testing/fake-clock.ts';
import * as faults from '../../src/testing/faults.ts';
import type { ScriptedServer } from '../../src/testing/scripted-server.ts';
import { type Check, deliveries, rejection, released } from './bench.ts';

/** The server has the request, and the handler waits for something. */
async function asked(scripted: ScriptedServer, clock: FakeClock): Promise<void> {
  await vi.waitFor(() => {
    expect(String(scripted.received[0])).toContain('\r\n\r\n');
    expect(clock.pending).toBeGreaterThan(0);
  });
}

export function timeouts(check: Check): void {
  check('times the wait for a connection', async ({ fresh }) => {
    const clock = new FakeClock();
    const options = { clock, connectTimeout: '2s', lookup: () => new Promise<string>(() => undefined) };
    const waiting = rejection(fresh()(new HttpRequest('GET', 'http://stalled.test/'), options));
    await vi.waitFor(() => expect(clock.pending).toBeGreaterThan(0));
    await clock.advance(2000);
    expect(await waiting).toMatchObject({ name: 'TimeoutError', phase: 'connect', code: 'ERR_TIMEOUT_CONNECT' });
    expect(clock.pending).toBe(0);
  });

  for (const at of [0, 12]) {
    check(`times the wait for the head, after ${at} bytes of it`, async ({ fresh, play }) => {
      const clock = new FakeClock();
      const scripted = await play(faults.stallAt(at));
      const request = new HttpRequest('GET', scripted.url());
      const waiting = rejection(fresh()(request, { clock, headersTimeout: '2s' }));
      await asked(scripted, clock);
      await clock.advance(2000);
      const error = await waiting;
      expect(error).toMatchObject({ name: 'TimeoutError', phase: 'headers', code: 'ERR_TIMEOUT_HEADERS', request });
      expect(error.message).toContain('headersTimeout (2000 ms)');
      await released(scripted);
      expect(clock.pending).toBe(0);
    });
  }

  for (const [delivery, receive] of deliveries) {
    check(`times a pause of the body, ${delivery}`, async ({ fresh, play }) => {
      const clock = new FakeClock();
      const scripted = await play(faults.stallAt(faults.plainResponse().length - 2));
      const handler = fresh();
      const heads: number[] = [];
      const options = { clock, readTimeout: 3000, onHeaders: () => void heads.push(1) };
      const request = new HttpRequest('GET', scripted.url());
      const waiting = rejection(receive((given) => handler(request, given), options));
      await vi.waitFor(() => expect(heads).toEqual([1]));
      await vi.waitFor(() => expect(clock.pending).toBeGreaterThan(0));
      // Bytes that are on their way still count as progress.
      await new Promise((resolve) => setImmediate(resolve));
      await clock.advance(3000);
      const error = await waiting;
      expect(error).toMatchObject({ name: 'TimeoutError', phase: 'read', code: 'ERR_TIMEOUT_READ', request });
      await released(scripted);
      expect(clock.pending).toBe(0);
    });
  }

  check('does not time a reader that takes its time', async ({ send }) => {
    const clock = new FakeClock();
    const response = await send('/bytes/20000000', { clock, readTimeout: 1000, stream: true });
    const chunks = response[Symbol.asyncIterator]();
    let size = (await chunks.next()).value?.byteLength ?? 0;
    for (let i = 0; i < 5; i++) {
      await clock.advance(10_000);
      size += (await chunks.next()).value?.byteLength ?? 0;
    }
    for (;;) {
      const { done, value } = await chunks.next();
      if (done) break;
      size += value.byteLength;
    }
    expect(size).toBe(20_000_000);
    expect(clock.pending).toBe(0);
  });

  check('waits without end when a timeout is off', async ({ fresh, play }) => {
    const clock = new FakeClock();
    let answer: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const scripted = await play([{ expect: 'head' }, { expect: 'body', bytes: 1 }, { send: faults.plainResponse() }]);
    const body = async function* () {
      await gate;
      yield 'x';
    };
    const request = new HttpRequest('POST', scripted.url(), {}, body());
    const waiting = fresh()(request, { clock, connectTimeout: 0, headersTimeout: 0, readTimeout: 0 });
    await vi.waitFor(() => expect(scripted.totalConnections).toBe(1));
    await clock.advance(24 * 3_600_000);
    answer();
    expect((await waiting).status).toBe(200);
  });

  check('leaves no timer behind after a response', async ({ send }) => {
    const clock = new FakeClock();
    await send('/echo', { clock });
    await (await send('/bytes/1000', { clock, stream: true })).bytes();
    expect(clock.pending).toBe(0);
  });
}
