import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { chooseHandler, wrapStreaming } from '../../src/handlers/choose.ts';
import { isUnsolicitedContinue } from '../../src/handlers/undici/unsolicited-continue.ts';
import { RequestError } from '../../src/message/errors.ts';
import { HttpRequest } from '../../src/message/request.ts';
import { HttpResponse } from '../../src/message/response.ts';
import { ownOptions } from '../../src/options/option-record.ts';
import type { RequestOptions } from '../../src/options/options.ts';
import type { Handler, Transport } from '../../src/stack/handler.ts';
import { HandlerStack } from '../../src/stack/handler-stack.ts';
import { startServer, type TestServer } from '../../src/testing/server.ts';

let server: TestServer;
let handler: Transport;
beforeEach(async () => {
  server = await startServer();
  handler = chooseHandler();
});
afterEach(async () => {
  vi.unstubAllGlobals();
  await handler.close?.();
  await server.close();
});

const get = (path = '/echo', headers?: Record<string, string>) => new HttpRequest('GET', server.url(path), headers);

describe('the choice in Node', () => {
  it.each<[string, string, (url: string) => HttpRequest, RequestOptions]>([
    ['undici', 'a buffered request', (url) => new HttpRequest('GET', url), {}],
    ['undici', 'a body', (url) => new HttpRequest('POST', url, {}, 'x'), { timeout: 1000 }],
    ['node', 'a body that is not in memory', (url) => new HttpRequest('POST', url, {}, once()), {}],
    ['node', 'a body that a function makes', (url) => new HttpRequest('POST', url, {}, () => 'x'), {}],
    ['stream', 'stream: true', (url) => new HttpRequest('GET', url), { stream: true }],
    ['stream', 'a sink', (url) => new HttpRequest('GET', url), { sink: '/dev/null' }],
    [
      'stream',
      'a body and a sink',
      (url) => new HttpRequest('POST', url, {}, 'x'),
      { sink: '/dev/null', stream: true },
    ],
    ['node', 'Expect', (url) => new HttpRequest('POST', url, { Expect: '100-continue' }, 'x'), {}],
    ['node', 'OPTIONS *', (url) => new HttpRequest('OPTIONS', url.replace('echo', '*')), {}],
    ['node', 'onInformation', (url) => new HttpRequest('GET', url), { onInformation: () => undefined }],
    ['node', 'Content-Length: 0 of a DELETE', (url) => new HttpRequest('DELETE', url, { 'Content-Length': '0' }), {}],
  ])('takes %s for %s', async (expected, _, request, options) => {
    const response = await handler(request(server.url('/echo')), options);
    await response.discard();
    expect([response.status, response.facts.handler]).toEqual([200, expected]);
  });

  it('is printed with all that it may take', () => {
    expect(String(new HandlerStack(chooseHandler()))).toBe('undici|stream|node');
  });

  it('can send what one of them can', () => {
    expect(handler.supports?.(get(), {})).toBeUndefined();
    expect(handler.supports?.(get('/', { Expect: '100-continue' }), {})).toBeUndefined();
  });

  it('rejects with every reason when none can', async () => {
    const connect = new HttpRequest('CONNECT', server.url('/'));
    const reason = await handler(connect, {}).catch((error: unknown) => error);
    const known = handler.supports?.(connect, {});
    expect(reason).toBeInstanceOf(RequestError);
    expect(reason).toMatchObject({ code: 'ERR_UNSUPPORTED' });
    expect((reason as Error).message).toContain(`no handler can send this; ${known}`);
    expect(known).toMatch(/undici: .*CONNECT.*; .*node.*CONNECT/);
  });

  it.each<[string, HttpRequest, RequestOptions, RegExp | undefined]>([
    ['a stream', new HttpRequest('GET', 'http://h.test/'), { stream: true }, undefined],
    ['a tunnel', new HttpRequest('CONNECT', 'http://h.test/'), { stream: true }, /stream: .*CONNECT.*; node/],
    ['a tunnel under auto', new HttpRequest('CONNECT', 'https://h.test/'), { version: 'auto' }, /undici: .*CONNECT/],
    ['a GET over HTTP/2', new HttpRequest('GET', 'https://h.test/'), { version: '2' }, undefined],
    [
      'an upgrade over HTTP/2',
      new HttpRequest('GET', 'https://h.test/', { Upgrade: 'x' }),
      { version: '2' },
      /^http2: /,
    ],
  ])('says of %s whether it can be sent', (_, request, options, reason) => {
    const found = handler.supports?.(request, options);
    if (reason === undefined) expect(found).toBeUndefined();
    else expect(found).toMatch(reason);
  });

  it('rejects what HTTP/2 cannot say when nothing else was asked for', async () => {
    const upgrade = new HttpRequest('GET', server.url('/'), { Upgrade: 'x', Connection: 'upgrade' });
    const reason = await handler(upgrade, { version: '2' }).catch((error: unknown) => error);
    expect(reason).toMatchObject({ name: 'RequestError', code: 'ERR_UNSUPPORTED' });
    expect((reason as Error).message).toContain('no handler can send this; http2: Upgrade');
    expect(server.requests).toHaveLength(0);
  });

  it('takes HTTP/1.1 for plain text under auto, also with the options of the request before', async () => {
    const options = ownOptions({ version: 'auto' });
    for (let i = 0; i < 2; i += 1) expect((await handler(get(), options)).facts.handler).toBe('undici');
  });

  it('reads no option from a polluted prototype', async () => {
    Object.defineProperty(Object.prototype, 'stream', { value: true, configurable: true });
    try {
      expect((await handler(get(), {})).facts.handler).toBe('undici');
    } finally {
      delete (Object.prototype as { stream?: unknown }).stream;
    }
  });

  it('closes and destroys every handler it has made', async () => {
    await handler(get(), {});
    await (await handler(get(), { stream: true })).bytes();
    await handler(get('/echo', { Expect: '100-continue' }), { onInformation: () => undefined });
    expect(server.connections).toBe(3);
    await handler.close?.();
    await server.allClosed();
  });

  it.each(['close', 'destroy'] as const)('connects anew after %s, which may come before any request', async (end) => {
    for (const options of [{}, { stream: true }]) {
      await handler[end]?.();
      expect((await handler(get(), options)).status).toBe(200);
    }
  });

  it('ends running requests on destroy', async () => {
    const running = [handler(get('/stall'), {}), handler(get('/stall'), { stream: true })];
    const outcomes = Promise.allSettled(running);
    await vi.waitFor(() => expect(server.requests).toHaveLength(2));
    await handler.destroy?.();
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await server.allClosed();
  });
});

