import { getEventListeners } from 'node:events';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Call, callOf } from '../../../src/call/call.ts';
import { undiciHandler } from '../../../src/handlers/undici/undici.ts';
import { NetworkError, RequestError, ResponseError } from '../../../src/message/errors.ts';
import { HttpRequest } from '../../../src/message/request.ts';
import { HttpResponse } from '../../../src/message/response.ts';
import { auth } from '../../../src/middleware/auth/auth.ts';
import type { AuthFlow, RequestOptions } from '../../../src/options/options.ts';
import { startServer, type TestServer } from '../../../src/testing/server.ts';
import { answering, rejection, streamed } from '../../support/fake-handler.ts';

const get = (url = 'http://h/a', headers = {}) => new HttpRequest('GET', url, headers);
const ok = new HttpResponse(200, {}, 'ok');
const challenged = new HttpResponse(401, { 'WWW-Authenticate': 'Digest realm="r", nonce="n", qop="auth"' }, 'who?');
const credentials = (request: HttpRequest) => request.headers.get('authorization');

describe('credentials known beforehand', () => {
  it.each<[what: string, option: RequestOptions['auth'], header: string]>([
    ['basic by default', ['Aladdin', 'open sesame'], 'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=='],
    [
      'basic by name, in any case',
      ['Aladdin', 'open sesame', 'BASIC' as 'basic'],
      'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==',
    ],
    // RFC 7617 §2.1
    ['UTF-8', ['test', '123\u00a3'], 'Basic dGVzdDoxMjPCow=='],
    ['a colon in the password', ['u', 'a:b'], 'Basic dTphOmI='],
    ['neither user nor password', ['', ''], 'Basic Og=='],
    ['a bearer token', { bearer: 'mF_9.B5f-4.1JqM' }, 'Bearer mF_9.B5f-4.1JqM'],
  ])('sends %s', async (_what, option, header) => {
    const { handler, requests } = answering(ok);
    await auth()(handler)(get(), { auth: option });
    expect(requests().map(credentials)).toEqual([header]);
  });

  it('replaces the Authorization header of the request', async () => {
    const { handler, requests } = answering(ok);
    await auth()(handler)(get('http://h/', { authorization: 'mine' }), { auth: { bearer: 'theirs' } });
    expect(requests()[0]!.headers.getAll('authorization')).toEqual(['Bearer theirs']);
  });

  it.each([undefined, null, false as const])('leaves everything alone for %s', (option) => {
    const promise = Promise.resolve(ok);
    const next = vi.fn(() => promise);
    const request = get('http://h/', { authorization: 'mine' });
    const options = { auth: option };
    expect(auth()(next)(request, options)).toBe(promise);
    expect(next).toHaveBeenCalledWith(request, options);
  });

  it('costs no promise of its own', () => {
    const promise = Promise.resolve(ok);
    expect(auth()(() => promise)(get(), { auth: ['u', 'p'] })).toBe(promise);
  });
});

describe('an option of another shape', () => {
  it.each<[what: string, option: unknown, message: string]>([
    [
      'text',
      'SECRET:SECRET',
      "auth must be [user, password, 'basic' | 'digest'], { bearer } or a generator function, got string",
    ],
    ['true', true, 'got boolean'],
    ['an empty list', [], 'auth: the user must be a string, got undefined'],
    ['no password', ['SECRET'], 'auth: the password must be a string, got undefined'],
    ['a number for a password', ['u', 5], 'auth: the password must be a string, got number'],
    ['another scheme', ['u', 'SECRET', 'SECRET'], "auth: the scheme must be 'basic' or 'digest', got another text"],
    ['a colon in the user', ['SECRET:SECRET', 'SECRET'], "auth: a user of Basic must not have ':'"],
    ['a line end in the password', ['u', 'SECRET\n'], 'auth: user and password must not have control characters'],
    [
      'a line end in the digest user',
      ['SECRET\r', 'p', 'digest'],
      'auth: user and password must not have control characters',
    ],
    ['another key', { token: 'SECRET' }, 'auth must be'],
    ['an inherited key', Object.create({ bearer: 'SECRET' }), 'auth must be'],
    ['no token', { bearer: undefined }, 'auth.bearer must be a string, got undefined'],
    ['an empty token', { bearer: ' ' }, 'auth.bearer must not be empty'],
    ['a line end in the token', { bearer: 'SECRET\r\nX: y' }, 'auth.bearer must not have control characters'],
    [
      'a token that no header can carry',
      { bearer: 'SECRET\u2713' },
      'the value of header "Authorization" has the character U+2713',
    ],
    ['a function that is no generator', async () => ok, 'auth as a function must be a generator'],
  ])('is a TypeError without the secret: %s', async (_what, option, message) => {
    const { handler, asked } = answering(ok);
    const error = await rejection(auth()(handler)(get(), { auth: option as AuthFlow }));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toContain(message);
    expect(inspect(error)).not.toContain('SECRET');
    expect(asked).toEqual([]);
  });
});

