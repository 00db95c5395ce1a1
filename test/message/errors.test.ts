import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { Call } from '../../src/call/call.ts';
import * as errors from '../../src/message/errors.ts';
import { HttpRequest } from '../../src/message/request.ts';
import { HttpResponse } from '../../src/message/response.ts';

const {
  BadResponseError,
  BodyError,
  ClientError,
  ConnectError,
  NetworkError,
  RedirectError,
  RequestError,
  ResponseError,
  ServerError,
  TimeoutError,
  TooManyRedirectsError,
  TransferError,
} = errors;

const request = new HttpRequest('GET', 'http://h.test/x');
const response = new HttpResponse(500, { 'X-A': 'b' }, 'oops');

/** Every class, made the way the package makes it. */
function oneOfEach(asked = request, answered = response): errors.TransferError[] {
  const init = { request: asked, response: answered };
  return [
    new TransferError('failed', { request: asked }),
    new RequestError('failed', { request: asked }),
    new NetworkError('failed', { request: asked }),
    new ConnectError('failed', { request: asked }),
    new TimeoutError('failed', { request: asked, phase: 'read' }),
    new ResponseError('failed', init),
    new BadResponseError('failed', init),
    new ClientError('failed', init),
    new ServerError('failed', init),
    new RedirectError('failed', init),
    new TooManyRedirectsError('failed', init),
    new BodyError('failed', init),
  ];
}