describe('a 100 that nobody asked for', () => {
  it('is read past: the request goes again over node:http', async () => {
    const response = await handler(get('/unexpected-continue'), {});
    expect([response.status, response.facts.handler]).toEqual([200, 'node']);
    expect(server.requests).toHaveLength(2);
  });

  it('is remembered: what follows to its origin takes node:http at once', async () => {
    await handler(get('/unexpected-continue'), {});
    server.clear();
    const body = await handler(new HttpRequest('POST', server.url('/unexpected-continue'), {}, 'order'), {});
    expect(body.facts.handler).toBe('node');
    expect(server.requests).toHaveLength(1);
    const stays = await startServer();
    expect((await handler(new HttpRequest('GET', stays.url('/echo')), {})).facts.handler).toBe('undici');
    await handler.close?.();
    await stays.close();
  });

  it('is read past at once with a body that is not in memory', async () => {
    const response = await handler(new HttpRequest('PUT', server.url('/unexpected-continue'), {}, once()), {});
    expect([response.status, response.facts.handler]).toEqual([200, 'node']);
    expect(server.requests).toHaveLength(1);
  });

  it('is read past for a sink as well, the second time at once', async () => {
    const options = { stream: true, sink: '/dev/null' };
    for (const expected of [2, 1]) {
      server.clear();
      const response = await handler(get('/unexpected-continue'), options);
      expect([response.status, response.facts.handler]).toEqual([200, 'stream']);
      await response.discard();
      expect(server.requests).toHaveLength(expected);
    }
  });

  it('is an error that says what to do for a POST, which is not sent twice', async () => {
    const order = new HttpRequest('POST', server.url('/unexpected-continue'), {}, 'order');
    const reason = await handler(order, {}).catch((error: unknown) => error);
    expect(reason).toMatchObject({ name: 'NetworkError', code: 'ERR_PROTOCOL' });
    expect((reason as Error).message).toContain('a 100 that nobody asked for');
    expect((reason as Error).message).toContain('nodeHttpHandler() can');
    expect(isUnsolicitedContinue(reason)).toBe(true);
    expect(server.requests).toHaveLength(1);
  });

  it('can be aborted on its second way', async () => {
    const stop = new AbortController();
    const slow = handler(get('/unexpected-continue'), { signal: stop.signal });
    await vi.waitFor(() => expect(server.requests.length).toBeGreaterThan(0));
    stop.abort('enough');
    await slow.then(
      (response) => expect(response.status).toBe(200),
      (reason: unknown) => expect(reason).toBe('enough'),
    );
  });
});

