/** A name or an argument that nobody reads would act on nothing: every door of the package refuses it, and says what there is. */
import { describe, expect, it } from 'vitest';
import {
  auth,
  Client,
  ConnectionLimits,
  CookieJar,
  cache,
  chooseHandler,
  cookies,
  DelayQueue,
  deadline,
  debug,
  decodeContent,
  defaultStack,
  delay,
  denyPrivateNetwork,
  dnsCache,
  each,
  FileCookieJar,
  fetchHandler,
  HandlerStack,
  HttpRequest,
  HttpResponse,
  http2Handler,
  httpErrors,
  limits,
  nodeHttpHandler,
  prepareBody,
  redirect,
  retry,
  stats,
  streamHandler,
  undiciHandler,
  wrapStreaming,
} from '../../src/index.ts';
import { FakeClock, mockHandler, startScriptedServer, startServer } from '../../src/testing/index.ts';

const never = <T>(value: unknown): T => value as T;
const unknown = never<never>({ zzzz: 1 });
const uri = 'http://h.test/';
const client = new Client({ handler: async () => new HttpResponse(200, {}, 'a\n') });
const streamed = (): HttpResponse =>
  new HttpResponse(
    200,
    {},
    (async function* () {
      yield 'a\n';
    })(),
  );

/** What it threw, or rejected with. */
async function thrown(make: () => unknown): Promise<unknown> {
  try {
    return await make();
  } catch (error) {
    return error;
  }
}

describe('a name that nobody reads', () => {
  it.each<[what: string, make: () => unknown, words: string]>([
    ['HttpRequest.with', () => new HttpRequest('GET', uri).with(unknown), 'no field zzzz; there are method, url, '],
    ['HttpRequest.with', () => new HttpRequest('GET', uri).with(never({ header: {} })), 'did you mean "headers"?'],
    ['HttpResponse.with', () => new HttpResponse().with(unknown), 'no field zzzz; there are status, statusText, '],
    ['HttpResponse.with', () => new HttpResponse().with(never({ statustext: 'x' })), 'did you mean "statusText"?'],
    ['HttpResponse.json', () => HttpResponse.json(1, unknown), 'no field zzzz; there are status, statusText, headers'],
    ['each', () => each([1], never({ concurency: 1 })), 'did you mean "concurrency"?'],
    ['a delay queue', () => new DelayQueue(unknown), 'no setting zzzz; there are clock'],
    ['add', () => new DelayQueue().add(0, () => 1, unknown), 'no setting zzzz; there are signal'],
    ['a cookie jar', () => new CookieJar(never({ maxCookie: 5 })), 'did you mean "maxCookies"?'],
    ['a cookie jar', () => CookieJar.from({ a: 'b' }, uri, unknown), 'no setting zzzz'],
    ['a cookie jar', () => FileCookieJar.open('/nowhere/jar', unknown), 'there are strict, maxCookies, maxPerDomain, '],
    ['a cookie', () => new CookieJar().setCookie(never({ name: 'a', value: 'b', httponly: true }), uri), '"httpOnly"?'],
    ['undici', () => undiciHandler(undefined, never({ conections: 5 })), 'did you mean "connections"?'],
    ['node', () => nodeHttpHandler(never({ conections: 5 })), 'did you mean "connections"?'],
    ['stream', () => streamHandler(unknown), 'no setting zzzz'],
    ['http2', () => http2Handler(undefined, unknown), 'no setting zzzz'],
    ['chooseHandler', () => chooseHandler(unknown), 'no setting zzzz; there are node, fetch, connections'],
    ['connections', () => new ConnectionLimits(never({ perOrigi: 5 })), 'did you mean "perOrigin"?'],
    ['retry.budget', () => retry({ budget: never({ ratoi: 1 }) }), 'did you mean "ratio"?'],
    ['retry', () => retry(never({ limt: 3 })), 'did you mean "limit"?'],
    ['retry', () => retry(1, unknown), 'no setting zzzz; there are random, queue'],
    ['httpErrors', () => httpErrors(unknown), 'no setting zzzz; there are summarize, summaryLength'],
    ['denyPrivateNetwork', () => denyPrivateNetwork(never({ alow: [] })), 'did you mean "allow"?'],
    ['dnsCache', () => dnsCache(never({ maxTTLs: 1 })), 'did you mean "maxTtl"?'],
    ['close', () => client.close(never({ timout: 1 })), 'did you mean "timeout"?'],
    ['lines()', () => streamed().lines(unknown).next(), 'no option zzzz; there are maxLineLength'],
    [
      'lines()',
      () =>
        streamed()
          .lines(never({ reconnect: true }))
          .next(),
      'no option reconnect',
    ],
    [
      'events()',
      () =>
        streamed()
          .events(never({ maxLineLength: 5, zzzz: 1 }))
          .next(),
      'no option zzzz',
    ],
    [
      'multipart part 0',
      () => client.post(uri, { multipart: [never({ name: 'a', contents: 'b', fileName: 'c' })] }),
      'no setting fileName; there are name, contents, filename, ',
    ],
    ['mockHandler', () => mockHandler([], never({ onRejectd: () => undefined })), 'did you mean "onRejected"?'],
    ['startServer', () => startServer(never({ prot: 8080 })), 'did you mean "port"?'],
    ['startScriptedServer', () => startScriptedServer([], unknown), 'no setting zzzz'],
  ])('is refused by %s: %#', async (what, make, words) => {
    const error = await thrown(make);
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toContain(`${what} has no `);
    expect((error as Error).message).toContain(words);
  });
});

