import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Client, type ClientOptions } from '../../src/client/client.ts';
import { RequestError, TransferError } from '../../src/message/errors.ts';
import { HttpRequest } from '../../src/message/request.ts';
import { HttpResponse } from '../../src/message/response.ts';
import type { RequestOptions } from '../../src/options/options.ts';
import type { Handler } from '../../src/stack/handler.ts';
import { HandlerStack } from '../../src/stack/handler-stack.ts';
import { recordingHandler } from '../support/recording-handler.ts';

function clientOver(options: ClientOptions = {}, answer?: Handler) {
  const handler = recordingHandler(answer);
  return { handler, client: new Client({ handler: HandlerStack.create(handler), ...options }) };
}

describe('the URI of a request', () => {
  it.each([
    ['http://h/api', 'users', 'http://h/users'],
    ['http://h/api/', 'users', 'http://h/api/users'],
    ['http://h/api/', '/users', 'http://h/users'],
    ['http://h/api/', 'http://other/x', 'http://other/x'],
    ['http://h/api/', '', 'http://h/api/'],
    [undefined, '//host/x', 'http://host/x'],
  ])('resolves with baseUri %j and %j to %j', async (baseUri, uri, expected) => {
    const { client, handler } = clientOver({ baseUri });
    await client.get(uri);
    expect(handler.last.url).toBe(expected);
  });

  it("uses the call's baseUri instead of the client's", async () => {
    const { client, handler } = clientOver({ baseUri: 'http://one/' });
    await client.get('x', { baseUri: 'http://two/y/' });
    expect(handler.last.url).toBe('http://two/y/x');
  });

  it('expands a template with uriVars', async () => {
    const { client, handler } = clientOver({ baseUri: 'http://h/' });
    await client.get('/users/{id}{?page,tags*}', { uriVars: { id: 'a b', page: 2, tags: ['x', 'y'] } });
    expect(handler.last.url).toBe('http://h/users/a%20b?page=2&tags=x&tags=y');
  });

  it('leaves braces alone without uriVars', async () => {
    const { client, handler } = clientOver();
    await client.get('http://h/{id}');
    expect(handler.last.url).toBe('http://h/%7Bid%7D');
  });

  it("merges the query by key: the call's over the URI's over the client's", async () => {
    const { client, handler } = clientOver({ baseUri: 'http://h/', query: { key: 'k', page: 1, lang: 'en' } });
    await client.get('x?page=2&sort=a', { query: { sort: 'b' } });
    expect(handler.last.url).toBe('http://h/x?key=k&lang=en&page=2&sort=b');
  });

  it('replaces the whole query by text, and switches the client’s off with null', async () => {
    const { client, handler } = clientOver({ baseUri: 'http://h/', query: { key: 'k' } });
    await client.get('x?a=1', { query: 'b=2' });
    expect(handler.last.url).toBe('http://h/x?b=2');
    await client.get('x?a=1', { query: null });
    expect(handler.last.url).toBe('http://h/x?a=1');
  });

  it('makes userinfo into Basic credentials and takes it out of the URI', async () => {
    const { client, handler } = clientOver();
    await client.get('http://ada:s%40crete@h/x');
    expect(handler.last.url).toBe('http://h/x');
    expect(handler.last.headers.get('authorization')).toBe(`Basic ${btoa('ada:s@crete')}`);
  });

  it('uses the userinfo of baseUri for its origin alone', async () => {
    const { client, handler } = clientOver({ baseUri: 'http://ada:secret@h/' });
    await client.get('x');
    expect(handler.last.headers.has('authorization')).toBe(true);
    await client.get('http://other/x');
    expect(handler.last.headers.has('authorization')).toBe(false);
  });

  it.each(['http://other/', '../x', '/x', '//other/v1/x', '%2e%2e/x', 'a/..%2f..%2fx'])(
    'stays inside baseUri with allowAbsoluteUrls: false, and refuses %j',
    async (uri) => {
      const { client, handler } = clientOver({ baseUri: 'http://h/v1/', allowAbsoluteUrls: false });
      await expect(client.get(uri)).rejects.toThrow('leaves baseUri, which allowAbsoluteUrls: false forbids');
      expect(handler.requests).toEqual([]);
      await client.get('inside/x');
      expect(handler.last.url).toBe('http://h/v1/inside/x');
    },
  );
});

