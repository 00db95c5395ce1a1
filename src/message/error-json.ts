/** A failed call as plain data: what logs, workers and archives keep of an error, and what makes it again. */

/** Which wait took too long. */
export type TimeoutPhase = 'connect' | 'headers' | 'read' | 'total' | 'queue';

/** What `toJSON` of an error gives, secrets masked; `TransferError.fromJSON` makes the error again. */
export interface TransferErrorJSON {
  /** The name of its class, such as `'TimeoutError'`. */
  name: string;
  /** What happened, and the next step. */
  message: string;
  /** Stable, `ERR_...`. */
  code: string;
  /** How often the request was sent. */
  attempts: number;
  /** Milliseconds from the call until the failure. */
  elapsed: number;
  /** Where the call was made. */
  stack?: string | undefined;
  /** What was sent, without its body. */
  request?: { method: string; url: string; headers: [string, string][] };
  /** What came back, without its body. */
  response?: { status: number; statusText: string; url: string; headers: [string, string][] };
  /** The error below this one, by its name and words. */
  cause?: { name: string; message: string };
  /** Of a `TimeoutError`: which wait took too long. */
  phase?: TimeoutPhase;
  /** The system's number for the failure, positive as on Linux, when it has one. */
  errno?: number | undefined;
  /** Of a `TooManyRedirectsError`: the hops that were followed, their URLs masked. */
  redirects?: readonly unknown[];
}
