/**
 * Reads a robots.txt (RFC 9309 section 2.2) for one crawler, in time that grows with the text and not faster: only the
 * rules of its own groups are kept.
 */
import { matchesTarget, type RobotsPattern, robotsPattern, robotsTarget } from './robots-pattern.ts';

export interface RobotsFile {
  /** Seconds of `Crawl-delay`, the longest that was given; 0 when there is none. */
  readonly crawlDelay: number;
  isAllowed(url: string): boolean;
}

interface Rule extends RobotsPattern {
  readonly allow: boolean;
}

/** The rules for a crawler, from every group that names it. */
class RuleSet {
  isNamed = false;
  crawlDelay = 0;
  readonly rules: Rule[] = [];
}

type LineKind = 'agent' | 'allow' | 'disallow' | 'delay';

/** The names of lines, with the misspellings that Google's and Scrapy's crawlers read too. */
const KINDS: ReadonlyMap<string, LineKind> = new Map<string, LineKind>([
  ['user-agent', 'agent'],
  ['useragent', 'agent'],
  ['user agent', 'agent'],
  ['allow', 'allow'],
  ['disallow', 'disallow'],
  ['dissallow', 'disallow'],
  ['dissalow', 'disallow'],
  ['disalow', 'disallow'],
  ['diasllow', 'disallow'],
  ['disallaw', 'disallow'],
  ['crawl-delay', 'delay'],
  ['crawldelay', 'delay'],
]);
/**
 * Characters that may be compared for one URL: 40 000 rules with stars against a URL of 250. A text that needs more was
 * made to cost time, and what it does not allow within that is not allowed.
 */
const MOST_STEPS = 10_000_000;

/** @param agent the product token of the crawler */
export function readRobots(text: string, agent: string): RobotsFile {
  const { own, others } = groupsOf(text, agent.toLowerCase());
  // RFC 9309 section 2.2.1: all groups that name the crawler count as one; without any, those of `*`.
  const { rules, crawlDelay } = own.isNamed ? own : others;
  // RFC 9309 section 2.2.2: the match with the most octets decides, and `Allow` among equals.
  rules.sort((a, b) => b.length - a.length || Number(b.allow) - Number(a.allow));
  return { crawlDelay, isAllowed: (url) => isAllowedBy(rules, new URL(url)) };
}

function isAllowedBy(rules: readonly Rule[], url: URL): boolean {
  // RFC 9309 section 2.2.2: the file itself is always allowed.
  if (url.pathname === '/robots.txt') return true;
  const target = robotsTarget(url);
  let steps = 0;
  for (const rule of rules) {
    if (matchesTarget(rule, target)) return rule.allow;
    steps += rule.parts.length > 1 ? target.length : 1;
    if (steps > MOST_STEPS) return false;
  }
  return true;
}

function groupsOf(text: string, agent: string): { own: RuleSet; others: RuleSet } {
  const sets = { own: new RuleSet(), others: new RuleSet() };
  /** Whom the lines are for. */
  let current = new Set<RuleSet>();
  let hasRules = false;
  for (const line of text.replace(/^\ufeff/, '').split(/\r\n|\r|\n/)) {
    const { kind, value } = lineOf(line);
    if (kind === 'agent') {
      // RFC 9309 section 2.1: rules end a group. Lines of any other name do not (section 2.2.4).
      if (hasRules) current = new Set();
      hasRules = false;
      const set = setOf(sets, value, agent);
      if (set !== undefined) {
        set.isNamed = true;
        current.add(set);
      }
    } else if (kind === 'delay') {
      for (const set of current) set.crawlDelay = Math.max(set.crawlDelay, secondsOf(value));
    } else if (kind !== undefined) {
      hasRules = true;
      // An empty rule matches nothing.
      if (value === '' || current.size === 0) continue;
      const rule = { ...robotsPattern(value), allow: kind === 'allow' };
      for (const set of current) set.rules.push(rule);
    }
  }
  return sets;
}

function setOf(sets: { own: RuleSet; others: RuleSet }, value: string, agent: string): RuleSet | undefined {
  if (/^\*(?:\s|$)/.test(value)) return sets.others;
  return /^[A-Za-z_-]+/.exec(value)?.[0].toLowerCase() === agent ? sets.own : undefined;
}

function lineOf(line: string): { kind: LineKind | undefined; value: string } {
  const comment = line.indexOf('#');
  const text = (comment === -1 ? line : line.slice(0, comment)).trim();
  const colon = text.indexOf(':');
  // Two words without a colon are understood too, as Google's crawler does.
  const end = colon === -1 ? text.search(/\s/) : colon;
  if (end === -1) return { kind: undefined, value: '' };
  return { kind: KINDS.get(text.slice(0, end).trim().toLowerCase()), value: text.slice(end + 1).trim() };
}

function secondsOf(value: string): number {
  const seconds = Number(value);
  return value !== '' && seconds > 0 ? seconds : 0;
}