describe('a flow', () => {
  it('yields requests, gets responses, and ends with the last one', async () => {
    const { handler, requests } = answering(challenged, ok);
    const seen: number[] = [];
    const response = await auth()(handler)(get(), {
      *auth(request) {
        const first = yield request;
        seen.push(first.status);
        seen.push((yield request.withHeader('Authorization', 'Custom x')).status);
      },
    });
    expect(response).toBe(ok);
    expect(seen).toEqual([401, 200]);
    expect(requests().map(credentials)).toEqual([null, 'Custom x']);
  });

  it('may be asynchronous, and read the body of a response on the way', async () => {
    const { handler, requests } = answering(new HttpResponse(200, {}, '{"token":"abc"}'), ok);
    const options: RequestOptions = {
      async *auth(request) {
        const { token } = await (yield new HttpRequest('POST', '/token')).json<{ token: string }>();
        yield request.withHeader('Authorization', `Bearer ${token}`);
      },
    };
    expect(await auth()(handler)(get(), options)).toBe(ok);
    expect(requests().map((one) => [one.url, credentials(one)])).toEqual([
      ['http://h/token', null],
      ['http://h/a', 'Bearer abc'],
    ]);
  });

  it('may return another response than the last', async () => {
    const other = new HttpResponse(204);
    const last = streamed();
    const response = await auth()(answering(last.response).handler)(get(), {
      *auth(request) {
        yield request;
        return other;
      },
    });
    expect(response).toBe(other);
    expect(last.released).toHaveBeenCalledOnce();
  });

  it('gives its requests the call, so that an abort reaches them', async () => {
    const { handler, requests } = answering(ok);
    const request = get();
    request.call = new Call(0);
    const own = new HttpRequest('GET', 'http://h/other');
    await auth()(handler)(request, {
      *auth() {
        yield own;
      },
    });
    expect(requests()[0]!.call).toBe(request.call);
    expect(own.call).toBeUndefined();
  });

  it('asks another origin without what was meant for the first one', async () => {
    const { handler, asked } = answering(ok);
    const options: RequestOptions = {
      cookies: { session: 'x' },
      socketPath: '/s',
      *auth(request) {
        yield new HttpRequest('POST', 'http://tokens/');
        yield request;
      },
    };
    await auth()(handler)(get(), options);
    expect(asked.map((one) => [one.options.cookies, one.options.socketPath, Boolean(one.options.auth)])).toEqual([
      [false, null, false],
      [options.cookies, '/s', true],
    ]);
  });

  it('gets the failure of a transfer as an exception, and may go on', async () => {
    const failure = new NetworkError('gone', get());
    const { handler } = answering(failure, ok);
    const response = await auth()(handler)(get(), {
      *auth(request) {
        try {
          yield request;
        } catch (error) {
          expect(error).toBe(failure);
          yield request;
        }
      },
    });
    expect(response).toBe(ok);
  });

  it('rejects with the failure of a transfer that it does not catch', async () => {
    const failure = new NetworkError('gone', get());
    expect(await rejection(auth()(answering(failure).handler)(get(), { auth: ['u', 'p', 'digest'] }))).toBe(failure);
  });

  it.each<[what: string, flow: () => Generator, message: string]>([
    ['ends without a response', function* () {}, 'must yield a request or return an HttpResponse, got neither'],
    [
      'yields something else',
      function* () {
        yield 'http://h/';
      },
      'the auth generator must give an HttpRequest, got string',
    ],
    [
      'yields nothing',
      function* () {
        yield;
      },
      'the auth generator must give an HttpRequest, got undefined',
    ],
    [
      'returns something else',
      function* () {
        yield get();
        return 5;
      },
      'return an HttpResponse, got number',
    ],
    [
      'yields what is no HTTP',
      function* () {
        yield new HttpRequest('GET', 'ftp://h/');
      },
      'the scheme "ftp:" cannot be requested',
    ],
  ])('is a TypeError when it %s', async (_what, flow, message) => {
    const error = await rejection(auth()(answering(ok).handler)(get(), { auth: flow as AuthFlow }));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toContain(message);
  });

  it('lets go of each response it leaves behind', async () => {
    const first = streamed(401, { 'WWW-Authenticate': 'Digest realm="r", nonce="n"' });
    const last = streamed();
    const response = await auth()(answering(first.response, last.response).handler)(get(), {
      auth: ['u', 'p', 'digest'],
    });
    expect(response).toBe(last.response);
    expect(first.released).toHaveBeenCalledOnce();
    expect(last.released).not.toHaveBeenCalled();
  });

  it('lets go of the response, and cleans up, when the generator throws', async () => {
    const { response, released } = streamed();
    const cleaned = vi.fn();
    const fault = new Error('mine');
    const options: RequestOptions = {
      *auth(request) {
        try {
          yield request;
          throw fault;
        } finally {
          cleaned();
        }
      },
    };
    expect(await rejection(auth()(answering(response).handler)(get(), options))).toBe(fault);
    expect(released).toHaveBeenCalledOnce();
    expect(cleaned).toHaveBeenCalledOnce();
  });
});

