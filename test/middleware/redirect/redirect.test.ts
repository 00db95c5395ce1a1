import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Call, callOf } from '../../../src/call/call.ts';
import { Content, toWebStream } from '../../../src/message/content.ts';
import { BodyError, NetworkError, RedirectError, TooManyRedirectsError } from '../../../src/message/errors.ts';
import { HttpRequest } from '../../../src/message/request.ts';
import { HttpResponse } from '../../../src/message/response.ts';
import { redirect } from '../../../src/middleware/redirect/redirect.ts';
import type { RequestOptions } from '../../../src/options/options.ts';
import type { Handler } from '../../../src/stack/handler.ts';
import {
  checkRedirectCase,
  matrixInMemory,
  matrixOverSockets,
  redirectCases,
  type Seen,
} from '../../support/redirect-matrix.ts';

type Answer = HttpResponse | string | ((request: HttpRequest, options: RequestOptions) => HttpResponse);

/** A handler that answers by URL; a string is a 302 to it. Keeps what it was asked. */
function site(routes: Record<string, Answer>) {
  const asked: { request: HttpRequest; options: RequestOptions }[] = [];
  const handler: Handler = async (request, options) => {
    asked.push({ request, options });
    const answer = routes[request.url];
    if (answer === undefined) throw new NetworkError(`no route to ${request.url}`, request);
    const response = typeof answer === 'function' ? answer(request, options) : answer;
    if (typeof response === 'string')
      return new HttpResponse(302, { location: response }, null, '1.1', undefined, { request });
    if (options.onHeaders) options.onHeaders(response);
    return response.with({ request });
  };
  return { asked, send: redirect()(handler), urls: () => asked.map(({ request }) => request.url) };
}

const ok = new HttpResponse(200, {}, 'ok');
const get = (url = 'http://h/', headers = {}) => new HttpRequest('GET', url, headers);
const failure = (call: Promise<unknown>): Promise<Error> =>
  call.then(
    () => expect.unreachable(),
    (error: Error) => error,
  );

/** A streamed body that tells when it is let go. */
function stream() {
  const released = vi.fn();
  const source = new ReadableStream<Uint8Array>({ cancel: released });
  return { released, content: new Content(undefined, source) };
}

describe('the matrix of redirects', () => {
  it.each(redirectCases)('in memory: $name', async (one) => {
    const seen: Seen[] = [];
    const { handler, origins } = matrixInMemory(seen);
    await checkRedirectCase(one, redirect()(handler), origins, seen);
  });

  describe('over real sockets', () => {
    const seen: Seen[] = [];
    let servers: Awaited<ReturnType<typeof matrixOverSockets>>;
    beforeAll(async () => {
      servers = await matrixOverSockets(seen);
    });
    afterAll(() => servers.close());

    it.each(redirectCases)('$name', async (one) => {
      seen.length = 0;
      await checkRedirectCase(one, redirect()(overFetch), servers.origins, seen);
    });
  });
});

/** The runtime's own fetch, following nothing: enough of a transport to prove the matrix itself. */
const overFetch: Handler = async (request) => {
  const body = request.body === null ? {} : { body: toWebStream(request.body.open()), duplex: 'half' };
  const init = { method: request.method, headers: [...request.headers], redirect: 'manual', ...body } as RequestInit;
  const { status, headers } = await fetch(request.url, init);
  return new HttpResponse(status, [...headers], null, '1.1', undefined, { url: request.url, request });
};

