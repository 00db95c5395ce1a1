/** The stack: layers by name, in the order that was asked for. */
import {
  auth,
  Client,
  cache,
  cookies,
  deadline,
  debug,
  decodeContent,
  delay,
  type Handler,
  HandlerStack,
  HttpRequest,
  HttpResponse,
  history,
  httpErrors,
  limits,
  log,
  type Middleware,
  mapRequest,
  mapResponse,
  prepareBody,
  redirect,
  retry,
  stats,
  tap,
} from 'sluice';
import { mockHandler } from 'sluice/testing';
import { describe, expect, it, vi } from 'vitest';
import { rejection } from './site-of-all-handlers.ts';

const uri = 'http://example.test/';

/** Appends its letter to a header on the way in and on the way out. */
function mark(letter: string): Middleware {
  return (next) => async (request, options) => {
    const response = await next(request.withAddedHeader('X-Way', letter), options);
    return response.withAddedHeader('X-Way', letter);
  };
}

describe('a printed stack', () => {
  it('lists the default layers from the outside in, then the handlers', () => {
    expect(String(HandlerStack.create())).toBe(
      'httpErrors > delay > deadline > redirect > retry > auth > cookies > cache > prepareBody > decodeContent > limits > stats > debug > undici|stream|node',
    );
  });

  it('names a function handler by its name', () => {
    const answer: Handler = async () => new HttpResponse();
    expect(String(new HandlerStack(answer).push(tap(), 'tap'))).toBe('tap > answer');
  });

  it('of the mock ends with mock', () => {
    expect(String(HandlerStack.create(mockHandler()))).toMatch(/ > debug > mock$/);
  });

  it('has every default layer as an exported factory, so that it can be built from nothing', async () => {
    const stack = new HandlerStack(mockHandler([new HttpResponse(200, {}, 'built')]));
    const parts = {
      httpErrors,
      delay,
      deadline,
      redirect,
      retry,
      auth,
      cookies,
      cache,
      prepareBody,
      decodeContent,
      limits,
      stats,
      debug,
    };
    for (const [name, factory] of Object.entries(parts)) stack.push((factory as () => Middleware)(), name);
    expect(stack.names).toEqual(HandlerStack.create().names);
    expect(await new Client({ handler: stack }).get(uri).text()).toBe('built');
  });
});

describe('the order of layers', () => {
  it('has the first pushed outermost: it sees the request first and the response last', async () => {
    const mock = mockHandler([new HttpResponse()]);
    const stack = new HandlerStack(mock).push(mark('a')).push(mark('b')).push(mark('c'));
    const response = await new Client({ handler: stack }).get(uri);
    expect(mock.lastRequest?.headers.getAll('x-way')).toEqual(['a', 'b', 'c']);
    expect(response.headers.getAll('x-way')).toEqual(['c', 'b', 'a']);
  });

  it('puts unshift at the caller’s end', async () => {
    const mock = mockHandler([new HttpResponse()]);
    const stack = new HandlerStack(mock).push(mark('b')).unshift(mark('a'));
    await new Client({ handler: stack }).get(uri);
    expect(mock.lastRequest?.headers.getAll('x-way')).toEqual(['a', 'b']);
  });

  it('runs a pushed layer for every hop and an unshifted one for each call', async () => {
    const mock = mockHandler([new HttpResponse(302, { Location: '/b' }), new HttpResponse()]);
    const inner = vi.fn();
    const outer = vi.fn();
    const stack = HandlerStack.create(mock).push(tap(inner), 'inner').unshift(tap(outer), 'outer');
    await new Client({ handler: stack }).get(uri);
    expect(inner).toHaveBeenCalledTimes(2);
    expect(outer).toHaveBeenCalledTimes(1);
  });

  it('places before and after around the first of a name', () => {
    const stack = new HandlerStack(mockHandler()).push(tap(), 'x').push(tap(), 'x');
    stack.before('x', tap(), 'before').after('x', tap(), 'after');
    expect(stack.names).toEqual(['before', 'x', 'after', 'x']);
  });

  it('takes out by name and by function', () => {
    const layer = tap();
    const stack = new HandlerStack(mockHandler()).push(layer, 'one').push(tap(), 'two').push(layer, 'three');
    expect(stack.remove(layer).names).toEqual(['two']);
    expect(stack.remove('two').names).toEqual([]);
  });

  it.each([
    ['before', (stack: HandlerStack) => stack.before('nope', tap())],
    ['after', (stack: HandlerStack) => stack.after('nope', tap())],
    ['remove by name', (stack: HandlerStack) => stack.remove('nope')],
    ['remove by function', (stack: HandlerStack) => stack.remove(tap())],
  ])('answers an unknown layer for %s with an error that prints the stack', (_, edit) => {
    const stack = new HandlerStack(mockHandler()).push(tap(), 'here');
    expect(() => edit(stack)).toThrow(/here > mock/);
  });

  it('lets before and after be given no name', () => {
    const stack = HandlerStack.create(mockHandler());
    expect(() => stack.after('redirect', tap())).not.toThrow();
    expect(stack.names.length).toBe(14);
  });
});

