/**
 * One host of a desk, in the hands of one holder: what `leases()` of the frontiers in memory and in a file gives.
 * Everything that a holder took and did not settle goes back when it lets go.
 */

import { startTimer } from '../time/clock.ts';
import type { DeskHost, HeldHost, LeaseDesk, Waiting } from './desk-host.ts';
import type { HostLease, Outcome, Visit } from './frontier.ts';
import { randomToken } from './token.ts';
import { roomInTurn } from './turn.ts';

/** Milliseconds that a holder waits for its host; one that has to wait longer is let go of, and comes again. */
const LONGEST_WAIT = 30_000;

export class DeskLease implements HostLease, HeldHost {
  readonly host: string;
  readonly #desk: LeaseDesk;
  readonly #host: DeskHost;
  readonly #ended: () => void;
  readonly #taken = new Map<string, Waiting>();
  readonly #lost = new AbortController();
  readonly #name = randomToken();
  readonly #started: number;
  #tokens = 0;
  #isOver = false;
  #wake: (() => void) | undefined;

  /** @param ended called when the holder has let go of it */
  constructor(desk: LeaseDesk, host: DeskHost, ended: () => void) {
    this.host = host.name;
    this.#desk = desk;
    this.#host = host;
    this.#ended = ended;
    this.#started = desk.clock.now();
  }

  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  async take(n: number): Promise<Visit[]> {
    await this.#hostIsDue();
    const { now, owner, turn, clock } = this.#desk;
    const visits: Visit[] = [];
    const room = roomInTurn(turn, this.#tokens, clock.now() - this.#started, n);
    while (visits.length < room && !this.#isOver && (this.#host.dueAt(now) ?? 1) === 0) {
      visits.push(this.#visit(this.#host.next(now)!));
    }
    if (visits.length > 0) owner.refill();
    return visits;
  }

  async settle({ token }: Visit, outcome: Outcome): Promise<boolean> {
    const waiting = this.#taken.get(token);
    if (waiting === undefined || this.#isOver) return false;
    this.#desk.owner.settled(waiting, outcome);
    this.#taken.delete(token);
    this.#desk.leased -= 1;
    const { hostAt, again } = outcome;
    if (hostAt !== undefined) this.#host.hostAt = Math.max(this.#host.hostAt, hostAt);
    if (again !== undefined) this.#desk.push(waiting, waiting.attempt + 1, again.at);
    this.#desk.owner.refill();
    this.#desk.wakeIfDone();
    return true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#wake?.();
    for (const waiting of this.#taken.values()) this.#host.returned.push(waiting);
    this.#desk.leased -= this.#taken.size;
    this.#desk.waiting += this.#taken.size;
    this.#taken.clear();
    this.#ended();
    this.#desk.released(this.#host);
  }

  /** Something of the host is there that was not. */
  wake(): void {
    this.#wake?.();
  }

  lose(reason: Error): void {
    this.#lost.abort(reason);
    void this[Symbol.asyncDispose]();
  }

  #visit(waiting: Waiting): Visit {
    const { url, depth, priority, data, from, attempt } = waiting;
    const token = `${this.#name}-${this.#tokens++}`;
    this.#taken.set(token, waiting);
    this.#desk.waiting -= 1;
    this.#desk.leased += 1;
    return { url, depth, priority, data, host: this.host, attempt, from, token };
  }

  /** Resolves when the host may be asked and has something; also when that is not so, or not soon. */
  async #hostIsDue(): Promise<void> {
    for (;;) {
      const at = this.#isOver ? undefined : this.#host.dueAt(this.#desk.now);
      if (at === undefined || at === 0) return;
      const wait = at - this.#desk.now;
      if (wait > LONGEST_WAIT) return;
      await new Promise<void>((resolve) => {
        const stop = startTimer(this.#desk.clock, Math.ceil(wait), resolve);
        this.#wake = () => {
          stop();
          resolve();
        };
      });
      this.#wake = undefined;
    }
  }
}
