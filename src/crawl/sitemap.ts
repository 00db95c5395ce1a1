/**
 * Reads sitemaps (sitemaps.org, protocol 0.9) for `--sitemap`: XML or a list of URLs, compressed or not, as far as one
 * may go. Whoever writes one decides what it unpacks to, so that nothing of it is held but its addresses.
 */
import { createGunzip } from 'node:zlib';
import { Parser } from 'htmlparser2';
import type { HttpResponse } from '../message/response.ts';
import { pageUrl } from './page-url.ts';

export interface Sitemap {
  /** Whether its URLs are sitemaps themselves. */
  readonly isIndex: boolean;
  /** Absolute http(s) URLs, each once. */
  readonly urls: readonly string[];
  /** Decoded, as far as they were read. */
  readonly bytes: number;
  readonly truncated: boolean;
  /** What cut it short. */
  readonly failure: unknown;
}

/** What the protocol allows. */
const MOST_URLS = 50_000;
const MOST_BYTES = 52_428_800;
const GZIP = [0x1f, 0x8b];
const MOST_OF_URL = 4096;

/** The `Sitemap` lines of a robots.txt: they are of no group. */
export function sitemapsOf(robots: string, url: string): string[] {
  const found = [...robots.matchAll(/^[ \t]*sitemap[ \t]*:[ \t]*([^\s#]{1,4000})/gim)].map(([, one]) =>
    pageUrl(one!, url),
  );
  return [...new Set(found.filter((one) => one !== undefined))].slice(0, 1000);
}

class SitemapReader {
  isIndex = false;
  /** Whether there are more addresses than one may have: exactly as many are a whole sitemap. */
  hasMore = false;
  readonly urls = new Set<string>();
  #loc: string | undefined;
  #text = '';
  #isXml: boolean | undefined;
  readonly #base: string;
  readonly #parser = new Parser(
    {
      onopentagname: (name) => this.#open(name.replace(/^.*:/, '')),
      ontext: (text) => {
        if (this.#loc !== undefined && this.#loc.length <= MOST_OF_URL) this.#loc += text;
      },
      onclosetag: (name) => this.#close(name.replace(/^.*:/, '')),
    },
    { xmlMode: true, decodeEntities: true },
  );

  constructor(base: string) {
    this.#base = base;
  }

  write(text: string): void {
    // White space says nothing yet, and the network may cut behind it.
    if (this.#isXml === undefined && /^[\s\ufeff]*$/.test(text)) return;
    this.#isXml ??= /^[\s\ufeff]*</.test(text);
    if (this.#isXml) this.#parser.write(text);
    else {
      const lines = (this.#text + text).split(/\r\n|\r|\n/);
      this.#text = lines.pop()!.slice(0, MOST_OF_URL + 1);
      for (const line of lines) this.#add(line);
    }
  }

  /** @param isWhole whether all of it was read: an address that is cut is none */
  end(isWhole: boolean): void {
    if (!isWhole) return;
    if (this.#isXml) this.#parser.end();
    else this.#add(this.#text);
  }

  #open(name: string): void {
    if (name === 'sitemapindex') this.isIndex = true;
    else if (name === 'loc') this.#loc = '';
  }

  #close(name: string): void {
    if (name !== 'loc' || this.#loc === undefined) return;
    this.#add(this.#loc);
    this.#loc = undefined;
  }

  #add(reference: string): void {
    const trimmed = reference.trim();
    const url = trimmed === '' || reference.length > MOST_OF_URL ? undefined : pageUrl(trimmed, this.#base);
    if (url === undefined || this.urls.has(url)) return;
    if (this.urls.size < MOST_URLS) this.urls.add(url);
    else this.hasMore = true;
  }
}

/** Never rejects: what fails on the way is told beside what was read before. */
export async function readSitemap(response: HttpResponse, url: string): Promise<Sitemap> {
  const reader = new SitemapReader(url);
  const decoder = new TextDecoder();
  let bytes = 0;
  let truncated = false;
  let failure: unknown;
  try {
    for await (const chunk of decoded(response)) {
      const left = MOST_BYTES - bytes;
      truncated = chunk.byteLength > left;
      bytes += Math.min(left, chunk.byteLength);
      reader.write(decoder.decode(chunk.subarray(0, left), { stream: true }));
      truncated ||= reader.hasMore;
      // Leaving the loop lets go of the rest.
      if (truncated) break;
    }
  } catch (error) {
    failure = error;
  }
  reader.write(decoder.decode());
  reader.end(!truncated && failure === undefined);
  truncated ||= reader.hasMore;
  return { isIndex: reader.isIndex, urls: [...reader.urls], bytes, truncated, failure };
}

/** A file that is compressed by itself, which no header says, begins with the magic number of gzip. */
async function* decoded(response: HttpResponse): AsyncGenerator<Uint8Array> {
  const body = response[Symbol.asyncIterator]();
  const first = await body.next();
  if (first.done) return;
  const whole = { [Symbol.asyncIterator]: () => chain(first.value, body) };
  if (!GZIP.every((byte, i) => first.value[i] === byte)) {
    yield* whole;
    return;
  }
  const gunzip = createGunzip();
  const feeding = feed(whole, gunzip).catch((error: Error) => gunzip.destroy(error));
  try {
    yield* gunzip as AsyncIterable<Uint8Array>;
  } finally {
    gunzip.destroy();
    await feeding;
  }
}

async function* chain(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield first;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

async function feed(from: AsyncIterable<Uint8Array>, to: ReturnType<typeof createGunzip>): Promise<void> {
  for await (const chunk of from) {
    if (to.destroyed) return;
    // Nobody waits for a stream that was given up.
    await new Promise<void>((resolve) => {
      to.once('close', resolve);
      to.write(chunk, () => {
        to.off('close', resolve);
        resolve();
      });
    });
  }
  to.end();
}