describe('redirect', () => {
  it.each([{ allowRedirects: false }, { allowRedirects: null }, { allowRedirects: { max: 0 } }] as const)(
    'passes everything on untouched with %j',
    async (options) => {
      const answer = Promise.resolve(new HttpResponse(302, { location: '/b' }));
      const next = vi.fn(() => answer);
      const request = get();
      expect(redirect()(next)(request, options)).toBe(answer);
      expect(next).toHaveBeenCalledExactlyOnceWith(request, options);
    },
  );

  it('gives back the very response when there is nothing to follow', async () => {
    const response = new HttpResponse(200);
    const request = get();
    const options = {};
    const next = vi.fn(async () => response);
    expect(await redirect()(next)(request, options)).toBe(response);
    expect(next.mock.calls[0]).toEqual([request, options]);
  });

  it.each([300, 304, 305, 306, 399])('does not follow a %i', async (status) => {
    const { send, asked } = site({ 'http://h/': new HttpResponse(status, { location: '/b' }) });
    expect((await send(get(), {})).status).toBe(status);
    expect(asked).toHaveLength(1);
  });

  it('returns a redirect without a Location as it is', async () => {
    const { send } = site({ 'http://h/': new HttpResponse(302) });
    expect(await send(get(), {})).toMatchObject({ status: 302, redirects: [] });
  });

  it('tells where the answer came from and which way', async () => {
    const { send } = site({ 'http://h/': '/b', 'http://h/b': 'http://other/c', 'http://other/c': ok });
    const response = await send(get(), {});
    expect(response.url).toBe('http://other/c');
    expect(response.redirects).toEqual([
      { status: 302, method: 'GET', url: 'http://h/' },
      { status: 302, method: 'GET', url: 'http://h/b' },
    ]);
    expect(await response.text()).toBe('ok');
  });

  it('counts hops in the call', async () => {
    const request = get();
    request.call = new Call(0);
    const hops: (number | undefined)[] = [];
    const { send } = site({
      'http://h/': (asked) => {
        hops.push(callOf(asked)?.hop);
        return new HttpResponse(302, { location: '/b' });
      },
      'http://h/b': (asked) => {
        hops.push(callOf(asked)?.hop);
        return ok;
      },
    });
    await send(request, {});
    expect(hops).toEqual([0, 1]);
  });

  it('does not change what it was given', async () => {
    const { send } = site({ 'http://h/': 'http://other/', 'http://other/': ok });
    const options = Object.freeze({ auth: ['u', 'p'] as const, allowRedirects: Object.freeze({ max: 2 }) });
    const request = get('http://h/', { authorization: 'x' });
    await send(request, options);
    expect(request.headers.get('authorization')).toBe('x');
  });

  it('never gives back what another origin made it drop', async () => {
    const routes = { 'http://h/': 'http://other/', 'http://other/': 'http://h/back', 'http://h/back': ok };
    const { send, asked } = site(routes);
    const headers = { Authorization: 'Bearer x', Cookie: 'a=1', 'X-Api-Key': 'x' };
    await send(get('http://h/', headers), { auth: ['u', 'p'], cookies: { sid: '1' }, socketPath: '/run/x' });
    expect(asked[0]!.options).toMatchObject({ auth: ['u', 'p'], socketPath: '/run/x' });
    for (const { request, options } of asked.slice(1)) {
      expect([...request.headers]).toEqual([]);
      expect(options).toMatchObject({ auth: null, cookies: false, socketPath: null });
    }
  });

  it('keeps credentials on the same origin', async () => {
    const { send, asked } = site({ 'http://h/': '/b', 'http://h/b': ok });
    await send(get('http://h/', { Authorization: 'Bearer x' }), { auth: ['u', 'p'] });
    expect(asked[1]!.request.headers.get('authorization')).toBe('Bearer x');
    expect(asked[1]!.options.auth).toEqual(['u', 'p']);
  });

  it('sends no credentials that the Location holds', async () => {
    const { send, urls } = site({ 'http://h/': 'http://user:pass@other/', 'http://other/': ok });
    await send(get(), {});
    expect(urls()).toEqual(['http://h/', 'http://other/']);
  });

  it('sends a body of bytes again on 307', async () => {
    const bodies: string[] = [];
    const handler: Handler = async (request) => {
      bodies.push(await request.text());
      return request.url === 'http://h/' ? new HttpResponse(307, { location: '/b' }) : ok;
    };
    await redirect()(handler)(new HttpRequest('POST', 'http://h/', {}, 'body'), {});
    expect(bodies).toEqual(['body', 'body']);
  });
});

