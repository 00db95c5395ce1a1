/**
 * What a server says of its limits (draft-ietf-httpapi-ratelimit-headers), as pure functions: `RateLimit-Policy` with its
 * quotas, `RateLimit` with what is left; their older forms, and the `X-` names in use.
 */
import type { HttpHeaders } from '../message/headers.ts';
import { resetIn } from '../middleware/retry/retry-hints.ts';

/** One limit of a server's; what it does not say is absent. */
export interface Limit {
  /** Requests in a window, and its length in milliseconds. */
  readonly quota?: number | undefined;
  readonly window?: number | undefined;
  /** Requests that are left, and milliseconds until there are others. */
  readonly remaining?: number | undefined;
  readonly reset?: number | undefined;
}

/** By the name of the policy; the older forms have none. */
export type Limits = ReadonlyMap<string, Limit>;

/** One member of a list with its parameters; sticky, so that one after the other is read without copies. */
const ITEM = /\s*("(?:[^"\\]|\\.)*"|[^,;"]*)((?:\s*;(?:[^,;"]|"(?:[^"\\]|\\.)*")*)*)\s*(?:,|$)/y;

/** @param wallNow milliseconds since 1970 */
export function limitsOf(headers: HttpHeaders, wallNow: number): Limits {
  const limits = new Map<string, Limit>();
  /** Policies in units that are not counted here, such as bytes. */
  const others = new Set<string>();
  const add = (name: string, limit: Limit): void => {
    if (!others.has(name)) limits.set(name, { ...limits.get(name), ...limit });
  };
  for (const [name, parameters] of itemsOf(headers.get('ratelimit-policy'))) {
    const unit = parameters.get('qu');
    if (unit !== undefined && unit !== 'requests') others.add(name);
    // Before draft 8 the item itself is the quota: `100;w=60`.
    const older = number(name);
    const quota = number(parameters.get('q')) ?? older;
    if (quota !== undefined) add(older === undefined ? name : '', { quota, window: seconds(parameters.get('w')) });
  }
  for (const [name, limit] of currentOf(headers, wallNow)) add(name, limit);
  return limits;
}

/** What is left now, from the first of the known fields that says it. */
function currentOf(headers: HttpHeaders, wallNow: number): [name: string, limit: Limit][] {
  const line = headers.get('ratelimit');
  if (line !== null && /(?:^|[,;\s])remaining=\d/.test(line)) {
    const field = (name: string) => new RegExp(`(?:^|[,;\\s])${name}=(\\d+)`).exec(line)?.[1];
    return [['', { remaining: number(field('remaining')), reset: seconds(field('reset')) }]];
  }
  if (line !== null) {
    return itemsOf(line).flatMap(([name, parameters]): [string, Limit][] => {
      const remaining = number(parameters.get('r'));
      return remaining === undefined ? [] : [[name, { remaining, reset: seconds(parameters.get('t')) }]];
    });
  }
  for (const prefix of ['RateLimit-', 'X-RateLimit-', 'X-Rate-Limit-']) {
    const remaining = number(headers.get(`${prefix}Remaining`)?.trim());
    if (remaining === undefined) continue;
    const reset = headers.get(`${prefix}Reset`)?.trim();
    const isTime = reset !== undefined && /^\d+(?:\.\d+)?$/.test(reset);
    return [['', { remaining, reset: isTime ? resetIn(Number(reset), wallNow) : undefined }]];
  }
  return [];
}

/** The members of a list with their parameters (RFC 9651 section 3.1), as far as they can be read. */
function itemsOf(line: string | null): [name: string, parameters: ReadonlyMap<string, string>][] {
  const items: [string, ReadonlyMap<string, string>][] = [];
  if (line === null) return items;
  ITEM.lastIndex = 0;
  while (ITEM.lastIndex < line.length) {
    const found = ITEM.exec(line);
    if (found === null) break;
    const [whole, name = '', rest = ''] = found;
    if (whole === '') break;
    if (name.trim() !== '') items.push([unquoted(name.trim()), parametersOf(rest)]);
  }
  return items;
}

/** The parameters behind a member, strings without their quotes. */
function parametersOf(text: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  for (const [, name = '', value = ''] of text.matchAll(/;\s*([a-z*][a-z0-9_.*-]*)=("(?:[^"\\]|\\.)*"|[^;,\s]*)/g)) {
    parameters.set(name, unquoted(value));
  }
  return parameters;
}

/** The text of a string (RFC 9651 section 3.3.3), or a token as it is. */
function unquoted(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1).replace(/\\(.)/g, '$1') : text;
}

/** A whole number from 0; `undefined` for anything else. */
function number(text: string | null | undefined): number | undefined {
  return text !== null && text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** Seconds as milliseconds. */
function seconds(text: string | undefined): number | undefined {
  const value = number(text);
  return value === undefined ? undefined : value * 1000;
}
