/** The kept bytes of a body without their content coding, by the layer that undoes it for the caller too. */
import type { HttpRequest } from '../message/request.ts';
import { HttpResponse } from '../message/response.ts';
import { decodeContent } from '../middleware/decode-content/decode-content.ts';

export interface PlainBody {
  readonly bytes: Uint8Array;
  /** A part of a coded body, one of an unknown coding, or one that cannot be decoded stays as it is. */
  readonly isCoded: boolean;
}

/** @param limit bytes that may come out */
export async function plainBody(
  request: HttpRequest,
  response: HttpResponse,
  bytes: Uint8Array,
  limit: number,
): Promise<PlainBody> {
  if (bytes.byteLength === 0 || !response.headers.has('content-encoding')) return { bytes, isCoded: false };
  const { status, headers } = response;
  const coded = { bytes, isCoded: true };
  try {
    const given = new HttpResponse(status, headers, bytes);
    const plain = await decodeContent()(async () => given)(request, { maxResponseSize: limit });
    return plain.headers.has('content-encoding') ? coded : { bytes: await plain.bytes(), isCoded: false };
  } catch {
    return coded;
  }
}
