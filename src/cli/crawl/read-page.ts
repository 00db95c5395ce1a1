/** Reads as much of an answer as a crawl needs: HTML up to a limit, for its links; of anything else nothing. */
import { charsetOf } from '../../message/content.ts';
import type { HttpResponse } from '../../message/response.ts';
import { LinkReader, type PageLinks } from './html-links.ts';

export interface PageReading {
  bytes: number;
  truncated: boolean;
  links: PageLinks;
  /** What cut the page short. */
  failure: unknown;
}

export interface ReadingOptions {
  readonly maxBytes: number;
  readonly assets: boolean;
}

const HTML = /^\s*(?:text\/html|application\/xhtml\+xml)\s*(?:;|$)/i;
/** MIME Sniffing section 7.1, the beginnings that pages without a type have. */
const HTML_BEGINNING = /^\s*<(?:!doctype\s+html|html|head|body)\b/i;
const META_CHARSET = /<meta\s[^>]{0,200}charset\s*=\s*["']?([\w.:-]{1,40})/i;
/** HTML, determining the character encoding: a page names it within so many bytes. */
const PRESCAN_BYTES = 1024;

/** Never rejects: what fails on the way is told beside what was read before. */
export async function readPage(response: HttpResponse, url: string, options: ReadingOptions): Promise<PageReading> {
  const reading: PageReading = { bytes: 0, truncated: false, links: { urls: [], invalid: [] }, failure: undefined };
  const type = response.headers.get('content-type');
  if (!response.ok || (type !== null && !HTML.test(type))) {
    await response.discard();
    return reading;
  }
  const links = new LinkReader(options.assets);
  try {
    await readLinks(response, type, links, reading, options.maxBytes);
  } catch (error) {
    reading.failure = error;
  }
  reading.links = links.end(url);
  return reading;
}

async function readLinks(
  response: HttpResponse,
  type: string | null,
  links: LinkReader,
  reading: PageReading,
  maxBytes: number,
): Promise<void> {
  let decoder: TextDecoder | undefined;
  for await (const chunk of response) {
    const left = maxBytes - reading.bytes;
    const part = chunk.byteLength > left ? chunk.subarray(0, left) : chunk;
    reading.bytes += part.byteLength;
    if (decoder === undefined) {
      const beginning = Buffer.from(part.subarray(0, PRESCAN_BYTES)).toString('latin1');
      if (type === null && !HTML_BEGINNING.test(beginning)) return;
      decoder = decoderFor(charsetOf(type) ?? META_CHARSET.exec(beginning)?.[1]);
    }
    links.write(decoder.decode(part, { stream: true }));
    reading.truncated = chunk.byteLength > left;
    // Leaving the loop lets go of the rest.
    if (reading.truncated) return;
  }
  if (decoder !== undefined) links.write(decoder.decode());
}

function decoderFor(charset: string | undefined): TextDecoder {
  try {
    return new TextDecoder(charset);
  } catch {
    return new TextDecoder();
  }
}

/** Where a redirect leads, as a reference; `undefined` for any other answer. */
export function locationOf({ status, headers }: HttpResponse): string | undefined {
  if (![301, 302, 303, 307, 308].includes(status)) return undefined;
  const location = headers.get('location') ?? undefined;
  if (location === undefined || !/[\x80-\xff]/.test(location)) return location;
  // Servers write UTF-8, which arrives as latin1 (RFC 9110 §5.5).
  const text = Buffer.from(location, 'latin1').toString('utf8');
  return text.includes('\ufffd') ? location : text;
}
