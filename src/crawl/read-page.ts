/**
 * Reads as much of an answer as a crawl needs: HTML and style sheets up to a limit, for their links; of anything else
 * nothing. `linksOf` and the visitor of the command call it.
 */
import { charsetOf } from '../message/content.ts';
import type { HttpResponse } from '../message/response.ts';
import { cssReferences } from './css-links.ts';
import { LinkReader, type PageLinks } from './html-links.ts';
import { pageUrl } from './page-url.ts';
import { forbidsFollowing } from './robots-tag.ts';

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
  /** Whether fragments, and what they may lead to, are told. Default `false`. */
  readonly fragments?: boolean;
  /** Our product token. Default `sluice`. */
  readonly agent?: string;
}

const HTML = /^\s*(?:text\/html|application\/xhtml\+xml)\s*(?:;|$)/i;
const CSS = /^\s*text\/css\s*(?:;|$)/i;
const XHTML = /^\s*application\/xhtml\+xml/i;
/** MIME Sniffing section 7.1, the beginnings that pages without a type have. */
const HTML_BEGINNING = /^\s*<(?:!doctype\s+html|html|head|body)\b/i;
const META_CHARSET = /<meta\s[^>]{0,200}charset\s*=\s*["']?([\w.:-]{1,40})/i;
const XML_ENCODING = /^\s*<\?xml\s[^>]{0,200}encoding\s*=\s*["']([\w.:-]{1,40})/i;
/** They win over everything else (Encoding standard, decode), as latin1. */
const BYTE_ORDER_MARKS: readonly (readonly [mark: string, charset: string])[] = [
  ['\xef\xbb\xbf', 'utf-8'],
  ['\xfe\xff', 'utf-16be'],
  ['\xff\xfe', 'utf-16le'],
];
/** HTML, determining the character encoding: a page names it within so many bytes. */
const PRESCAN_BYTES = 1024;

/** Never rejects: what fails on the way is told beside what was read before. */
export async function readPage(response: HttpResponse, url: string, options: ReadingOptions): Promise<PageReading> {
  const reading: PageReading = { bytes: 0, truncated: false, links: { urls: [], invalid: [] }, failure: undefined };
  const type = response.headers.get('content-type');
  if (response.ok && options.assets && type !== null && CSS.test(type)) {
    return readStyleSheet(response, url, reading, options.maxBytes);
  }
  if (!response.ok || (type !== null && !HTML.test(type))) {
    await response.discard();
    return reading;
  }
  const links = new LinkReader({ ...options, xml: type !== null && XHTML.test(type) });
  try {
    await readLinks(response, type, links, reading, options.maxBytes);
  } catch (error) {
    reading.failure = error;
  }
  const rules = response.headers.get('x-robots-tag');
  if (rules === null || !forbidsFollowing(rules, options.agent ?? 'sluice')) reading.links = links.end(url);
  return reading;
}

/** What it loads is relative to the style sheet. */
async function readStyleSheet(
  response: HttpResponse,
  url: string,
  reading: PageReading,
  maxBytes: number,
): Promise<PageReading> {
  const decoder = decoderOf(charsetOf(response.headers.get('content-type')));
  let text = '';
  try {
    for await (const chunk of response) {
      const left = maxBytes - reading.bytes;
      const part = chunk.subarray(0, left);
      reading.bytes += part.byteLength;
      reading.truncated = chunk.byteLength > left;
      text += decoder.decode(part, { stream: true });
      if (reading.truncated) break;
    }
  } catch (error) {
    reading.failure = error;
  }
  const urls = cssReferences(text + decoder.decode()).map((reference) => pageUrl(reference, url));
  reading.links = { urls: [...new Set(urls.filter((one) => one !== undefined))], invalid: [] };
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
  /** What came before the encoding is known: it must not depend on how the network cuts the page. */
  let beginning = Buffer.alloc(0);
  let isHtml = true;
  try {
    for await (const chunk of response) {
      const left = maxBytes - reading.bytes;
      const part = chunk.byteLength > left ? chunk.subarray(0, left) : chunk;
      reading.bytes += part.byteLength;
      reading.truncated = chunk.byteLength > left;
      if (decoder !== undefined) links.write(decoder.decode(part, { stream: true }));
      else {
        beginning = Buffer.concat([beginning, part]);
        if (beginning.byteLength >= PRESCAN_BYTES) {
          decoder = decoderFor(type, beginning);
          isHtml = decoder !== undefined;
          if (decoder !== undefined) links.charset = decoder.encoding;
          links.write(decoder?.decode(beginning, { stream: true }) ?? '');
        }
      }
      // Leaving the loop lets go of the rest.
      if (reading.truncated || !isHtml) break;
    }
  } finally {
    // Also of a page that breaks off: what was read counts.
    if (decoder !== undefined) links.write(decoder.decode());
    else if (isHtml) {
      decoder = decoderFor(type, beginning);
      if (decoder !== undefined) links.charset = decoder.encoding;
      links.write(decoder?.decode(beginning) ?? '');
    }
  }
}

/** HTML, determining the character encoding; `undefined` for a page without a type that does not look like HTML. */
function decoderFor(type: string | null, bytes: Uint8Array): TextDecoder | undefined {
  const text = Buffer.from(bytes.subarray(0, PRESCAN_BYTES)).toString('latin1');
  const marked = BYTE_ORDER_MARKS.find(([mark]) => text.startsWith(mark))?.[1];
  const decoder = decoderOf(marked ?? charsetOf(type) ?? declaredCharset(text));
  return type !== null || HTML_BEGINNING.test(decoder.decode(bytes.slice(0, PRESCAN_BYTES)))
    ? decoderOf(decoder.encoding)
    : undefined;
}

/** What is declared in bytes that read as ASCII cannot be UTF-16. */
function declaredCharset(text: string): string | undefined {
  const charset = (META_CHARSET.exec(text) ?? XML_ENCODING.exec(text))?.[1];
  return charset !== undefined && /^utf-?16/i.test(charset) ? 'utf-8' : charset;
}

function decoderOf(charset: string | undefined): TextDecoder {
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
  // Servers write UTF-8, which arrives as latin1 (RFC 9110 section 5.5).
  const text = Buffer.from(location, 'latin1').toString('utf8');
  return text.includes('\ufffd') ? location : text;
}
