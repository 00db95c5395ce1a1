/** How far a crawl is: one line that is painted over on a terminal, and a line now and then anywhere else. */
import { type Clock, startTimer } from '../../time/clock.ts';
import type { Output } from '../terminal.ts';
import { plural, timeText } from '../text/text-table.ts';

export interface ProgressFigures {
  readonly done: number;
  /** Pages that are known; more may be found. */
  readonly known: number;
  readonly failed: number;
  readonly running: number;
}

const BAR = 24;
const REPAINT = 100;
const PLAIN_EVERY = 5000;

/** @param rate pages a second */
export function progressText({ done, known, failed, running }: ProgressFigures, rate: number): string {
  const left = rate > 0 ? `, ${timeText((1000 * Math.max(0, known - done)) / rate)} left` : '';
  const speed = rate >= 100 ? Math.round(rate) : rate.toFixed(1);
  return `${done}/${plural(known, 'page')}, ${running} in flight, ${speed}/s, ${plural(failed, 'error')}${left}`;
}

/** @param columns of the terminal; the line is never wider, so that painting over it works */
export function progressBar(figures: ProgressFigures, rate: number, columns: number): string {
  const share = figures.known === 0 ? 0 : Math.min(1, figures.done / figures.known);
  const filled = Math.floor(share * BAR);
  const bar = `[${'#'.repeat(filled)}${'.'.repeat(BAR - filled)}] `;
  const text = progressText(figures, rate);
  const line = columns >= BAR + 40 ? bar + text : text;
  return line.slice(0, Math.max(0, columns - 1));
}

/** Shows the figures until `end`. */
export class Progress {
  readonly #output: Output;
  readonly #figures: () => ProgressFigures;
  readonly #clock: Clock;
  readonly #started: number;
  readonly #doneBefore: number;
  #stopTimer: (() => void) | undefined;

  constructor(output: Output, clock: Clock, figures: () => ProgressFigures) {
    this.#output = output;
    this.#figures = figures;
    this.#clock = clock;
    this.#started = clock.now();
    this.#doneBefore = figures().done;
    this.#arm();
  }

  /** Takes the bar away. */
  end(): void {
    this.#stopTimer?.();
    if (this.#output.isTTY) this.#output.write('\r\x1b[K');
  }

  /** Writes a line above the bar. */
  say(text: string): void {
    this.#output.write(this.#output.isTTY ? `\r\x1b[K${text}\n` : `${text}\n`);
  }

  #arm(): void {
    const every = this.#output.isTTY ? REPAINT : PLAIN_EVERY;
    this.#stopTimer = startTimer(this.#clock, every, () => this.#show(), true);
  }

  #show(): void {
    const figures = this.#figures();
    const elapsed = this.#clock.now() - this.#started;
    const rate = elapsed > 0 ? (1000 * (figures.done - this.#doneBefore)) / elapsed : 0;
    if (this.#output.isTTY) this.#output.write(`\r\x1b[K${progressBar(figures, rate, this.#output.columns ?? 80)}`);
    else this.#output.write(`${progressText(figures, rate)}\n`);
    this.#arm();
  }
}
