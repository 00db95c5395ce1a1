/** How far a download is: one line on a terminal that is painted over, and nothing anywhere else. */
import { type Clock, startTimer } from '../time/clock.ts';
import type { Output } from './terminal.ts';
import { byteText, timeText } from './text/text-table.ts';

/** Characters of the bar. */
const BAR = 24;
/** Milliseconds between two paintings. */
const REPAINT = 100;
const SECOND = 1000;

/** What the line shows. */
export interface DownloadFigures {
  /** Bytes of the file that are there. */
  readonly transferred: number;
  readonly total: number | undefined;
  /** Bytes that came in this run. */
  readonly fresh: number;
  /** Milliseconds of this run. */
  readonly elapsed: number;
}

/** @param columns of the terminal; the line is never wider, so that painting over it works */
export function downloadLine({ transferred, total, fresh, elapsed }: DownloadFigures, columns: number): string {
  const rate = elapsed > 0 ? (SECOND * fresh) / elapsed : 0;
  const speed = `${byteText(Math.round(rate))}/s`;
  if (total === undefined || total === 0)
    return `${byteText(transferred)}, ${speed}`.slice(0, Math.max(0, columns - 1));
  const share = Math.min(1, transferred / total);
  const filled = Math.floor(share * BAR);
  const bar = columns >= BAR + 50 ? `[${'#'.repeat(filled)}${'.'.repeat(BAR - filled)}] ` : '';
  const left = rate > 0 ? `, ${timeText((SECOND * (total - transferred)) / rate)} left` : '';
  const text = `${Math.floor(100 * share)} %, ${byteText(transferred)} of ${byteText(total)}, ${speed}${left}`;
  return (bar + text).slice(0, Math.max(0, columns - 1));
}

/** Counts always, for the last line of the command; paints only on a terminal. */
export class DownloadProgress implements Disposable {
  readonly #output: Output;
  readonly #clock: Clock;
  readonly #started: number;
  /** Bytes that were there before this run; known with the first report. */
  #before: number | undefined;
  #transferred = 0;
  #total: number | undefined;
  #stopTimer: (() => void) | undefined;

  constructor(output: Output, clock: Clock) {
    this.#output = output;
    this.#clock = clock;
    this.#started = clock.now();
    if (output.isTTY) this.#arm();
  }

  /** The `progress` option of the download. */
  readonly tell = ({ transferred, total }: { transferred: number; total: number | undefined }, bytes = 0): void => {
    this.#before ??= transferred - bytes;
    // A download that begins anew has fewer than before.
    this.#before = Math.min(this.#before, transferred);
    this.#transferred = transferred;
    this.#total = total;
  };

  /** As of now; also after the line was taken away. */
  get figures(): DownloadFigures {
    const fresh = this.#transferred - (this.#before ?? 0);
    const elapsed = this.#clock.now() - this.#started;
    return { transferred: this.#transferred, total: this.#total, fresh, elapsed };
  }

  /** Takes the line away. */
  [Symbol.dispose](): void {
    this.#stopTimer?.();
    if (this.#output.isTTY) this.#output.write('\r\x1b[K');
  }

  /** Paints again and again. The download tells much more often than anybody can read. */
  #arm(): void {
    this.#stopTimer = startTimer(this.#clock, REPAINT, () => {
      if (this.#before !== undefined) {
        this.#output.write(`\r\x1b[K${downloadLine(this.figures, this.#output.columns || 80)}`);
      }
      this.#arm();
    });
  }
}
