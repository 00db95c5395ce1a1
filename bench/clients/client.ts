/** What a client is to the benchmark. Each is set up as its own documentation says, with connections kept alive. */
import { setMaxListeners } from 'node:events';
import type http from 'node:http';
import type https from 'node:https';
import type { Writable } from 'node:stream';

/** What a case may ask for beside a plain request. */
export type Feature =
  | 'gzip'
  | 'brotli'
  | 'redirects'
  | 'errors'
  | 'cookies'
  | 'timeout'
  | 'signal'
  | 'retry'
  | 'layers'
  | 'http2'
  | 'proxy'
  | 'closing'
  | 'websocket'
  | 'held';

export interface Settings {
  readonly origin: string;
  /** At most so many, for whoever can be told. */
  readonly connections: number;
  /** Unpack gzip. */
  readonly gzip?: boolean;
  readonly brotli?: boolean;
  readonly redirects?: boolean;
  /** An answer of 404 is an error. */
  readonly errors?: boolean;
  /** So many in the jar, all for this origin. */
  readonly cookies?: number;
  /** Milliseconds for the whole call. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
  /** Retries after the first attempt. */
  readonly retry?: number;
  /** Layers, hooks or interceptors that do nothing but wait for what is inside. */
  readonly layers?: number;
  /** All over one connection of HTTP/2, found by ALPN. */
  readonly http2?: boolean;
  /** The address of a forward proxy: requests of `http:` in absolute form. */
  readonly proxy?: string;
  /** A tunnel through the proxy in place of that. */
  readonly tunnel?: boolean;
  /** A new connection for each request. */
  readonly closing?: boolean;
  /** The rest waits inside the client. */
  readonly limit?: number;
}

/** A WebSocket to a server that sends back what it gets. */
export interface Echo {
  /** Keeps so many messages under way, until there are no more; resolves when all are back. */
  exchange(message: Uint8Array, underWay: number, hasMore: () => boolean): Promise<void>;
}

/** A client at work. What is not there it cannot do. */
export interface Session {
  /** GET, and the answer parsed. */
  json(url: string): Promise<unknown>;
  /** POST of JSON, and the answer parsed. */
  post?(url: string, value: unknown): Promise<unknown>;
  /** GET, and the whole body in memory. */
  bytes?(url: string): Promise<{ readonly byteLength: number }>;
  /** GET, and each piece of the body as it comes: how many bytes they were. */
  pieces?(url: string): Promise<number>;
  /** GET, piece by piece into a sink. */
  download?(url: string, sink: Writable): Promise<unknown>;
  /**
   * PUT of a file, piece by piece.
   * @param pieceSize bytes of a read. Default: Node's
   */
  upload?(url: string, path: string, pieceSize?: number): Promise<unknown>;
  echo?(url: string): Promise<Echo>;
  /** GET, and nothing around what the client itself gives. */
  bare?(url: string): Promise<unknown>;
  /** Reads to its end what `bare` gave, and parses it. */
  parsed?(answer: unknown): Promise<unknown>;
}

export interface Client<Library = unknown> {
  /** The package to install; none for what Node brings. */
  readonly package?: string;
  /** The first Node that it runs on. */
  readonly since?: number;
  /** Takes part in nothing but what this is about. */
  readonly only?: Feature;
  readonly features: readonly Feature[];
  /** Nothing else of the package is loaded before. */
  load(): Promise<Library>;
  open(library: Library, settings: Settings): Session | Promise<Session>;
  /** What holds connections, of which there are none yet. */
  idle?(library: Library): unknown;
}

/** Keeps the type of the library between `load` and `open`. */
export function client<Library>(definition: Client<Library>): Client {
  return definition as unknown as Client;
}

export interface Agents {
  readonly http: http.Agent;
  readonly https: https.Agent;
}

/** For whatever sends over node:http, which is loaded by this: a cold start must not find it loaded. */
export function keepAliveAgents({ connections, limit, closing = false }: Settings): Agents {
  const http = process.getBuiltinModule('node:http');
  const https = process.getBuiltinModule('node:https');
  const maxSockets = limit ?? connections;
  // It would keep 256 of them at the most.
  const options = { keepAlive: !closing, maxSockets, maxFreeSockets: maxSockets, scheduling: 'lifo' } as const;
  return { http: new http.Agent(options), https: new https.Agent(options) };
}

/** The signal and the timeout as one, for clients that know only signals: a new one for each request with a timeout. */
export function signalOf({ signal, timeout }: Settings): AbortSignal | undefined {
  if (timeout === undefined) return signal;
  const limit = AbortSignal.timeout(timeout);
  return signal === undefined ? limit : AbortSignal.any([signal, limit]);
}

/** A signal that many requests share, which Node would otherwise warn about. */
export function sharedSignal(): AbortSignal {
  const { signal } = new AbortController();
  setMaxListeners(1_000_000, signal);
  return signal;
}

/** The jar's cookies, as a server would set them. */
export function cookieLines({ cookies = 0 }: Settings): string[] {
  return Array.from({ length: cookies }, (_, i) => `name${i}=value${i}; Path=/`);
}

/** Reads a body to its end. */
export async function lengthOf(pieces: AsyncIterable<{ readonly byteLength: number }>): Promise<number> {
  let length = 0;
  for await (const { byteLength } of pieces) length += byteLength;
  return length;
}

export function times<T>(count: number | undefined, make: () => T): T[] {
  return Array.from({ length: count ?? 0 }, make);
}

/** For sockets that call back. */
export function echoOver(send: (message: Uint8Array) => void, hears: (heard: (length: number) => void) => void): Echo {
  let heard: (length: number) => void = () => undefined;
  hears((length) => heard(length));
  return {
    exchange: (message, underWay, hasMore) =>
      new Promise((resolve, reject) => {
        let left = underWay;
        heard = (length) => {
          if (length !== message.byteLength) reject(new Error(`${length} bytes came back of ${message.byteLength}`));
          if (hasMore()) send(message);
          else if (--left === 0) resolve();
        };
        for (let i = 0; i < underWay; i++) send(message);
      }),
  };
}
