/**
 * What `OriginConnections` knows of one connection: what it carries, whether it may be used again, and how it is closed.
 * Each transport extends it with what its protocol needs.
 */
import type { DialSettings } from '../../connect/settings/dial-settings.ts';
import { watchAge } from './connection-age.ts';

/** The connections of its origin, as one of them sees them: it reports here what happens to it. */
export interface ConnectionOwner {
  readonly settings: DialSettings;
  /** The connection carries nothing any more. */
  rest(connection: Connection): void;
  /** The connection must not be used again, or has ended. */
  drop(connection: Connection): void;
  /** The socket of the connection has closed: its slot is free. */
  closed(connection: Connection): void;
}

export abstract class Connection {
  /** Requests that it carries now: at most one over HTTP/1.1. */
  streams = 0;
  /** Requests that it may still carry, as far as the server has said (`Keep-Alive: max`). */
  requestsLeft = Number.POSITIVE_INFINITY;
  /** `maxLifetime` is over: it may finish what it carries, and takes no more. */
  isOld = false;
  /** It is kept for the next request. */
  isIdle = false;
  /** The sequence number that it got when it became idle. */
  idleSince = 0;
  /** Evicted: closing so that a waiting request of another origin, or with other settings, can connect. */
  isEvicted = false;
  #stopAge: (() => void) | undefined;

  /** It is open, and the transport may send over it. */
  abstract get isLive(): boolean;

  /** It must carry no further request, although it is open. */
  get isSpent(): boolean {
    return this.isOld || this.requestsLeft <= 0;
  }

  /** Called when it becomes idle: the time limit and the watch over the socket begin, where the transport needs its own. */
  park(): void {
    // undici watches over its idle connections itself.
  }

  /** Called when an idle one is to carry a request: ends what `park` began. */
  reactivate(): void {
    // Without a `park` of its own a transport has nothing to end.
  }

  /**
   * Takes no more requests, and closes: at once over HTTP/1.1, after the last stream over HTTP/2. Ends what `park` began.
   * @param isWaitedFor a request waits for a slot: the server has to see this end before it sees the next connection
   */
  abstract close(isWaitedFor: boolean): void;

  /** It is connected: `maxLifetime` counts from now. Called again where undici dials for the same object a second time. */
  protected connected(owner: ConnectionOwner): void {
    this.requestsLeft = Number.POSITIVE_INFINITY;
    this.isOld = false;
    this.#stopAge = watchAge(owner.settings, () => {
      this.isOld = true;
      this.expired(owner);
    });
  }

  /** `maxLifetime` is over. */
  protected expired(owner: ConnectionOwner): void {
    if (this.streams === 0) owner.drop(this);
  }

  /** It is connected no more: its age need not be watched. */
  protected disconnected(): void {
    this.#stopAge?.();
  }
}
