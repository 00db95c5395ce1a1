import { memoryCache } from '../../src/cache/index.ts';
import type { HttpCache } from '../../src/cache/make-cache.ts';
import { Client, HandlerStack, type HttpRequest, HttpResponse, type RequestOptions } from '../../src/index.ts';
import { FakeClock } from '../../src/testing/fake-clock.ts';
import { mockHandler } from '../../src/testing/mock-handler.ts';

/** Sun, 06 Nov 2044 08:49:37 GMT */
export const START = 2_362_034_977_000;

export type Head = Record<string, string | string[]>;

/** What the origin answers: its status, its head, its body. */
export interface Answer {
  status?: number;
  head?: Head;
  body?: string | ReadableStream<Uint8Array>;
  /** In place of a body: what comes piece by piece, up to a failure. */
  chunks?: readonly (string | Error)[];
  /** In place of an answer. */
  fails?: Error;
}

/** A client with a cache over an origin that a test writes down, on a clock that it turns. */
export function cached(cache: HttpCache = memoryCache(), options: RequestOptions = {}) {
  const clock = new FakeClock(START);
  const asked: HttpRequest[] = [];
  let answers: Answer[] = [];
  const origin = mockHandler();
  const stack = HandlerStack.create(async (request, given) => {
    asked.push(request);
    const { status = 200, head = {}, body = `body ${asked.length}`, chunks, fails } = answers.shift() ?? {};
    const dated = 'Date' in head ? head : { Date: date(clock.now()), ...head };
    const lines = Object.fromEntries(Object.entries(dated).filter(([, value]) => value !== ''));
    // As the transports give it: a Buffer, whose slice copies nothing.
    const bytes =
      request.method === 'HEAD' || status === 304
        ? null
        : chunks
          ? pieces(chunks)
          : typeof body === 'string'
            ? Buffer.from(body)
            : body;
    origin.append(fails ?? new HttpResponse(status, lines, bytes));
    return origin(request, given);
  });
  const client = new Client({ cache, clock, handler: stack, httpErrors: false, ...options });
  return {
    cache,
    client,
    clock,
    /** What came to the origin. */
    asked,
    /** The next answers; then `200 body <n>` without any freshness. */
    answers: (...more: Answer[]) => {
      answers = [...answers, ...more];
    },
    seconds: (count: number) => clock.advance(count * 1000),
    /** Status of the cache and body, such as `hit body 1`. */
    get: async (path = '/', given: RequestOptions = {}) => {
      const response = await client.get(new URL(path, 'http://site.test'), given);
      return `${response.cache?.status} ${await response.text()}`;
    },
  };
}

async function* pieces(chunks: readonly (string | Error)[]): AsyncGenerator<Uint8Array, void, undefined> {
  for (const chunk of chunks) {
    if (chunk instanceof Error) throw chunk;
    yield Buffer.from(chunk);
  }
}

export function date(at: number): string {
  return new Date(at).toUTCString();
}

/** The date so many seconds from the start. */
export function at(seconds: number): string {
  return date(START + seconds * 1000);
}
