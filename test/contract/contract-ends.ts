/** The end of a client: `close` lets its calls finish, `destroy` ends each at once, and nothing of it is sent again. */
import { expect, vi } from 'vitest';
import { Client, type ClientOptions } from '../../src/client/client.ts';
import type { Handler } from '../../src/stack/handler.ts';
import { HandlerStack } from '../../src/stack/handler-stack.ts';
import { type Check, rejection } from './bench.ts';

const reason = new Error('the process ends');
const closed = { name: 'NetworkError', code: 'ERR_CLIENT_CLOSED', cause: reason };
const retry = { limit: 3, delay: () => 1 };

/** A client over the handler, that counts what is sent through it. */
function counting(handler: Handler, options: ClientOptions = {}) {
  const state = { sent: 0 };
  const stack = HandlerStack.create(handler).push((next) => (request, given) => {
    state.sent += 1;
    return next(request, given);
  });
  return { client: new Client({ handler: stack, ...options }), state };
}

export function ends(check: Check): void {
  for (const options of [{}, { retry }, { stream: true }, { stream: true, retry }] as const) {
    const with_ = Object.keys(options).join(' and ') || 'neither stream nor retry';

    check(`ends a call at once on destroy, in its first turn, with ${with_}`, async ({ fresh, url }) => {
      const { client, state } = counting(fresh(), options);
      const running = rejection(client.get(url('/stall-in-body')).then((response) => response.bytes()));
      // A call goes to its handler behind the code that made it, which may still ask for JSON.
      await Promise.resolve();
      expect(state.sent).toBe(1);
      await client.destroy(reason);
      expect(await running).toMatchObject(closed);
      expect(state.sent).toBe(1);
    });

    check(`ends a call at once on destroy, within the body, with ${with_}`, async ({ fresh, url }) => {
      const { client, state } = counting(fresh(), options);
      const onHeaders = vi.fn();
      const call = client.get(url('/stall-in-body?sent=10&length=1000'), { onHeaders });
      const running = rejection(call.then((response) => response.bytes()));
      await vi.waitFor(() => expect(onHeaders).toHaveBeenCalled());
      await new Promise((resolve) => setImmediate(resolve));
      const finishing = client.close();
      await client.destroy(reason);
      expect(await running).toMatchObject(closed);
      await finishing;
      expect(state.sent).toBe(1);
    });
  }

  check('ends a call on destroy between two attempts', async ({ fresh, url }) => {
    const delay = vi.fn(() => 60_000);
    const { client, state } = counting(fresh(), { retry: { limit: 3, delay } });
    const running = rejection(client.get(url('/status/503')));
    // The wait between the attempts begins when its length is asked for.
    await vi.waitFor(() => expect(delay).toHaveBeenCalled());
    await client.destroy(reason);
    expect(await running).toMatchObject(closed);
    expect(state.sent).toBe(1);
  });

  check('lets a call finish on close, the wait between two attempts included', async ({ fresh, url }) => {
    const { client, state } = counting(fresh(), { retry: { limit: 1, delay: () => 50 }, httpErrors: false });
    const running = client.get(url('/status/503'));
    await client.close();
    expect(state.sent).toBe(2);
    expect((await running).status).toBe(503);
  });

  check('lets a streamed call finish on close, the promise of onHeaders included', async ({ fresh, url }) => {
    for (const whose of ['client', 'handler'] as const) {
      const handler = fresh();
      const { client } = counting(handler, { stream: true });
      let goOn = (): void => undefined;
      const onHeaders = vi.fn(() => new Promise<void>((resolve) => (goOn = resolve)));
      const running = client.get(url('/bytes/100000'), { onHeaders }).then((response) => response.bytes());
      await vi.waitFor(() => expect(onHeaders).toHaveBeenCalled());
      // The caller has no body to read yet.
      const closing = whose === 'client' ? client.close() : handler.close?.();
      await new Promise((resolve) => setImmediate(resolve));
      goOn();
      expect((await running).byteLength).toBe(100_000);
      await closing;
    }
  });

  check('destroys what is left after the timeout of close', async ({ fresh, url }) => {
    const { client } = counting(fresh());
    const running = rejection(client.get(url('/stall-in-body')));
    await client.close({ timeout: 20 });
    expect(await running).toMatchObject({ name: 'NetworkError', code: 'ERR_CLIENT_CLOSED' });
  });

  check('closes though nobody reads a streamed body', async ({ fresh, url }) => {
    const { client } = counting(fresh(), { stream: true });
    await client.get(url('/bytes/1000'));
    await client.get(url('/stall-in-body'));
    await client.close();
  });

  check('closes though a streamed head comes later and nobody reads its body', async ({ fresh, url }) => {
    const { client } = counting(fresh(), { stream: true });
    const running = client.get(url('/stall-in-body'));
    await client.close();
    expect(await rejection(running.then((response) => response.bytes()))).toMatchObject({ code: 'ERR_CLIENT_CLOSED' });
  });

  check('refuses a call after destroy, also after close', async ({ fresh, url }) => {
    for (const ends of [['destroy'], ['close', 'destroy'], ['destroy', 'close']] as const) {
      const { client, state } = counting(fresh());
      for (const end of ends) await client[end]();
      expect(await rejection(client.get(url('/text')))).toMatchObject({
        name: 'NetworkError',
        code: 'ERR_CLIENT_CLOSED',
      });
      expect(state.sent).toBe(0);
    }
  });

  check('refuses a call while it closes, and sends one once it is closed', async ({ fresh, url }) => {
    const { client, state } = counting(fresh());
    const running = client.get(url('/text'));
    const closing = client.close();
    expect(await rejection(client.get(url('/text')))).toMatchObject({ code: 'ERR_CLIENT_CLOSED' });
    await closing;
    expect((await running).status).toBe(200);
    expect((await client.get(url('/text'))).status).toBe(200);
    expect(state.sent).toBe(2);
    await client.destroy();
  });
}
