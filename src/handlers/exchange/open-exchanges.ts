/** The exchanges of one transport that have not ended. */
import { type Member, Roster } from '../../time/member-set.ts';

export class Running<Exchange extends Member> {
  readonly #exchanges = new Roster<Exchange>();
  readonly #waiting: (() => void)[] = [];

  add(exchange: Exchange): void {
    this.#exchanges.add(exchange);
  }

  ended(exchange: Exchange): void {
    this.#exchanges.delete(exchange);
    if (this.#exchanges.size === 0) for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** Those under way now: they may end meanwhile. */
  exchanges(): Exchange[] {
    return this.#exchanges.members();
  }

  /** Resolves when none is under way any more. */
  async rest(): Promise<void> {
    if (this.#exchanges.size > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
