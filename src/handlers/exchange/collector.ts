/** A body that is buffered: its chunks, their size, and the moment at which there are too many. */

import { Pieces } from '../../message/bytes.ts';
import { BodyError } from '../../message/errors.ts';
import type { HttpHeaders } from '../../message/headers.ts';
import type { HttpRequest } from '../../message/request.ts';
import type { HttpResponse } from '../../message/response.ts';
import type { RequestOptions } from '../../options/options.ts';

const DEFAULT_LIMIT = 104_857_600;
/** What is encoded may be a little larger than what it decodes to: headers of the coding, blocks that were stored. */
const SLACK = 65_536;

/** `maxResponseSize` in bytes: 100 MiB when it is not set, infinite when it is off. */
export function responseLimit(options: RequestOptions): number {
  const { maxResponseSize } = options;
  return maxResponseSize === undefined ? DEFAULT_LIMIT : maxResponseSize || Number.POSITIVE_INFINITY;
}

/**
 * How many bytes may come off the wire. `maxResponseSize` counts after decoding, which is the decoding layer's to
 * enforce; an encoded body gets twice that and 64 KiB here, so that it cannot grow without end either.
 */
export function wireLimit(options: RequestOptions, headers: HttpHeaders): number {
  const limit = responseLimit(options);
  return headers.has('content-encoding') ? limit * 2 + SLACK : limit;
}

/** The error of a body with too many bytes. */
export function tooLarge(options: RequestOptions, request: HttpRequest, response: HttpResponse): BodyError {
  const fact = `the body is larger than maxResponseSize (${responseLimit(options)} bytes)`;
  return new BodyError(fact, { request, response, code: 'ERR_BODY_TOO_LARGE' });
}

export class Collector {
  readonly #limit: number;
  readonly #pieces = new Pieces();
  /** Bytes so far. */
  size = 0;

  /** @param limit bytes, from `wireLimit` */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes a chunk as it is. @returns false when it is one too many: what was collected is dropped then */
  add(chunk: Uint8Array): boolean {
    this.size += chunk.byteLength;
    if (this.size > this.#limit) {
      this.#pieces.clear();
      return false;
    }
    this.#pieces.add(chunk);
    return true;
  }

  /** The body; one chunk is not copied. */
  bytes(): Uint8Array {
    return this.#pieces.bytes();
  }
}
