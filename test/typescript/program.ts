/** What users write, over every entry of the package but `sluice/bullmq`. Compiled by each TypeScript, never run: see `run.ts`. */
import {
  Client,
  type Handler,
  HandlerStack,
  HttpHeaders,
  HttpRequest,
  HttpResponse,
  isTimeoutError,
  type Middleware,
  Pool,
  type PoolResult,
  type RequestOptions,
  retry,
  settle,
  TimeoutError,
  undiciHandler,
} from 'sluice';
import { type HttpCache, memoryCache } from 'sluice/cache';
import { crawl, linksOf, memoryFrontier } from 'sluice/crawl';
import { type Har, har } from 'sluice/har';
import { otel } from 'sluice/otel';
import { breaker, hedge, isCircuitOpenError, rateLimit } from 'sluice/resilience';
import { expectations, FakeClock, mockHandler, routes, startServer } from 'sluice/testing';
import { matchers, type RequestMatchers } from 'sluice/testing/matchers';
import { upgradeHandler, type WebSocketConnection } from 'sluice/websocket';

declare module 'sluice' {
  interface RequestOptions {
    tenant?: string;
  }
}

interface Search {
  lang: string;
  page?: number;
}
interface User {
  id: number;
  name: string;
}
declare const search: Search;
declare const maybe: { text: string | undefined; search: Search | undefined };

/** A fact of types: both are the same, and neither is `any`. A module that was not found makes everything `any`. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function fact<_ extends true>(): void {}

export const ofMyOwn: Middleware = (next) => (request, options) => {
  fact<Same<typeof options.tenant, string | undefined>>();
  return next(request.withHeader('X-Tenant', options.tenant ?? ''), options);
};
export const answers: Handler = (request, { timeout }) =>
  Promise.resolve(new HttpResponse(200, { 'X-Timeout': String(timeout) }, request.method));

const cache: HttpCache = memoryCache({ maxBytes: 1e6 });
const archive = har({ bodies: true, redact: ['x-own'] });
const stack = HandlerStack.create(undiciHandler())
  .push(ofMyOwn, 'tenant')
  .push(retry({ limit: 2, statuses: [503] }))
  .push(breaker({ threshold: 3 }))
  .push(rateLimit({ limit: 10, interval: '1s' }))
  .push(hedge({ after: 'p95' }))
  .push(otel())
  .push(archive.layer, 'har');
export const client = new Client({ handler: stack, cache, baseUri: maybe.text, timeout: '10s', tenant: 'ada' });

export const interfaces: RequestOptions = { query: search, formParams: search, uriVars: search };
export const nested: RequestOptions = { query: { filter: search, of: [1, 2], id: 10n } };
export const undefinedInherits: RequestOptions = {
  baseUri: maybe.text,
  query: maybe.search,
  timeout: undefined,
  retry: { limit: undefined },
  allowRedirects: { max: undefined },
};

// What is no option, value or argument is told, so that nothing above was taken for `any`.
// @ts-expect-error the name of no option
export const typo: RequestOptions = { timout: 1 };
// @ts-expect-error no duration
export const noDuration: RequestOptions = { timeout: {} };
// @ts-expect-error a method is text
export const noMethod = client.request(1, '/');

export async function asked(): Promise<string> {
  const response = await client.get('users/1', { headers: { accept: 'text/html' } });
  fact<Same<typeof response, HttpResponse>>();
  const user = await client.get('users/1').json<User>();
  fact<Same<typeof user, User>>();
  for await (const one of client.paginate<User>('users')) fact<Same<typeof one, User>>();
  for await (const line of response.lines()) fact<Same<typeof line, string>>();
  for await (const event of response.events()) fact<Same<typeof event.data, string>>();
  const { path } = await client.download('a', './a');
  const headers = new HttpHeaders({ a: 'b' });
  return `${response.status}${user.name}${path}${headers.get('a')}${(await client.send(new HttpRequest('GET', 'x'))).url}`;
}

/** The error tells which of both there is; without `strictNullChecks` nothing is ever undefined. */
export async function attempted(): Promise<number> {
  const [response, error] = await client.attempt('GET', 'x');
  if (error !== undefined) return isTimeoutError(error) ? error.phase.length : String(error).length;
  return response.status;
}

export async function pooled(): Promise<number> {
  const pool = new Pool(client, ['x', new HttpRequest('GET', 'y')], { concurrency: 2 });
  for await (const { response, error, key } of pool) {
    fact<Same<typeof key, string | number>>();
    if (error !== undefined) return isCircuitOpenError(error) ? error.retryAt : String(error).length;
    return response.status;
  }
  return 0;
}
export const statusOf = (result: PoolResult): number => (result.error === undefined ? result.response.status : 0);

export async function settled(): Promise<number> {
  const [first, second] = await settle([client.get('a'), client.get('b').json<User>()]);
  if (first.status === 'fulfilled') return first.value.status;
  return second.status === 'fulfilled' ? second.value.id : 0;
}

export async function crawled(): Promise<void> {
  const frontier = memoryFrontier();
  const running = crawl(client, frontier, {
    async visit(response, { url, depth }) {
      fact<Same<typeof depth, number>>();
      return { line: { url, status: response.status }, found: await linksOf(response) };
    },
  });
  const { done } = await running;
  fact<Same<typeof done, number>>();
}
export async function tested(): Promise<void> {
  const clock = new FakeClock();
  await clock.advance(1000);
  const mock = mockHandler([new HttpResponse(204), new TimeoutError('slow', { phase: 'read' })]);
  mock.append(new HttpResponse(200));
  const service = routes({ 'GET /users/1': { json: { id: 1 } }, '* /x': 204 });
  const expected = expectations();
  expected
    .expect('POST', '/users', { json: { a: 1 }, query: search })
    .reply(201, { 'X-A': 'b' })
    .once();
  expected.verify();
  const server = await startServer({ keep: 10 });
  server.enqueue({ status: 201, body: 'x' }, { fault: 'reset' });
  fact<Same<typeof server.origin, string>>();
  await server.close();
  const { pass } = matchers.toHaveRequested(service, 'GET', '/users/1');
  fact<Same<typeof pass, boolean>>();
}
export type Mine = RequestMatchers<void>;

export async function talked(connection: WebSocketConnection): Promise<void> {
  await connection.send('hello');
  for await (const message of connection) {
    if (message.type === 'text') fact<Same<typeof message.data, string>>();
  }
  upgradeHandler();
  fact<Same<ReturnType<typeof archive.toJSON>, Har>>();
}
