/** What a client is to the benchmark. Each is set up as its own documentation says, with connections kept alive. */
import { setMaxListeners } from 'node:events';
import type http from 'node:http';
import type https from 'node:https';
import type { Writable } from 'node:stream';

/** What a case may ask for beside a plain request. */
export type Feature = 'gzip' | 'redirects' | 'errors' | 'cookies' | 'timeout' | 'signal' | 'retry' | 'layers';

export interface Settings {
  readonly origin: string;
  readonly connections: number;
  /** Unpack gzip. */
  readonly gzip?: boolean;
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
  /** PUT of a file, piece by piece. */
  upload?(url: string, path: string): Promise<unknown>;
}

export interface Client<Library = unknown> {
  /** The package to install; none for what Node brings. */
  readonly package?: string;
  readonly features: readonly Feature[];
  /** Nothing else of the package is loaded before. */
  load(): Promise<Library>;
  open(library: Library, settings: Settings): Session | Promise<Session>;
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
export function keepAliveAgents({ connections }: Settings): Agents {
  const http = process.getBuiltinModule('node:http');
  const https = process.getBuiltinModule('node:https');
  const options = { keepAlive: true, maxSockets: connections, scheduling: 'lifo' } as const;
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
