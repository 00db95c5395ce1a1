/** What a test server received: a bounded record, so that a test of millions of requests does not fill the memory. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';

/** One request as the server got it. `body` grows until the request is complete. */
export interface RecordedRequest {
  /** As it was sent. */
  readonly method: string;
  /** The request target as it was sent. */
  readonly url: string;
  /** Names in lower case, as Node gives them. */
  readonly headers: IncomingHttpHeaders;
  /** Names and values in turn, in order, as they were sent. */
  readonly rawHeaders: readonly string[];
  /** Such as `'1.1'` and `'2.0'`. */
  readonly httpVersion: string;
  /** The client's port: the same for requests of one connection. */
  readonly remotePort: number | undefined;
  /** Common name of the client's certificate, where one was shown. */
  readonly clientCertificate: string | undefined;
  /** What arrived of the body, up to 1 MiB of it. */
  readonly body: Buffer;
  /** How many bytes of body arrived, kept or not. */
  readonly bodyBytes: number;
  /** Whether the request arrived to its end. */
  readonly complete: boolean;
}

/** Bytes kept of one body. */
const MAX_BODY = 1024 * 1024;
/** Bytes kept of all bodies together; the oldest requests go. */
const MAX_BODIES = 64 * 1024 * 1024;

/** The last requests, `keep` of them at most. */
export class RequestLog {
  readonly entries: RecordedRequest[] = [];
  readonly #taps: BodyTap[] = [];
  readonly #keep: number;
  /** Bytes of body that are kept. */
  #bodies = 0;

  constructor(keep: number) {
    this.#keep = keep;
  }

  /** To be called before anything reads the request: the body is seen as it passes. */
  record(req: IncomingMessage): void {
    const body = new BodyTap(req, (bytes) => this.#count(bytes));
    this.#taps.push(body);
    const { method = '', url = '', headers, rawHeaders, httpVersion } = req;
    const { remotePort } = req.socket;
    this.entries.push({
      method,
      url,
      headers,
      rawHeaders,
      httpVersion,
      remotePort,
      clientCertificate: clientName(req.socket as TLSSocket),
      get body() {
        return body.bytes();
      },
      get bodyBytes() {
        return body.size;
      },
      get complete() {
        return req.complete;
      },
    });
    while (this.entries.length > this.#keep) this.#drop();
  }

  /** Forgets everything. */
  clear(): void {
    while (this.entries.length > 0) this.#drop();
  }

  /** Called for each piece of a body that is kept. */
  #count(bytes: number): void {
    this.#bodies += bytes;
    while (this.#bodies > MAX_BODIES && this.entries.length > 1) this.#drop();
  }

  /** Forgets the oldest request. */
  #drop(): void {
    this.entries.shift();
    const tap = this.#taps.shift();
    if (tap) this.#bodies -= tap.release();
  }
}

/**
 * Copies a body as it passes, without reading it: by `push`, which the parser calls for each chunk, and only as fast as
 * somebody reads. A `data` listener would make the stream flow before the listener of the server is ready for it.
 */
class BodyTap {
  #chunks: Buffer[] = [];
  #room = MAX_BODY;
  size = 0;

  constructor(req: IncomingMessage, onKept: (bytes: number) => void) {
    const push = req.push.bind(req);
    req.push = (chunk: unknown, encoding?: BufferEncoding) => {
      if (Buffer.isBuffer(chunk)) {
        const kept = chunk.subarray(0, this.#room);
        if (kept.length > 0) this.#chunks.push(kept);
        this.#room -= kept.length;
        this.size += chunk.length;
        onKept(kept.length);
      }
      return push(chunk, encoding);
    };
  }

  /** Keeps nothing more. @returns how much was kept, which whoever holds the record can still read */
  release(): number {
    this.#room = 0;
    return this.#chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  }

  bytes(): Buffer {
    if (this.#chunks.length !== 1) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0]!;
  }
}

/** With mutual TLS, who the client is by its certificate. */
function clientName(socket: TLSSocket): string | undefined {
  if (!socket.encrypted) return undefined;
  const name: unknown = socket.getPeerCertificate()?.subject?.CN;
  return typeof name === 'string' ? name : undefined;
}
