/**
 * A request that waits for a connection. Many thousands may, so that each holds no more than it needs to begin: its exchange
 * is made once there is a connection.
 */
import { followCaller, unfollowCaller } from '../../call/caller-stop.ts';
import { timeoutFailure } from '../../connect/failure.ts';
import type { TimeoutPhase } from '../../message/errors.ts';
import type { HttpRequest } from '../../message/request.ts';
import { currentScope, type Scope, within } from '../../message/scope.ts';
import type { RequestOptions } from '../../options/options.ts';
import { requestTarget } from '../../semantics/request-target.ts';
import { type Clock, systemClock } from '../../time/clock.ts';
import { guarded } from '../../time/guarded-clock.ts';
import type { SlotLimit } from '../connections/slot-limit.ts';
import type { Endable } from '../exchange/open-exchanges.ts';
import { type Expiring, PhaseTimer } from '../exchange/phase-timer.ts';
import type { Settle } from '../exchange/transfer.ts';
import { UndiciExchange } from './exchange.ts';
import type { ExchangeConnection, UndiciHost } from './host.ts';

/** Where it waits. */
interface Queue {
  wait(waiter: QueuedRequest, limit: SlotLimit): { leave(): void };
}

export class QueuedRequest implements Endable, Expiring {
  index = -1;
  readonly request: HttpRequest;
  readonly #options: RequestOptions;
  readonly #host: UndiciHost;
  readonly #resolve: Settle['resolve'];
  readonly #reject: Settle['reject'];
  /** The context of its call: its turn comes in an event of another one, whose request has ended. */
  readonly #scope: Scope | undefined;
  readonly #clock: Clock;
  readonly #since: number;
  /** Its place in the queue, until the wait is over. */
  #wait: { leave(): void } | undefined;
  #timer: PhaseTimer | undefined;

  constructor(request: HttpRequest, options: RequestOptions, host: UndiciHost, { resolve, reject }: Settle) {
    this.request = request;
    this.#options = options;
    this.#host = host;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#scope = currentScope();
    this.#clock = guarded(options.clock ?? systemClock, this);
    this.#since = this.#clock.now();
  }

  /** @param longest milliseconds; 0 is no limit */
  join(queue: Queue, limit: SlotLimit, longest: number): void {
    this.#host.running.add(this);
    followCaller(this, this.request, this.#options);
    if (longest > 0) {
      this.#timer = new PhaseTimer(this.#clock, this);
      this.#timer.start('queue', longest);
    }
    this.#wait = queue.wait(this, limit);
  }

  // What may end the wait

  connected(connection: ExchangeConnection): void {
    const exchange = this.#exchange();
    exchange.transfer.record.placed();
    this.#wait = undefined;
    try {
      within(this.#scope, () => exchange.start(connection));
    } catch (error) {
      exchange.abort(error);
    }
    this.#ended();
  }

  expired(phase: TimeoutPhase, limit: number): void {
    this.abort(timeoutFailure(phase, limit, this.request, undefined));
  }

  abort(reason: unknown): void {
    if (this.#wait === undefined) return;
    this.#wait.leave();
    this.#wait = undefined;
    this.#exchange().transfer.fail(reason);
    this.#ended();
  }

  // What others ask of it

  get isWaiting(): boolean {
    return this.#wait !== undefined;
  }

  get isForgotten(): boolean {
    return false;
  }

  get waitsFor(): string {
    return 'a free connection';
  }

  /** The exchange takes its place among what is under way, and counts its time from the beginning of the wait. */
  #exchange(): UndiciExchange {
    const { request } = this;
    const settle = { resolve: this.#resolve, reject: this.#reject };
    unfollowCaller(this, request, this.#options);
    this.#timer?.stop();
    const exchange = new UndiciExchange(request, this.#options, requestTarget(request), this.#host, settle);
    exchange.transfer.hasWaited(this.#since, this.#scope);
    return exchange;
  }

  /** Last: while nothing is under way, a transport may close. */
  #ended(): void {
    this.#host.running.ended(this);
  }
}
