/** The coding under which an answer came (RFC 9112 sections 6.1 and 7). */
import { NetworkError } from '../message/errors.ts';
import type { RawField } from '../message/headers.ts';
import type { HttpRequest } from '../message/request.ts';

const NAME_LENGTH = 'transfer-encoding'.length;

/**
 * RFC 9112 section 7.4: a request without `TE` takes no coding but `chunked`; a body under another would be taken as it
 * came. Answers that end with their heads have no body to code.
 *
 * @param fields name, value, name, value
 */
export function codingRefusal(
  request: HttpRequest,
  status: number,
  fields: readonly RawField[],
): NetworkError | undefined {
  for (let i = 0; i < fields.length; i += 2) {
    if (fields[i]!.length !== NAME_LENGTH || !/^transfer-encoding$/i.test(String(fields[i]))) continue;
    const coding = String(fields[i + 1]).trim();
    if (/^(?:chunked|identity)$/i.test(coding)) continue;
    if (request.method === 'HEAD' || status === 204 || status === 304) return undefined;
    const fact = `the answer came under Transfer-Encoding: ${JSON.stringify(coding.slice(0, 100))}, which nobody asked for; only chunked is read`;
    return new NetworkError(fact, { request, code: 'ERR_PROTOCOL' });
  }
  return undefined;
}
