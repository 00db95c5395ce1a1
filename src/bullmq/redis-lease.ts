/**
 * The lease of one host of a crawl in Redis. Its holder takes URLs and settles them; both are refused once the lease is
 * lost. A worker cannot be sure of its clock and its connection, so that safety does not depend on them: Redis compares the
 * token of the holder with each step (fencing).
 */
import type { CountedOutcome, HostLease, Visit } from '../crawl/frontier.ts';
import { pageLink } from '../crawl/link.ts';
import { randomToken } from '../crawl/token.ts';
import { roomInTurn, type Turn } from '../crawl/turn.ts';
import type { Clock } from '../time/clock.ts';
import { epochTime } from '../time/epoch-time.ts';
import type { FrontierConnection } from './connection.ts';
import { linkArguments, visitOf } from './entries.ts';

export interface LeaseSettings {
  readonly connection: FrontierConnection;
  readonly clock: Clock;
  /** The id of the crawl. */
  readonly crawl: string;
  readonly turn: Turn;
  /** Milliseconds after a renewal was asked for, for which nobody else can have the host. */
  readonly sure: number;
  /** Queues hosts that have something to do: host, sequence number, delay in milliseconds of each. */
  wake(hosts: readonly string[]): Promise<void>;
  /** Called with the number of URLs that are left to do in the whole crawl. */
  left(count: number): void;
}

/**
 * The longest wait, in milliseconds, until the host may be asked again. For a longer one it is let go of, and queued again.
 */
const LONGEST_WAIT = 2000;

export class RedisLease implements HostLease {
  readonly host: string;
  /** Resolves when the holder has let go of it: whether Redis knows that. */
  readonly over: Promise<boolean>;
  readonly token = randomToken();
  readonly #settings: LeaseSettings;
  readonly #lost = new AbortController();
  readonly #closing = new AbortController();
  readonly #started: number;
  /**
   * When the last renewal that succeeded was asked for, in milliseconds of the clock. Not when its answer was read: that may
   * be long after the lock began to run.
   */
  #confirmed: number;
  #taken = 0;
  #isOver = false;
  #end: (isReleased: boolean) => void = () => {};

  constructor(host: string, settings: LeaseSettings) {
    this.host = host;
    this.#settings = settings;
    this.#started = settings.clock.now();
    this.#confirmed = this.#started;
    this.over = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  /** Reading it looks at the time: a lease that could not be renewed is given up before another worker may have the host. */
  get signal(): AbortSignal {
    const { clock, sure } = this.#settings;
    const isLate = !this.#lost.signal.aborted && clock.now() - this.#confirmed > sure;
    if (isLate) this.lose(new Error('the lease could not be renewed in time'));
    return this.#lost.signal;
  }

  /**
   * Up to `n` URLs; none when the turn of the host is over, nothing waits, or the lease is lost. The count of those taken
   * so far goes along: when a connection breaks and the question is asked again, Redis gives the same URLs and not the next
   * ones.
   */
  async take(n: number): Promise<Visit[]> {
    const { connection, turn, clock } = this.#settings;
    for (;;) {
      const room = roomInTurn(turn, this.#taken, clock.now() - this.#started, n);
      if (room === 0 || this.#isOver || this.signal.aborted) return [];
      const answer = await connection.call('sluiceTake', this.host, this.token, room, this.#taken);
      const [wait, ...taken] = answer as [number, ...string[]];
      if (wait < 0) this.lose(new Error('another worker has the host'));
      if (taken.length > 0) {
        this.#taken += taken.length / 2;
        return this.#visits(taken);
      }
      if (wait <= 0 || wait > LONGEST_WAIT) return [];
      await clock.sleep(wait, this.#closing.signal).catch(() => undefined);
    }
  }

  async settle(visit: Visit, { line, found, again, hostAt, failed, uncounted }: CountedOutcome): Promise<boolean> {
    if (this.#isOver || this.signal.aborted) return false;
    const { connection, clock, crawl } = this.#settings;
    const now = epochTime(clock);
    // Sent as the milliseconds from now: the clock of Redis is the one that counts, and may differ from ours.
    const until = (at: number | undefined) => (at === undefined ? '' : String(Math.max(0, Math.ceil(at - now))));
    const links = [...(found ?? [])].flatMap((one) => pageLink(one, visit) ?? []);
    const answer = await connection.call(
      'sluiceSettle',
      this.host,
      this.token,
      visit.token,
      line === undefined ? '' : JSON.stringify(line),
      until(again?.at),
      until(hostAt),
      `${failed ? 'f' : ''}${uncounted ? 'u' : ''}`,
      ...links.flatMap((link) => linkArguments(link, crawl)),
    );
    const [done, left, wake] = answer as [number, number, string[]];
    if (done < 0) this.lose(new Error('another worker has the host'));
    if (done !== 1) return false;
    await this.#settings.wake(wake);
    this.#settings.left(left);
    return true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#closing.abort();
    let isReleased = false;
    try {
      const [, wake] = (await this.#settings.connection.call('sluiceRelease', this.host, this.token)) as [
        number,
        string[],
      ];
      isReleased = true;
      await this.#settings.wake(wake);
    } finally {
      this.#end(isReleased);
    }
  }

  /** @param asked when the renewal was asked for, in milliseconds of the clock */
  confirm(asked: number): void {
    this.#confirmed = Math.max(this.#confirmed, asked);
  }

  /**
   * Another worker may have the host from now on: its holder is told by `signal`, and nothing is taken or settled any more.
   */
  lose(reason: Error): void {
    this.#lost.abort(reason);
    this.#closing.abort();
  }

  #visits(taken: readonly string[]): Visit[] {
    const visits: Visit[] = [];
    for (let i = 0; i < taken.length; i += 2) visits.push(visitOf(taken[i]!, taken[i + 1]!, this.host));
    return visits;
  }
}
