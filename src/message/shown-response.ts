/** What a response shows of itself: secrets masked, never the body's content. */
import type { HttpHeaders } from './headers.ts';
import { maskUrl, type Redact } from './redact.ts';
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

/** @param hide masks what the server may repeat of the request's secrets */
export function shownResponse(
  { status, statusText, url, headers, redirects, trailers }: Shown,
  redact: Redact | undefined,
  hide: (text: string) => string,
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
  };
}