describe('the headers of a request', () => {
  it('names the client and its version', async () => {
    const { client, handler } = clientOver();
    await client.get('http://h/');
    expect(handler.last.headers.get('user-agent')).toMatch(/^sluice\/\d+\.\d+\.\d+$/);
  });

  it("puts the call's over the client's in any case, and null takes one out", async () => {
    const { client, handler } = clientOver({ headers: { 'X-A': '1', 'X-B': '2', 'X-C': '3' } });
    await client.get('http://h/', { headers: { 'x-a': 'call', 'x-b': null, 'User-Agent': null } });
    const { headers } = handler.last;
    expect([headers.get('x-a'), headers.get('x-b'), headers.get('x-c')]).toEqual(['call', null, '3']);
    expect(headers.has('user-agent')).toBe(false);
  });

  it('drops all defaults for headers: null', async () => {
    const { client, handler } = clientOver({ headers: { 'X-A': '1' }, decodeContent: false });
    await client.get('http://h/', { headers: null });
    expect([...handler.last.headers]).toEqual([]);
  });

  it("lets a ready request's own headers win over the client's, and the call's over both", async () => {
    const { client, handler } = clientOver({ headers: { 'X-A': 'client', 'X-B': 'client', 'X-C': 'client' } });
    const ready = new HttpRequest('GET', 'http://h/', { 'x-a': 'own', 'x-b': 'own' });
    await client.send(ready, { headers: { 'X-B': 'call' } });
    const { headers } = handler.last;
    expect([headers.get('x-a'), headers.get('x-b'), headers.get('x-c')]).toEqual(['own', 'call', 'client']);
  });
});

describe('the body of a request', () => {
  it.each<[string, RequestOptions, string, string | null]>([
    ['json', { json: { a: [1] } }, '{"a":[1]}', 'application/json'],
    ['json null', { json: null }, 'null', 'application/json'],
    ['json false', { json: false }, 'false', 'application/json'],
    ['formParams', { formParams: { a: 'x y', b: [1] } }, 'a=x+y&b%5B0%5D=1', 'application/x-www-form-urlencoded'],
    ['text', { body: 'hi' }, 'hi', null],
    [
      'URLSearchParams',
      { body: new URLSearchParams({ a: '1' }) },
      'a=1',
      'application/x-www-form-urlencoded;charset=UTF-8',
    ],
    ['bytes', { body: new Uint8Array([104, 105]) }, 'hi', null],
  ])('sends %s', async (_, options, body, type) => {
    const { client, handler } = clientOver();
    await client.post('http://h/', options);
    expect(await handler.last.text()).toBe(body);
    expect(handler.last.headers.get('content-type')).toBe(type);
    expect(handler.last.headers.get('content-length')).toBe(String(body.length));
  });

  it('keeps a Content-Type given by hand', async () => {
    const { client, handler } = clientOver();
    await client.post('http://h/', { json: {}, headers: { 'content-type': 'application/vnd.api+json' } });
    expect(handler.last.headers.getAll('content-type')).toEqual(['application/vnd.api+json']);
  });

  it('sets the Content-Type of json for a raw handler too', async () => {
    const handler = recordingHandler();
    await new Client({ handler }).post('http://h/', { json: {} });
    expect(handler.last.headers.get('content-type')).toBe('application/json');
  });

  it('calls a function anew for each sending', async () => {
    let made = 0;
    const { client, handler } = clientOver();
    const body = () => `body ${(made += 1)}`;
    await client.post('http://h/', { body });
    expect(await handler.last.text()).toBe('body 1');
    expect(await handler.last.text()).toBe('body 2');
  });
});

