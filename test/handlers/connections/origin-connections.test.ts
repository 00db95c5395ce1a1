/** The connections to one origin by themselves, over a transport whose sockets open and close when the test says so. */
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { dialSettings } from '../../../src/connect/settings/dial-settings.ts';
import { Connection } from '../../../src/handlers/connections/connection.ts';
import { ConnectionLimits } from '../../../src/handlers/connections/connection-limits.ts';
import { OriginConnections } from '../../../src/handlers/connections/origin-connections.ts';
import type { SlotLimit } from '../../../src/handlers/connections/slot-limit.ts';
import { targetOf } from '../../../src/message/uri.ts';
import type { RequestOptions } from '../../../src/options/options.ts';
import { FakeClock } from '../../../src/testing/fake-clock.ts';

class FakeConnection extends Connection {
  isLive = true;
  /** What `close` was told; `undefined` while it is open. */
  closing: 'at once' | 'for a waiter' | undefined;
  parked = false;

  constructor(owner: FakeConnections) {
    super();
    this.streams = 1;
    this.connected(owner);
  }

  override park(): void {
    this.parked = true;
  }

  override reactivate(): void {
    this.parked = false;
  }

  close(isWaitedFor: boolean): void {
    this.isLive = false;
    this.closing = isWaitedFor ? 'for a waiter' : 'at once';
    this.disconnected();
  }
}

/** A request, and the connection it has. */
class Request {
  connection: FakeConnection | undefined;
  isReused = false;
  stop: (() => void) | undefined;

  constructor(readonly name: string) {}
}

class FakeConnections extends OriginConnections<FakeConnection, Request> {
  /** Dials under way. */
  readonly opening: Request[] = [];
  readonly closing: FakeConnection[] = [];

  ask(request: Request, limit?: SlotLimit, isFresh = false): Request {
    const idle = isFresh ? undefined : this.takeIdle();
    if (idle !== undefined) this.hand(idle, request);
    else if (this.limits.take(this, limit)) request.stop = this.open(request);
    else {
      const wait = this.wait(request, limit!, isFresh);
      request.stop = () => wait.leave();
    }
    return request;
  }

  protected open(request: Request): () => void {
    const cancel = (): void => {
      if (!this.dials.delete(cancel)) return;
      this.opening.splice(this.opening.indexOf(request), 1);
      this.limits.release(this);
      this.forget();
    };
    this.dials.add(cancel);
    this.opening.push(request);
    return cancel;
  }

  /** The socket of the dial that began first is there. */
  opened(): FakeConnection {
    const request = this.opening.shift()!;
    const [cancel] = this.dials;
    this.dials.delete(cancel!);
    const connection = new FakeConnection(this);
    this.connections.add(connection);
    request.connection = connection;
    return connection;
  }

  protected hand(connection: FakeConnection, request: Request): void {
    request.connection = connection;
    request.isReused = true;
  }

  /** Asks, and opens what is dialled. */
  get(name: string, limit?: SlotLimit): FakeConnection {
    const request = this.ask(new Request(name), limit);
    return request.connection ?? this.opened();
  }

  /** Its request is over. */
  done(connection: FakeConnection): void {
    connection.streams = 0;
    this.rest(connection);
  }

  override drop(connection: FakeConnection): void {
    const isMine = this.connections.has(connection);
    super.drop(connection);
    if (isMine) this.closing.push(connection);
  }

  /** The sockets that are closing have closed. */
  socketsClosed(): void {
    for (const connection of this.closing.splice(0)) this.closed(connection);
  }
}

interface Parts {
  readonly limits?: ConnectionLimits;
  readonly origin?: string;
  readonly options?: RequestOptions;
}

function connections({ limits = new ConnectionLimits(), origin = 'http://a.test/', options = {} }: Parts = {}) {
  let emptied = 0;
  const made = new FakeConnections(targetOf(origin), dialSettings(options), limits, () => {
    emptied += 1;
  });
  return { made, limits, emptied: () => emptied };
}

const limit = (perOrigin: number, total = 99): SlotLimit => ({ perOrigin, total });

