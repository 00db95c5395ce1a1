/** Hands a request to the stack, at once or behind the caller's own turn, and settles the call with what comes of it. */
import type { HttpHeaders } from '../message/headers.ts';
import type { HttpRequest } from '../message/request.ts';
import type { RequestOptions } from '../options/options.ts';
import { rememberLast } from '../options/remember-last.ts';
import type { Handler } from '../stack/handler.ts';
import { promised, underSignal } from './checked-answer.ts';
import type { ClientCall } from './client-call.ts';
import { StreamReconnector } from './reconnect.ts';
import { sunk } from './sink.ts';

const NEXT_TURN = Promise.resolve();

/** The headers of one client's calls are mostly the same object: what is made of them is too, for the layers that follow. */
const withJson = rememberLast((headers: HttpHeaders) => headers.plus(['Accept', 'application/json']));

/** Sends now. A sink needs the stream of the body, a signal is followed for as long as the call lasts. */
export function carry(handler: Handler, request: HttpRequest, options: RequestOptions, call: ClientCall): void {
  const { sink, signal, stream } = options;
  if (stream) call.reconnector = new StreamReconnector(handler, request, options, call);
  const answer = sink
    ? sunk(handler, request, options, call)
    : signal
      ? underSignal(handler, request, options, call, signal)
      : promised(handler(request, options));
  call.settleBy(answer);
}

/** Behind what the caller does in this turn, which may be to ask for JSON. Nothing is sent for a call that was stopped. */
export function carryNextTurn(handler: Handler, request: HttpRequest, options: RequestOptions, call: ClientCall): void {
  NEXT_TURN.then(() => {
    if (call.aborted) return;
    try {
      carry(handler, call.wantsJson ? acceptingJson(request, call) : request, options, call);
    } catch (error) {
      call.fail(error);
    }
  });
}

/** What a call for JSON asks for, where nobody said what it accepts (RFC 9110 section 12.5.1). */
function acceptingJson(request: HttpRequest, call: ClientCall): HttpRequest {
  const accepting = request.headed(withJson(request.headers));
  call.request = accepting;
  return accepting;
}
