/** PSR-18's ClientInterface, for libraries that send requests and leave the choice of a client to their users. */
import type { HttpRequest } from './message/request.ts';
import type { HttpResponse } from './message/response.ts';

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
  sendRequest(request: HttpRequest): Promise<HttpResponse>;
}
