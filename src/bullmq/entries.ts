/** How URLs stand in Redis. */
import { createHash } from 'node:crypto';
import type { Priority, Visit } from '../crawl/frontier.ts';
import { hostOf, type Link } from '../crawl/link.ts';

/** url, depth, from, priority, data; what is the default at the end is left out. */
type Packed = [url: string, depth: number, from?: string | 0, priority?: Priority, data?: unknown];

/** What the scripts take for a link: hash, host, priority, entry. */
export function linkArguments(link: Link, crawl: string): string[] {
  const { url, key, depth, from, priority, data } = link;
  const packed: Packed = [url, depth];
  if (from !== null || priority !== 1 || data !== undefined) packed.push(from === null ? 0 : shortened(from, url));
  if (priority !== 1 || data !== undefined) packed.push(priority);
  if (data !== undefined) packed.push(data);
  return [hash64(key, crawl), hostOf(url), String(priority), `1|${JSON.stringify(packed)}`];
}

export function visitOf(token: string, entry: string, host: string): Visit {
  const bar = entry.indexOf('|');
  const [url, depth, from = 0, priority = 1, data] = JSON.parse(entry.slice(bar + 1)) as Packed;
  const page = from === 0 ? null : from.startsWith('/') ? new URL(from, url).href : from;
  return { url, depth, priority, data, host, attempt: Number(entry.slice(0, bar)), from: page, token };
}

/** Most links are on their own site: without its origin a page takes half as much. */
function shortened(from: string, url: string): string {
  const { origin } = new URL(url);
  const path = from.slice(origin.length);
  return from.startsWith(origin) && path.startsWith('/') && !path.startsWith('//') ? path : from;
}

/** 64 bits as a signed integer in decimal, keyed by the crawl so that nobody can prepare two that are alike. */
function hash64(key: string, crawl: string): string {
  return createHash('sha1').update(crawl).update(key).digest().readBigInt64LE(0).toString();
}