/** Node's own messages between processes need the real one: it is back before the turn of the event loop ends. */
function chosenWhere(process: unknown): string | undefined {
  vi.stubGlobal('process', process);
  try {
    return chooseHandler().handlerName;
  } finally {
    vi.unstubAllGlobals();
  }
}

describe('the choice elsewhere', () => {
  it('is fetch, with its own reason for what it cannot do', async () => {
    const fetched = chooseHandler({ node: false, fetch: () => new Response('from the app') });
    expect(await (await fetched(get(), {})).text()).toBe('from the app');
    expect(fetched.handlerName).toBe('fetch');
    const reason = await fetched(get(), { proxy: 'http://p.example' }).catch((error: unknown) => error);
    expect(reason).toMatchObject({ name: 'RequestError', code: 'ERR_UNSUPPORTED' });
    expect((reason as Error).message).toContain('fetch: option proxy is not supported');
  });

  it.each(['bun', 'deno'])('is made under %s when it gives none of Node', (runtime) => {
    expect(chosenWhere({ versions: { node: '22.0.0', [runtime]: '1.0.0' } })).toBe('fetch');
  });

  it.each(['node', 'bun'])('is not made under %s, whose sockets work', (runtime) => {
    const plays = { versions: { node: '26.0.0', [runtime]: '26.0.0' }, getBuiltinModule: () => ({}) };
    expect(chosenWhere(plays)).toBe('undici|stream|node');
  });

  it('is made under Deno, whose sockets tell of bytes behind an answer when the next request is there', () => {
    const plays = { versions: { node: '26.0.0', deno: '2.5.0' }, getBuiltinModule: () => ({}) };
    expect(chosenWhere(plays)).toBe('fetch');
  });

  it('is made in a worker that plays Node and may not compile WebAssembly', () => {
    vi.stubGlobal('WebAssembly', {
      Module() {
        throw new Error('Wasm code generation disallowed by embedder');
      },
    });
    expect(chosenWhere({ versions: { node: '22.19.0' }, getBuiltinModule: () => ({}) })).toBe('fetch');
  });

  it('is made where there is no process at all', () => {
    expect(chosenWhere(undefined)).toBe('fetch');
  });
});

describe('wrapStreaming', () => {
  const answering =
    (status: number): Handler =>
    async () =>
      new HttpResponse(status);

  it.each<[number, RequestOptions]>([
    [201, {}],
    [201, { stream: false }],
    [202, { stream: true }],
    [202, { sink: '/dev/null' }],
  ])('sends through %s for %j', async (status, options) => {
    const wrapped = wrapStreaming(answering(201), answering(202));
    expect((await wrapped(new HttpRequest('GET', 'http://a.example/'), options)).status).toBe(status);
  });

  it('has the name, the reasons and the life of both', async () => {
    const [closed, destroyed] = [vi.fn(async () => undefined), vi.fn(async () => undefined)];
    const life = { close: closed, destroy: destroyed };
    const one = Object.assign(answering(201), { handlerName: 'one', supports: () => 'one cannot', ...life });
    const two = Object.assign(answering(202), { handlerName: 'two', ...life });
    const wrapped = wrapStreaming(one, two);
    const request = new HttpRequest('GET', 'http://a.example/');
    expect(wrapped.handlerName).toBe('one|two');
    expect([wrapped.supports?.(request, {}), wrapped.supports?.(request, { stream: true })]).toEqual([
      'one cannot',
      undefined,
    ]);
    await wrapped.close?.();
    await wrapped.destroy?.('why');
    expect([closed.mock.calls.length, destroyed.mock.calls]).toEqual([2, [['why'], ['why']]]);
  });
});

async function* once(): AsyncGenerator<string> {
  yield 'once';
}
