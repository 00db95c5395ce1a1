/** What a response is made from beside its head and body. */

import type { BodyInit } from './body-from.ts';
import type { CacheFacts } from './cache-facts.ts';
import type { Content } from './content.ts';
import type { HeadersInit, HttpHeaders } from './headers.ts';
import type { HttpRequest } from './request.ts';

/** One redirect that was followed: what was asked, and the status that sent it elsewhere. */
export interface RedirectHop {
  readonly status: number;
  readonly method: string;
  readonly url: string;
}

/** Milliseconds each phase took; a phase that did not happen (a kept-alive connection dials nothing) is absent. */
export interface Timings {
  /** Waiting for a free connection. */
  readonly queue?: number;
  readonly dns?: number;
  readonly connect?: number;
  readonly tls?: number;
  /** Writing the request. */
  readonly send?: number;
  /** From the start until the first byte of the head. */
  readonly firstByte?: number;
  /** From the start until the last byte of the body, as far as it was read when asked. */
  readonly end?: number;
  readonly total?: number;
}

/** What only the client knows of a response; none of it comes from headers. */
export interface ResponseFacts {
  /** The URL that was answered, after redirects. */
  url?: string;
  redirects?: readonly RedirectHop[];
  attempts?: number;
  timings?: Timings;
  /** The request that was answered. */
  request?: HttpRequest;
  /** Where the body went instead of into the response. */
  sink?: unknown;
  /** The handler that served it. */
  handler?: string;
  bytesSent?: number;
  bytesReceived?: number;
  /** Fields behind the body; a function is asked each time, because they come last. */
  trailers?: HttpHeaders | (() => HttpHeaders) | undefined;
  /** What the cache did. */
  cache?: CacheFacts | undefined;
  /** Why the call ended with this answer, in words that end an error's message. */
  note?: string | undefined;
}

/** The fields that `with` may change. */
export interface ResponseChanges extends ResponseFacts {
  status?: number;
  statusText?: string;
  headers?: HeadersInit;
  body?: ResponseBodyInit;
  protocolVersion?: string;
}

export type ResponseBodyInit = BodyInit | Content | null;
