import { getEventListeners } from 'node:events';
import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { Call, callOf } from '../../../src/call/call.ts';
import { CookieJar } from '../../../src/cookies/cookie-jar.ts';
import { RequestError, ResponseError } from '../../../src/message/errors.ts';
import { HttpRequest } from '../../../src/message/request.ts';
import { HttpResponse } from '../../../src/message/response.ts';
import { cookies } from '../../../src/middleware/cookies/cookies.ts';
import type { CookieOption, CookieStore } from '../../../src/options/cookie-option.ts';
import type { Handler } from '../../../src/stack/handler.ts';
import { recordingHandler } from '../../support/recording-handler.ts';

const HOME = 'http://example.com/';
const get = (url = HOME, headers = {}) => new HttpRequest('GET', url, headers);
const setting =
  (...lines: string[]) =>
  async () =>
    new HttpResponse(200, { 'Set-Cookie': lines });
const fixed = (line: string): CookieStore => ({ getCookieHeader: () => line, store: () => undefined });
const never = <T>() => new Promise<T>(() => undefined);

/** The Cookie field that the handler gets. */
async function sent(option: CookieOption, request = get()): Promise<string[]> {
  const handler = recordingHandler();
  await cookies()(handler)(request, { cookies: option });
  return handler.last.headers.getAll('cookie');
}

describe('a request that has nothing to do with cookies', () => {
  it.each([{ cookies: false }, { cookies: null }, { cookies: undefined }, { cookies: true }, {}] as const)(
    'is passed on as it is, with %j',
    (options) => {
      const answer = Promise.resolve(new HttpResponse());
      const handler = vi.fn<Handler>(() => answer);
      const request = get(HOME, { Cookie: 'a=1' });
      expect(cookies()(handler)(request, options)).toBe(answer);
      expect(handler.mock.calls[0]?.[0]).toBe(request);
      expect(handler.mock.calls[0]?.[1]).toBe(options);
    },
  );

  it('keeps its instance with an empty jar and an empty record, and its response too', async () => {
    const request = get();
    const response = new HttpResponse();
    const handler = recordingHandler(async () => response);
    expect(await cookies()(handler)(request, { cookies: new CookieJar() })).toBe(response);
    expect(await cookies()(handler)(request, { cookies: {} })).toBe(response);
    expect(await cookies()(handler)(request, { cookies: { a: undefined } })).toBe(response);
    expect(handler.requests).toEqual([request, request, request]);
    expect(handler.requests.every((one) => one === request)).toBe(true);
  });

  it('reaches the handler in the same turn when the jar answers at once', () => {
    const handler = recordingHandler();
    void cookies()(handler)(get(), { cookies: fixed('a=1') });
    expect(handler.last.headers.get('cookie')).toBe('a=1');
  });
});