describe('a connection that becomes idle', () => {
  it('is taken before a new one is made, the one used last first', () => {
    const { made } = connections();
    const [a, b] = [made.get('1'), made.get('2')];
    made.done(a);
    made.done(b);
    expect([made.get('3'), made.get('4'), made.opening.length]).toEqual([b, a, 0]);
  });

  it('is parked, and reactivated with the request that takes it', () => {
    const { made } = connections();
    const a = made.get('1');
    const seen = [a.parked];
    made.done(a);
    seen.push(a.parked);
    made.get('2');
    expect([...seen, a.parked]).toEqual([false, true, false]);
  });

  it('stays when another one is dropped in use', () => {
    const { made } = connections();
    const [idle, busy] = [made.get('1'), made.get('2')];
    made.done(idle);
    made.drop(busy);
    expect(made.get('3')).toBe(idle);
  });

  it('is passed over when it was lost meanwhile', () => {
    const { made } = connections();
    const a = made.get('1');
    made.done(a);
    a.isLive = false;
    const request = made.ask(new Request('2'));
    expect([request.connection, made.opening, a.closing]).toEqual([undefined, [request], 'at once']);
  });

  it.each<[string, (connection: FakeConnection) => void]>([
    ['it is too old', (one) => Object.assign(one, { isOld: true })],
    ['the server takes no more requests', (one) => Object.assign(one, { requestsLeft: 0 })],
    ['it is lost', (one) => Object.assign(one, { isLive: false })],
  ])('is closed when %s', (_, change) => {
    const { made } = connections();
    const a = made.get('1');
    change(a);
    made.done(a);
    expect([a.closing, made.stats().connections]).toEqual(['at once', 0]);
  });

  it('carries as many requests as the server allows', () => {
    const { made } = connections();
    const a = made.get('1');
    a.requestsLeft = 2;
    for (const name of ['2', '3']) {
      made.done(a);
      expect(made.get(name)).toBe(a);
    }
    made.done(a);
    expect(a.closing).toBe('at once');
  });
});

describe('a request beyond the limit', () => {
  it('gets the connection that becomes idle, in the order of asking', () => {
    const { made } = connections();
    const a = made.get('1', limit(1));
    const waiting = ['2', '3'].map((name) => made.ask(new Request(name), limit(1)));
    made.done(a);
    expect(waiting.map(({ connection, isReused }) => [connection, isReused])).toEqual([
      [a, true],
      [undefined, false],
    ]);
    made.done(a);
    expect(waiting[1]!.connection).toBe(a);
  });

  it('gets a connection of its own when the other has closed, not while it closes', () => {
    const { made } = connections();
    const a = made.get('1', limit(1));
    const waiting = made.ask(new Request('2'), limit(1));
    a.isLive = false;
    made.done(a);
    expect([a.closing, made.opening]).toEqual(['for a waiter', []]);
    made.socketsClosed();
    expect(made.opening).toEqual([waiting]);
  });

  it('takes no connection that was used before when it wants a fresh one', () => {
    const { made } = connections();
    const a = made.get('1', limit(1));
    const waiting = made.ask(new Request('2'), limit(1), true);
    made.done(a);
    expect([waiting.connection, a.closing]).toEqual([undefined, 'for a waiter']);
    made.socketsClosed();
    expect(made.opened()).not.toBe(a);
  });

  it('may give up its wait', () => {
    const { made } = connections();
    const a = made.get('1', limit(1));
    const gone = made.ask(new Request('2'), limit(1));
    expect(made.stats().waiting).toBe(1);
    gone.stop!();
    made.done(a);
    expect([gone.connection, made.stats()]).toEqual([undefined, { connections: 1, idle: 1, running: 0, waiting: 0 }]);
  });

  it('may give up the dial that came after its wait', () => {
    const { made, limits } = connections();
    const a = made.get('1', limit(1));
    const gone = made.ask(new Request('2'), limit(1));
    a.isLive = false;
    made.done(a);
    made.socketsClosed();
    expect(made.opening).toEqual([gone]);
    gone.stop!();
    expect([made.opening, limits.stats().connections]).toEqual([[], 0]);
  });
});

