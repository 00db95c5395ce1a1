/** Being stopped, at every moment. */
import { getEventListeners } from 'node:events';
import { expect, vi } from 'vitest';
import { Call, callOf } from '../../src/call/call.ts';
import { HttpRequest } from '../../src/message/request.ts';
import * as faults from '../../src/testing/faults.ts';
import { type Check, deliveries, rejection, released } from './bench.ts';

const reason = new Error('the caller has had enough');

export function aborts(check: Check): void {
  check('rejects with the reason when it was aborted before the start, and sends nothing', async ({ send, server }) => {
    const stopped = AbortSignal.abort(reason);
    expect(await rejection(send('/echo', { signal: stopped }))).toBe(reason);
    expect(server.requests).toEqual([]);
    expect(getEventListeners(stopped, 'abort')).toEqual([]);
  });

  check('rejects with a reason that is no Error as it is', async ({ send }) => {
    expect(await rejection(send('/echo', { signal: AbortSignal.abort('stop') }))).toBe('stop');
  });

  check('can be aborted while it connects', async ({ fresh }) => {
    const stop = new AbortController();
    const asked = vi.fn(() => new Promise<string>(() => undefined));
    const request = new HttpRequest('GET', 'http://stalled.test/');
    const waiting = rejection(fresh()(request, { signal: stop.signal, lookup: asked }));
    await vi.waitFor(() => expect(asked).toHaveBeenCalled());
    stop.abort(reason);
    expect(await waiting).toBe(reason);
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
  });

  check('can be aborted while it waits for the head', async ({ fresh, play }) => {
    const scripted = await play(faults.stallAt(0));
    const stop = new AbortController();
    const waiting = rejection(fresh()(new HttpRequest('GET', scripted.url()), { signal: stop.signal }));
    await vi.waitFor(() => expect(String(scripted.received[0])).toContain('\r\n\r\n'));
    stop.abort(reason);
    expect(await waiting).toBe(reason);
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
    await released(scripted);
  });

  check('can be aborted through the call, without a signal', async ({ fresh, play }) => {
    const scripted = await play(faults.stallAt(0));
    const request = new HttpRequest('GET', scripted.url());
    request.call = new Call(0);
    const waiting = rejection(fresh()(request, {}));
    await vi.waitFor(() => expect(String(scripted.received[0])).toContain('\r\n\r\n'));
    callOf(request)!.abort(reason);
    expect(await waiting).toBe(reason);
    await released(scripted);
  });

  check('can be aborted while it sends', async ({ fresh, play }) => {
    const scripted = await play([{ expect: 'end' }]);
    const stop = new AbortController();
    let isReleased = false;
    const endless = async function* () {
      try {
        for (;;) yield new Uint8Array(1000);
      } finally {
        isReleased = true;
      }
    };
    const request = new HttpRequest('POST', scripted.url(), {}, endless());
    const waiting = rejection(fresh()(request, { signal: stop.signal }));
    await vi.waitFor(() => expect(scripted.received[0]?.length).toBeGreaterThan(10_000));
    stop.abort(reason);
    expect(await waiting).toBe(reason);
    await released(scripted);
    await vi.waitFor(() => expect(isReleased, "the body's source must be let go of").toBe(true));
  });

  for (const [delivery, receive] of deliveries) {
    check(`can be aborted within the body, ${delivery}`, async ({ fresh, play }) => {
      const scripted = await play(faults.stallAt(faults.plainResponse().length - 2));
      const handler = fresh();
      const stop = new AbortController();
      const onHeaders = vi.fn();
      const request = new HttpRequest('GET', scripted.url());
      const waiting = rejection(receive((given) => handler(request, given), { signal: stop.signal, onHeaders }));
      await vi.waitFor(() => expect(onHeaders).toHaveBeenCalled());
      await new Promise((resolve) => setImmediate(resolve));
      stop.abort(reason);
      expect(await waiting).toBe(reason);
      expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
      await released(scripted);
    });
  }

  check('leaves no listener on a signal that outlives it', async ({ send }) => {
    const { signal } = new AbortController();
    const sent = Array.from({ length: 20 }, () => send('/echo', { signal }));
    expect(getEventListeners(signal, 'abort').length).toBeLessThanOrEqual(1);
    await Promise.all(sent);
    await (await send('/bytes/1000', { signal, stream: true })).bytes();
    await rejection(send('/redirect-to', { signal, onHeaders: fail }));
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  check('does nothing when it is aborted after the end', async ({ send }) => {
    const stop = new AbortController();
    const response = await send('/text', { signal: stop.signal });
    stop.abort(reason);
    expect((await response.text()).length).toBeGreaterThan(0);
  });

  check('lets go of the connection of a stream that is dropped', async ({ fresh, play }) => {
    for (const drop of ['discard', 'break'] as const) {
      const scripted = await play(faults.endlessBody());
      const response = await fresh()(new HttpRequest('GET', scripted.url()), { stream: true });
      if (drop === 'discard') await response.discard();
      else for await (const _ of response) break;
      await released(scripted);
    }
  });
}

function fail(): never {
  throw reason;
}