describe('bad input', () => {
  const read = Readable.from(['x']);
  read.read();
  const circular: Record<string, unknown> = {};
  circular['self'] = circular;

  it.each<[string, string, string, RequestOptions, string]>([
    ['an unknown scheme', 'GET', 'ftp://h/', {}, 'the scheme "ftp:" cannot be requested; expected http: or https:'],
    ['a relative URI without a base', 'GET', 'users', {}, 'is relative; set baseUri'],
    ['a line end in the URI', 'GET', 'http://h/\r\nX: y', {}, 'uri has the control character U+000D at 9'],
    ['a line end in the method', 'GET\r\n', 'http://h/', {}, 'method must be a token'],
    [
      'a line end in a header',
      'GET',
      'http://h/',
      { headers: { 'X-A': 'a\r\nb' } },
      'the value of header "X-A" has the character U+000D',
    ],
    ['a line end in a header name', 'GET', 'http://h/', { headers: { 'X\n': 'a' } }, 'a header name must be a token'],
    ['two bodies', 'POST', 'http://h/', { json: 1, body: 'x' }, 'options body and json exclude each other'],
    ['a wrong type', 'GET', 'http://h/', { timeout: {} as never }, 'option timeout must be milliseconds'],
    ['a negative duration', 'GET', 'http://h/', { timeout: -5 }, 'option timeout must not be negative'],
    ['an empty method', '', 'http://h/', {}, 'method must be a token such as \'GET\' (RFC 9110 §9.1), got ""'],
    ['a stream already read', 'POST', 'http://h/', { body: read as never }, 'body is a stream that was already read'],
    [
      'an object as a header',
      'GET',
      'http://h/',
      { headers: { 'X-A': {} as never } },
      'header "X-A" must be a string or a list of strings, got Object',
    ],
    [
      'an object as a body',
      'POST',
      'http://h/',
      { body: { a: 1 } as never },
      'to send an object use json or formParams',
    ],
    ['a circular json', 'POST', 'http://h/', { json: circular }, 'option json cannot be written as JSON'],
    ['a function as json', 'POST', 'http://h/', { json: () => 1 }, 'option json must be a JSON value, got function'],
    ['a number as the URI', 'GET', 5 as never, {}, 'uri must be a string or a URL, got number'],
    ['a typo', 'GET', 'http://h/', { tiemout: 5 } as never, 'did you mean "timeout"?'],
  ])('rejects for %s and sends nothing', async (_, method, uri, options, message) => {
    const { client, handler } = clientOver();
    const pending = client.request(method, uri, options);
    await expect(pending).rejects.toThrow(message);
    await expect(pending).rejects.toBeInstanceOf(Error);
    expect(handler.requests).toEqual([]);
  });

  it('is a RequestError when the URI cannot be sent, a TypeError when an option is wrong', async () => {
    const { client } = clientOver();
    await expect(client.get('users')).rejects.toBeInstanceOf(RequestError);
    await expect(client.get('http://h/', { timeout: -1 })).rejects.toBeInstanceOf(TypeError);
  });

  it('checks the options of the constructor too', () => {
    expect(() => new Client({ timeout: -1 })).toThrow('option timeout must not be negative');
    expect(() => new Client({ handler: 'undici' as never })).toThrow(
      'option handler must be a HandlerStack or a function',
    );
    expect(() => new Client({ baseUri: 'users/' })).toThrow('is relative');
  });
});

describe('the promise of a call', () => {
  it('reads the body in one go', async () => {
    const { client } = clientOver({}, async () => new HttpResponse(200, {}, '{"a":1}'));
    expect(await client.get('http://h/').json()).toEqual({ a: 1 });
    expect(await client.get('http://h/').text()).toBe('{"a":1}');
    expect((await client.get('http://h/').bytes()).byteLength).toBe(7);
    expect((await client.get('http://h/').arrayBuffer()).byteLength).toBe(7);
    expect((await client.get('http://h/').blob()).size).toBe(7);
  });

  it('names the request when the body is not JSON', async () => {
    const { client } = clientOver({}, async () => new HttpResponse(200, {}, 'oops'));
    await expect(client.get('http://h/x').json()).rejects.toThrow('GET http://h/x: the body is not JSON');
  });

  it('rejects with an AbortError when it is cancelled, even if the handler never settles', async () => {
    const { client } = clientOver({}, () => new Promise(() => undefined));
    const pending = client.requestAsync('GET', 'http://h/');
    pending.cancel();
    await expect(pending).rejects.toHaveProperty('name', 'AbortError');
  });

  it('rejects with the reason it is cancelled for', async () => {
    const { client } = clientOver({}, () => new Promise(() => undefined));
    const pending = client.get('http://h/');
    const reason = new Error('changed my mind');
    pending.cancel(reason);
    await expect(pending).rejects.toBe(reason);
  });

  it("rejects with the signal's reason at once, even if the handler ignores it", async () => {
    const { client } = clientOver({}, () => new Promise(() => undefined));
    const controller = new AbortController();
    const pending = client.get('http://h/', { signal: controller.signal });
    controller.abort('enough');
    await expect(pending).rejects.toBe('enough');
  });

  it('asks nobody when the signal is aborted already', async () => {
    const { client, handler } = clientOver();
    await expect(client.get('http://h/', { signal: AbortSignal.abort('no') })).rejects.toBe('no');
    expect(handler.requests).toEqual([]);
  });

  it("has the caller's own frame in an error's stack", async () => {
    const { client } = clientOver({}, async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return new HttpResponse(500);
    });
    async function askForUsers(): Promise<void> {
      await client.get('http://h/');
    }
    await expect(askForUsers()).rejects.toHaveProperty('stack', expect.stringContaining('askForUsers'));
  });

  it('is a promise to everybody', async () => {
    const { client } = clientOver();
    const pending = client.get('http://h/');
    expect(pending).toBeInstanceOf(Promise);
    expect(await Promise.all([pending, pending.then((response) => response.status)])).toHaveLength(2);
    await pending.finally(() => undefined);
  });
});

