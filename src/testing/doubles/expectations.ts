/**
 * A double that is told beforehand what it will be asked. It answers that, and says what was not asked, or was different.
 */

import type { HttpRequest } from '../../message/request.ts';
import type { HttpResponse } from '../../message/response.ts';
import type { HistoryEntry } from '../../middleware/history.ts';
import type { RequestOptions } from '../../options/options.ts';
import { settingsOf } from '../../options/settings-of.ts';
import type { Transport } from '../../stack/handler.ts';
import type { Forward, MockExchange } from '../mock-exchange.ts';
import { weightOf } from './differences.ts';
import { Asked, double, lifeOf, unmatched } from './double.ts';
import { type Expectation, Expected } from './expectation.ts';
import { type RequestMatch, requestMatcher } from './request-match.ts';

/** A double that answers what a test expects, and tells what was not asked. */
export interface ExpectationsHandler extends Transport, AsyncDisposable {
  /**
   * Adds an expectation; one that was added before answers first.
   * @param method in its case, or `*`
   * @param uri a path of `URLPattern` for any origin, a whole URL, or a regular expression
   * @param match what else the request must have; nothing that is not named counts
   * @throws TypeError for what can never match
   */
  expect(method: string, uri: string | URL | RegExp, match?: RequestMatch): Expectation;
  /** What has not been asked as often as expected, such as `POST /users (asked 0 of 1 time)`. */
  pending(): string[];
  /** What was asked and has settled, oldest first; of very many the newest 10 000 at least. */
  readonly history: readonly HistoryEntry[];
  /** What was asked, oldest first. */
  readonly requests: readonly HttpRequest[];
  /**
   * Checks that all was asked.
   * @throws Error that names what has not been asked
   */
  verify(): void;
}

/**
 * A double for what a test says before: each expectation answers once, unless told otherwise. A request that fits none
 * rejects with `ERR_MOCK_UNMATCHED`, which prints the nearest one and the difference. `await using` verifies at the end.
 * @example
 * await using api = expectations();
 * api.expect('POST', '/users', { json: { name: 'Ada' } }).reply(201, { json: { id: 1 } });
 * const client = new Client({ handler: HandlerStack.create(api), baseUri: 'http://service.example/' });
 */
export function expectations(settings: Readonly<Record<string, never>> = {}): ExpectationsHandler {
  settingsOf('expectations', settings, []);
  const all: Expected[] = [];
  const asked = new Asked();
  const handler = double('expectations', (...given) => answerTo(all, ...given), asked);
  const pending = () => all.filter(({ isPending }) => isPending).map(({ state }) => state);
  const verify = (): void => {
    const left = pending();
    if (left.length === 0) return;
    throw new Error(`not all that was expected was asked:\n${left.map((one) => `  ${one}`).join('\n')}`);
  };
  return Object.assign(handler, {
    handlerName: 'expectations',
    expect(method: string, uri: string | URL | RegExp, match?: RequestMatch): Expectation {
      const expected = new Expected(requestMatcher(method, uri, match));
      all.push(expected);
      return expected;
    },
    pending,
    verify,
    history: asked.history,
    requests: asked.requests,
    ...lifeOf(() => all.flatMap(({ handlers }) => handlers)),
    async [Symbol.asyncDispose](): Promise<void> {
      verify();
    },
  });
}

async function answerTo(
  all: readonly Expected[],
  request: HttpRequest,
  options: RequestOptions,
  exchange: MockExchange,
): Promise<HttpResponse | Forward> {
  // A body that can be read once is read only when an expectation asks for it, and is then in memory.
  const isRead = all.some(({ matcher }) => matcher.readsBody);
  const body = isRead ? await request.body?.toBytes() : undefined;
  const known = body === undefined || request.body?.replayable ? request : request.with({ body });
  const found = all.find(({ isOpen, matcher }) => isOpen && matcher.differences(known, body).length === 0);
  if (found === undefined) throw unmatched(missOf(all, known, body), request, options);
  found.asked += 1;
  return found.answer(known, options, exchange, found.asked);
}

/** Why no expectation fits: the nearest one, and how it differs. */
function missOf(all: readonly Expected[], request: HttpRequest, body: Uint8Array | undefined): string {
  if (all.length === 0) return 'nothing is expected; say it first, as in expect("GET", "/users").reply(200)';
  const { pathname } = new URL(request.url);
  const near = all.map((one) => {
    const lines = one.matcher.differences(request, body);
    return { one, lines, distance: weightOf(lines) - alike(one.matcher.url.replace(/^.*?:\/\/[^/]*/, ''), pathname) };
  });
  const { one, lines } = near.reduce((best, next) => (next.distance < best.distance ? next : best));
  if (lines.length === 0) return `it was expected, and no more of it: ${one.state}`;
  return `no expectation fits; the nearest is ${one.state}:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}

/** The part of two paths that is the same, from their beginning: 0 to 1. */
function alike(one: string, other: string): number {
  const longest = Math.max(one.length, other.length, 1);
  let same = 0;
  while (same < longest && one[same] === other[same]) same += 1;
  return same / longest;
}
