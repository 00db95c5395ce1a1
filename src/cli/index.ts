#!/usr/bin/env node
/** The command `sluice`: runs `main.ts` over the streams, signals and exit code of this process. */
import { systemClock } from '../time/clock.ts';
import { isOutputClosed } from './closed-output.ts';
import { main } from './main.ts';
import { type Signal, type Terminal, writeTo } from './terminal.ts';

/** Both stop a command in the same way. */
const SIGNALS: readonly Signal[] = ['SIGINT', 'SIGTERM'];

/** Something may never end, and is not waited for. */
let isLeft = false;

const terminal: Terminal = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  clock: systemClock,
  onSignal(listener) {
    for (const signal of SIGNALS) process.on(signal, listener);
    return () => {
      for (const signal of SIGNALS) process.off(signal, listener);
    };
  },
  leaveUnfinished: () => (isLeft = true),
  isOutputClosed,
  exit: (code) => process.exit(code),
};

// A reader that goes away (`sluice get URL | head`) is told by the write that fails, and not by a crash.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

void main(process.argv.slice(2), terminal).then(async (code) => {
  process.exitCode = code;
  // An answer may come before all of standard input was read; nobody waits for the rest.
  process.stdin.destroy();
  if (!isLeft) return;
  // A pipe takes the last lines when its reader does.
  await Promise.all([process.stdout, process.stderr].map((output) => writeTo(output, '').catch(() => undefined)));
  process.exit(code);
});
