/**
 * Calls the caller's callbacks while a transfer goes on. Every handler calls them through this file, so that `onHeaders`
 * means the same on each: the final head, once, without its body; what it throws ends the transfer before the body. A layer
 * could not do it: of a buffered answer it sees nothing before the body is there (docs/decisions/012-told-by-handlers.md).
 */
import { type CallbackHost, tell } from '../../call/callbacks.ts';
import type { HttpResponse } from '../../message/response.ts';
import type { RequestOptions } from '../../options/options.ts';

/** A transfer with callbacks of the caller's. */
export interface Announcing extends CallbackHost {
  readonly options: RequestOptions;
  readonly isDone: boolean;
}

/** Calls `onHeaders` with the head that has come. @returns whether the transfer goes on: a callback that throws ends it */
export function announceHead(transfer: Announcing): boolean {
  const { onHeaders } = transfer.options;
  if (onHeaders && !transfer.isDone) tell(transfer, 'onHeaders', onHeaders, transfer.headOnly()!);
  return !transfer.isDone;
}

/** Calls `onInformation` with a 1xx, which is never the answer (RFC 9110 section 15.2). */
export function announceInformation(transfer: Announcing, response: HttpResponse): void {
  const { onInformation } = transfer.options;
  if (onInformation && !transfer.isDone) tell(transfer, 'onInformation', onInformation, response);
}

/** Calls `progress`. @param total bytes that there will be, where that is known */
export function announceProgress(
  transfer: Announcing,
  direction: 'upload' | 'download',
  transferred: number,
  total: number | undefined,
): void {
  const { progress } = transfer.options;
  if (progress && !transfer.isDone) tell(transfer, 'progress', progress, { direction, transferred, total });
}
