/** What was asked of a double, a server or a history, and whether a request was among it. */
import { RequestBody } from '../../message/body.ts';
import { HttpRequest } from '../../message/request.ts';
import { kindOf } from '../../runtime/kind-of.ts';
import { weightOf } from './differences.ts';
import { safeWords } from './double.ts';
import { type Matcher, type RequestMatch, requestMatcher } from './request-match.ts';

/** What a request looks like to a matcher: ours, or what the test site saw. */
interface Seen {
  readonly request: HttpRequest;
  readonly body: Uint8Array | undefined;
}

/** The verdict in the form of `expect.extend`. */
export interface MatcherResult {
  /** Whether it fits. */
  readonly pass: boolean;
  /** Words for a failing test. */
  message(): string;
}

/**
 * @param asked a double, a `TestServer`, a client of a double, a list of requests, or one that `history()` fills
 * @throws TypeError for what holds no requests
 */
export function requested(
  asked: unknown,
  method: string,
  uri: string | URL | RegExp,
  match?: RequestMatch,
): MatcherResult {
  const matcher = requestMatcher(method, uri, match);
  const seen = requestsOf(asked).map((one) => seenOf(one));
  const near = seen.map((one) => ({ one, lines: linesOf(matcher, one) }));
  const pass = near.some(({ lines }) => lines.length === 0);
  return { pass, message: () => messageOf(matcher, near, pass) };
}

/** What does not fit; none for a request that was matched. */
function linesOf(matcher: Matcher, { request, body }: Seen): string[] {
  // It was sent and is gone: nobody can say whether it fits.
  if (matcher.readsBody && body === undefined && request.body !== null) {
    return ['body: it was a stream, and is not in memory'];
  }
  return matcher.differences(request, body);
}

/** The words for a failing test: the nearest request and what differs, then all requests. */
function messageOf(
  { name }: Matcher,
  near: readonly { readonly one: Seen; readonly lines: readonly string[] }[],
  pass: boolean,
): string {
  if (pass) return `expected that ${name} was not requested, and it was`;
  if (near.length === 0) return `expected that ${name} was requested, and nothing was`;
  const best = near.reduce((nearest, next) => (weightOf(next.lines) < weightOf(nearest.lines) ? next : nearest));
  const lines = safeWords(best.lines.map((line) => `\n  ${line}`).join(''), best.one.request);
  const all = near.map(({ one }) => `\n  ${one.request}`).join('');
  return `expected that ${name} was requested; the nearest was ${best.one.request}:${lines}\nrequested were:${all}`;
}

/** The requests of whatever has some; a client is asked for its double. */
function requestsOf(asked: unknown): readonly unknown[] {
  if (Array.isArray(asked)) return asked;
  const holder = Object(asked) as { requests?: unknown; history?: unknown; stack?: { handler?: unknown } };
  if (Array.isArray(holder.requests)) return holder.requests;
  if (Array.isArray(holder.history)) return holder.history;
  if (holder.stack?.handler !== undefined) return requestsOf(holder.stack.handler);
  throw new TypeError(
    `toHaveRequested is about a double, a TestServer, a history or a list of requests, got ${kindOf(asked)}`,
  );
}

/** One entry of a list: a request, an entry of a history, or what a test server noted. */
function seenOf(one: unknown): Seen {
  const record = Object(one) as Record<string, unknown>;
  const request = (record['request'] ?? record) as Record<string, unknown>;
  if (typeof request['method'] !== 'string' || typeof request['url'] !== 'string') {
    throw new TypeError(`a list of requests holds ${kindOf(one)}, which is none`);
  }
  if (request['body'] instanceof Uint8Array || Array.isArray(request['rawHeaders'])) return ofServer(request);
  const known = request as unknown as HttpRequest;
  return { request: known, body: known.body === null ? new Uint8Array(0) : known.body?.bytes };
}

/** What a server saw has no origin in its URL. */
function ofServer(seen: Record<string, unknown>): Seen {
  const raw = (seen['rawHeaders'] ?? []) as readonly (string | readonly [string, string])[];
  const pairs = typeof raw[0] === 'string' ? pairsOf(raw as readonly string[]) : (raw as readonly [string, string][]);
  const host = pairs.find(([name]) => name.toLowerCase() === 'host')?.[1] ?? 'localhost';
  const url = String(seen['url']);
  const body = seen['body'] as Uint8Array | undefined;
  const whole = url.startsWith('/') ? `http://${host}${url}` : url;
  const request = new HttpRequest(String(seen['method']), whole, pairs, body && RequestBody.fromBytes(body));
  return { request, body: body ?? new Uint8Array(0) };
}

/** Node's flat list of raw headers as pairs. */
function pairsOf(raw: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) pairs.push([raw[at]!, raw[at + 1]!]);
  return pairs;
}
