/**
 * The calls of a client that are under way, each from the moment it is made until the last byte of a streamed body.
 * `close()` waits for them, `destroy()` ends them. Clients that share connections (`client.extend`) are a family: the end
 * of the one that owns the connections is the end of all that extend it, while the end of an extended one is that of its
 * own calls.
 *
 * This is on the way of every request: to join and to leave costs an array's push and pop.
 */
import { isTransferError } from '../message/errors.ts';
import type { HttpRequest } from '../message/request.ts';
import { MemberSet } from '../time/member-set.ts';
import { type Abortable, abortAll } from '../time/stop.ts';
import { type Asked, Call, type CallFamily } from './call.ts';
import { clientClosed, neverBegan } from './client-closed.ts';
import { letFinish } from './let-finish.ts';
import { heedSources, letGoOfSources } from './sources.ts';

const byClient = new WeakMap<object, Calls>();

/** The calls of a client of ours, for what makes many of them, as a pool does; `undefined` for another object. */
export function callsOf(client: object): Calls | undefined {
  return byClient.get(client);
}

/** Whether an error means that the client has ended and will send nothing any more, so that more calls are pointless. */
export function isEndOf(client: object, error: unknown): boolean {
  return isTransferError(error) && error.code === 'ERR_CLIENT_CLOSED' && callsOf(client)?.isClosing === true;
}

export class Calls implements CallFamily {
  readonly #parent: Calls | undefined;
  /** The calls of the whole family, in one set: a call joins only once, however many clients extend each other. */
  readonly #all: MemberSet<Call>;
  /** How many calls of this client, and of those that extend it, are under way. */
  #count = 0;
  #isClosing = false;
  #destroyed: { readonly reason: unknown } | undefined;
  readonly #waiting: (() => void)[] = [];
  /** What goes on making calls, such as a pool; aborted when the client ends. */
  readonly #makers = new Set<Abortable>();

  /**
   * @param client whose calls these are
   * @param parent the calls of the client that this one extends
   * @param tell makes the request of a call that may not begin, for its error to show
   */
  constructor(
    client: object,
    parent?: Calls,
    readonly tell?: (asked: Asked, call: Call) => HttpRequest | undefined,
  ) {
    byClient.set(client, this);
    this.#parent = parent;
    this.#all = parent === undefined ? new MemberSet() : parent.#all;
  }

  /** Whether no call may begin any more. */
  get isClosing(): boolean {
    return this.#isClosing || (this.#parent?.isClosing ?? false);
  }

  /**
   * @param isAdmitted it may begin although the client is closing, because it is part of work that `close` waits for
   * @throws NetworkError (`ERR_CLIENT_CLOSED`) when it may not begin
   */
  join(call: Call, isAdmitted: boolean, asked?: Asked): void {
    const destroyed = this.#end();
    if (destroyed !== undefined || (this.isClosing && !isAdmitted)) {
      throw neverBegan(asked === undefined ? call.request : this.tell?.(asked, call), destroyed);
    }
    call.calls = this;
    this.#all.add(call);
    this.#add(1);
  }

  leave(call: Call): void {
    if (call.index === -1) return;
    this.#all.delete(call);
    this.#add(-1);
  }

  /** Keeps `close` waiting while `work` is under way. Its calls may begin even when the client is closed meanwhile. */
  async holding<T>(asked: Asked, work: () => Promise<T>): Promise<T> {
    const destroyed = this.#end();
    if (this.isClosing) {
      letGoOfSources(undefined, undefined, asked.options);
      throw neverBegan(this.tell?.(asked, new Call(0)), destroyed);
    }
    heedSources(asked.options);
    this.#add(1);
    try {
      return await work();
    } finally {
      this.#add(-1);
    }
  }

  /**
   * No call begins until `reopen`. Resolves when all are over. A call that only waits for a reader who never came is ended
   * (`let-finish.ts`), and so, at last, is whatever would make more calls.
   * @param beside is waited for first
   */
  async close(beside?: Promise<void>): Promise<void> {
    this.#isClosing = true;
    await beside;
    await letFinish(this, (call) => call.abort(clientClosed(call.request)));
    while (this.#count > 0 && this.#destroyed === undefined)
      await new Promise<void>((resolve) => this.onceOver(resolve));
    for (const maker of this.#makers) maker.abort(clientClosed());
  }

  /** After a `close` that has released everything a call may begin again; after `destroy` none may. */
  reopen(): void {
    if (this.#destroyed === undefined) this.#isClosing = false;
  }

  /** Ends all at once, and whatever begins later. */
  destroy(reason: unknown): void {
    this.#isClosing = true;
    this.#destroyed ??= { reason };
    for (const maker of this.#makers) maker.abort(clientClosed(undefined, reason));
    abortAll(this.members(), ({ request }) => clientClosed(request, reason));
    this.#wake();
  }

  /** Aborts `maker` when the client ends, until `unwatch`; at once when it has been destroyed already. */
  watch(maker: Abortable): void {
    const destroyed = this.#end();
    if (destroyed !== undefined) maker.abort(clientClosed(undefined, destroyed.reason));
    this.#makers.add(maker);
    this.#parent?.watch(maker);
  }

  unwatch(maker: Abortable): void {
    this.#makers.delete(maker);
    this.#parent?.unwatch(maker);
  }

  /** The calls of this client and of those that extend it. */
  members(): Call[] {
    return this.#all.members().filter(({ calls }) => calls?.isIn(this));
  }

  onceOver(callback: () => void): void {
    this.#waiting.push(callback);
  }

  isIn(family: CallFamily): boolean {
    return this === family || (this.#parent?.isIn(family) ?? false);
  }

  /** Why this client, or one that it extends, was destroyed. */
  #end(): { readonly reason: unknown } | undefined {
    return this.#destroyed ?? (this.#parent === undefined ? undefined : this.#parent.#end());
  }

  #add(change: 1 | -1): void {
    this.#count += change;
    if (this.#count === 0 && this.#waiting.length > 0) this.#wake();
    if (this.#parent !== undefined) this.#parent.#add(change);
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