describe('an abort', () => {
  it('ends the wait of a generator at once, releases the response and leaves no listener', async () => {
    const { response, released } = streamed(401);
    const abort = new AbortController();
    const reason = new Error('enough');
    const waiting = vi.fn();
    const promise = auth()(answering(response).handler)(get(), {
      signal: abort.signal,
      async *auth(request) {
        yield request;
        waiting();
        await new Promise(() => undefined);
      },
    });
    await vi.waitFor(() => expect(waiting).toHaveBeenCalled());
    abort.abort(reason);
    expect(await rejection(promise)).toBe(reason);
    expect(released).toHaveBeenCalledOnce();
    expect(getEventListeners(abort.signal, 'abort')).toEqual([]);
  });

  it('of the call does so too', async () => {
    const request = get();
    request.call = new Call(0);
    const promise = auth()(answering(ok).handler)(request, {
      async *auth() {
        await new Promise(() => undefined);
      },
    });
    callOf(request)!.abort('stop');
    await expect(promise).rejects.toBe('stop');
  });

  it('is not the generator to catch', async () => {
    const abort = new AbortController();
    const sent = vi.fn();
    const handler = async () => {
      sent();
      abort.abort('stop');
      throw abort.signal.reason;
    };
    const promise = auth()(handler)(get(), {
      signal: abort.signal,
      *auth(request) {
        for (;;) {
          try {
            yield request;
          } catch {
            // Tries for ever.
          }
        }
      },
    });
    await expect(promise).rejects.toBe('stop');
    expect(sent).toHaveBeenCalledOnce();
  });
});

describe('a body', () => {
  it('that can be sent again is', async () => {
    const { handler, requests } = answering(challenged, ok);
    await auth()(handler)(new HttpRequest('POST', 'http://h/', {}, 'data'), { auth: ['u', 'p', 'digest'] });
    expect(requests().map(({ body }) => String(body))).toEqual(['data', 'data']);
  });

  it('that cannot be sent again is a RequestError that says what to do', async () => {
    const first = streamed(403);
    const { handler, asked } = answering(first.response, ok);
    const request = new HttpRequest('POST', 'http://h/', {}, ['data']);
    const error = await rejection(
      auth()(handler)(request, {
        *auth(asking) {
          yield asking;
          yield asking.withHeader('Authorization', 'x');
        },
      }),
    );
    expect(error).toBeInstanceOf(RequestError);
    expect(error).toMatchObject({ code: 'ERR_BODY_NOT_REPLAYABLE' });
    expect(error.message).toContain('give body as a function that returns a fresh one, or as bytes');
    expect(asked).toHaveLength(1);
    expect(first.released).toHaveBeenCalledOnce();
  });

  it('that can be read once is held back for a digest challenge', async () => {
    const { handler, requests } = answering(challenged, ok);
    await auth()(handler)(new HttpRequest('POST', 'http://h/', {}, ['data']), { auth: ['u', 'p', 'digest'] });
    expect(requests().map(({ body }) => body === null)).toEqual([true, false]);
  });
});

