/** A tour of the client against a real server on loopback: what was asked, what came back, and the stack it passed. */

import type { HttpResponse } from 'sluice';
import { Client, isTransferError, type RequestOptions } from 'sluice';
import { startServer } from 'sluice/testing';

interface Stop {
  readonly title: string;
  readonly method: string;
  readonly uri: string;
  readonly options?: RequestOptions;
  /** What to say of the response beside its status. */
  readonly show?: (response: HttpResponse) => string | Promise<string>;
}

const text = async (response: HttpResponse) => (await response.text()).replace(/\s+/g, ' ').slice(0, 60);

const stops: readonly Stop[] = [
  {
    title: 'a query as data',
    method: 'GET',
    uri: 'anything',
    options: { query: { page: 2, tags: ['a', 'b'] } },
    show: async (r) => (await r.json<{ url: string }>()).url,
  },
  {
    title: 'a URI template',
    method: 'GET',
    uri: 'anything/{name}{?lang}',
    options: { uriVars: { name: 'Ada L', lang: 'en' } },
    show: (r) => r.url,
  },
  {
    title: 'JSON up and down',
    method: 'POST',
    uri: 'anything',
    options: { json: { name: 'Ada' } },
    show: async (r) => (await r.json<{ body: string }>()).body,
  },
  {
    title: 'a form',
    method: 'POST',
    uri: 'anything',
    options: { formParams: { a: 'x y', b: [1, 2] } },
    show: async (r) => (await r.json<{ body: string }>()).body,
  },
  {
    title: 'three redirects',
    method: 'GET',
    uri: 'redirect/3',
    show: (r) => `${r.redirects.length} hops, ended at ${new URL(r.url).pathname}`,
  },
  { title: 'a cookie that is set and sent', method: 'GET', uri: 'cookies/set?flavour=oat', show: text },
  { title: 'gzip, decoded', method: 'GET', uri: 'gzip', show: text },
  { title: 'brotli, decoded', method: 'GET', uri: 'br', show: text },
  {
    title: 'Basic authentication',
    method: 'GET',
    uri: 'basic-auth/ada/lovelace',
    options: { auth: ['ada', 'lovelace'] },
  },
  {
    title: 'Digest authentication',
    method: 'GET',
    uri: 'digest-auth/auth/ada/lovelace?algorithm=SHA-256',
    options: { auth: ['ada', 'lovelace', 'digest'] },
  },
  {
    title: 'a range',
    method: 'GET',
    uri: 'bytes/1000',
    options: { headers: { Range: 'bytes=0-9' } },
    show: (r) => r.headers.get('content-range') ?? '',
  },
  { title: 'server-sent events', method: 'GET', uri: 'sse', options: { stream: true }, show: events },
  {
    title: 'two failures, then success',
    method: 'GET',
    uri: 'flaky?key=tour&fail=2',
    options: { retry: { limit: 3, delay: () => 10 } },
    show: (r) => `after ${r.attempts} attempts`,
  },
  { title: 'a status that is an error', method: 'GET', uri: 'status/404' },
  { title: 'a server that never answers', method: 'GET', uri: 'stall', options: { headersTimeout: '150ms' } },
  {
    title: 'a call that takes too long',
    method: 'GET',
    uri: 'drip?bytes=100&chunks=100&ms=50',
    options: { timeout: '300ms' },
  },
  { title: 'a body that is cut short', method: 'GET', uri: 'close-in-body?length=100&sent=10' },
  { title: 'no HTTP at all', method: 'GET', uri: 'garbage' },
  { title: 'a bomb: 500 MiB in half a MiB', method: 'GET', uri: 'bomb/gzip/500' },
  { title: 'a typo', method: 'GET', uri: '/', options: { timeuot: '5s' } as RequestOptions },
];

async function events(response: HttpResponse): Promise<string> {
  const seen: string[] = [];
  for await (const { data } of response.events()) seen.push(data);
  return `${seen.length} events, the last: ${seen.at(-1)?.replace(/\s+/g, ' ')}`;
}

function arrived(response: HttpResponse, what: string): string {
  const { firstByte = 0, total = 0 } = response.timings;
  return `${response.status} ${response.statusText}  ${what}  (${firstByte.toFixed(1)} ms to the first byte, ${total.toFixed(1)} in all)`;
}

await using server = await startServer();
await using client = new Client({ baseUri: `${server.origin}/`, cookies: true, timeout: '10s' });

console.log(`A server listens at ${server.origin}. Every call below passes this stack:\n\n  ${client.stack}\n`);
for (const { title, method, uri, options, show } of stops) {
  console.log(`${title}\n  > ${method} ${uri}`);
  try {
    const response = await client.request(method, uri, options);
    console.log(`  < ${arrived(response, (await show?.(response)) ?? '')}`);
  } catch (error) {
    const { name, message } = error as Error;
    console.log(`  x ${name}${isTransferError(error) ? ` ${error.code}` : ''}: ${message}`);
  }
}
console.log(
  `\n${stops.length} stops; the server saw ${server.requests.length} requests over ${server.totalConnections} connections.`,
);
