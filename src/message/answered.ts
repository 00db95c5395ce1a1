/** Members of a response with their docstrings, which TypeScript shows for every class that implements this. */
import type { Message } from './message.ts';
import type { Timings } from './response-facts.ts';

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
