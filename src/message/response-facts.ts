/** What a response is made from beside its head and body. */

import type { BodyInit } from './body-from.ts';
import type { CacheFacts } from './cache-facts.ts';
import type { Content } from './content.ts';
import type { HeadersInit, HttpHeaders } from './headers.ts';
import type { HttpRequest } from './request.ts';

/** One redirect that was followed: what was asked, and the status that sent it elsewhere. */
export interface RedirectHop {
  /** The status that sent the request elsewhere. */
  readonly status: number;
  /** What was asked with. */
  readonly method: string;
  /** What was asked. */
  readonly url: string;
}

/** Milliseconds each phase took; a phase that did not happen (a kept-alive connection dials nothing) is absent. */
export interface Timings {
  /** Waiting for a free connection. */
  readonly queue?: number;
  /** Resolving the name. */
  readonly dns?: number;
  /** Making the TCP connection. */
  readonly connect?: number;
  /** The handshake of TLS. */
  readonly tls?: number;
  /** Writing the request. */
  readonly send?: number;
  /** From the start until the first byte of the head. */
  readonly firstByte?: number;
  /** From the start until the last byte of the body, as far as it was read when asked. */
  readonly end?: number;
  /** From the start until the end of the body. */
  readonly total?: number;
}

/** What only the client knows of a response; none of it comes from headers. */
export interface ResponseFacts {
  /** The URL that was answered, after redirects. */
  url?: string | undefined;
  redirects?: readonly RedirectHop[] | undefined;
  attempts?: number | undefined;
  timings?: Timings | undefined;
  /** The request that was answered. */
  request?: HttpRequest | undefined;
  /** Where the body went instead of into the response. */
  sink?: unknown;
  /** The handler that served it. */
  handler?: string | undefined;
  bytesSent?: number | undefined;
  bytesReceived?: number | undefined;
  /** Fields behind the body; a function is asked each time, because they come last. */
  trailers?: HttpHeaders | (() => HttpHeaders) | undefined;
  /** What the cache did. */
  cache?: CacheFacts | undefined;
  /** Why the call ended with this answer, in words that end an error's message. */
  note?: string | undefined;
}

/** The fields that `with` may change. */
export interface ResponseChanges extends ResponseFacts {
  /** 100 to 999. */
  status?: number | undefined;
  /** The reason phrase. */
  statusText?: string | undefined;
  /** In place of all headers. */
  headers?: HeadersInit | undefined;
  /** In place of the body; `null` is none. */
  body?: ResponseBodyInit | undefined;
  /** Such as `'1.1'`. */
  protocolVersion?: string | undefined;
}

export type ResponseBodyInit = BodyInit | Content | null;
