/** PSR-18's ClientInterface, for libraries that send requests and leave the choice of a client to their users. */
import { NetworkError, RequestError, ResponseError } from '../message/errors.ts';
import { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import type { RequestOptions } from '../options/options.ts';

/**
 * Anything that sends one request and gives its one final answer: a `Client`, a decorator around one, a double in a
 * test. Whoever implements it keeps these rules (PSR-18):
 *
 * - every well-formed answer is a result, error statuses and redirects too; its status is 200 or above;
 * - it rejects with a `RequestError` when the request cannot be sent as it is, with a `NetworkError` when the network
 *   failed or took too long, and with nothing else; both have the `request`, which may be another object;
 * - what was changed on the way stays consistent: a decoded body has no `Content-Encoding`.
 */
export interface HttpClient {
  /** Sends one request and gives its one final answer. */
  sendRequest(request: HttpRequest): Promise<HttpResponse>;
}

/** What PSR-18 leaves no choice about, and the request's own body instead of one that is a default of the client. */
export const PSR18: RequestOptions = Object.freeze({
  allowRedirects: false,
  httpErrors: false,
  retry: 0,
  stream: false,
  sink: null,
  body: null,
});

/** PSR-18 knows two failures: the request cannot be sent, and the network failed. */
export function psr18Error(error: unknown, request: HttpRequest, signal: AbortSignal | undefined): Error {
  if (error instanceof RequestError || error instanceof NetworkError) return error;
  if (error instanceof ResponseError) {
    return new NetworkError('the response cannot be used', { request, cause: error, code: error.code });
  }
  if (!(request instanceof HttpRequest)) return new RequestError('sendRequest takes an HttpRequest', { cause: error });
  if (signal?.aborted) return new NetworkError('the call was aborted', { request, cause: error, code: 'ERR_ABORTED' });
  const why = error instanceof TypeError ? `: ${error.message}` : '';
  return new RequestError(`the request cannot be sent${why}`, { request, cause: error });
}

/** The answer, which PSR-18 wants to be the final one. @throws NetworkError (`ERR_PROTOCOL`) when it is not */
export async function finalOf(response: HttpResponse, request: HttpRequest): Promise<HttpResponse> {
  if (response.status >= 200) return response;
  await response.discard();
  const fact = `the answer is an informational ${response.status}, and no final one came`;
  throw new NetworkError(fact, { request, code: 'ERR_PROTOCOL' });
}