describe('resolve', () => {
  it('composes once until the next edit', () => {
    const made = vi.fn<Middleware>((next) => next);
    const stack = new HandlerStack(mockHandler()).push(made, 'made');
    expect(stack.resolve()).toBe(stack.resolve());
    expect(made).toHaveBeenCalledTimes(1);
    const before = stack.resolve();
    stack.push(tap());
    expect(stack.resolve()).not.toBe(before);
  });

  it('without a handler throws a clear error', () => {
    expect(() => new HandlerStack().push(tap(), 'tap').resolve()).toThrow(/no handler/);
  });

  it('without a handler is a rejection of a client’s call, not a throw', async () => {
    const client = new Client({ handler: new HandlerStack() });
    expect((await rejection(client.get(uri))).message).toMatch(/no handler/);
  });

  it('can be called like a handler, with a request and options', async () => {
    const handle = HandlerStack.create(mockHandler([new HttpResponse(200, {}, 'bare')])).resolve();
    expect(await (await handle(new HttpRequest('GET', uri), {})).text()).toBe('bare');
  });
});

describe('the other members of a stack', () => {
  it('tell what it holds', () => {
    const stack = new HandlerStack().push(tap(), 'tap');
    expect([stack.has('tap'), stack.has('nope'), stack.hasHandler()]).toEqual([true, false, false]);
    stack.setHandler(mockHandler());
    expect(stack.hasHandler()).toBe(true);
  });

  it('clone gives a stack that is edited by itself', () => {
    const stack = new HandlerStack(mockHandler()).push(tap(), 'a');
    const copy = stack.clone().push(tap(), 'b');
    expect(stack.names).toEqual(['a']);
    expect(copy.names).toEqual(['a', 'b']);
  });

  it('an edit after the client was made counts', async () => {
    const mock = mockHandler([new HttpResponse(), new HttpResponse()]);
    const stack = HandlerStack.create(mock);
    const client = new Client({ handler: stack });
    await client.get(uri);
    stack.push(mapRequest((request) => request.withHeader('X-Late', '1')));
    await client.get(uri);
    expect(mock.lastRequest?.headers.get('x-late')).toBe('1');
  });

  it('setHandler swaps the handler of a resolved stack', async () => {
    const stack = HandlerStack.create(mockHandler([new HttpResponse(200, {}, 'one')]));
    const client = new Client({ handler: stack });
    expect(await client.get(uri).text()).toBe('one');
    stack.setHandler(mockHandler([new HttpResponse(200, {}, 'two')]));
    expect(await client.get(uri).text()).toBe('two');
  });
});

describe('a handler of the user’s own', () => {
  it('as a plain function is used raw, with no layers: no status throws', async () => {
    const seen = vi.fn();
    const client = new Client({
      handler: async (request) => {
        seen(request.headers.get('cookie'));
        return new HttpResponse(500);
      },
      cookies: true,
    });
    expect((await client.get(uri)).status).toBe(500);
    expect(seen).toHaveBeenCalledWith(null);
  });

  it('wrapped by HandlerStack.create has the default layers', async () => {
    const client = new Client({ handler: HandlerStack.create(async () => new HttpResponse(500)) });
    expect((await rejection(client.get(uri))).name).toBe('ServerError');
  });

  const bare = (() => new HttpResponse(201, {}, 'bare')) as unknown as Handler;
  const boom = (() => {
    throw new Error('thrown at once');
  }) as Handler;

  it.each([
    ['raw', (handler: Handler) => handler],
    ['in a default stack', (handler: Handler) => HandlerStack.create(handler)],
    ['in a stack with a layer that awaits', (handler: Handler) => new HandlerStack(handler).push(mark('a'))],
    [
      'in a stack with a layer that chains',
      (handler: Handler) =>
        new HandlerStack(handler).push((next) => (request, options) => next(request, options).then((r) => r)),
    ],
  ])('%s may return a bare response or throw synchronously', async (_, wrap) => {
    expect(await new Client({ handler: wrap(bare) }).get(uri).text()).toBe('bare');
    expect((await rejection(new Client({ handler: wrap(boom) }).get(uri))).message).toMatch('thrown at once');
  });

  it('may be a layer that answers without a promise or throws', async () => {
    const stack = HandlerStack.create(mockHandler()).push((() => () => new HttpResponse(203)) as unknown as Middleware);
    expect((await new Client({ handler: stack }).get(uri)).status).toBe(203);
    const thrower = HandlerStack.create(mockHandler()).unshift((() => () => {
      throw new Error('outermost');
    }) as Middleware);
    expect((await rejection(new Client({ handler: thrower }).get(uri))).message).toBe('outermost');
  });

  it('that gives no response is told', async () => {
    const nothing = (async () => undefined) as unknown as Handler;
    expect((await rejection(new Client({ handler: nothing }).get(uri))).message).toMatch(/HttpResponse/);
    expect((await rejection(new Client({ handler: HandlerStack.create(nothing) }).get(uri))).message).toMatch(
      /HttpResponse/,
    );
  });

  it('finds the caller’s options unchanged, frozen or not', async () => {
    const options = Object.freeze({ headers: Object.freeze({ 'X-A': '1' }), query: Object.freeze({ q: 1 }) });
    const mock = mockHandler([new HttpResponse(302, { Location: '/x' }), new HttpResponse()]);
    await new Client({ handler: HandlerStack.create(mock) }).get(uri, options);
    expect(options).toEqual({ headers: { 'X-A': '1' }, query: { q: 1 } });
  });
});

