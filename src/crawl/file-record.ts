/** The lines of the file of a `fileFrontier`: what it began with, what was added, and what became of each page. */
import { own } from '../message/own.ts';
import type { Priority } from './frontier.ts';
import type { Link } from './link.ts';
import type { PageFormat, PageState } from './link-queue.ts';

/** A link as it stands in the file; what is not there is the default. */
interface StoredLink {
  readonly url: string;
  readonly key?: string;
  readonly depth: number;
  readonly priority?: Priority;
  readonly data?: unknown;
}

export interface FileRecord {
  /** Of the first line: who wrote the file. */
  readonly crawl?: string;
  /** The page that has settled; absent for links that were added. */
  readonly page?: StoredLink & { readonly from: string | null };
  readonly attempt?: number;
  readonly found?: readonly StoredLink[];
  readonly line?: unknown;
  readonly failed?: true;
  readonly again?: number;
  readonly hostAt?: number;
}

export function storedLink({ url, key, depth, priority, data }: Link): StoredLink {
  return {
    url,
    ...(key !== url && { key }),
    depth,
    ...(priority !== 1 && { priority }),
    ...(data !== undefined && { data }),
  };
}

function linkOf({ url, key = url, depth, priority = 1, data }: StoredLink, from: string | null): Link {
  return { url, key, depth, priority, data, from };
}

function parse(text: string): FileRecord | undefined {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof found !== 'object' || found === null || Array.isArray(found)) return undefined;
  const record = Object.assign(Object.create(null), found) as FileRecord;
  const { page, found: links = [] } = record;
  const isWhole = (page === undefined || isLink(page)) && Array.isArray(links) && links.every(isLink);
  return isWhole && (page ?? record.found ?? record.crawl) !== undefined ? record : undefined;
}

function isLink(value: unknown): value is StoredLink {
  if (typeof value !== 'object' || value === null) return false;
  const link = value as StoredLink;
  return typeof own(link, 'url') === 'string' && URL.canParse(link.url) && typeof own(link, 'depth') === 'number';
}

function pageOf({ page, attempt = 1, again }: FileRecord): PageState {
  if (page === undefined) return { key: undefined, isSettled: false, isRefused: false, first: undefined };
  const link = linkOf(page, page.from);
  const first = again === undefined ? undefined : { link, attempt: attempt + 1, at: again };
  return { key: link.key, isSettled: again === undefined, isRefused: false, first };
}

export const FILE_FORMAT: PageFormat<FileRecord> = {
  parse,
  format: (record) => `${JSON.stringify(record)}\n`,
  page: pageOf,
  linksOf: ({ page, found = [] }) => ({
    length: found.length,
    at: (index) => linkOf(found[index]!, page?.url ?? null),
  }),
  mayFetch: () => true,
};
