/**
 * Lets the event loop go on while answers are there at once (a mock, a cache): promises that wait for promises never end
 * a turn, so that no timer fires, no signal is seen and no socket is read.
 */
import { nextTurn, systemClock } from '../time/clock.ts';

/** Milliseconds of one turn. */
const LONGEST_TURN = 5;
/** The time is read once in so many, which keeps it out of what a request costs. */
const LOOK_EVERY = 8;

export class EventLoopShare {
  #count = 0;
  #began = 0;
  #turn: Promise<void> | undefined;

  /** Something was done. @returns what to wait for before more is done, when the turn has lasted long enough */
  settled(): Promise<void> | undefined {
    this.#count += 1;
    if (this.#turn === undefined && this.#count % LOOK_EVERY === 0) this.#look();
    return this.#turn;
  }

  #look(): void {
    const now = systemClock.now();
    if (now - this.#began < LONGEST_TURN) return;
    this.#turn = nextTurn().then(() => {
      this.#began = systemClock.now();
      this.#turn = undefined;
    });
  }
}
