/** One rule of the fetch standard, as a call that is made with two fetches. */
import type { TestServer } from '../../../src/testing/server.ts';

export type Fetch = typeof globalThis.fetch;
export type Init = RequestInit & { duplex?: 'half' };

/** Where the calls go: two origins of the same site, and nothing is queued or recorded when a rule begins. */
export interface Site {
  readonly server: TestServer;
  readonly other: TestServer;
  readonly url: (path: string) => string;
}

export interface Rule {
  readonly rule: string;
  readonly run: (fetch: Fetch, site: Site) => Promise<unknown>;
  /** What the standard says comes of it, and so the platform's fetch and `client.fetch`. */
  readonly is: unknown;
  /** What Node's own fetch makes of it instead, in some of its versions. */
  readonly node?: readonly unknown[];
  /** `client.fetch` does otherwise on purpose: the heading in docs/fetch.md, and what comes of it. */
  readonly difference?: { readonly name: string; readonly is: unknown };
}

export interface Echo {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** The arguments are refused, before anything is sent. */
export const REFUSED = 'TypeError';
/** What every failure of the network is. */
export const FAILED = 'TypeError: fetch failed, with a cause';
/** What a body is that breaks off. */
export const TERMINATED = 'TypeError: terminated, with a cause';

/** What a promise comes to: its value as text, or its error with what tells one from another. */
export async function outcome(promise: Promise<unknown>): Promise<string> {
  try {
    const value = await promise;
    return value instanceof Response ? `status ${value.status}` : String(value);
  } catch (error) {
    return shown(error);
  }
}

function shown(error: unknown): string {
  if (!(error instanceof Error)) return `thrown: ${String(error)}`;
  if (error instanceof DOMException) return `DOMException: ${error.name}`;
  if (!(error instanceof TypeError)) return error.name;
  if (error.message !== 'fetch failed' && error.message !== 'terminated') return error.name;
  return `${error.name}: ${error.message}${error.cause instanceof Error ? ', with a cause' : ''}`;
}

/** What the server saw. */
export async function echo(fetch: Fetch, input: string | URL | Request, init?: Init): Promise<Echo> {
  return (await (await fetch(input, init)).json()) as Echo;
}

/** One header as it was sent, `null` without. */
export async function sent(fetch: Fetch, site: Site, name: string, init?: Init): Promise<string | null> {
  return (await echo(fetch, site.url('/anything'), init)).headers[name] ?? null;
}

export const bytesOf = (text: string) => new TextEncoder().encode(text);

/** A stream of these pieces, all there from the start. */
export function streamOf(...pieces: unknown[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces)
        controller.enqueue(typeof piece === 'string' ? bytesOf(piece) : (piece as Uint8Array));
      controller.close();
    },
  });
}

/** Values that no type allows. */
export const odd = (init: unknown) => init as Init;