describe('the tree of errors', () => {
  it.each([
    [RequestError, [TransferError]],
    [NetworkError, [TransferError]],
    [ConnectError, [NetworkError, TransferError]],
    [TimeoutError, [NetworkError, TransferError]],
    [ResponseError, [TransferError]],
    [BadResponseError, [ResponseError, TransferError]],
    [ClientError, [BadResponseError, ResponseError]],
    [ServerError, [BadResponseError, ResponseError]],
    [RedirectError, [ResponseError]],
    [TooManyRedirectsError, [RedirectError, ResponseError]],
    [BodyError, [ResponseError]],
  ])('has %o below its parents', (child, parents) => {
    for (const parent of parents) expect(child.prototype).toBeInstanceOf(parent);
  });

  it('keeps RequestError and NetworkError apart, as PSR-18 does', () => {
    expect(RequestError.prototype).not.toBeInstanceOf(NetworkError);
    expect(NetworkError.prototype).not.toBeInstanceOf(RequestError);
  });

  it('names every class in its name, its stack and its guard', () => {
    for (const error of oneOfEach()) {
      expect(error.stack).toMatch(new RegExp(`^${error.name}: `));
      const guard = (errors as unknown as Record<string, (value: unknown) => boolean>)[`is${error.name}`];
      expect(guard?.(error)).toBe(true);
      expect(errors.isTransferError(error)).toBe(true);
    }
  });

  it('tells classes apart by their guards', () => {
    const refused = new ConnectError('refused', request);
    expect([errors.isNetworkError(refused), errors.isTimeoutError(refused), errors.isRequestError(refused)]).toEqual([
      true,
      false,
      false,
    ]);
    for (const other of [new Error('x'), null, undefined, 'x', {}]) expect(errors.isTransferError(other)).toBe(false);
  });

  it('knows its errors when another `Error` has taken the place of the global one', () => {
    vi.stubGlobal('Error', class extends Error {});
    try {
      const known = oneOfEach().map((error) => [errors.isTransferError(error), errors.isNetworkError(error)]);
      expect(known).toEqual(oneOfEach().map((error) => [true, error instanceof NetworkError]));
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it('recognises the errors of another copy of the package', async () => {
    // A query makes the module loader give a second copy.
    const path = '../../src/message/errors.ts?copy';
    const copy = (await import(/* @vite-ignore */ path)) as typeof errors;
    const foreign = new copy.TimeoutError('late', { request, phase: 'total' });
    expect(foreign).not.toBeInstanceOf(TransferError);
    expect([errors.isTransferError(foreign), errors.isTimeoutError(foreign), errors.isBodyError(foreign)]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('puts method and URL before the fact', () => {
    expect(new NetworkError('the connection was reset', request).message).toBe(
      'GET http://h.test/x: the connection was reset',
    );
  });

  it('has a stable code for each class and phase', () => {
    expect(oneOfEach().map(({ code }) => code)).toEqual([
      'ERR_TRANSFER',
      'ERR_REQUEST',
      'ERR_NETWORK',
      'ERR_CONNECT',
      'ERR_TIMEOUT_READ',
      'ERR_RESPONSE',
      'ERR_BAD_RESPONSE',
      'ERR_CLIENT_ERROR',
      'ERR_SERVER_ERROR',
      'ERR_REDIRECT',
      'ERR_TOO_MANY_REDIRECTS',
      'ERR_BODY',
    ]);
  });

  it.each<[ConstructorParameters<typeof TimeoutError>[1], string, string]>([
    [undefined, 'ERR_TIMEOUT', 'total'],
    [{}, 'ERR_TIMEOUT', 'total'],
    [{ code: 'ERR_MINE' }, 'ERR_MINE', 'total'],
    [{ phase: 'read' }, 'ERR_TIMEOUT_READ', 'read'],
    [{ phase: 'read', code: 'ERR_MINE' }, 'ERR_MINE', 'read'],
  ])('makes a TimeoutError by hand of %j', (init, code, phase) => {
    expect(new TimeoutError('slow', init)).toMatchObject({ name: 'TimeoutError', code, phase });
  });

  it("gives the system's positive number", () => {
    const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', errno: -111 });
    expect(new ConnectError('refused', { request, cause }).errno).toBeGreaterThan(0);
  });
});

describe('an error by its keys', () => {
  const plain = ['attempts', 'code', 'elapsed', 'errno', 'phase'];
  const asked = new HttpRequest('POST', 'http://h.test/?token=s3cret', { Authorization: 's3cret' }, 's3cret');

  it('has plain facts alone, also once it was revived', () => {
    for (const error of oneOfEach(
      asked,
      new HttpResponse(500, { 'X-A': 's3cret' }, 's3cret').with({ request: asked }),
    )) {
      error.transfer = { request: asked };
      for (const one of [error, TransferError.fromJSON(error.toJSON())]) {
        for (const name in one) expect(plain).toContain(name);
        for (const name of Reflect.ownKeys(one)) expect([...plain, 'stack', 'message']).toContain(name);
        expect(inspect(one, { showHidden: true, customInspect: false, depth: 9 })).not.toContain('s3cret');
        expect(one.request?.method).toBe('POST');
      }
    }
  });
});

describe('JSON of an error', () => {
  it('goes there and back for every class', () => {
    for (const error of oneOfEach()) {
      error.attempts = 3;
      error.elapsed = 12.5;
      const revived = TransferError.fromJSON(JSON.parse(JSON.stringify(error)));
      expect(revived).toBeInstanceOf(error.constructor);
      expect(revived).toBeInstanceOf(Error);
      expect({ ...revived.toJSON() }).toEqual(JSON.parse(JSON.stringify(error)));
      expect([revived.message, revived.code, revived.attempts, revived.elapsed]).toEqual([
        error.message,
        error.code,
        3,
        12.5,
      ]);
    }
  });

  it('reads an unknown name as a TransferError', () => {
    const json = { ...new TransferError('x', request).toJSON(), name: 'constructor' };
    expect(TransferError.fromJSON(json)).toBeInstanceOf(TransferError);
  });
});

describe('secrets in errors', () => {
  const secrets = ['hunter2', 'tok-9f8e7d', 'sid-a1b2c3', 'proxy-5d4c3b', 'key-112233', 'set-445566', 'own-778899'];
  const asked = new HttpRequest(
    'GET',
    'http://ada:hunter2@h.test/x?access_token=tok-9f8e7d&page=2&house=own-778899',
    {
      Authorization: 'Bearer tok-9f8e7d',
      Cookie: 'sid=sid-a1b2c3',
      'Proxy-Authorization': 'Basic proxy-5d4c3b',
      'X-Api-Key': 'key-112233',
      'X-House': 'own-778899',
    },
    '{"password":"hunter2"}',
  );
  asked.call = new Call(0, ['X-House', 'house']);
  const answered = new HttpResponse(
    401,
    { 'Set-Cookie': 'sid=set-445566', Location: 'http://u:hunter2@h.test/?token=tok-9f8e7d' },
    'no',
    '1.1',
    'No',
    {
      request: asked,
      url: asked.url,
      redirects: [{ status: 302, method: 'GET', url: asked.url }],
    },
  );

  it.each(oneOfEach(asked, answered).map((error) => [error.name, error] as const))(
    'are in no rendering of a %s',
    (_, error) => {
      const logged: string[] = [];
      const renderings = [
        error.message,
        String(error),
        error.stack ?? '',
        inspect(error, { depth: 10, showHidden: false }),
        inspect({ error }, { depth: 10 }),
        JSON.stringify(error),
        JSON.stringify({ error, request: error.request, response: (error as errors.ResponseError).response }),
        ...logged,
      ];
      for (const rendering of renderings) for (const secret of secrets) expect(rendering).not.toContain(secret);
      expect(renderings.join('')).toContain('h.test');
    },
  );
});