describe('onHeaders', () => {
  const digest: RequestOptions['auth'] = ['u', 'p', 'digest'];

  it('is not told of a challenge that is answered', async () => {
    const onHeaders = vi.fn();
    await auth()(answering(challenged, ok).handler)(get(), { auth: digest, onHeaders });
    expect(onHeaders.mock.calls).toEqual([[ok]]);
  });

  it('is told of a 401 that is the final answer', async () => {
    const onHeaders = vi.fn();
    await auth()(answering(challenged).handler)(get(), { auth: digest, onHeaders });
    expect(onHeaders.mock.calls).toEqual([[challenged]]);
  });

  it('is not told of what another URL answers on the way', async () => {
    const onHeaders = vi.fn();
    await auth()(answering(new HttpResponse(201), ok).handler)(get(), {
      onHeaders,
      *auth(request) {
        yield new HttpRequest('POST', 'http://h/token');
        yield request;
      },
    });
    expect(onHeaders.mock.calls).toEqual([[ok]]);
  });

  it('that throws for a late head is the cause of a ResponseError, and the response is released', async () => {
    const { response, released } = streamed(401);
    const cause = new Error('no');
    const onHeaders = () => {
      throw cause;
    };
    const error = await rejection(auth()(answering(response).handler)(get(), { auth: digest, onHeaders }));
    expect(error).toBeInstanceOf(ResponseError);
    expect(error).toMatchObject({ cause, code: 'ERR_ON_HEADERS', response });
    expect(released).toHaveBeenCalledOnce();
  });
});

describe('over real sockets', () => {
  let server: TestServer;
  const transport = undiciHandler();
  const send = auth()(transport);
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(async () => {
    await transport.close?.();
    await server.close();
  });
  const ask = async (path: string, option: RequestOptions['auth'], method = 'GET', body?: string) => {
    server.clear();
    const response = await send(new HttpRequest(method, server.url(path), {}, body), { auth: option });
    return {
      status: response.status,
      legs: server.requests.length,
      json: await response.json<Record<string, unknown>>(),
    };
  };

  it.each(
    ['MD5', 'MD5-sess', 'SHA-256', 'SHA-256-sess', 'SHA-512-256', 'SHA-512-256-sess'].flatMap((algorithm) =>
      ['auth', 'auth-int', 'auth,auth-int'].map((qop) => [algorithm, qop] as const),
    ),
  )('digest with %s and qop %s, whose nonce serves the next request too', async (algorithm, qop) => {
    const own = auth()(transport);
    const path = `/digest-auth/${qop}/${algorithm}/pass%20word?algorithm=${algorithm}`;
    const outcomes = [];
    for (const body of ['one', 'two']) {
      const request = new HttpRequest('POST', server.url(path), {}, body);
      const response = await own(request, { auth: [algorithm, 'pass word', 'digest'] });
      const { nc } = await response.json<{ nc: string }>();
      outcomes.push([response.status, nc]);
    }
    expect(outcomes).toEqual([
      [200, '00000001'],
      [200, '00000002'],
    ]);
  });

  it.each([
    ['no qop', '/digest-auth/none/u/p', { qop: '' }],
    ['userhash', '/digest-auth/auth/u/p?userhash=true', { user: 'u' }],
    [
      'the strongest of several',
      '/digest-auth/auth/u/p?algorithm=MD5,SHA-512-256,SHA-256',
      { algorithm: 'SHA-512-256' },
    ],
  ])('digest with %s', async (_what, path, json) => {
    expect(await ask(path, ['u', 'p', 'digest'])).toMatchObject({ status: 200, json });
  });

  it('digest with a stale nonce', async () => {
    const fresh = auth()(transport);
    server.clear();
    const request = get(server.url('/digest-auth/auth/stale/p?stale=true'));
    const response = await fresh(request, { auth: ['stale', 'p', 'digest'] });
    expect([response.status, server.requests.length]).toEqual([200, 3]);
  });

  it('digest for a name beyond ASCII', async () => {
    const path = `/digest-auth/auth/${encodeURIComponent('J\u00e4s\u00f8n')}/${encodeURIComponent('p\u00e4ss')}`;
    expect(await ask(path, ['J\u00e4s\u00f8n', 'p\u00e4ss', 'digest'])).toMatchObject({ status: 200 });
  });

  it('digest with a wrong password is the 401 of the second leg', async () => {
    expect(await ask('/digest-auth/auth/wrong/p', ['wrong', 'q', 'digest'])).toMatchObject({ status: 401, legs: 2 });
  });

  it.each<[string, string, RequestOptions['auth']]>([
    ['basic', '/basic-auth/u/p%C3%A4', ['u', 'p\u00e4']],
    ['bearer', '/bearer/abc', { bearer: 'abc' }],
  ])('%s', async (_scheme, path, option) => {
    expect(await ask(path, option)).toMatchObject({ status: 200, legs: 1 });
  });
});
