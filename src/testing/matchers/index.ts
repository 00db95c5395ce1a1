/** `sluice/testing/matchers`: what `expect` of vitest and jest says about requests. */
import type { RequestMatch } from '../doubles/request-match.ts';
import { type MatcherResult, requested } from '../doubles/requested.ts';

export type { RequestMatch } from '../doubles/request-match.ts';
export type { MatcherResult } from '../doubles/requested.ts';

/**
 * The types of the matchers, for the runner's own:
 * `declare module 'vitest' { interface Matchers<T = any> extends RequestMatchers<T> {} }`
 */
export interface RequestMatchers<R = unknown> {
  /** Whether a request of this method and URL was asked for, with all that `match` names. */
  toHaveRequested(method: string, uri: string | URL | RegExp, match?: RequestMatch): R;
}

/**
 * Passes when one of the requests fits. Takes a double (`mockHandler`, `routes`, `expectations`, `record`), a `TestServer`,
 * a client of a double, what `history()` fills, or a list of requests.
 * @throws TypeError for what holds no requests
 * @example
 * expect.extend(matchers);
 * expect(mock).toHaveRequested('POST', '/users', { json: { name: 'Ada' } });
 */
export function toHaveRequested(
  asked: unknown,
  method: string,
  uri: string | URL | RegExp,
  match?: RequestMatch,
): MatcherResult {
  return requested(asked, method, uri, match);
}

/** All of them, for `expect.extend(matchers)`. */
export const matchers = { toHaveRequested };