describe('factories to push', () => {
  const clientWith = (layer: Middleware, ...answers: Parameters<typeof mockHandler>[0] & object) => {
    const mock = mockHandler(answers);
    return { mock, client: new Client({ handler: HandlerStack.create(mock).push(layer, 'mine') }) };
  };

  it('mapRequest changes what is sent', async () => {
    const { mock, client } = clientWith(
      mapRequest((request) => request.withHeader('X-Sig', 's')),
      new HttpResponse(),
    );
    await client.get(uri);
    expect(mock.lastRequest?.headers.get('x-sig')).toBe('s');
  });

  it('mapRequest may be asynchronous', async () => {
    const { mock, client } = clientWith(
      mapRequest(async (request) => request.withHeader('X-Sig', 's')),
      new HttpResponse(),
    );
    await client.get(uri);
    expect(mock.lastRequest?.headers.get('x-sig')).toBe('s');
  });

  it('mapResponse changes what comes back', async () => {
    const { client } = clientWith(
      mapResponse((response) => response.withHeader('X-Seen', 'y')),
      new HttpResponse(),
    );
    expect((await client.get(uri)).headers.get('x-seen')).toBe('y');
  });

  it('tap calls before with the request and after with the response', async () => {
    const before = vi.fn();
    const after = vi.fn();
    const { client } = clientWith(tap(before, after), new HttpResponse(204));
    await client.get(uri);
    expect(before.mock.calls[0]?.[0]).toBeInstanceOf(HttpRequest);
    expect(after).toHaveBeenCalledTimes(1);
  });

  it('history fills an array with request, response, error and options, in the order of the answers', async () => {
    const entries: Parameters<typeof history>[0] = [];
    const failing = new Error('broken');
    const { client } = clientWith(history(entries), new HttpResponse(200), failing);
    await client.get(uri, { context: 1 });
    await rejection(client.get(`${uri}b`));
    expect(entries.map((entry) => [entry.request.url, entry.response?.status, entry.error])).toEqual([
      [uri, 200, undefined],
      [`${uri}b`, undefined, failing],
    ]);
    expect(entries[0]?.options.context).toBe(1);
    expect(Object.keys(entries[0] ?? {}).sort()).toEqual(['error', 'options', 'request', 'response']);
  });

  it('log writes to a console-shaped logger by Guzzle’s placeholders', async () => {
    const lines: [string, string][] = [];
    const logger = Object.fromEntries(
      ['debug', 'info', 'warn', 'error', 'log'].map((level) => [
        level,
        (line: string) => void lines.push([level, line]),
      ]),
    ) as unknown as Console;
    const template =
      '{method} {uri} {target} {host} {version} {code} {phrase} {req_header_x-a} {res_header_x-b} {error}';
    const { client } = clientWith(log(logger, template, 'debug'), new HttpResponse(200, { 'X-B': 'b' }, 'answer'));
    await client.get(`${uri}p?q=1`, { headers: { 'X-A': 'a' } });
    expect(lines).toEqual([['debug', `GET ${uri}p?q=1 /p?q=1 example.test 1.1 200 OK a b NULL`]]);
  });

  it('log masks secrets in every placeholder', async () => {
    const written: string[] = [];
    const logger = { info: (line: string) => written.push(line), error: (line: string) => written.push(line) };
    const { client } = clientWith(
      log(
        logger as unknown as Console,
        '{request}\n{response}\n{req_headers}\n{res_headers}\n{uri}\n{req_header_authorization}\n{res_header_set-cookie}\n{target}',
      ),
      new HttpResponse(200, { 'Set-Cookie': 'sid=planted-1' }),
    );
    await client.get(`${uri}?token=planted-2`, { auth: ['ada', 'planted-3'], headers: { Cookie: 'c=planted-4' } });
    expect(written.length).toBe(1);
    expect(written.join()).not.toMatch(/planted/);
    expect(written.join()).not.toContain(btoa('ada:planted-3'));
  });

  it('log takes a logger of pino’s shape', async () => {
    const info = vi.fn();
    const pino = {
      trace: vi.fn(),
      debug: vi.fn(),
      info,
      warn: vi.fn(),
      error: vi.fn(),
      fatal: vi.fn(),
      child: vi.fn(),
      level: 'info',
    };
    const { client } = clientWith(log(pino as never), new HttpResponse());
    await client.get(uri);
    expect(info).toHaveBeenCalledTimes(1);
  });

  it('retry as a pushed layer has its own options', async () => {
    const mock = mockHandler([new HttpResponse(503), new HttpResponse(200)]);
    const stack = new HandlerStack(mock).push(retry({ limit: 1, delay: () => 0 }), 'retry');
    expect((await new Client({ handler: stack }).get(uri)).attempts).toBe(2);
  });
});
