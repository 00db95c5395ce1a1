import { describe, expect, it, vi } from 'vitest';
import { FakeClock } from '../../src/testing/fake-clock.ts';
import { Inbox } from '../../src/websocket/inbox.ts';

const message = (data: string) => ({ type: 'text', data }) as const;

function inboxOf() {
  const clock = new FakeClock();
  const room = vi.fn();
  const inbox = new Inbox(clock, room, (limit) => new Error(`timed out after ${limit}`));
  return { clock, room, inbox };
}

describe('the inbox', () => {
  it('is full from 1 MiB, or 1024 messages', () => {
    const { inbox } = inboxOf();
    inbox.put(message('x'), 1_048_575);
    expect(inbox.isFull).toBe(false);
    inbox.put(message('x'), 1);
    expect(inbox.isFull).toBe(true);
    const { inbox: other } = inboxOf();
    for (let i = 0; i < 1023; i++) other.put(message(''), 0);
    expect(other.isFull).toBe(false);
    other.put(message(''), 0);
    expect(other.isFull).toBe(true);
  });

  it('tells of room once it is half empty', async () => {
    const { inbox, room } = inboxOf();
    for (let i = 0; i < 1024; i++) inbox.put(message(''), 1);
    for (let i = 0; i < 511; i++) await inbox.take({});
    expect(room).not.toHaveBeenCalled();
    await inbox.take({});
    expect(room).toHaveBeenCalledOnce();
  });

  it('keeps no timer and no reader of a wait that is over', async () => {
    const { inbox, clock } = inboxOf();
    const late = inbox.take({ timeout: 10 });
    late.catch(() => undefined);
    const served = inbox.take({ timeout: 20 });
    await clock.advance(10);
    await expect(late).rejects.toThrow('timed out after 10');
    inbox.put(message('x'), 1);
    expect(await served).toEqual(message('x'));
    expect(clock.pending).toBe(0);
    inbox.put(message('y'), 1);
    expect(await inbox.take({})).toEqual(message('y'));
  });

  it('serves its readers in their order, without those who gave up', async () => {
    const { inbox, clock } = inboxOf();
    const first = inbox.take({});
    const impatient = inbox.take({ timeout: 10 });
    impatient.catch(() => undefined);
    const [third, fourth] = [inbox.take({}), inbox.take({})];
    await clock.advance(10);
    await expect(impatient).rejects.toThrow('timed out after 10');
    for (const data of ['a', 'b', 'c']) inbox.put(message(data), 1);
    expect(await Promise.all([first, third, fourth])).toEqual([message('a'), message('b'), message('c')]);
  });

  it('tells all who wait that it has ended', async () => {
    const { inbox } = inboxOf();
    const waiting = [inbox.take({}), inbox.take({}), inbox.take({})];
    inbox.end();
    expect(await Promise.all(waiting)).toEqual([undefined, undefined, undefined]);
  });

  it('ends with what is there, and fails without it', async () => {
    const { inbox } = inboxOf();
    inbox.put(message('x'), 1);
    inbox.end();
    inbox.put(message('late'), 1);
    expect([await inbox.take({}), await inbox.take({})]).toEqual([message('x'), undefined]);
    const { inbox: failed } = inboxOf();
    failed.put(message('x'), 1);
    failed.fail(new Error('stopped'));
    await expect(failed.take({})).rejects.toThrow('stopped');
  });
});
