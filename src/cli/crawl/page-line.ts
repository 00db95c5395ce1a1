/**
 * One line of a crawl's journal: what became of one page, and enough to find the way on from it. Everything the report
 * and `sluice report` say comes from these lines, so that a crawl which goes on says the same as one that was never
 * stopped.
 */

import { ROBOTS_DISALLOWED, ROBOTS_UNREACHABLE } from '../../crawl/robots.ts';
import { isCanonical } from '../../message/uri.ts';
import { ACCEPTED, isAccepted, type StatusRange } from './statuses.ts';

export interface PageLine {
  /** What was asked for. */
  readonly url: string;
  /** `null` when there was no answer. */
  readonly status: number | null;
  /** The code of what failed, such as `ERR_TIMEOUT_HEADERS`; `null` for an answer, whatever its status. */
  readonly error: string | null;
  /** The failure in words. */
  readonly message?: string;
  /** The page that it was first found on; `null` for a start. */
  readonly from: string | null;
  /** Links and redirects from a start, the redirects of one link not counted. */
  readonly depth: number;
  /** From sending the request until the end of what was read. */
  readonly ms: number;
  /** Of the body, decoded, as far as it was read: nothing of what is not HTML. */
  readonly bytes: number;
  readonly type?: string;
  /** Whether the page is longer than what was read. */
  readonly truncated?: true;
  /** Where a redirect points to; it is in `links` too. */
  readonly location?: string;
  /** The redirects that led here, the first one first. */
  readonly via?: readonly string[];
  /** A cookie was set on the way, after which what it leads back to may answer otherwise. */
  readonly hasCookie?: true;
  /** Of a sitemap: how many indexes led to it, and whether it is one itself. Level 0 is a robots.txt. */
  readonly sitemap?: SitemapFacts;
  /** Nobody linked to it: it may be missing. */
  readonly optional?: true;
  /** On another host: only whether it answers was asked. */
  readonly external?: true;
  /** Its host could not be connected to, not even for robots.txt: it was not asked for itself, and would have failed. */
  readonly unasked?: true;
  /** Links with their fragments; only when fragments are checked. */
  readonly fragments?: readonly string[];
  /** What fragments may lead to on this page; only when fragments are checked. */
  readonly ids?: readonly string[];
  /** Absolute http(s) URLs, those that are out of scope too. */
  readonly links: readonly string[];
  /** References on the page that are no valid URL. */
  readonly invalid?: readonly string[];
}

export interface SitemapFacts {
  readonly level: number;
  readonly isIndex: boolean;
}

/** A redirect that leads back to where it came from, or never ends. */
export const REDIRECT_LOOP = 'ERR_REDIRECT_LOOP';

/** Whether a link to the page is broken. What robots.txt forbids, or is behind a proxy that failed, is unknown. */
export function isBroken({ status, error, optional }: PageLine, accepted: readonly StatusRange[] = ACCEPTED): boolean {
  if (isRefused({ error }) || isProxyFailure({ error }) || optional) return false;
  if (error !== null) return true;
  if (status === null) return true;
  return !isAccepted(status, accepted);
}

/** Whether a robots.txt forbids the page, or could not be read: nobody asked, and whether it is there is unknown. */
export function isRefused({ error }: Pick<PageLine, 'error'>): boolean {
  return error === ROBOTS_DISALLOWED || error === ROBOTS_UNREACHABLE;
}

/** Whether the proxy failed that leads there, and so nobody asked the host itself. */
export function isProxyFailure({ error }: Pick<PageLine, 'error'>): boolean {
  return error !== null && /^ERR_PROXY(?:_|$)/.test(error);
}

/**
 * Whether a link was to be checked, and could not be: the proxy failed, the robots.txt could not be read, or another
 * host's forbids the page. What the robots.txt of the crawl's own hosts forbids is left out on purpose.
 */
export function isUnchecked({ error, external, optional, from }: PageLine): boolean {
  if (optional || from === null) return false;
  if (error === ROBOTS_UNREACHABLE || isProxyFailure({ error })) return true;
  return error === ROBOTS_DISALLOWED && external === true;
}

/** Whether `--limit` leaves it out: what nobody asked for, and what nobody linked to. */
export function isUncounted(line: Pick<PageLine, 'error' | 'sitemap' | 'unasked'>): boolean {
  return isRefused(line) || isProxyFailure(line) || line.unasked === true || line.sitemap !== undefined;
}

/** Whether a resumed crawl leaves the page alone. */
export function isSettled({ error, unasked }: PageLine): boolean {
  return error !== ROBOTS_UNREACHABLE && !isProxyFailure({ error }) && !unasked;
}

/** A line for the journal, its end included. */
export function formatLine(line: PageLine): string {
  return `${JSON.stringify(line)}\n`;
}

/** The page of a line of the journal; `undefined` when the line is cut or is something else. */
export function parseLine(text: string): PageLine | undefined {
  try {
    return pageLineOf(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** As `parseLine`, of what the text is. */
export function pageLineOf(value: unknown): PageLine | undefined {
  const found = value as Partial<PageLine>;
  if (typeof found !== 'object' || found === null || typeof found.url !== 'string') return undefined;
  if (!isUrl(found.url)) return undefined;
  const {
    url,
    status,
    error,
    message,
    from,
    depth,
    ms,
    bytes,
    type,
    truncated,
    location,
    via,
    hasCookie,
    links,
    invalid,
  } = found;
  return {
    url,
    status: typeof status === 'number' ? status : null,
    error: typeof error === 'string' ? error : null,
    from: typeof from === 'string' ? from : null,
    depth: typeof depth === 'number' ? depth : 0,
    ms: typeof ms === 'number' ? ms : 0,
    bytes: typeof bytes === 'number' ? bytes : 0,
    links: textsOf(links).filter(isUrl),
    ...(typeof message === 'string' && { message }),
    ...(typeof type === 'string' && { type }),
    ...(truncated === true && { truncated }),
    ...(typeof location === 'string' && isUrl(location) && { location }),
    ...(via !== undefined && { via: textsOf(via) }),
    ...(hasCookie === true && { hasCookie }),
    ...(invalid !== undefined && { invalid: textsOf(invalid) }),
    ...sitemapOf(found.sitemap),
    ...(found.optional === true && { optional: true }),
    ...(found.external === true && { external: true }),
    ...(found.unasked === true && { unasked: true }),
    ...(found.fragments !== undefined && { fragments: textsOf(found.fragments) }),
    ...(found.ids !== undefined && { ids: textsOf(found.ids) }),
  };
}

/** The lines are read back for every page of a crawl: most URLs show without a parser that they are ones. */
function isUrl(text: string): boolean {
  return isCanonical(text) || URL.canParse(text);
}

function sitemapOf(value: Partial<SitemapFacts> | undefined): { sitemap?: SitemapFacts } {
  if (typeof value !== 'object' || value === null) return {};
  const { level, isIndex } = Object.assign(Object.create(null), value) as Partial<SitemapFacts>;
  return typeof level === 'number' && typeof isIndex === 'boolean' ? { sitemap: { level, isIndex } } : {};
}

function textsOf(list: unknown): string[] {
  return Array.isArray(list) ? list.filter((one) => typeof one === 'string') : [];
}
