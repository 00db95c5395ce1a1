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

/** No object of its own beside its pieces: there is one for each body that is buffered. */
export class Collector extends Pieces {
  readonly #limit: number;

  /** @param limit bytes, from `wireLimit` */
  constructor(limit: number) {
    super();
    this.#limit = limit;
  }

  /** Takes a chunk as it is. @returns false when it is one too many: what was collected is dropped then */
  override add(chunk: Uint8Array): boolean {
    const size = this.size + chunk.byteLength;
    if (size <= this.#limit) {
      super.add(chunk);
      return true;
    }
    this.clear();
    this.size = size;
    return false;
  }
}