describe('limits', () => {
  const loop: Handler = async (request) =>
    new HttpResponse(302, { location: '/?token=planted-secret' }).with({ request });

  it('gives up after five redirects and names the option', async () => {
    const next = vi.fn(loop);
    const error = (await failure(redirect()(next)(get(), {}))) as TooManyRedirectsError;
    expect(error).toBeInstanceOf(TooManyRedirectsError);
    expect(error).toMatchObject({ code: 'ERR_TOO_MANY_REDIRECTS', response: { status: 302 } });
    expect(error.message).toMatch(/allowRedirects\.max allows 5/);
    expect(error.redirects).toHaveLength(5);
    expect(error.response.redirects).toHaveLength(5);
    expect(next).toHaveBeenCalledTimes(6);
  });

  it('follows max redirects and not one more', async () => {
    const { send } = site({ 'http://h/': '/1', 'http://h/1': '/2', 'http://h/2': ok });
    expect((await send(get(), { allowRedirects: { max: 2 } })).status).toBe(200);
    expect(await failure(send(get(), { allowRedirects: { max: 1 } }))).toBeInstanceOf(TooManyRedirectsError);
  });

  it('shows no secret of the way it came', async () => {
    const request = get('http://h/?api_key=planted-secret', { authorization: 'Bearer planted-secret' });
    const error = (await failure(redirect()(loop)(request, {}))) as TooManyRedirectsError;
    const shown = [error.message, error.stack, inspect(error, { depth: 9 }), JSON.stringify(error), String(error)];
    for (const text of shown) expect(text).not.toContain('planted-secret');
  });

  it.each([
    ['ftp://u:planted-secret@other/', /"ftp:".*http and https/],
    ['http://u:planted-secret@other/?token=planted-secret', /https to http.*allowDowngrade/],
    ['https://u:planted-secret@other:99999/', /no valid URL/],
  ])('shows no secret when it refuses %s', async (location, message) => {
    const headers = { authorization: 'Bearer planted-secret', cookie: 'a=planted-secret' };
    const { send } = site({ 'https://h/': location });
    const error = await failure(send(get('https://h/', headers), {}));
    expect(error.message).toMatch(message);
    for (const text of [error.message, error.stack, inspect(error, { depth: 9 }), JSON.stringify(error)]) {
      expect(text).not.toContain('planted-secret');
    }
  });

  it('gives a refused redirect its response, request and history', async () => {
    const { send } = site({ 'https://h/': '/b', 'https://h/b': 'http://h/c' });
    const error = (await failure(send(get('https://h/'), {}))) as RedirectError;
    expect(error).toBeInstanceOf(RedirectError);
    expect(error).toMatchObject({
      code: 'ERR_REDIRECT_DOWNGRADE',
      request: { url: 'https://h/b' },
      response: { status: 302, url: 'https://h/b', redirects: [{ status: 302, method: 'GET', url: 'https://h/' }] },
    });
  });

  it('keeps redirects inside baseUri with allowAbsoluteUrls: false', async () => {
    const { send, asked } = site({ 'http://h/v1/': '/v1/..%2fadmin' });
    const options = { baseUri: 'http://h/v1/', allowAbsoluteUrls: false };
    expect(await failure(send(get('http://h/v1/'), options))).toMatchObject({ code: 'ERR_REDIRECT_OUTSIDE_BASE' });
    expect(asked).toHaveLength(1);
  });
});

