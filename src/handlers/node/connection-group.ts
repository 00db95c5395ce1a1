/** The connections of node:http that stand in for each other: being made, in use, idle, and who waits for one. */
import type { Socket } from 'node:net';
import { type DialSettings, dial } from '../../connect/dial.ts';
import type { DialTarget } from '../../connect/settings/dial-settings.ts';
import type { RequestOptions } from '../../options/options.ts';
import type { OriginStats } from '../../stack/handler.ts';
import { startTimer, systemClock } from '../../time/clock.ts';
import { idleLimit, type KeepAliveHint, watchAge } from '../connections/connection-age.ts';
import { type ConnectionLimits, type PlaceHolder, PlaceWait } from '../connections/connection-limits.ts';
import { closeInTurn } from '../connections/graceful-close.ts';
import { afterRead, watchQuiet } from './quiet-socket.ts';

/** Wants a connection. Told once that it has one, or that there is none. */
export interface Waiter {
  readonly options: RequestOptions;
  /** The wait for a place is over, a connection is being made. */
  dialling(): void;
  connected(socket: Socket, isReused: boolean): void;
  failed(error: Error): void;
}

export interface PoolOwner {
  /** Nothing is kept any more. */
  readonly isClosed: boolean;
  opened(socket: Socket, group: ConnectionGroup): void;
  /** It holds nothing any more. */
  emptied(group: ConnectionGroup): void;
}

/** What is known of one connection. */
interface Kept {
  readonly socket: Socket;
  /** Seconds of rest after which the server closes it. */
  timeout: number | undefined;
  /** Requests that it may still carry. */
  left: number;
  /** It has been used for long enough. */
  isOld: boolean;
  /** Its place is for somebody else. */
  isYielded: boolean;
  idleSince: number;
  /** Ends the watch over it while it carries nothing. */
  wake: (() => void) | undefined;
}

/** Waits for a connection that has just come to rest. */
interface Expecting {
  readonly waiter: Waiter;
  cancel: () => void;
}

class GroupWait extends PlaceWait {
  readonly waiter: Waiter;
  readonly #group: ConnectionGroup;
  cancel: () => void;

  constructor(group: ConnectionGroup, waiter: Waiter, limit: PlaceWait['limit'], isFresh: boolean) {
    super(group, limit, isFresh);
    this.#group = group;
    this.waiter = waiter;
    this.cancel = () => group.leave(this);
  }

  placed(): void {
    this.cancel = this.#group.placed(this);
  }
}

export class ConnectionGroup implements PlaceHolder {
  readonly key: string;
  readonly origin: string;
  readonly #target: DialTarget;
  readonly #settings: DialSettings;
  readonly #limits: ConnectionLimits;
  readonly #owner: PoolOwner;
  readonly #kept = new Map<Socket, Kept>();
  /** The one used last is at the end, and taken first: it is the least likely to be stale. */
  readonly #idle: Kept[] = [];
  /** Connections that carry nothing, and of which it is not known yet whether anything lies behind their last answer. */
  #resting = 0;
  /** No more than are resting, the longest wait first. */
  readonly #expecting = new Set<Expecting>();
  #dialling = 0;
  #waiting = 0;

  constructor(
    key: string,
    target: DialTarget & { readonly origin: string },
    settings: DialSettings,
    limits: ConnectionLimits,
    owner: PoolOwner,
  ) {
    this.key = key;
    this.origin = target.origin;
    this.#target = target;
    this.#settings = settings;
    this.#limits = limits;
    this.#owner = owner;
    limits.join(this);
  }

  get idleSince(): number | undefined {
    return this.#idle[0]?.idleSince;
  }

  stats(): OriginStats {
    const connections = this.#kept.size + this.#dialling;
    const idle = this.#idle.length + this.#resting;
    return { connections, idle, running: connections - idle, waiting: this.#waiting + this.#expecting.size };
  }

  /** @param isFresh take none that was used before */
  acquire(waiter: Waiter, isFresh: boolean): () => void {
    const kept = isFresh ? undefined : this.#takeIdle();
    if (kept !== undefined) {
      this.#hand(kept, waiter);
      return () => undefined;
    }
    // Calls in a row would open two connections, if the second did not wait for that of the first.
    if (!isFresh && this.#expecting.size < this.#resting) return this.#expect(waiter);
    return this.#place(waiter, isFresh);
  }

  #expect(waiter: Waiter): () => void {
    const expecting: Expecting = { waiter, cancel: () => void this.#expecting.delete(expecting) };
    this.#expecting.add(expecting);
    return () => expecting.cancel();
  }

  /** Finds a place for a connection of its own, now or later. */
  #place(waiter: Waiter, isFresh: boolean): () => void {
    const limit = this.#limits.limitOf(waiter.options);
    if (this.#limits.take(this, limit)) return this.#dial(waiter);
    const wait = new GroupWait(this, waiter, limit!, isFresh);
    this.#waiting += 1;
    this.#limits.wait(wait);
    return () => wait.cancel();
  }

  leave(wait: PlaceWait): void {
    this.#waiting -= 1;
    this.#limits.leave(wait);
    this.#forget();
  }

  placed({ waiter }: GroupWait): () => void {
    this.#waiting -= 1;
    return this.#dial(waiter);
  }

  hinted(socket: Socket, { timeout, max }: KeepAliveHint): void {
    const kept = this.#kept.get(socket);
    if (kept === undefined) return;
    kept.timeout = timeout ?? kept.timeout;
    kept.left = max ?? kept.left;
  }

  closeIdle(): void {
    const [kept] = this.#idle;
    if (kept === undefined) return;
    kept.isYielded = true;
    kept.wake?.();
    closeInTurn(kept.socket);
  }

  closeAllIdle(): void {
    for (const kept of [...this.#idle]) this.#drop(kept);
  }

  #takeIdle(): Kept | undefined {
    for (let last = this.#idle.at(-1); last !== undefined; last = this.#idle.at(-1)) {
      const { socket } = last;
      if (isUsable(socket)) {
        last.wake?.();
        return last;
      }
      this.#drop(last);
    }
    return undefined;
  }

  #hand(kept: Kept, waiter: Waiter): void {
    kept.left -= 1;
    waiter.connected(kept.socket, true);
  }

  /** Makes a connection for a place that is counted. */
  #dial(waiter: Waiter): () => void {
    let isOver = false;
    const over = (): void => {
      isOver = true;
      this.#dialling -= 1;
    };
    this.#dialling += 1;
    waiter.dialling();
    const cancel = dial(this.#target, this.#settings, (error, socket) => {
      over();
      if (socket !== null) {
        this.#adopt(socket);
        waiter.connected(socket, false);
        return;
      }
      this.#lost(false);
      waiter.failed(error ?? new Error('no connection'));
    });
    return () => {
      if (isOver) return;
      over();
      cancel();
      this.#lost(false);
    };
  }

