/** What of the caller's runs while a request is under way, and what it is told. */
import type { HttpHeaders } from '../../message/headers.ts';
import type { HttpRequest } from '../../message/request.ts';
import type { RequestOptions } from '../../options/options.ts';

/** Whether functions of the caller's run while the request is under way: those that are told, or what makes its body. */
export function callsBack({ body }: HttpRequest, options: RequestOptions): boolean {
  const { onHeaders, onInformation, progress, trailers } = options;
  if (onHeaders || onInformation || progress || typeof trailers === 'function') return true;
  return body !== null && body.bytes === undefined;
}

/** Bytes that the download will have, when the head says so. */
export function downloadTotal(headers: HttpHeaders): number | undefined {
  const length = headers.get('content-length');
  return length !== null && /^\d+$/.test(length) ? Number(length) : undefined;
}

/** Bytes that the upload will have, when that is known: the body's own length, or what the caller's head says. */
export function uploadTotal(request: HttpRequest): number | undefined {
  return request.body?.length ?? declaredLength(request);
}

/** Bytes that the head announces; `undefined` when the body is chunked. */
export function declaredLength(request: HttpRequest): number | undefined {
  const { headers, body } = request;
  const given = headers.get('content-length');
  if (headers.has('transfer-encoding')) return undefined;
  return given === null ? (body === null ? 0 : body.length) : Number(given);
}
