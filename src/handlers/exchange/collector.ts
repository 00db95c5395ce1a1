/** A body that is buffered: its chunks, their size, and the moment at which there are too many. */

import { Pieces } from '../../message/bytes.ts';
import type { HttpHeaders } from '../../message/headers.ts';
import type { RequestOptions } from '../../options/options.ts';
import { encodedLimit, responseLimit } from '../../semantics/response-limit.ts';

/**
 * How many bytes may come off the wire. `maxResponseSize` counts after decoding, which is the decoding layer's to
 * enforce; an encoded body gets twice that and 64 KiB here, so that it cannot grow without end either.
 */
export function wireLimit(options: RequestOptions, headers: HttpHeaders): number {
  const limit = responseLimit(options, false);
  return headers.has('content-encoding') ? encodedLimit(limit) : limit;
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
