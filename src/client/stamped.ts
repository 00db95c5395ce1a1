/** What an error of a call learns on its way to the caller. */
import type { Call } from '../call/call.ts';
import { isTransferError, type TransferError } from '../message/errors.ts';

/**
 * Completes an error with what only the client knows, and puts the caller's frames into its stack.
 * @param now milliseconds of the client's clock
 */
export function stamped(error: unknown, call: Call, now: number): unknown {
  if (!isTransferError(error)) return error;
  const failed = error as TransferError;
  if (failed.attempts === 1) failed.attempts = call.attempt;
  failed.elapsed ||= now - call.started;
  const here: { stack?: string } = {};
  (Error as { captureStackTrace?(target: object, below?: unknown): void }).captureStackTrace?.(here, stamped);
  const frames = here.stack?.split('\n').filter((line) => /^\s+at async /.test(line)) ?? [];
  const fresh = frames.filter((line) => !failed.stack?.includes(line));
  if (fresh.length > 0) failed.stack = `${failed.stack}\n${fresh.join('\n')}`;
  return failed;
}
