/** The exchanges of one transport that are under way, for its `close`, which lets them finish, and its `destroy`. */
import { clientClosed } from '../../call/client-closed.ts';
import { letFinish } from '../../call/let-finish.ts';
import type { HttpRequest } from '../../message/request.ts';
import { type Member, MemberSet } from '../../time/member-set.ts';
import { abortAll } from '../../time/stop.ts';

/** An exchange, as `close` and `destroy` see it. */
export interface Endable extends Member {
  readonly request: HttpRequest;
  /** Whether it waits only for a reader that never came, or that left. */
  readonly isForgotten: boolean;
  /** Whether it waits for a connection. Such exchanges are ended first, so that none of them gets that of another. */
  readonly isWaiting?: boolean;
  abort(reason: unknown): void;
}

export class OpenExchanges<Exchange extends Endable> {
  readonly #exchanges = new MemberSet<Exchange>();
  readonly #waiting: (() => void)[] = [];

  add(exchange: Exchange): void {
    this.#exchanges.add(exchange);
  }

  ended(exchange: Exchange): void {
    this.#exchanges.delete(exchange);
    if (this.#exchanges.size === 0) for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** A copy: exchanges may end while it is walked through. */
  members(): Exchange[] {
    return this.#exchanges.members();
  }

  onceOver(callback: () => void): void {
    this.#waiting.push(callback);
  }

  /** Resolves when none is under way any more. */
  letFinish(): Promise<void> {
    return letFinish(this, (exchange) => exchange.abort(clientClosed(exchange.request)));
  }

  endAll(reason: unknown): void {
    abortAll(this.members(), ({ request }) => clientClosed(request, reason));
  }
}
