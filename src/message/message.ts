/** What requests and responses have in common, and what a response has at first sight: their texts, once. */
import type { HttpHeaders } from './headers.ts';
import type { Timings } from './response-facts.ts';

export interface Message<Self> {
  /** The header lines. */
  readonly headers: HttpHeaders;
  /** Such as `'1.1'` and `'2'`. */
  readonly protocolVersion: string;
  /** A copy with this header in place of all of its name; a list is several lines. */
  withHeader(name: string, value: string | number | readonly string[]): Self;
  /** A copy with this header beside those of its name. */
  withAddedHeader(name: string, value: string | number | readonly string[]): Self;
  /** A copy without the headers of this name. */
  withoutHeader(name: string): Self;
}

export interface Answered extends Message<unknown> {
  /** 100 to 999. */
  readonly status: number;
  /** The reason phrase. */
  readonly statusText: string;
  /** Milliseconds of its parts; one that did not happen, or that the handler cannot see, is absent. */
  readonly timings: Timings;
  /** The whole body. */
  bytes(): Promise<Uint8Array>;
  /** The whole body, as `bytes`; rejects alike. */
  arrayBuffer(): Promise<ArrayBuffer>;
  /** The whole body with its `Content-Type`, as `bytes`; rejects alike. */
  blob(): Promise<Blob>;
}
