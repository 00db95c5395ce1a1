/** The routes of the test site that the handler contract asks for and memory can answer, without a socket. */
import { gzipSync } from 'node:zlib';
import type { HttpRequest } from '../../src/message/request.ts';
import { HttpResponse } from '../../src/message/response.ts';

type Route = (request: HttpRequest, url: URL, rest: string) => HttpResponse | Promise<HttpResponse>;

const routes: Readonly<Record<string, Route>> = {
  echo,
  anything: echo,
  'early-hints': () => json({ hinted: true }),
  'unexpected-continue': echo,
  status: (_, url, code) => statusOf(Number(code), url.searchParams.get('reason') ?? undefined),
  empty: () => new HttpResponse(200, { 'Content-Length': 0 }),
  bytes: (_, url, size) => sized(Number(size), Number(url.searchParams.get('seed'))),
  'stream-bytes': (_, __, size) => new HttpResponse(200, {}, () => piecesOf(Number(size))),
  'no-length': () => new HttpResponse(200, { Connection: 'close' }, 'until the connection ends\n'),
  trailers: () => new HttpResponse(200, {}, 'one\ntwo\n'),
  text: () => new HttpResponse(200, { 'Content-Type': 'text/plain' }, 'text'),
  gzip: () => new HttpResponse(200, { 'Content-Encoding': 'gzip' }, gzipSync('{}')),
  'bad-status': () => new HttpResponse(700, {}, 'odd\n', '1.1', 'Odd'),
  'redirect-to': (_, url) => new HttpResponse(302, { Location: url.searchParams.get('url') ?? '/' }),
  'response-headers': (_, url) => new HttpResponse(200, latin1(url.searchParams)),
  cookies: (_, url) => new HttpResponse(200, { 'Set-Cookie': url.searchParams.getAll('line') }),
  'stall-in-body': () => new HttpResponse(200, { 'Content-Length': 1000 }, stalling()),
};

/** Answers as the site of `startServer` does. */
export async function memorySite(request: HttpRequest): Promise<HttpResponse> {
  const url = new URL(request.url);
  const [, name = '', ...rest] = url.pathname.split('/');
  const route = Object.hasOwn(routes, name) ? routes[name] : undefined;
  if (route === undefined) return new HttpResponse(404, {}, `no route for ${url.pathname}`);
  const response = await route(request, url, rest.join('/'));
  return request.method === 'HEAD' ? response.with({ body: null }) : response;
}

async function echo(request: HttpRequest, url: URL): Promise<HttpResponse> {
  const body = await request.bytes();
  const rawHeaders = [...request.headers];
  const headers = Object.fromEntries(rawHeaders.map(([name, value]) => [name.toLowerCase(), value]));
  return json({
    method: request.method,
    path: url.pathname,
    query: [...url.searchParams],
    rawHeaders,
    headers,
    bodyBase64: Buffer.from(body).toString('base64'),
  });
}

function json(value: unknown): HttpResponse {
  return new HttpResponse(200, { 'Content-Type': 'application/json' }, JSON.stringify(value));
}

function statusOf(status: number, reason: string | undefined): HttpResponse {
  const bodyless = status === 204 || status === 205 || status === 304;
  return new HttpResponse(status, {}, bodyless ? null : `${status}\n`, '1.1', reason);
}

function sized(size: number, seed: number): HttpResponse {
  return new HttpResponse(200, { 'Content-Length': size }, new Uint8Array(size).fill(seed));
}

async function* piecesOf(size: number): AsyncGenerator<Uint8Array> {
  for (let left = size; left > 0; left -= 10_000) yield new Uint8Array(Math.min(left, 10_000));
}

function stalling(): ReadableStream<Uint8Array> {
  return new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(500)) });
}

function latin1(query: URLSearchParams): [string, string][] {
  return [...query].map(([name, value]) => [name, Buffer.from(value).toString('latin1')]);
}
