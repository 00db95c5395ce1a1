/**
 * Connections of node:http, kept for the next request to the same origin with the same settings. Node's own Agent
 * cannot give up a dial, and reads bytes that arrive between two requests as the answer to the second.
 */
import type { Socket } from 'node:net';
import { startTimer, systemClock } from '../clock.ts';
import type { Target } from '../message/uri.ts';
import { type DialSettings, dial } from './dial.ts';
import { pinProxy } from './proxy-request.ts';

/** Wants a connection. Told once that it has one, or that there is none. */
export interface Waiter {
  /** The wait for a place is over, a connection is being made. */
  dialling(): void;
  connected(socket: Socket, isReused: boolean): void;
  failed(error: Error): void;
}

interface Idle {
  readonly socket: Socket;
  /** Ends the watch over it. */
  wake(): void;
}

interface Wait {
  readonly waiter: Waiter;
  cancel(): void;
}

/** All connections that are interchangeable. */
interface Group {
  readonly key: string;
  readonly target: Target;
  readonly settings: DialSettings;
  /** The one used last is at the end, and taken first: it is the least likely to be stale. */
  readonly idle: Idle[];
  readonly waiting: Set<Wait>;
  /** Those being made, in use and idle. */
  open: number;
}

/** Many servers close after 5 s without saying so; a second earlier no request meets a closing connection. */
const IDLE_LIMIT = 4000;
const LONGEST_IDLE = 600_000;
const SAFETY = 1000;

export class ConnectionPool {
  readonly #groups = new Map<string, Group>();
  readonly #idleLimits = new WeakMap<Socket, number>();
  readonly #limit: number;
  #isClosed = false;

  /** @param limit connections to one origin */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Finds or makes a connection. The returned function gives the wait up.
   * @param isFresh take none that was used before
   * @throws RequestError for a proxy variable that cannot be read
   */
  acquire(target: Target, settings: DialSettings, waiter: Waiter, isFresh = false): () => void {
    const group = this.#group(target, settings);
    if (!isFresh) {
      const socket = this.#takeIdle(group);
      if (socket !== undefined) {
        waiter.connected(socket, true);
        return () => undefined;
      }
    } else if (group.open >= this.#limit) {
      for (const { socket } of group.idle) socket.destroy();
    }
    if (group.open < this.#limit) return this.#dial(group, waiter);
    const wait: Wait = {
      waiter,
      cancel: () => {
        group.waiting.delete(wait);
        this.#forget(group);
      },
    };
    group.waiting.add(wait);
    return () => wait.cancel();
  }

  /** The server closes this connection after so many idle seconds (`Keep-Alive: timeout=`). */
  expectClose(socket: Socket, seconds: number): void {
    this.#idleLimits.set(socket, Math.min(Math.max(seconds * 1000 - SAFETY, 0), LONGEST_IDLE));
  }

  /** Closes what is idle now, and the others as they become so. */
  close(): void {
    this.#isClosed = true;
    for (const group of this.#groups.values()) for (const { socket } of group.idle) socket.destroy();
  }

  #group(target: Target, settings: DialSettings): Group {
    const key = `${settings.key} ${target.origin}`;
    const known = this.#groups.get(key);
    if (known !== undefined) return known;
    // Connections that stand in for each other lead through one proxy.
    const pinned = pinProxy(target, settings);
    const group: Group = { key, target, settings: pinned, idle: [], waiting: new Set(), open: 0 };
    this.#groups.set(key, group);
    return group;
  }

  #takeIdle(group: Group): Socket | undefined {
    for (let last = group.idle.at(-1); last !== undefined; last = group.idle.at(-1)) {
      const { socket } = last;
      last.wake();
      if (!socket.destroyed && socket.writable && socket.readable) return socket;
      socket.destroy();
    }
    return undefined;
  }

  #dial(group: Group, waiter: Waiter): () => void {
    let isOver = false;
    group.open += 1;
    waiter.dialling();
    const cancel = dial(group.target, group.settings, (error, socket) => {
      isOver = true;
      if (socket !== null) {
        this.#adopt(group, socket);
        waiter.connected(socket, false);
        return;
      }
      this.#lost(group);
      waiter.failed(error ?? new Error('no connection'));
    });
    return () => {
      if (isOver) return;
      isOver = true;
      cancel();
      this.#lost(group);
    };
  }

  #adopt(group: Group, socket: Socket): void {
    // node:http's word for a connection whose exchange has ended well.
    socket.on('free', () => this.#release(group, socket));
    socket.once('close', () => {
      group.idle.find((one) => one.socket === socket)?.wake();
      this.#lost(group);
    });
  }

  #release(group: Group, socket: Socket): void {
    if (socket.destroyed) return;
    const isUsable = socket.writable && socket.readable && group.settings.keepAlive;
    const idleLimit = this.#idleLimits.get(socket) ?? IDLE_LIMIT;
    if (!isUsable || this.#isClosed || idleLimit === 0) {
      socket.destroy();
      return;
    }
    const [next] = group.waiting;
    if (next === undefined) this.#park(group, socket, idleLimit);
    else {
      group.waiting.delete(next);
      next.waiter.connected(socket, true);
    }
  }

  /** An idle connection holds no process, and one that says anything has nothing to say to us. */
  #park(group: Group, socket: Socket, idleLimit: number): void {
    const drop = (): void => {
      socket.destroy();
    };
    // Not the request's clock: this is about the server's time, whatever a test plays with.
    const stop = startTimer(systemClock, idleLimit, drop, true);
    const events = ['data', 'end', 'error'] as const;
    for (const event of events) socket.on(event, drop);
    socket.unref();
    const idle: Idle = {
      socket,
      wake() {
        group.idle.splice(group.idle.indexOf(idle), 1);
        stop();
        for (const event of events) socket.removeListener(event, drop);
        if (socket.destroyed) socket.on('error', () => undefined);
        else socket.ref();
      },
    };
    group.idle.push(idle);
  }

  #lost(group: Group): void {
    group.open -= 1;
    const [next] = group.waiting;
    if (next === undefined) this.#forget(group);
    else if (group.open < this.#limit) {
      group.waiting.delete(next);
      next.cancel = this.#dial(group, next.waiter);
    }
  }

  /** A crawler meets more origins than memory should hold. */
  #forget(group: Group): void {
    if (group.open === 0 && group.waiting.size === 0) this.#groups.delete(group.key);
  }
}
