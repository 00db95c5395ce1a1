/** A terminal in memory, for commands that run in the test's own process. */
import { Readable } from 'node:stream';
import type { Output, Signal, Terminal } from '../../src/cli/terminal.ts';
import { systemClock } from '../../src/time/clock.ts';

export interface FakeTerminal extends Terminal {
  /** What was written, as text. */
  out(): string;
  err(): string;
  signal(name: Signal): void;
  readonly exits: number[];
}

export interface FakeTerminalOptions {
  readonly stdin?: string;
  readonly tty?: boolean;
  readonly env?: Record<string, string>;
}

export function fakeTerminal({ stdin = '', tty = false, env = {} }: FakeTerminalOptions = {}): FakeTerminal {
  const listeners = new Set<(signal: Signal) => void>();
  const exits: number[] = [];
  const stdout = output(tty);
  const stderr = output(tty);
  return {
    stdin: Readable.from(stdin === '' ? [] : [Buffer.from(stdin)]),
    stdout,
    stderr,
    env,
    clock: systemClock,
    onSignal(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    leaveUnfinished: () => undefined,
    exit: (code) => void exits.push(code),
    out: () => stdout.text(),
    err: () => stderr.text(),
    signal: (name) => {
      for (const listener of listeners) listener(name);
    },
    exits,
  };
}

function output(isTTY: boolean): Output & { text(): string } {
  const chunks: Buffer[] = [];
  return {
    isTTY,
    columns: 100,
    write(chunk, done) {
      chunks.push(Buffer.from(chunk as Uint8Array));
      done?.();
      return true;
    },
    text: () => Buffer.concat(chunks).toString('utf8'),
  };
}
