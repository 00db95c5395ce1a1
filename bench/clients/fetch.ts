/** The runtime's own fetch, and what else has its shape. */
import { openAsBlob } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { client, type Session, type Settings, signalOf } from './client.ts';

export function overFetch(fetch: typeof globalThis.fetch, settings: Settings): Session {
  const get = (url: string) => {
    const signal = signalOf(settings);
    return fetch(url, signal && { signal });
  };
  return {
    json: async (url) => (await get(url)).json(),
    async post(url, value) {
      const headers = { 'content-type': 'application/json' };
      return (await fetch(url, { method: 'POST', headers, body: JSON.stringify(value) })).json();
    },
    bytes: async (url) => (await get(url)).arrayBuffer(),
    download: async (url, sink) => pipeline(Readable.fromWeb((await get(url)).body as ReadableStream), sink),
    upload: async (url, path) => (await fetch(url, { method: 'PUT', body: await openAsBlob(path) })).text(),
  };
}

export const builtInFetch = client({
  features: ['gzip', 'brotli', 'redirects', 'timeout', 'signal'],
  // A getter that loads it.
  load: async () => globalThis.fetch,
  open: overFetch,
});
