/** An answer that a layer gives to its caller, although its body was thought to be left (`call/asker.ts`). */

import type { Asker } from '../call/asker.ts';
import { callOf } from '../call/call.ts';
import { Pieces, toBytes } from '../message/bytes.ts';
import { Content, chunksOf } from '../message/content.ts';
import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import type { RequestOptions } from '../options/options.ts';
import { responseLimit, tooLarge } from './response-limit.ts';

/** Whether it is a buffered answer whose body was not waited for. */
export function isOpen({ content }: HttpResponse, request: HttpRequest, { stream }: RequestOptions): boolean {
  return callOf(request)?.hasOpenBody === true && !stream && content.source !== undefined && !content.used;
}

/**
 * The answer with its whole body.
 * @param outer the layers around, to whom the answer is left as it is: they may leave its body
 * @throws what the body fails with, BodyError (`ERR_BODY_TOO_LARGE`) when it is larger than `maxResponseSize`
 */
export function wholeAnswer(
  response: HttpResponse,
  request: HttpRequest,
  options: RequestOptions,
  outer?: Asker,
): HttpResponse | Promise<HttpResponse> {
  return outer !== undefined || !isOpen(response, request, options) ? response : readWhole(response, request, options);
}

/** The answer with its body in memory. @throws as `wholeAnswer` */
export async function readWhole(
  response: HttpResponse,
  request: HttpRequest,
  options: RequestOptions,
): Promise<HttpResponse> {
  const limit = responseLimit(options, false);
  const pieces = new Pieces();
  for await (const chunk of chunksOf(response.content.take(taken))) {
    pieces.add(toBytes(chunk));
    if (pieces.size > limit) throw tooLarge(limit, request, response.with({ body: null }));
  }
  return response.with({ body: new Content(pieces.bytes()) });
}

function taken(): Error {
  return new TypeError('the body was read by two at once');
}
