/**
 * A recorded answer as a handler gives it: its response, the error that came in its place, or both, when the body broke
 * off.
 */
import type { HarEntry } from '../../har/har-format.ts';
import { responseOfHar } from '../../har/har-read.ts';
import { Content } from '../../message/content.ts';
import { BodyError, isResponseError, NetworkError, TransferError, withAnswer } from '../../message/errors.ts';
import type { HttpRequest } from '../../message/request.ts';
import type { HttpResponse } from '../../message/response.ts';

/** @throws the recorded error, as one of this request */
export function replayed(entry: HarEntry, request: HttpRequest): HttpResponse {
  const response = responseOfHar(entry);
  if (entry._error === undefined) {
    if (response !== undefined) return entry.response.content?._part === true ? partOf(response, request) : response;
    // Browsers write a status of 0 for what was blocked, aborted or refused, and do not always say why.
    const why = typeof entry.response?._error === 'string' ? `: ${entry.response._error}` : '';
    throw new NetworkError(`the recorded request was not answered${why}`, { request });
  }
  const error = errorOf(entry._error, request);
  if (response === undefined || !isResponseError(error)) throw error;
  withAnswer(error, response.with({ body: null, url: request.url, request }));
  return response.with({ body: new Content(undefined, brokenOff(response, error)) });
}

/** A body that was recorded in part fails where the recording ends: a test must not take the part for the whole. */
function partOf(response: HttpResponse, request: HttpRequest): HttpResponse {
  const fact = 'the rest of the body is not in the cassette: it was not read when it was recorded';
  const head = response.with({ body: null, url: request.url, request });
  const error = new BodyError(fact, { request, response: head, code: 'ERR_BODY_TRUNCATED' });
  return response.with({ body: new Content(undefined, brokenOff(response, error)) });
}

/** The recorded error as one of ours, with a stack that leads to the test and not to the recording. */
function errorOf(recorded: NonNullable<HarEntry['_error']>, request: HttpRequest): TransferError {
  const { name, message, code, phase, errno } = recorded;
  const { stack } = new Error(message);
  const json = { name, message, code, attempts: 1, elapsed: 0, stack };
  const error = TransferError.fromJSON({ ...json, ...(phase && { phase }), ...(errno && { errno }) } as never);
  error.request = request;
  return error;
}

/** What was recorded of the body, then the error that ended it. */
async function* brokenOff(response: HttpResponse, error: Error): AsyncGenerator<Uint8Array, void, undefined> {
  const bytes = response.bytesNow();
  if (bytes !== undefined && bytes.byteLength > 0) yield bytes;
  throw error;
}