describe('connections to several origins under one limit', () => {
  function two() {
    const limits = new ConnectionLimits();
    return [connections({ limits }), connections({ limits, origin: 'http://b.test/' })] as const;
  }

  it('give the slot of the connection that has been idle for longest to another origin', () => {
    const [{ made: a }, { made: b }] = two();
    const [first, second] = [a.get('1'), a.get('2')];
    a.done(second);
    a.done(first);
    const request = b.ask(new Request('3'), limit(9, 2));
    expect([second.isEvicted, second.closing, first.closing, b.opening]).toEqual([true, 'for a waiter', undefined, []]);
    a.socketsClosed();
    expect(b.opening).toEqual([request]);
  });

  it('give it when a connection becomes idle, if another origin came before', () => {
    const [{ made: a }, { made: b }] = two();
    const only = a.get('1', limit(9, 1));
    const other = b.ask(new Request('2'), limit(9, 1));
    const later = a.ask(new Request('3'), limit(9, 1));
    a.done(only);
    expect([only.closing, later.connection]).toEqual(['for a waiter', undefined]);
    a.socketsClosed();
    expect(b.opening).toEqual([other]);
    b.done(b.opened());
    b.socketsClosed();
    expect(a.opening).toEqual([later]);
  });

  it('give another one when a request without a limit has taken the slot', () => {
    const limits = new ConnectionLimits();
    const [a, b, c] = ['a', 'b', 'c'].map((name) => connections({ limits, origin: `http://${name}.test/` }).made) as [
      FakeConnections,
      FakeConnections,
      FakeConnections,
    ];
    for (const connection of [a.get('1'), a.get('2')]) a.done(connection);
    b.ask(new Request('3'), limit(9, 2));
    a.socketsClosed();
    b.done(b.opened());
    const waiting = c.ask(new Request('4'), limit(9, 2));
    const [taken] = a.closing;
    b.get('5');
    b.get('6');
    expect([taken?.isEvicted, c.opening]).toEqual([true, []]);
    a.socketsClosed();
    for (const connection of b['connections']) b.done(connection);
    b.socketsClosed();
    expect(c.opening).toEqual([waiting]);
  });

  it('leave one in use alone', () => {
    const [{ made: a }, { made: b }] = two();
    const busy = a.get('1');
    b.ask(new Request('2'), limit(9, 1));
    expect([busy.closing, b.stats().waiting]).toEqual([undefined, 1]);
  });
});

describe('maxLifetime', () => {
  const aged = () => {
    const clock = new FakeClock();
    return { clock, ...connections({ options: { clock, maxLifetime: '1m' } }) };
  };

  it('closes an idle connection at once', async () => {
    const { made, clock } = aged();
    const a = made.get('1');
    made.done(a);
    await clock.advance(59_999);
    expect(a.closing).toBeUndefined();
    await clock.advance(1);
    expect(a.closing).toBe('at once');
  });

  it('lets a connection in use finish', async () => {
    const { made, clock } = aged();
    const a = made.get('1');
    await clock.advance(60_000);
    expect([a.isOld, a.closing]).toEqual([true, undefined]);
    made.done(a);
    expect(a.closing).toBe('at once');
  });

  it('is no longer watched over once the connection has closed', async () => {
    const { made, clock } = aged();
    const a = made.get('1');
    made.drop(a);
    await clock.advance(60_000);
    expect(a.isOld).toBe(false);
  });
});