describe('handlers of a client', () => {
  it('uses a plain function raw, with no layers', async () => {
    const client = new Client({ handler: async () => new HttpResponse(500, {}, 'raw') });
    expect(await client.get('http://h/').text()).toBe('raw');
    expect(client.stack).toBeUndefined();
  });

  it('takes a bare response and a thrown error from a handler', async () => {
    const bare = new Client({ handler: (() => new HttpResponse(204)) as never });
    expect((await bare.get('http://h/')).status).toBe(204);
    const throwing = new Client({
      handler: () => {
        throw new Error('thrown');
      },
    });
    await expect(throwing.get('http://h/')).rejects.toThrow('thrown');
  });

  it('says what a handler must return', async () => {
    const client = new Client({ handler: (async () => undefined) as never });
    await expect(client.get('http://h/')).rejects.toThrow(
      'a handler must return a promise of an HttpResponse, got undefined',
    );
  });

  it('sees edits of the stack that come later', async () => {
    const { client } = clientOver();
    await client.get('http://h/');
    client.stack?.push((next) => async (request, options) => (await next(request, options)).withHeader('X-Late', '1'));
    expect((await client.get('http://h/')).headers.get('x-late')).toBe('1');
  });
});

describe('other ways to ask', () => {
  it('attempts without ever rejecting', async () => {
    const { client } = clientOver({}, async ({ url }) => new HttpResponse(url.endsWith('bad') ? 500 : 200));
    const [response, none] = await client.attempt('GET', 'http://h/');
    expect([response?.status, none]).toEqual([200, undefined]);
    const [missing, error] = await client.attempt('GET', 'http://h/bad');
    expect(missing).toBeUndefined();
    expect(error).toBeInstanceOf(TransferError);
    expect((await client.attempt('', ''))[1]).toBeInstanceOf(TypeError);
  });

  it.each([301, 404, 500])('sends a request by PSR-18 and takes %i as it is', async (status) => {
    const { client, handler } = clientOver(
      { httpErrors: true },
      async () => new HttpResponse(status, { Location: '/x' }),
    );
    expect((await client.sendRequest(new HttpRequest('GET', 'http://h/'))).status).toBe(status);
    expect(handler.requests).toHaveLength(1);
  });

  it.each(['get', 'head', 'post', 'put', 'patch', 'delete', 'options'] as const)(
    'has the shortcut %s',
    async (verb) => {
      const { client, handler } = clientOver();
      await client[verb]('http://h/');
      expect(handler.last.method).toBe(verb.toUpperCase());
    },
  );

  it('keeps the case of a method', async () => {
    const { client, handler } = clientOver();
    await client.request('pAtCh', 'http://h/');
    expect(handler.last.method).toBe('pAtCh');
  });

  it('extends into a client with merged options over the same handler', async () => {
    const { client, handler } = clientOver({ baseUri: 'http://h/', headers: { 'X-A': '1' }, query: { a: 1 } });
    const child = client.extend({ headers: { 'X-B': '2' }, query: { b: 2 } });
    await child.get('x');
    expect(handler.last.url).toBe('http://h/x?a=1&b=2');
    expect([handler.last.headers.get('x-a'), handler.last.headers.get('x-b')]).toEqual(['1', '2']);
    expect(child.stack).toBe(client.stack);
  });

  it('shares the jar with the client it extends', async () => {
    const { client, handler } = clientOver(
      { cookies: true },
      async () => new HttpResponse(200, { 'Set-Cookie': 'a=1' }),
    );
    await client.get('http://h.test/');
    await client.extend({ headers: { 'X-B': '2' } }).get('http://h.test/');
    expect(handler.last.headers.get('cookie')).toBe('a=1');
  });
});

describe('a sink', () => {
  it('takes the body as a path, and the response says where it is', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-'));
    const path = join(folder, 'body.txt');
    const { client } = clientOver({}, async () => new HttpResponse(200, {}, 'to a file'));
    const response = await client.get('http://h/', { sink: path });
    expect(readFileSync(path, 'utf8')).toBe('to a file');
    expect(response.sink).toBe(path);
    await expect(response.text()).rejects.toThrow('the body went to the sink');
    rmSync(folder, { recursive: true });
  });

  it('takes the body as a Node and as a web stream', async () => {
    const seen: string[] = [];
    const { client } = clientOver({}, async () => new HttpResponse(200, {}, 'piped'));
    const node = new Writable({ write: (chunk, _, done) => done(void seen.push(String(chunk)) as never) });
    await client.get('http://h/', { sink: node });
    await client.get('http://h/', {
      sink: new WritableStream({ write: (chunk) => void seen.push(new TextDecoder().decode(chunk)) }),
    });
    expect(seen).toEqual(['piped', 'piped']);
  });

  it('is a ResponseError that names it when it cannot be written', async () => {
    const { client } = clientOver({}, async () => new HttpResponse(200, {}, 'x'));
    await expect(client.get('http://h/', { sink: '/no/such/folder/x' })).rejects.toMatchObject({
      code: 'ERR_SINK',
      message: expect.stringContaining('the sink "/no/such/folder/x" failed'),
    });
  });
});
