/** What a response shows of itself: secrets masked, and of its body no more than somebody has read. */
import { charsetOf, decodeText } from './content.ts';
import type { HttpHeaders } from './headers.ts';
import { maskMembers, maskUrl, type Redact } from './redact.ts';
import type { RedirectHop } from './response-facts.ts';

/** The parts of a response that are shown. */
export interface Shown {
  readonly status: number;
  readonly statusText: string;
  readonly url: string;
  readonly headers: HttpHeaders;
  readonly redirects: readonly RedirectHop[];
  readonly trailers: HttpHeaders;
}

/** Control characters that are no white space, and what no charset could read. */
const UNPRINTABLE = /(?!\s)\p{Cc}|\uFFFD/u;
/** Characters of a body that are shown. */
const SHOWN_LENGTH = 1000;
/** Characters that are looked at: of a secret that a cut divides there, nothing is shown. */
const READ_LENGTH = 65_536;

/**
 * @param hide masks what the server may repeat of the request's secrets
 * @param body the bytes that somebody has read
 */
export function shownResponse(
  { status, statusText, url, headers, redirects, trailers }: Shown,
  redact: Redact | undefined,
  hide: (text: string) => string,
  body?: Uint8Array,
): Record<string, unknown> {
  const shown = (lines: HttpHeaders) =>
    Object.fromEntries(
      Object.entries(lines.masked(redact)).map(([name, value]) => [
        name,
        typeof value === 'string' ? hide(value) : value.map(hide),
      ]),
    );
  return {
    status,
    statusText: hide(statusText),
    url: maskUrl(url, redact),
    headers: shown(headers),
    redirects: redirects.map((hop) => ({ ...hop, url: maskUrl(hop.url, redact) })),
    ...(trailers.size > 0 && { trailers: shown(trailers) }),
    ...(body && { body: shownBody(body, headers.get('content-type'), (text) => maskMembers(hide(text), redact)) }),
  };
}

/** The beginning of a text; of what is none, its size. */
function shownBody(bytes: Uint8Array, type: string | null, mask: (text: string) => string): string {
  const read = decodeText(bytes.subarray(0, READ_LENGTH), charsetOf(type));
  const text = bytes.byteLength > READ_LENGTH ? read.replace(/\uFFFD{1,3}$/, '') : read;
  if (UNPRINTABLE.test(text)) return `(${bytes.byteLength} bytes)`;
  const masked = mask(text);
  if (masked.length <= SHOWN_LENGTH && bytes.byteLength <= READ_LENGTH) return masked;
  return `${masked.slice(0, SHOWN_LENGTH).replace(/[\uD800-\uDBFF]$/, '')} (truncated...)`;
}