describe('what happens at a hop', () => {
  it('lets go of the response before the next request is sent', async () => {
    const { released, content } = stream();
    let releasedBefore = false;
    const handler: Handler = async (request) => {
      if (request.url === 'http://h/') return new HttpResponse(302, { location: '/b' }, content);
      releasedBefore = released.mock.calls.length === 1;
      return ok;
    };
    await redirect()(handler)(get(), {});
    expect(releasedBefore).toBe(true);
  });

  it.each([
    ['a target that is refused', 'ftp://h/', {}],
    ['a callback that throws', '/b', { onRedirect: () => Promise.reject(new Error('no')) }],
  ])('lets go of the response after %s', async (_, location, allowRedirects) => {
    const { released, content } = stream();
    const handler: Handler = async () => new HttpResponse(302, { location }, content);
    await failure(redirect()(handler)(get(), { allowRedirects }));
    expect(released).toHaveBeenCalledOnce();
  });

  it('waits for onRedirect, which sees what was asked, what came and what is next', async () => {
    const order: string[] = [];
    const onRedirect = vi.fn(async (_request: HttpRequest, _response: HttpResponse, _uri: string) => {
      await Promise.resolve();
      order.push('told');
    });
    const { send } = site({
      'http://h/': '/b',
      'http://h/b': () => {
        order.push('asked');
        return ok;
      },
    });
    await send(get(), { allowRedirects: { onRedirect } });
    expect(order).toEqual(['told', 'asked']);
    const [request, response, uri] = onRedirect.mock.calls[0]!;
    expect([request.url, response.status, response.url, uri]).toEqual(['http://h/', 302, 'http://h/', 'http://h/b']);
  });

  it('ends the call with what onRedirect throws', async () => {
    const reason = new Error('stay here');
    const { send, asked } = site({ 'http://h/': '/b', 'http://h/b': ok });
    const onRedirect = () => {
      throw reason;
    };
    expect(await failure(send(get(), { allowRedirects: { onRedirect } }))).toBe(reason);
    expect(asked).toHaveLength(1);
  });

  it('stops waiting for onRedirect when the signal aborts', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const { send, asked } = site({ 'http://h/': '/b', 'http://h/b': ok });
    const onRedirect = () => {
      queueMicrotask(() => controller.abort(reason));
      return new Promise<void>(() => undefined);
    };
    const call = send(get(), { allowRedirects: { onRedirect }, signal: controller.signal });
    expect(await failure(call)).toBe(reason);
    expect(asked).toHaveLength(1);
  });

  it('sends nothing more once the call is cancelled', async () => {
    const request = get();
    request.call = new Call(0);
    const reason = new Error('cancelled');
    const { send, asked } = site({ 'http://h/': '/b', 'http://h/b': ok });
    const onRedirect = () => callOf(request)?.abort(reason);
    expect(await failure(send(request, { allowRedirects: { onRedirect } }))).toBe(reason);
    expect(asked).toHaveLength(1);
  });

  it('announces the head of the final response alone', async () => {
    const announced: number[] = [];
    const { send } = site({
      'http://h/': new HttpResponse(307, { location: '/b' }),
      'http://h/b': new HttpResponse(303, { location: '/c' }),
      'http://h/c': new HttpResponse(204),
    });
    await send(get(), { onHeaders: (response) => void announced.push(response.status) });
    expect(announced).toEqual([204]);
  });

  it('announces a redirect that is not followed', async () => {
    const announced: number[] = [];
    const { send } = site({ 'http://h/': new HttpResponse(302) });
    await send(get(), { onHeaders: (response) => void announced.push(response.status) });
    expect(announced).toEqual([302]);
  });

  it('gives an error of a later hop the history of its response', async () => {
    const handler: Handler = async (request) => {
      if (request.url === 'http://h/') return new HttpResponse(302, { location: '/b' });
      throw new BodyError('cut', { request, response: ok });
    };
    const error = (await failure(redirect()(handler)(get(), {}))) as BodyError;
    expect(error.response.redirects).toEqual([{ status: 302, method: 'GET', url: 'http://h/' }]);
    expect(error.response.url).toBe('http://h/b');
  });
});
