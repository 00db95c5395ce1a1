/** Which functions of the caller's run while a request is under way, and the byte totals that `progress` reports. */
import type { HttpHeaders } from '../../message/headers.ts';
import type { HttpRequest } from '../../message/request.ts';
import type { RequestOptions } from '../../options/options.ts';

/**
 * Whether functions of the caller's run while the request is under way: callbacks, or what makes its body. The asynchronous
 * context of the call is kept for them (`message/scope.ts`), at a price that other requests need not pay.
 */
export function callsBack({ body }: HttpRequest, options: RequestOptions): boolean {
  const { onHeaders, onInformation, progress, trailers } = options;
  if (onHeaders || onInformation || progress || typeof trailers === 'function') return true;
  return body !== null && body.bytes === undefined;
}

/** Bytes that the download will have, when the response head says so. */
export function downloadTotal(headers: HttpHeaders): number | undefined {
  const length = headers.get('content-length');
  return length !== null && /^\d+$/.test(length) ? Number(length) : undefined;
}

/** Bytes that the upload will have, when that is known: the body's own length, or what the caller's headers say. */
export function uploadTotal(request: HttpRequest): number | undefined {
  return request.body?.length ?? declaredLength(request);
}

/** Bytes that the request head announces; `undefined` when the body is sent in chunks. */
export function declaredLength(request: HttpRequest): number | undefined {
  const { headers, body } = request;
  const given = headers.get('content-length');
  if (headers.has('transfer-encoding')) return undefined;
  return given === null ? (body === null ? 0 : body.length) : Number(given);
}