describe('what is no record', () => {
  const request = new HttpRequest('GET', uri);
  it.each<[what: string, make: () => unknown]>([
    ['HttpRequest.with takes { method, ', () => request.with(never('x'))],
    ['HttpRequest.with takes { method, ', () => request.with(never(undefined))],
    ['HttpResponse.with takes { status, ', () => new HttpResponse().with(never([1]))],
    ['chooseHandler takes { node, ', () => chooseHandler(never(5))],
    ['node takes { connections }', () => nodeHttpHandler(never(5))],
    ['lines() takes { maxLineLength }', () => streamed().lines(never(5))],
    ['mockHandler takes a list of answers, got number', () => mockHandler(never(5))],
    ['a clock starts at a number of milliseconds, got string', () => new FakeClock(never('now'))],
    ['http2: the first argument must be a handler, got Object', () => http2Handler(never({ connections: 5 }))],
    ['undiciHandler(undefined, { connections: ... })', () => undiciHandler(never({ connections: 5 }))],
    ['wrapStreaming takes two handlers, got number', () => wrapStreaming(never(5), never(6))],
    ['the layer delay takes a DelayQueue, got number', () => delay(never(5))],
    ['clock of a delay queue must be a Clock, got number', () => new DelayQueue({ clock: never(5) })],
    ['signal must be an AbortSignal, got number', () => new DelayQueue().add(0, () => 1, { signal: never(5) })],
    ['rejected of each must be a function, got number', () => each([1], { rejected: never(5) })],
    [
      'secure of cookie "a" must be a boolean, got string',
      () => new CookieJar().setCookie({ name: 'a', value: 'b', secure: never('yes') }, uri),
    ],
    [
      "sameSite of cookie \"a\" must be 'strict', 'lax' or 'none', got \"x\"",
      () => new CookieJar().setCookie({ name: 'a', value: 'b', sameSite: never('x') }, uri),
    ],
  ])('is refused: %s', async (words, make) => {
    const error = await thrown(make);
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toContain(words);
  });
});

describe('an argument too many', () => {
  const layers = { auth, cache, cookies, deadline, debug, decodeContent, limits, prepareBody, redirect, stats };
  it.each(Object.entries(layers))('is refused by the layer %s, which reads its option', (name, make) => {
    expect(() => Reflect.apply(make, undefined, [{}])).toThrow(TypeError);
    expect(() => Reflect.apply(make, undefined, [{}])).toThrow(`the layer ${name} takes nothing, it reads option`);
  });

  it.each<[make: () => unknown, words: string]>([
    [
      () => Reflect.construct(HttpRequest, ['GET', uri, {}, null, '1.1', { timeout: 1 }]),
      'a request is made of a method, a URI, headers, a body and a version; options are given to who sends it, got 6',
    ],
    [
      () => Reflect.construct(HttpResponse, [200, {}, '', '1.1', 'OK', {}, 1]),
      'a response takes a status, headers, a body, a version, a reason and facts, got 7 arguments',
    ],
    [() => Reflect.construct(HandlerStack, [async () => new HttpResponse(), []]), 'a stack takes a handler alone; '],
    [
      () => Reflect.apply(defaultStack, undefined, [chooseHandler(), {}]),
      'HandlerStack.create takes a handler alone; ',
    ],
    [() => Reflect.apply(fetchHandler, undefined, [fetch, {}]), 'fetchHandler takes a fetch alone, got 2 arguments'],
  ])('is refused: %#', (make, words) => {
    expect(make).toThrow(TypeError);
    expect(make).toThrow(words);
  });

  // WebIDL section 3.6: arguments beyond those of an operation are ignored, and `client.fetch` stands for the platform's.
  it('is ignored by client.fetch, as by every fetch', async () => {
    const given = client.fetch as (...all: unknown[]) => Promise<Response>;
    expect((await given(uri, {}, { zzzz: 1 })).status).toBe(200);
    // So is a member that no RequestInit has.
    expect((await given(uri, { zzzz: 1 })).status).toBe(200);
  });
});

it('takes what the records do have, none of it, and what is undefined', () => {
  const request = new HttpRequest('GET', uri);
  expect(request.with({})).toBe(request);
  expect(new HttpResponse().with({ status: 201, request, url: uri, attempts: 2 })).toMatchObject({ attempts: 2 });
  expect(() => new ConnectionLimits()).not.toThrow();
  expect(() => nodeHttpHandler({ connections: new ConnectionLimits(5) })).not.toThrow();
});