describe('connections that nobody needs', () => {
  it('are forgotten when the last one has gone', () => {
    const { made, limits, emptied } = connections();
    const part = vi.spyOn(limits, 'part');
    const [a, b] = [made.get('1'), made.get('2')];
    made.drop(a);
    expect([emptied(), part.mock.calls]).toEqual([0, []]);
    made.drop(b);
    expect([emptied(), part.mock.calls]).toEqual([1, [[made]]]);
    made.socketsClosed();
    expect(limits.stats()).toEqual({ connections: 0, idle: 0, running: 0, waiting: 0, origins: {} });
  });

  it('are not forgotten while somebody waits', () => {
    const { made, emptied } = connections();
    const a = made.get('1', limit(1));
    const waiting = made.ask(new Request('2'), limit(1));
    made.drop(a);
    expect(emptied()).toBe(0);
    waiting.stop!();
    expect(emptied()).toBe(1);
  });

  it('are closed by close when they are idle, and the others as they become so', () => {
    const { made } = connections();
    const [idle, busy] = [made.get('1'), made.get('2')];
    made.done(idle);
    made.close();
    expect([idle.closing, busy.closing]).toEqual(['at once', undefined]);
    made.done(busy);
    expect(busy.closing).toBe('at once');
  });

  it('are dropped once, however often that is said', () => {
    const { made, limits } = connections();
    const a = made.get('1');
    for (let i = 0; i < 3; i += 1) made.drop(a);
    made.socketsClosed();
    expect(limits.stats().connections).toBe(0);
  });
});

it('stats() tells what is dialled, in use, idle and waited for', () => {
  const { made, limits } = connections();
  const bound = limit(3);
  const [a] = [made.get('1', bound), made.get('2', bound)];
  made.done(a);
  made.ask(new Request('3'), bound);
  made.ask(new Request('4'), bound);
  made.ask(new Request('5'), bound);
  const stats = { connections: 3, idle: 0, running: 3, waiting: 1 };
  expect(made.stats()).toEqual(stats);
  expect(limits.stats()).toEqual({ ...stats, origins: { 'http://a.test': stats } });
});

describe('whatever happens in whatever order', () => {
  const step = fc.record({
    what: fc.constantFrom('ask', 'ask', 'ask', 'opened', 'opened', 'done', 'done', 'lost', 'closed', 'give up'),
    origin: fc.nat(2),
  });

  it('the limits hold, everybody is served, and nothing is left', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), fc.integer({ min: 1, max: 5 }), (steps, total) => {
        const limits = new ConnectionLimits();
        const bound = limit(3, total);
        const all = ['http://a.test/', 'http://a.test/', 'http://b.test/'].map((origin) =>
          connections({ limits, origin }),
        );
        const asked: Request[] = [];
        const busy: [FakeConnections, FakeConnection][] = [];
        const open = () => limits.stats().connections + all.reduce((sum, { made }) => sum + made.closing.length, 0);
        const act = ({ what, origin }: { what: string; origin: number }): void => {
          const { made } = all[origin]!;
          const using = busy.findIndex(([owner]) => owner === made);
          if (what === 'ask') asked.push(made.ask(new Request(String(asked.length)), bound));
          else if (what === 'opened' && made.opening.length > 0) made.opened();
          else if (what === 'closed') made.socketsClosed();
          else if (what === 'give up') asked.shift()?.stop?.();
          else if (using !== -1 && (what === 'done' || what === 'lost')) {
            const [[, connection]] = busy.splice(using, 1) as [[FakeConnections, FakeConnection]];
            if (what === 'lost') connection.isLive = false;
            made.done(connection);
          }
        };
        const settle = (): void => {
          for (const request of asked.splice(0)) {
            const { connection } = request;
            const owner = all.find(({ made }) => connection !== undefined && made['connections'].has(connection));
            if (connection === undefined) asked.push(request);
            else if (owner !== undefined) busy.push([owner.made, connection]);
          }
          expect(open()).toBeLessThanOrEqual(total);
        };
        for (const one of steps) {
          act(one);
          settle();
        }
        for (let round = 0; round < 3 * steps.length + 3; round += 1) {
          for (const origin of [0, 1, 2]) for (const what of ['opened', 'done', 'closed']) act({ what, origin });
          settle();
        }
        expect([asked.length, limits.stats().running, limits.stats().waiting]).toEqual([0, 0, 0]);
        for (const { made } of all) made.close();
        for (const { made } of all) made.socketsClosed();
        expect(limits.stats()).toEqual({ connections: 0, idle: 0, running: 0, waiting: 0, origins: {} });
      }),
      { numRuns: 200 },
    );
  });
});
