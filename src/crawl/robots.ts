/**
 * What a robots.txt allows, by how asking for it ended, as pure functions (RFC 9309 section 2.3). `robots-gate.ts`
 * asks, `robots-file.ts` reads the text.
 */
import type { TransferErrorJSON } from '../message/error-json.ts';
import { readRobots } from './robots-file.ts';

/** The code of a page that robots.txt forbids. */
export const ROBOTS_DISALLOWED = 'ERR_ROBOTS_DISALLOWED';
/** That of one whose robots.txt could not be read, which forbids everything for now. */
export const ROBOTS_UNREACHABLE = 'ERR_ROBOTS_UNREACHABLE';

/** How asking for a robots.txt ended: with a status and a text, or not at all. */
export interface RobotsAnswer {
  readonly status: number | undefined;
  readonly text: string;
  /** Why there is no answer. */
  readonly failure?: string;
  /** The network's error, when not even a connection to the host came about: the host is dead, not its file. */
  readonly connection?: ConnectionFailure;
}

/** As much of an error as other workers are told. */
export type ConnectionFailure = Pick<TransferErrorJSON, 'name' | 'message' | 'code'>;

export interface RobotsRules {
  /** Why nothing may be asked for, when the file could not be read. */
  readonly unreachable: string | undefined;
  /** The network's error, when there was no connection. */
  readonly connection?: ConnectionFailure | undefined;
  /** Milliseconds from one answer until the next request; 0 when it does not say. */
  readonly crawlDelay: number;
  isAllowed(url: string): boolean;
}

/** Bytes that are read; the rest of a longer file does not count (RFC 9309 section 2.5: at least 500 KiB). */
export const ROBOTS_BYTES = 500 * 1024;
/** A longer delay is a mistake, or a way to say no that `Disallow` says better. */
const LONGEST_DELAY = 300_000;

const ALLOW_ALL: RobotsRules = { unreachable: undefined, crawlDelay: 0, isAllowed: () => true };

/** @param agent the product token that groups are looked up by */
export function robotsRules(answer: RobotsAnswer, agent: string): RobotsRules {
  const { status, text, failure = 'no answer', connection } = answer;
  // RFC 9309 section 2.3.1.3: unavailable, everything may be crawled; too many redirects (section 2.3.1.2) count as unavailable.
  if (status !== undefined && status >= 300 && status < 500) return ALLOW_ALL;
  // RFC 9309 section 2.3.1.4: unreachable, nothing may be crawled.
  if (status === undefined || status < 200 || status >= 500) {
    const found = status === undefined ? `could not be fetched (${failure})` : `answered ${status}`;
    return { unreachable: `robots.txt ${found}`, connection, crawlDelay: 0, isAllowed: () => false };
  }
  const { crawlDelay, isAllowed } = readRobots(text, agent);
  return { unreachable: undefined, crawlDelay: Math.min(LONGEST_DELAY, Math.ceil(crawlDelay * 1000)), isAllowed };
}

/**
 * The product token of a `User-Agent` (RFC 9309 section 2.2.1). One that looks like a browser's has it behind
 * `compatible;`, as in the RFC's example.
 */
export function productToken(userAgent: string | null): string {
  const text = userAgent ?? '';
  const named = /^Mozilla\/[^(]{0,50}\(\s*compatible;\s*([A-Za-z_-]+)/i.exec(text)?.[1];
  return named ?? /^[A-Za-z_-]+/.exec(text)?.[0] ?? 'sluice';
}
