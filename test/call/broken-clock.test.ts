/** A clock of the caller's that throws while something waits in the delay queue: what waits fails with that, and nothing hangs. */
import { describe, expect, it } from 'vitest';
import { Client, DelayQueue, HandlerStack, HttpResponse, isTimeoutError } from '../../src/index.ts';
import { atEachLook, BrokenClock, brokenWays } from '../support/broken-clock.ts';

describe('a clock that fails', () => {
  it.each(brokenWays)('fails a task of the queue: %s, %s', async (how, _when, once) => {
    const broke = await atEachLook(how, once, (clock) => new DelayQueue({ clock }).add(50, () => 'done'));
    expect(broke).toBeGreaterThan(0);
  });

  it.each(brokenWays)('fails a call in its delay: %s, %s', async (how, _when, once) => {
    const handler = HandlerStack.create(async () => new HttpResponse(200, {}, 'done'));
    const broke = await atEachLook(how, once, (clock) =>
      new Client({ handler }).get('http://a.test/', { clock, delay: 50 }).text(),
    );
    expect(broke).toBeGreaterThan(0);
  });

  it.each(brokenWays)('fails a call whose timeout it would tell: %s, %s', async (how, _when, once) => {
    const client = new Client({ handler: HandlerStack.create(() => new Promise(() => undefined)) });
    const broke = await atEachLook(how, once, (clock) =>
      client.get('http://a.test/', { clock, timeout: 50 }).catch((error: unknown) => {
        if (isTimeoutError(error)) return 'done';
        throw error;
      }),
    );
    expect(broke).toBeGreaterThan(0);
  });

  it('leaves the queue to those who come later', async () => {
    const clock = new BrokenClock('now throws', 1, true);
    const queue = new DelayQueue({ clock });
    await expect(queue.add(50, () => 'done')).rejects.toBe(clock.fault);
    expect(queue.size).toBe(0);
    expect(await queue.add(50, () => 'done')).toBe('done');
  });
});
