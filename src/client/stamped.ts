/** What is added to an error of a call on its way to the caller: attempts, time, and the caller's own stack frames. */
import type { Call } from '../call/call.ts';
import { isTransferError, type TransferError } from '../message/errors.ts';

/** The frames of a place in the code, which the engine puts into words when they are read. */
interface Place {
  stack?: string;
}

/**
 * Completes an error with what only the client knows, and puts the caller's frames into its stack.
 * @param now milliseconds of the client's clock
 * @param isPlaced it has them already, and no others
 */
export function stamped(error: unknown, call: Call, now: number, isPlaced = false): unknown {
  if (!isTransferError(error)) return error;
  const failed = error as TransferError;
  // One that was made without the request does not know it.
  if (failed.attempts === 1 && failed.request?.call === undefined) failed.attempts = call.attempt;
  // What came after it was made counts too, such as a wait of `retry` for which the time was too short.
  failed.elapsed = Math.max(failed.elapsed, now - call.started);
  if (isPlaced) return failed;
  const here: Place = {};
  (Error as { captureStackTrace?(target: object, below?: unknown): void }).captureStackTrace?.(here, stamped);
  joinWhenRead(failed, here);
  return failed;
}

/**
 * Most stacks are never read, and to put one into words costs more than all else that an error needs. So the two are
 * joined by whoever reads first, where the engine lets us ask for the error's own as late as that: V8 from 11.8 on (Node 22).
 */
function joinWhenRead(failed: TransferError, here: Place): void {
  const own = Object.getOwnPropertyDescriptor(failed, 'stack');
  if (own?.get === undefined || !own.configurable) {
    const stack = joined(failed.stack, here);
    if (stack !== failed.stack) keep(failed, stack);
    return;
  }
  const read = own.get;
  Object.defineProperty(failed, 'stack', {
    get(): unknown {
      const stack = joined(read.call(failed) as string | undefined, here);
      keep(failed, stack);
      return stack;
    },
    set: (stack: unknown) => keep(failed, stack),
    enumerable: false,
    configurable: true,
  });
}

/** Writes the stack as a plain member, which is what it is in most engines. */
function keep(failed: TransferError, stack: unknown): void {
  Object.defineProperty(failed, 'stack', { value: stack, writable: true, enumerable: false, configurable: true });
}

/** The stack with those frames of the caller's that it lacks. */
function joined(stack: string | undefined, here: Place): string | undefined {
  const fresh = awaiting(here.stack?.split('\n') ?? []).filter((line) => !stack?.includes(line));
  return fresh.length > 0 ? `${stack}\n${fresh.join('\n')}` : stack;
}

/** Those who wait. Who maps frames to their sources (a test runner) may leave out the word, but not the turn between. */
function awaiting(lines: readonly string[]): readonly string[] {
  const turn = lines.findLastIndex((line) => line.includes('(node:internal/'));
  return turn === -1 ? lines.filter((line) => /^\s+at async /.test(line)) : lines.slice(turn + 1);
}
