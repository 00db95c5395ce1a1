/** A handler that answers by method and path, as a server's router does, without a server. */

import type { HttpRequest } from '../../message/request.ts';
import type { HttpResponse } from '../../message/response.ts';
import type { RequestOptions } from '../../options/options.ts';
import { settingsOf } from '../../options/settings-of.ts';
import { kindOf } from '../../runtime/kind-of.ts';
import type { Handler, Transport } from '../../stack/handler.ts';
import { Forward } from '../mock-exchange.ts';
import { type Answer, checkAnswer, responseOf } from './answer.ts';
import { Asked, double, lifeOf, unmatched } from './double.ts';
import { type UrlMatcher, urlMatcher } from './url-matcher.ts';

/** Makes the answer from what was asked. A throw rejects. */
export type RouteAnswer = (
  request: HttpRequest,
  /** The groups of the pattern, decoded. */
  params: Record<string, string>,
  options: RequestOptions,
) => Answer | Promise<Answer>;

/** An answer for each `METHOD pattern`. */
export type Routes = Readonly<Record<string, Answer | Promise<Answer> | RouteAnswer>>;

/** What `routes` does with a request that fits none. */
export interface RoutesOptions {
  /** Sends what no route fits. Default: an `ERR_MOCK_UNMATCHED`, which lists the routes. */
  readonly fallback?: Handler | undefined;
}

/** A double that answers by method and URL. */
export interface RoutesHandler extends Transport {
  /** What was asked, oldest first; of very many the newest 10 000 at least. */
  readonly requests: readonly HttpRequest[];
}

interface Route {
  readonly name: string;
  readonly method: string;
  readonly url: UrlMatcher;
  readonly answer: Answer | Promise<Answer> | RouteAnswer;
}

/**
 * The first route that fits answers. A route is `METHOD pattern`: the method in its case, or `*`; a path of `URLPattern`
 * (`/users/:id`, `/files/*`) for any origin, or a whole URL. An answer is a response, a status, `{ status, headers,
 * json }` or with `body`, an `Error` to reject with, a promise of one, or a function that gives one.
 * @throws TypeError for an invalid route or answer
 * @example
 * const site = routes({ 'GET /users/:id': (_, { id }) => ({ json: { id } }), '* /health': 204 });
 * const client = new Client({ handler: HandlerStack.create(site), baseUri: 'http://service.example/' });
 * @see https://urlpattern.spec.whatwg.org/
 */
export function routes(table: Routes, options: RoutesOptions = {}): RoutesHandler {
  const { fallback } = settingsOf('routes', options, ['fallback']);
  if (typeof table !== 'object' || table === null || Array.isArray(table)) {
    throw new TypeError(`routes takes a record such as { 'GET /users/:id': 200 }, got ${kindOf(table)}`);
  }
  if (fallback !== undefined && typeof fallback !== 'function') {
    throw new TypeError(`option fallback of routes must be a handler, got ${kindOf(fallback)}`);
  }
  const known = Object.entries(table).map(([name, answer]) => routeOf(name, answer));
  const asked = new Asked();
  const handler = double('routes', async (request, own) => answerTo(known, request, own, fallback), asked);
  return Object.assign(handler, {
    handlerName: 'routes',
    requests: asked.requests,
    ...lifeOf(() => [fallback]),
  });
}

function routeOf(name: string, answer: Route['answer']): Route {
  const [, method, pattern] = /^\s*(\S+)\s+(\S.*?)\s*$/s.exec(name) ?? [];
  if (method === undefined || pattern === undefined) {
    throw new TypeError(`a route must be a method and a pattern, as in 'GET /users/:id', got ${JSON.stringify(name)}`);
  }
  if (answer instanceof Promise) answer.catch(() => undefined);
  checkAnswer(answer, `the route '${name}'`);
  return { name, method, url: urlMatcher(pattern), answer };
}

async function answerTo(
  known: readonly Route[],
  request: HttpRequest,
  options: RequestOptions,
  fallback: Handler | undefined,
): Promise<HttpResponse | Forward> {
  for (const { name, method, url, answer } of known) {
    if (method !== '*' && method !== request.method) continue;
    const params = url.match(request.url);
    if (params === undefined || !hasQuery(request.url, url.query)) continue;
    const given = await (typeof answer === 'function' ? answer(request, params, options) : answer);
    return responseOf(given, `the route '${name}'`);
  }
  if (fallback !== undefined) return new Forward(async () => fallback(request, options));
  const list = known.map(({ name }) => name).join(', ');
  throw unmatched(`no route fits; the routes are: ${list || 'none'}`, request, options);
}

function hasQuery(url: string, query: UrlMatcher['query']): boolean {
  if (query === undefined) return true;
  const { searchParams } = new URL(url);
  return query.every(([name, value]) => searchParams.getAll(name).includes(value));
}
