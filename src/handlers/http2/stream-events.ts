/**
 * Tells an exchange what comes of its stream of node:http2. The listeners are the same functions for all streams, and find
 * the exchange in a property of the stream: listeners made for each request cost more than all else that is done for it.
 */
import { type ClientHttp2Stream, constants, type IncomingHttpHeaders } from 'node:http2';

/** Who hears of a stream. What it throws comes back to it. */
export interface StreamFollower {
  /** An informational answer came (1xx). @param raw the lines as they came, of which the status is one */
  informed(status: number, raw: readonly string[]): void;
  /** The head of the answer came. */
  responded(status: number, raw: readonly string[]): void;
  /** A chunk of the body came, which is read once `read` was called. */
  came(chunk: Buffer): void;
  trailed(raw: readonly string[]): void;
  /** The server has ended its side of the stream in the regular way (END_STREAM); bytes may still have to be read. */
  whole(): void;
  /** Everything was read that there is: to the end only if the stream is `whole`. */
  ended(): void;
  /** What node:http2 says is wrong with the stream, before `closed`. */
  faulted(cause: Error): void;
  closed(): void;
  /** One of these has thrown. Nobody else could catch it: that would end the process. */
  broke(cause: unknown): void;
}

const FOLLOWER = Symbol('follower');

/** A stream and who hears of it; nobody, once the stream was given up. */
type Followed = ClientHttp2Stream & { [FOLLOWER]?: StreamFollower | undefined };

/** Tells the follower from now on, and nobody else. */
export function followStream(stream: ClientHttp2Stream, follower: StreamFollower): void {
  (stream as Followed)[FOLLOWER] = follower;
  stream.push = push;
  stream.on('error', onError);
  // Beside the record of the fields node:http2 gives their raw lines, as they came; its types leave that argument out.
  stream.on('headers', onInformation as () => void);
  stream.on('response', onResponse as () => void);
  stream.on('trailers', onTrailers as () => void);
  stream.on('end', onEnd);
  stream.on('close', onClose);
}

/** The body is read from now on: it flows. */
export function readStream(stream: ClientHttp2Stream): void {
  stream.on('data', onData);
}

/** A stream that was given up may still have events, which are nobody's. */
export function leaveStream(stream: ClientHttp2Stream): void {
  (stream as Followed)[FOLLOWER] = undefined;
}

/**
 * Tells when the server has ended its side in the regular way. The event `end` does not: node:http2 emits it also for a
 * stream that was reset, whose body is cut short. It pushes the `null` that ends a Readable in both cases; after a reset the
 * stream is closed by then.
 */
function push(this: Followed, chunk: unknown, encoding?: BufferEncoding): boolean {
  if (chunk === null && !this.closed && !this.destroyed) this[FOLLOWER]?.whole();
  return Object.getPrototypeOf(this).push.call(this, chunk, encoding);
}

function onError(this: Followed, cause: Error): void {
  this[FOLLOWER]?.faulted(cause);
}

/** A listener that tells the follower, who hears of what it throws itself. A node:http2 stream gives three arguments at the most. */
function telling<A, B, C>(tell: (follower: StreamFollower, a: A, b: B, c: C) => void) {
  return function listener(this: Followed, a: A, b: B, c: C): void {
    const follower = this[FOLLOWER];
    if (follower === undefined) return;
    try {
      tell(follower, a, b, c);
    } catch (cause) {
      follower.broke(cause);
    }
  };
}

type Head = (follower: StreamFollower, head: IncomingHttpHeaders, flags: number, raw: readonly string[]) => void;

const informed: Head = (follower, head, _flags, raw) => follower.informed(statusOf(head), raw);
const responded: Head = (follower, head, _flags, raw) => follower.responded(statusOf(head), raw);
const trailed: Head = (follower, _head, _flags, raw) => follower.trailed(raw);
const onInformation = telling(informed);
const onResponse = telling(responded);
const onTrailers = telling(trailed);
const onData = telling((follower, chunk: Buffer) => follower.came(chunk));
const onEnd = telling((follower) => follower.ended());
const onClose = telling((follower) => follower.closed());

function statusOf(head: IncomingHttpHeaders): number {
  return Number(head[constants.HTTP2_HEADER_STATUS]);
}
