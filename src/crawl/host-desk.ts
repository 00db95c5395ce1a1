/**
 * Who has which host, for the frontiers of one process: hosts with work whose time has come are leased one after the
 * other, each to one holder, and what a holder did not settle goes back. What waits is in memory; whoever has more adds
 * it as there is room.
 */
import { Fifo } from '../pool/fifo.ts';
import { type Clock, startTimer } from '../time/clock.ts';
import { DueHeap } from '../time/due-heap.ts';
import { epochTime } from '../time/epoch-time.ts';
import { guarded } from '../time/guarded-clock.ts';
import { DeskHost, type DeskOwner, type LeaseDesk, type Waiting } from './desk-host.ts';
import { DeskLease } from './desk-lease.ts';
import type { HostLease, LeaseOptions } from './frontier.ts';
import { hostOf, type Link } from './link.ts';
import { NO_TURN, type Turn } from './turn.ts';

interface Timer {
  readonly at: number;
  readonly host: DeskHost;
}

export class HostDesk implements LeaseDesk {
  readonly clock: Clock;
  readonly owner: DeskOwner;
  readonly turn: Turn;
  readonly #hosts = new Map<string, DeskHost>();
  readonly #ready = new Fifo<DeskHost>();
  readonly #timers = new DueHeap<Timer>();
  #stopTimer: (() => void) | undefined;
  /** When the timer fires, in milliseconds since 1970. */
  #timerAt = 0;
  /** Iterations that wait for a change. */
  #waiters: (() => void)[] = [];
  waiting = 0;
  leased = 0;
  workers = 0;
  #closed: Error | undefined;
  /** The clock has failed those who lease now; whoever begins later may do better. */
  #fault: { readonly error: Error } | undefined;

  constructor(clock: Clock, owner: DeskOwner, turn: Turn = NO_TURN) {
    this.clock = guarded(clock, { abort: (error) => this.#broke(error as Error) });
    this.owner = owner;
    this.turn = turn;
  }

  get now(): number {
    return epochTime(this.clock);
  }

  /** Lets a link wait for its host. */
  push(link: Link, attempt = 1, at = 0): void {
    const host = this.host(hostOf(link.url));
    // By name: V8 gives each copy that a spread makes a shape of its own, which takes more than what it describes.
    const { url, key, depth, priority, data, from } = link;
    const waiting: Waiting = { url, key, depth, priority, data, from, attempt, at };
    this.waiting += 1;
    if (at > this.now) host.later.push(waiting);
    else host.lines[link.priority].push(waiting);
    this.changed(host);
  }

  host(name: string): DeskHost {
    let host = this.#hosts.get(name);
    if (host === undefined) {
      host = new DeskHost(name);
      this.#hosts.set(name, host);
    }
    return host;
  }

  /** Nobody asks the host before this time. */
  holdBack(name: string, at: number): void {
    if (at <= this.now) return;
    const host = this.host(name);
    host.hostAt = Math.max(host.hostAt, at);
  }

  /** Something of the host may be there for whoever has it or wants it. */
  changed(host: DeskHost): void {
    if (host.lease !== undefined) host.lease.wake();
    else this.#offer(host);
  }

  /** The host is free again. */
  released(host: DeskHost): void {
    host.lease = undefined;
    this.owner.refill();
    this.#offer(host);
    if (!host.listed) this.#forget(host);
    this.#wake();
  }

  /** A visit has settled, which may have been the last one. */
  wakeIfDone(): void {
    if (this.isDone) this.#wake();
  }

  get isDone(): boolean {
    return this.waiting === 0 && this.leased === 0;
  }

  /** @throws the reason of `close` when it was closed with something still to do, and what the clock throws */
  async *leases({ signal, hosts }: LeaseOptions): AsyncGenerator<HostLease> {
    let held = 0;
    this.workers += 1;
    const wake = () => this.#wake();
    signal.addEventListener('abort', wake);
    try {
      this.owner.refill();
      while (!signal.aborted && !this.isDone) {
        if (this.#closed !== undefined) throw this.#closed;
        if (this.#fault !== undefined) throw this.#fault.error;
        const host = held < hosts ? this.#ready.shift() : undefined;
        if (host === undefined) {
          await this.#change();
          continue;
        }
        host.listed = false;
        if (host.dueAt(this.now) !== 0 || host.lease !== undefined) {
          if (host.lease === undefined) this.#offer(host);
          continue;
        }
        held += 1;
        const lease = new DeskLease(this, host, () => {
          held -= 1;
        });
        host.lease = lease;
        yield lease;
      }
    } finally {
      signal.removeEventListener('abort', wake);
      this.workers -= 1;
      if (this.workers === 0) {
        this.#fault = undefined;
        this.#disarm();
      }
    }
  }

  close(reason: Error): void {
    this.#closed = reason;
    this.#lose(reason);
    this.#disarm();
    this.#wake();
  }

  /** Ends all who lease with what the clock has thrown: each of them may wait for a time that does not come. */
  #broke(error: Error): void {
    if (this.workers === 0) return;
    this.#fault = { error };
    this.#lose(error);
    this.#wake();
  }

  #lose(reason: Error): void {
    for (const { lease } of [...this.#hosts.values()]) lease?.lose(reason);
  }

  #offer(host: DeskHost): void {
    if (host.listed || host.lease !== undefined) return;
    const at = host.dueAt(this.now);
    if (at === undefined) return;
    if (at > 0) {
      this.#plan(host, at);
      return;
    }
    host.listed = true;
    this.#ready.push(host);
    this.#wake();
  }

  /** A host with nothing waiting is remembered until its time has come. */
  #forget(host: DeskHost): void {
    if (host.hostAt <= this.now) this.#hosts.delete(host.name);
    else this.#plan(host, host.hostAt);
  }

  #plan(host: DeskHost, at: number): void {
    host.listed = true;
    this.#timers.push({ at, host });
    this.#arm();
  }

  #change(): Promise<void> {
    this.#arm();
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  #wake(): void {
    for (const wake of this.#waiters.splice(0)) wake();
  }

  #arm(): void {
    const first = this.#timers.peek();
    // Each of those who wait asks for it.
    if (this.#stopTimer !== undefined && first?.at === this.#timerAt && this.#closed === undefined) return;
    this.#disarm();
    // Without somebody who waits, no timer holds the process.
    if (first === undefined || this.workers === 0 || this.#closed !== undefined) return;
    this.#timerAt = first.at;
    this.#stopTimer = startTimer(this.clock, Math.max(0, Math.ceil(first.at - this.now)), () => this.#fire());
  }

  #disarm(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }

  #fire(): void {
    this.#stopTimer = undefined;
    for (let timer = this.#timers.peek(); timer !== undefined && timer.at <= this.now; timer = this.#timers.peek()) {
      this.#timers.pop();
      timer.host.listed = false;
      this.#offer(timer.host);
      if (!timer.host.listed && timer.host.lease === undefined) this.#forget(timer.host);
    }
    this.#arm();
  }
}
