/** What a command reads and writes, so that a test can stand in for a terminal. */
import type { Readable } from 'node:stream';
import type { Clock } from '../time/clock.ts';

export interface Output {
  write(chunk: string | Uint8Array, done?: (error?: Error | null) => void): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export type Signal = 'SIGINT' | 'SIGTERM';

export interface Terminal {
  readonly stdin: Readable;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Calls `listener` for Ctrl-C and its like until the returned function is called. */
  onSignal(listener: (signal: Signal) => void): () => void;
  /** What is still under way when the command has ended is not waited for: it may never end. */
  leaveUnfinished(): void;
  /** Whether standard output was closed before the process began, so that what is written is lost. */
  readonly isOutputClosed?: () => boolean;
  /** Ends the process at once. */
  exit(code: number): void;
}

/** Whether to write colours: to a terminal alone, and never with `NO_COLOR` (no-color.org). */
export function wantsColour(output: Output, env: Terminal['env']): boolean {
  return Boolean(output.isTTY) && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
}

/** Writes and waits until the system has it, so that a fast source does not fill the memory. */
export function writeTo(output: Output, chunk: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    output.write(chunk, (error) => (error ? reject(error) : resolve()));
  });
}

/** The number of a signal is part of the exit code of what it ended. */
export const SIGNAL_CODES: Readonly<Record<Signal, number>> = { SIGINT: 130, SIGTERM: 143 };

/** Ends a call by Ctrl-C, so that it can put its files in order. */
export interface Interruption extends Disposable {
  readonly signal: AbortSignal;
  /** The exit code, once it was interrupted. */
  readonly code: number | undefined;
}

/** A second signal ends the process at once. */
export function interruption(terminal: Terminal): Interruption {
  const stop = new AbortController();
  let code: number | undefined;
  const ignore = terminal.onSignal((given) => {
    if (code !== undefined) terminal.exit(SIGNAL_CODES[given]);
    code = SIGNAL_CODES[given];
    stop.abort();
  });
  return {
    signal: stop.signal,
    get code() {
      return code;
    },
    [Symbol.dispose]: ignore,
  };
}
