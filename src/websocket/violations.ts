/** What a broken frame leads to: a close code for the server (RFC 6455 section 7.4.1), and an error for the caller. */
import { NetworkError } from '../message/errors.ts';
import type { HttpRequest } from '../message/request.ts';

export interface Violation {
  readonly code: 1002 | 1007 | 1008 | 1009;
  /** For the wire: at most 123 bytes. */
  readonly reason: string;
  readonly error: NetworkError;
}

/** The close code for each error of `ws` that is not a plain protocol error (1002). */
const CODES: Readonly<Record<string, Violation['code']>> = {
  WS_ERR_INVALID_UTF8: 1007,
  WS_ERR_TOO_MANY_BUFFERED_PARTS: 1008,
  WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH: 1009,
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: 1009,
};

/** @param maxPayload bytes; 0 is no limit */
export function violationOf(cause: Error & { code?: string }, request: HttpRequest, maxPayload: number): Violation {
  const name = cause.code ?? '';
  // An error without a code of `ws` is one of zlib. 1007 stands for data that are not what they should be.
  const code = CODES[name] ?? (name.startsWith('WS_ERR_') ? 1002 : 1007);
  const detail = cause.message.replace(/^Invalid WebSocket frame: /, '');
  if (code === 1009) {
    const fact = `a message is larger than maxPayload (${maxPayload === 0 ? 'none' : `${maxPayload} bytes`}); closed with 1009`;
    return {
      code,
      reason: 'message too big',
      error: new NetworkError(fact, { request, code: 'ERR_MESSAGE_TOO_LARGE' }),
    };
  }
  const reason = name.startsWith('WS_ERR_') ? detail : 'invalid compressed data';
  const fact = `what the server sent is not valid WebSocket (RFC 6455): ${reason}; closed with ${code}`;
  return {
    code,
    reason: reason.slice(0, 120),
    error: new NetworkError(fact, { request, code: 'ERR_PROTOCOL', cause }),
  };
}
