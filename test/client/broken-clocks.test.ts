/** A clock of the client's own that throws: its calls reject with that, and `close` comes to its end. */
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Client, HandlerStack, HttpResponse, NetworkError } from '../../src/index.ts';
import { atEachLook, BrokenClock, brokenWays } from '../support/broken-clock.ts';

describe('a clock of the client that fails', () => {
  it.each(brokenWays)('fails a call, and is never thrown at the caller: %s, %s', async (how, _when, once) => {
    const handler = HandlerStack.create(async () => new HttpResponse(200, {}, 'done'));
    await atEachLook(how, once, async (clock) => {
      const client = new Client({ clock, handler });
      let call: ReturnType<Client['get']>;
      try {
        call = client.get('http://a.test/');
      } catch (error) {
        return `thrown: ${String(error)}`;
      }
      return call.text();
    });
  });

  it('lets go of the body of a call that it keeps from beginning', async () => {
    const clock = new BrokenClock('now throws', 1, true);
    const client = new Client({ clock, handler: HandlerStack.create(async () => new HttpResponse(200)) });
    const body = Readable.from(['a']);
    await expect(client.post('http://a.test/', { body })).rejects.toBe(clock.fault);
    expect(body.destroyed).toBe(true);
  });

  it('leaves an error as it is that is made when the time cannot be told', async () => {
    const clock = new BrokenClock('now throws', 2, false);
    const handler = HandlerStack.create(async (request) => {
      await setImmediate();
      throw new NetworkError('it broke', { request, code: 'ERR_RESET' });
    });
    const call = new Client({ clock, handler }).get('http://a.test/');
    await expect(call).rejects.toMatchObject({ name: 'NetworkError', code: 'ERR_RESET', elapsed: 0 });
    expect(clock.failed).toBeGreaterThan(0);
  });

  it.each(['sleep throws', 'sleep rejects'] as const)('ends the calls that close would wait for: %s', async (how) => {
    const clock = new BrokenClock(how, 1, false);
    const client = new Client({ clock, handler: HandlerStack.create(() => new Promise(() => undefined)) });
    const call = client.get('http://a.test/').catch((error: unknown) => error);
    await client.close({ timeout: 60_000 });
    expect(await call).toMatchObject({ code: 'ERR_CLIENT_CLOSED', cause: clock.fault });
  });
});