  #adopt(socket: Socket): void {
    const kept: Kept = {
      socket,
      timeout: undefined,
      left: Number.POSITIVE_INFINITY,
      isOld: false,
      isYielded: false,
      idleSince: 0,
      wake: undefined,
    };
    this.#kept.set(socket, kept);
    this.#owner.opened(socket, this);
    const stopAge = watchAge(this.#settings, () => {
      kept.isOld = true;
      if (kept.wake !== undefined) this.#drop(kept);
    });
    // node:http's word for a connection whose exchange has ended well.
    socket.on('free', () => this.#release(kept));
    socket.once('close', () => {
      stopAge?.();
      this.#kept.delete(socket);
      kept.wake?.();
      this.#redirect();
      this.#lost(kept.isYielded);
    });
  }

  #release(kept: Kept): void {
    const { socket } = kept;
    if (socket.destroyed) return;
    const limit = idleLimit(this.#settings, kept.timeout);
    const isSpent = kept.isOld || kept.left <= 0 || limit === 0;
    if (isSpent || !isUsable(socket) || !this.#settings.keepAlive) {
      this.#close(socket);
      return;
    }
    this.#rest(kept, limit);
  }

  /** What lies behind an answer shows before the connection is taken again: it would pass for the next one. */
  #rest(kept: Kept, limit: number): void {
    const { socket } = kept;
    const unwatch = watchQuiet(socket, () => this.#drop(kept));
    const stop = afterRead(() => {
      kept.wake?.();
      if (isUsable(kept.socket)) this.#rested(kept, limit);
      else this.#drop(kept);
    });
    this.#resting += 1;
    kept.wake = () => {
      kept.wake = undefined;
      this.#resting -= 1;
      stop();
      unwatch();
    };
  }

  #rested(kept: Kept, limit: number): void {
    const next = this.#limits.next(this);
    const [expecting] = this.#expecting;
    if (next instanceof GroupWait) {
      this.#waiting -= 1;
      this.#hand(kept, next.waiter);
    } else if (next === undefined && expecting !== undefined) {
      this.#expecting.delete(expecting);
      this.#hand(kept, expecting.waiter);
    } else if (next === undefined && !this.#owner.isClosed) this.#park(kept, limit);
    else {
      kept.isYielded = next === 'close';
      this.#close(kept.socket);
    }
    this.#redirect();
  }

  /** Those for whom no connection comes to rest any more get one of their own. */
  #redirect(): void {
    for (const expecting of this.#expecting) {
      if (this.#expecting.size <= this.#resting) return;
      this.#expecting.delete(expecting);
      expecting.cancel = this.#place(expecting.waiter, false);
    }
  }

  #close(socket: Socket): void {
    if (this.#limits.isWaitedFor) closeInTurn(socket);
    else socket.destroy();
  }

  /** An idle connection holds no process, and one that says anything has nothing to say to us. */
  #park(kept: Kept, limit: number): void {
    const { socket } = kept;
    const drop = (): void => this.#drop(kept);
    // Not the request's clock: this is about the server's time, whatever a test plays with.
    const stop = startTimer(systemClock, limit, drop, true);
    const unwatch = watchQuiet(socket, drop);
    socket.unref();
    kept.idleSince = this.#limits.turn();
    kept.wake = () => {
      kept.wake = undefined;
      this.#idle.splice(this.#idle.indexOf(kept), 1);
      stop();
      unwatch();
      if (!socket.destroyed) socket.ref();
    };
    this.#idle.push(kept);
  }

  /** Closes what carries nothing; it is no longer kept at once. */
  #drop(kept: Kept): void {
    kept.socket.on('error', () => undefined);
    kept.socket.destroy();
    kept.wake?.();
    this.#redirect();
  }

  #lost(isYielded: boolean): void {
    this.#limits.release(this, isYielded);
    this.#forget();
  }

  /** A crawler meets more origins than memory should hold. */
  #forget(): void {
    if (this.#kept.size + this.#dialling + this.#waiting + this.#expecting.size > 0) return;
    this.#limits.part(this);
    this.#owner.emptied(this);
  }
}

function isUsable({ destroyed, writable, readable }: Socket): boolean {
  return !destroyed && writable && readable;
}
