/**
 * Every redirect there is: status x method x strict or not x same or other origin x body that can be sent again or not.
 * The expectations are a literal table, written from RFC 9110 section 15.4 and WHATWG Fetch and not from the code under
 * test. Runs over a function in memory and over two real servers alike.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'vitest';
import { RequestBody } from '../../src/message/body.ts';
import { RedirectError } from '../../src/message/errors.ts';
import { HttpRequest } from '../../src/message/request.ts';
import { HttpResponse } from '../../src/message/response.ts';
import type { Handler } from '../../src/stack/handler.ts';

const STATUSES = [301, 302, 303, 307, 308] as const;
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'QUERY'] as const;
type Status = (typeof STATUSES)[number];
type Method = (typeof METHODS)[number];

export interface RedirectCase {
  readonly name: string;
  readonly status: Status;
  readonly method: Method;
  readonly strict: boolean;
  readonly crossOrigin: boolean;
  readonly replayable: boolean;
}

export interface Expected {
  /** Whether the call ends with a `RedirectError`, because the body would have to be sent again and cannot be. */
  readonly refused: boolean;
  /** Of the second request. */
  readonly method: string;
  readonly body: string;
}

const BODY = 'the body: äöü';

/** The method of the second request, a column for each of `METHODS`. "GET!" is a GET whose body was dropped. */
const NEXT: Readonly<Record<Status, string>> = {
  301: 'GET HEAD GET! PUT QUERY',
  302: 'GET HEAD GET! PUT QUERY',
  303: 'GET HEAD GET! GET! GET!',
  307: 'GET HEAD POST PUT QUERY',
  308: 'GET HEAD POST PUT QUERY',
};
/** The rows that `strict` changes. */
const NEXT_STRICT: Partial<Record<Status, string>> = { 301: 'GET HEAD POST PUT QUERY', 302: 'GET HEAD POST PUT QUERY' };

/** Planted on the first request, with where they may go: everywhere, to the same origin alone, or along with a body. */
const HEADERS: readonly (readonly [name: string, value: string, goes: 'everywhere' | 'home' | 'with body'])[] = [
  ['Accept', 'application/json', 'everywhere'],
  ['Accept-Language', 'de', 'everywhere'],
  ['User-Agent', 'matrix/1', 'everywhere'],
  ['Range', 'bytes=0-9', 'everywhere'],
  ['If-None-Match', '"tag"', 'everywhere'],
  ['X-Kept', 'on purpose', 'everywhere'],
  ['Authorization', 'Bearer planted-secret-1', 'home'],
  ['Cookie', 'sid=planted-secret-2', 'home'],
  ['X-Api-Key', 'planted-secret-3', 'home'],
  ['X-Custom', 'planted-secret-4', 'home'],
  ['Content-Type', 'text/plain;charset=utf-8', 'with body'],
  ['Content-Language', 'en', 'with body'],
];

const hasBody = (method: string): boolean => method !== 'GET' && method !== 'HEAD';

export const redirectCases: readonly RedirectCase[] = STATUSES.flatMap((status) =>
  METHODS.flatMap((method) =>
    [false, true].flatMap((strict) =>
      [false, true].flatMap((crossOrigin) =>
        [true, false].map((replayable) => ({
          name: [
            `${status} ${method}`,
            strict ? 'strict' : 'lenient',
            crossOrigin ? 'to another origin' : 'on one origin',
            replayable ? 'with a body to send again' : 'with a body to send once',
          ].join(', '),
          status,
          method,
          strict,
          crossOrigin,
          replayable,
        })),
      ),
    ),
  ),
);

/** What the table says of a case. */
export function expectedOf({ status, method, strict, replayable }: RedirectCase): Expected {
  const row = (strict ? NEXT_STRICT[status] : undefined) ?? NEXT[status];
  const next = row.split(' ')[METHODS.indexOf(method)]!;
  const sentAgain = hasBody(method) && !next.endsWith('!');
  return { refused: sentAgain && !replayable, method: next.replace('!', ''), body: sentAgain ? BODY : '' };
}

/** The two servers of a run, as their origins. */
export interface Origins {
  readonly home: string;
  readonly other: string;
}

