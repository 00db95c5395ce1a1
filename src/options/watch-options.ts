/** Options that watch a call, and what they are told. */
import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import type { Timings } from '../message/response-facts.ts';
import type { Off } from './off.ts';

/** Numbers of one attempt: what the option `onStats` is told. */
export interface TransferStats {
  /** What was sent. */
  readonly request: HttpRequest;
  /** What came back, unless the attempt failed without an answer. */
  readonly response: HttpResponse | undefined;
  /** What the attempt failed with, if it failed. */
  readonly error: unknown;
  /** The handler that carried it, such as `'undici'`. */
  readonly handler: string;
  /** Which attempt it was, from 1. */
  readonly attempt: number;
  /** Redirects followed before, from 0. */
  readonly hop: number;
  /** Milliseconds of its parts; one that did not happen, or that the handler cannot see, is absent. */
  readonly timings: Timings;
  /** Bytes of the body that were sent. */
  readonly bytesSent: number;
  /** Bytes of the body that came, before decoding. */
  readonly bytesReceived: number;
}

/** How far a body has come: what the option `progress` is told. */
export interface Progress {
  /** Whether it is the request's body or the response's. */
  readonly direction: 'upload' | 'download';
  /** Bytes so far. */
  readonly transferred: number;
  /** Bytes in all, when it is known. */
  readonly total: number | undefined;
}

/** Watching. */
export interface WatchOptions {
  /**
   * Called with the final response when its head has arrived, before the body: not for a redirect that is followed, nor
   * for an answer that is retried. What it throws stops the transfer and is the `cause` of a `ResponseError`
   * (`ERR_ON_HEADERS`).
   *
   * @takes `(response) => void`
   * @default none
   * @readBy handler; `redirect`, `retry` and `auth` hold it back from answers that are not the final one
   */
  onHeaders?: ((response: HttpResponse) => void) | Off | undefined;
  /**
   * Called once for each attempt and each hop, failed ones too, with `{ request, response, error, handler, attempt,
   * hop, timings, bytesSent, bytesReceived }`. Timings are milliseconds: `queue`, `dns`, `connect`, `tls`, `send`,
   * `firstByte`, `end`, `total`; one that did not happen, or that the handler cannot see, is absent. What it throws
   * rejects the call.
   *
   * @takes `(stats) => void`
   * @default none
   * @readBy `stats`
   */
  onStats?: ((stats: TransferStats) => void) | Off | undefined;
  /**
   * Called with each informational answer (1xx) that comes before the final one, such as `103 Early Hints`.
   *
   * @takes `(response) => void`
   * @default none
   * @readBy handler; node:http carries it out, undici and fetch cannot
   */
  onInformation?: ((response: HttpResponse) => void) | Off | undefined;
  /**
   * Called with what made a beacon fail, bad statuses too, and with what the store of a cache or of `rateLimit` failed
   * with. What it throws goes nowhere.
   *
   * @takes `(error) => void`
   * @default none
   * @readBy `client.beacon`, `cache`, `rateLimit`
   */
  onError?: ((error: unknown) => void) | Off | undefined;
  /**
   * Beacons of a client under way at a time, from its options; others wait for their turn.
   *
   * @takes whole number above 0; off is no bound
   * @default `64`
   * @readBy `client.beacon`
   */
  maxInFlight?: number | Off | undefined;
  /**
   * Called as bytes are sent and received, with `{ direction, transferred, total }`; `total` is undefined when nobody
   * knows.
   *
   * @takes `(progress) => void`
   * @default none
   * @readBy handler
   */
  progress?: ((progress: Progress) => void) | Off | undefined;
  /**
   * Writes the exchange as it goes to the handler and comes from it, for each hop and attempt, with secrets masked and
   * bodies counted. `true` writes to standard error.
   *
   * @takes boolean, or anything with `write(text)`
   * @default `false`
   * @readBy `debug`
   */
  debug?: boolean | { write(text: string): unknown } | null | undefined;
  /**
   * Names of headers and query keys whose values are masked in errors, `debug` and `log`, beside those that are masked
   * anyway.
   *
   * @takes list of names, in any case of letters
   * @default none
   * @readBy errors, `debug`, `log`
   */
  redact?: readonly string[] | Off | undefined;
  /**
   * Anything, for layers of your own. Nothing in this package reads it.
   *
   * @takes anything
   * @default none
   * @readBy nobody
   */
  context?: unknown;
}
