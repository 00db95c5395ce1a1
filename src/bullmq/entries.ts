/**
 * How URLs stand in Redis, packed tightly: a crawl holds millions of them in the memory of one machine. `scripts.ts` stores
 * what is made here, and reads no more of it than the number before the bar.
 */
import { createHash } from 'node:crypto';
import type { Priority, Visit } from '../crawl/frontier.ts';
import { hostOf, type Link } from '../crawl/link.ts';

/** As a JSON list, without the last members that have their default: no `from` (0), priority 1, no data. */
type Packed = [url: string, depth: number, from?: string | 0, priority?: Priority, data?: unknown];

/** What the scripts take for a link: hash, host, priority and the entry `attempt|json`. @param crawl the id of the crawl */
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

/** The page that a URL was found on, without the origin when it is that of the URL, as it is for most links. */
function shortened(from: string, url: string): string {
  const { origin } = new URL(url);
  const path = from.slice(origin.length);
  return from.startsWith(origin) && path.startsWith('/') && !path.startsWith('//') ? path : from;
}

/** 64 bits as a signed integer in decimal, keyed by the crawl so that nobody can prepare two that are alike. */
function hash64(key: string, crawl: string): string {
  return createHash('sha1').update(crawl).update(key).digest().readBigInt64LE(0).toString();
}