describe('the Cookie field of a request', () => {
  it.each<[string, string, Record<string, string> | undefined, string | string[] | undefined, string[]]>([
    ['the jar alone', 'a=1; b=2', undefined, undefined, ['a=1; b=2']],
    ['a hand-set field alone', '', undefined, 'x=1', ['x=1']],
    ['the jar, then the field', 'a=1', undefined, 'x=1', ['a=1; x=1']],
    ['the field over the jar, by name', 'a=1; b=2', undefined, 'b=3; x=1', ['a=1; b=3; x=1']],
    ['the jar, the record, the field', 'a=1', { r: '2' }, 'x=3', ['a=1; r=2; x=3']],
    ['the record over the jar', 'a=1; b=1', { a: '2' }, undefined, ['b=1; a=2']],
    ['the field over the record', 'a=1', { a: '2', b: '2' }, 'a=3', ['b=2; a=3']],
    ['names in their own case', 'a=1', { A: '2' }, undefined, ['a=1; A=2']],
    ['two cookies of one name', 'a=1; a=2', { b: '3' }, undefined, ['a=1; a=2; b=3']],
    ['one field for several', 'a=1', undefined, ['x=1', 'y=2'], ['a=1; x=1; y=2']],
    ['the record alone', '', { a: '1', b: '"q"', c: '' }, undefined, ['a=1; b="q"; c=']],
  ])('has %s', async (_, line, record, field, expected) => {
    const jar = fixed(line);
    const request = get(HOME, field === undefined ? {} : { Cookie: field });
    expect(await sent(record === undefined ? jar : { jar, send: record }, request)).toEqual(expected);
    if (line === '' && record !== undefined) expect(await sent(record, request)).toEqual(expected);
  });

  it('leaves the request that was given as it was', async () => {
    const request = get(HOME, { Cookie: 'x=1' });
    await sent(fixed('a=1'), request);
    expect(request.headers.get('cookie')).toBe('x=1');
  });

  it('is bounded: what was set by hand stays, of the jar as much as fits', async () => {
    const jar = fixed(Array.from({ length: 150 }, (_, i) => `n${i}=1`).join('; '));
    const [line = ''] = await sent({ jar, send: { r: '1' } }, get(HOME, { Cookie: 'x=1' }));
    expect(line.split('; ')).toHaveLength(150);
    expect(line).toMatch(/^n0=1; .*; n147=1; r=1; x=1$/);
    const big = fixed(`a=${'x'.repeat(4000)}; b=${'x'.repeat(4000)}; c=1`);
    const [long = ''] = await sent({ jar: big, send: { r: 'y'.repeat(400) } });
    expect(`Cookie: ${long}`.length).toBeLessThanOrEqual(8190);
    expect(long.split('; ').map((pair) => pair[0])).toEqual(['a', 'r']);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['a semicolon', { sid: 'planted-secret; x=1' }, 'cookie "sid" has characters'],
    ['a line break', { sid: 'planted-secret\r\n' }, 'cookie "sid" has characters'],
    ['a space', { sid: 'planted secret' }, 'cookie "sid" has characters'],
    ['a comma', { sid: 'planted-secret,' }, 'cookie "sid" has characters'],
    ['one quote', { sid: '"planted-secret' }, 'cookie "sid" has characters'],
    ['a letter beyond ASCII', { sid: 'planted-secré' }, 'cookie "sid" has characters'],
    ['a name that is no token', { 'a b': 'planted-secret' }, 'cookie "a b" must have a token as its name'],
    ['an empty name', { '': 'planted-secret' }, 'cookie "" must have a token as its name'],
    ['a number', { sid: 5 }, 'cookie "sid" must be a string, got number'],
    ['null', { sid: null }, 'cookie "sid" must be a string, got null'],
    ['more than 4096 bytes', { sid: 'x'.repeat(4094) }, 'cookie "sid" is longer than 4096 bytes'],
  ])('is refused for a record with %s, before anything is sent', async (_, record, message) => {
    const handler = recordingHandler();
    for (const option of [record, { jar: fixed(''), send: record }]) {
      const failure = await cookies()(handler)(get(), { cookies: option as CookieOption }).catch(
        (error: unknown) => error,
      );
      expect(failure).toBeInstanceOf(TypeError);
      expect(String(failure)).toContain(`option cookies: ${message}`);
      expect(inspect(failure)).not.toContain('planted');
    }
    expect(handler.requests).toEqual([]);
  });

  it('is not changed by what a prototype has', async () => {
    Object.defineProperty(Object.prototype, 'polluted', {
      value: 'x=1',
      configurable: true,
      enumerable: true,
      writable: true,
    });
    try {
      expect(await sent({ a: '1' })).toEqual(['a=1']);
    } finally {
      Reflect.deleteProperty(Object.prototype, 'polluted');
    }
  });
});