/** A request as a server sees it. Names in lower case. */
export interface Seen {
  readonly origin: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Sends the request of a case and asserts what the second server saw of it.
 * @param handler the redirect layer around what is tested
 * @param seen what the servers saw of this case, filled while it runs
 */
export async function checkRedirectCase(
  one: RedirectCase,
  handler: Handler,
  origins: Origins,
  seen: Seen[],
): Promise<void> {
  const expected = expectedOf(one);
  const target = `${one.crossOrigin ? origins.other : origins.home}/target`;
  const from = `${origins.home}/from?status=${one.status}&to=${encodeURIComponent(target)}`;
  const planted = HEADERS.filter(([, , goes]) => goes !== 'with body' || hasBody(one.method));
  const headers = Object.fromEntries(planted.map(([name, value]) => [name, value]));
  const request = new HttpRequest(one.method, from, headers, hasBody(one.method) ? bodyOf(one) : null);
  const call = handler(request, { allowRedirects: { strict: one.strict, keepHeaders: ['x-kept'] } });
  if (expected.refused) {
    const error: unknown = await call.catch((failure: unknown) => failure);
    expect(error).toBeInstanceOf(RedirectError);
    expect(String(error)).toMatch(/read once.*function/);
    expect(seen).toHaveLength(1);
    return;
  }
  const response = await call;
  expect(response).toMatchObject({ status: 200, url: target });
  expect(response.redirects).toEqual([{ status: one.status, method: one.method, url: from }]);
  expect(seen).toHaveLength(2);
  const last = seen[1]!;
  expect(last).toMatchObject({ origin: new URL(target).origin, method: expected.method, body: expected.body });
  for (const [name, value, goes] of planted) {
    const goesAlong = goes === 'everywhere' || (goes === 'home' ? !one.crossOrigin : expected.body !== '');
    expect([name, last.headers[name.toLowerCase()]]).toEqual([name, goesAlong ? value : undefined]);
  }
  if (expected.body === '') {
    expect(Number(last.headers['content-length'] ?? 0)).toBe(0);
    expect(last.headers['transfer-encoding']).toBeUndefined();
  }
}

function bodyOf({ replayable }: RedirectCase): RequestBody {
  return replayable ? RequestBody.fromText(BODY) : RequestBody.once([BODY]);
}

/** Answers `/from?status=&to=` with a redirect and everything else with 200. */
function answerTo(url: string): { status: number; headers: Record<string, string> } {
  const { pathname, searchParams } = new URL(url);
  if (pathname !== '/from') return { status: 200, headers: {} };
  return { status: Number(searchParams.get('status')), headers: { location: searchParams.get('to')! } };
}

/** Both origins in memory. It reads each body, as a server does. */
export function matrixInMemory(seen: Seen[]): { handler: Handler; origins: Origins } {
  const handler: Handler = async (request) => {
    const headers = Object.fromEntries([...request.headers].map(([name, value]) => [name.toLowerCase(), value]));
    seen.push({ origin: new URL(request.url).origin, method: request.method, headers, body: await request.text() });
    const { status, headers: answered } = answerTo(request.url);
    return new HttpResponse(status, answered, null, '1.1', undefined, { url: request.url, request });
  };
  return { handler, origins: { home: 'http://home.test', other: 'http://other.test' } };
}

/** Both origins as real servers. `seen` is emptied by the caller between cases. */
export async function matrixOverSockets(seen: Seen[]): Promise<{ origins: Origins; close(): Promise<void> }> {
  const servers = [await listening(seen), await listening(seen)] as const;
  const [home, other] = servers.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const close = async () => {
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    }
  };
  return { origins: { home: home!, other: other! }, close };
}

async function listening(seen: Seen[]): Promise<Server> {
  const server = createServer((req, res) => {
    record(req, res, seen).catch(() => req.socket.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

async function record(req: IncomingMessage, res: ServerResponse, seen: Seen[]): Promise<void> {
  const origin = `http://${req.headers.host}`;
  let body = '';
  req.setEncoding('utf8');
  for await (const chunk of req) body += chunk;
  seen.push({ origin, method: req.method!, headers: req.headers as Record<string, string>, body });
  const { status, headers } = answerTo(origin + req.url);
  res.writeHead(status, headers).end();
}
