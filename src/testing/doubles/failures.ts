/** Failures of the network that a test can ask for: each is made of the error that a transport would have got from Node. */
import { failure, timeoutFailure } from '../../connect/failure.ts';
import { phaseTimeouts } from '../../handlers/exchange/phase-timeouts.ts';
import { Content } from '../../message/content.ts';
import type { HttpRequest } from '../../message/request.ts';
import { HttpResponse } from '../../message/response.ts';
import type { RequestOptions } from '../../options/options.ts';

/**
 * `refused`: no connection. `reset`: the connection breaks after the request was sent. `timeout`: no head comes within
 * `headersTimeout`. `truncated`: the body ends before it is complete.
 */
export type FailKind = 'refused' | 'reset' | 'timeout' | 'truncated';

export const FAIL_KINDS: readonly FailKind[] = ['refused', 'reset', 'timeout', 'truncated'];

const PART = new TextEncoder().encode('{"cut":');

/** For `truncated`, an answer whose body breaks off. @throws the error of any other kind */
export function failWith(kind: FailKind, request: HttpRequest, options: RequestOptions): HttpResponse {
  if (kind === 'timeout') throw timeoutFailure('headers', phaseTimeouts(options).headers, request);
  if (kind === 'refused') {
    const cause = systemError('connect ECONNREFUSED', 'ECONNREFUSED', 'connect');
    throw failure(cause, { request, options, phase: 'connect' });
  }
  if (kind === 'reset') {
    throw failure(systemError('read ECONNRESET', 'ECONNRESET', 'read'), { request, options, phase: 'headers' });
  }
  const body = new Content(undefined, cutOff());
  return new HttpResponse(200, { 'Content-Type': 'application/json', 'Content-Length': '100' }, body);
}

async function* cutOff(): AsyncGenerator<Uint8Array, void, undefined> {
  yield PART;
  throw systemError('aborted', 'ECONNRESET', 'read');
}

function systemError(message: string, code: string, syscall: string): Error {
  // The numbers are Linux's; `positiveErrno` takes that of the platform, by the code.
  return Object.assign(new Error(message), { code, syscall, errno: code === 'ECONNREFUSED' ? -111 : -104 });
}