describe('the Set-Cookie lines of a response', () => {
  it.each([200, 204, 302, 404, 500])('are stored for the status %d, for the URL that was asked', async (status) => {
    const jar = new CookieJar();
    const handler = recordingHandler(async () => new HttpResponse(status, { 'Set-Cookie': ['a=1', 'b=2; Path=/x'] }));
    const send = cookies()(handler);
    await send(get('http://example.com/dir/page'), { cookies: jar });
    await send(get('http://example.com/dir/'), { cookies: jar });
    await send(get('http://example.com/x'), { cookies: jar });
    await send(get('http://other.com/dir/'), { cookies: jar });
    expect(handler.requests.map((one) => one.headers.get('cookie'))).toEqual([null, 'a=1', 'b=2', null]);
  });

  it('are stored before the caller has the response', async () => {
    const jar = new CookieJar();
    await cookies()(setting('a=1'))(get(), { cookies: { jar, send: { x: '1' } } });
    expect(jar.getCookieHeader(HOME)).toBe('a=1');
  });

  it('go nowhere with a record alone, and after a failure', async () => {
    const store = vi.fn();
    await cookies()(setting('a=1'))(get(), { cookies: { x: '1' } });
    const failing: Handler = () => Promise.reject(new RequestError('no'));
    await expect(cookies()(failing)(get(), { cookies: { ...fixed(''), store } })).rejects.toThrow(RequestError);
    expect(store).not.toHaveBeenCalled();
  });
});

describe('a jar of the caller', () => {
  it('may take its time', async () => {
    const stored: [string, readonly string[]][] = [];
    const jar: CookieStore = {
      getCookieHeader: async (url) => `asked=${url.length}`,
      store: async (url, lines) => void stored.push([url, lines]),
    };
    const handler = recordingHandler(setting('a=1', 'b=2'));
    await cookies()(handler)(get(), { cookies: jar });
    expect(handler.last.headers.get('cookie')).toBe('asked=19');
    expect(stored).toEqual([[HOME, ['a=1', 'b=2']]]);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('jar is down');
      },
    ],
    ['rejects', () => Promise.reject(new Error('jar is down'))],
  ])('that %s when it is asked ends the call before it is sent', async (_, getCookieHeader) => {
    const handler = recordingHandler();
    const call = cookies()(handler)(get(), { cookies: { ...fixed(''), getCookieHeader } });
    await expect(call).rejects.toMatchObject({
      name: 'RequestError',
      code: 'ERR_COOKIES',
      cause: { message: 'jar is down' },
    });
    expect(handler.requests).toEqual([]);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('jar is full');
      },
    ],
    ['rejects', () => Promise.reject(new Error('jar is full'))],
  ])('that %s when it stores ends the call and lets go of the response', async (_, store) => {
    const response = new HttpResponse(200, { 'Set-Cookie': 'a=planted-secret' });
    const discard = vi.spyOn(response, 'discard');
    const call = cookies()(async () => response)(get(), { cookies: { ...fixed(''), store } });
    const failure = await call.catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ResponseError);
    expect(failure).toMatchObject({ code: 'ERR_COOKIES', response, cause: { message: 'jar is full' } });
    expect(inspect(failure)).not.toContain('planted-secret');
    expect(discard).toHaveBeenCalledOnce();
  });

  it('leaves a failure of the handler as it is', async () => {
    const failure = new RequestError('no');
    const jar = { ...fixed(''), getCookieHeader: async () => 'a=1' };
    await expect(cookies()(() => Promise.reject(failure))(get(), { cookies: jar })).rejects.toBe(failure);
  });

  it.each(['getCookieHeader', 'store'] as const)('does not hold an abort while it waits in %s', async (method) => {
    const reason = new Error('enough');
    const jar = { ...fixed(''), [method]: never };
    const controller = new AbortController();
    const bySignal = cookies()(setting('a=1'))(get(), { cookies: jar, signal: controller.signal });
    const request = get();
    request.call = new Call(0);
    const byCall = cookies()(setting('a=1'))(request, { cookies: jar });
    const settled = Promise.allSettled([bySignal, byCall]);
    controller.abort(reason);
    callOf(request)!.abort(reason);
    expect(await settled).toEqual([
      { status: 'rejected', reason },
      { status: 'rejected', reason },
    ]);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });
});
