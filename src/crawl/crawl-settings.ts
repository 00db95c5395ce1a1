/** What `crawl` refuses, in words: at once, and not when a page comes that needs it. */
import { bareRecord } from '../options/option-record.ts';
import { settingsOf } from '../options/settings-of.ts';
import { kindOf, valueOrKind } from '../runtime/kind-of.ts';
import { milliseconds } from '../time/duration.ts';
import { checkedMost } from './checks.ts';
import type { CrawlOptions } from './crawl-options.ts';

/** Options of a crawl as it reads them. */
export type CrawlSettings = CrawlOptions & { readonly perHost: NonNullable<CrawlOptions['perHost']> };

const SETTINGS = [
  'visit',
  'failed',
  'concurrency',
  'perHost',
  'hosts',
  'depth',
  'limit',
  'followRedirects',
  'retries',
  'visitTimeout',
  'robots',
  'options',
  'request',
  'signal',
  'clock',
] as const;
const CALLBACKS = ['failed', 'request'] as const;
const COUNTS = ['depth', 'retries'] as const;

/** @throws TypeError or RangeError, which names the setting */
export function checkedCrawl(given: CrawlOptions): CrawlSettings {
  const options = settingsOf('crawl', given, SETTINGS);
  if (typeof options.visit !== 'function') throw new TypeError('a crawl expects the option visit, a function');
  for (const name of CALLBACKS) {
    const callback: unknown = options[name];
    if (callback !== undefined && typeof callback !== 'function') {
      throw new TypeError(`${name} must be a function, got ${valueOrKind(callback)}`);
    }
  }
  for (const name of COUNTS) checkCount(options[name], name);
  checkedMost(options.hosts, 'hosts');
  checkedMost(options.limit, 'limit');
  checkRobots(options.robots);
  const perHost = settingsOf('perHost', options.perHost ?? { concurrency: 1 }, ['concurrency', 'interval']);
  if (typeof perHost.interval !== 'function') milliseconds(perHost.interval ?? 0, 'perHost.interval');
  return bareRecord({ ...options, perHost });
}

/** A whole number from 0, or no limit. */
function checkCount(value: unknown, name: string): void {
  if (value === undefined || value === Number.POSITIVE_INFINITY) return;
  if (Number.isSafeInteger(value) && (value as number) >= 0) return;
  throw new RangeError(`${name} must be a whole number of at least 0, got ${valueOrKind(value)}`);
}

function checkRobots(robots: unknown): void {
  if (robots === undefined || typeof robots === 'boolean') return;
  if (typeof robots !== 'object' || robots === null) {
    throw new TypeError(`robots must be true, false or { agent }, got ${valueOrKind(robots)}`);
  }
  const { agent } = settingsOf<{ agent?: unknown }>('robots', robots, ['agent']);
  if (typeof agent !== 'string' || agent === '') {
    throw new TypeError(`robots.agent must be the name that is looked up in robots.txt, got ${kindOf(agent)}`);
  }
}
