import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import {
  Client,
  type Handler,
  HandlerStack,
  type HttpRequest,
  HttpResponse,
  isBadResponseError,
  isRequestError,
  type OAuth2Options,
  oauth2,
} from '../../../src/index.ts';
import { FakeClock } from '../../../src/testing/fake-clock.ts';
import { mockHandler } from '../../../src/testing/mock-handler.ts';
import { startServer } from '../../../src/testing/server.ts';
import { everyTransport } from '../../support/every-transport.ts';
import { rejection, streamed } from '../../support/fake-handler.ts';

/** A server that takes one token at a time, and what it was sent. */
function api(good: { token: string } = { token: 'new' }) {
  const sent: string[] = [];
  const handler: Handler = async (request) => {
    const token = (request.headers.get('authorization') ?? 'none').replace('Bearer ', '');
    sent.push(token);
    // After the turn of whoever else sends now.
    await Promise.resolve();
    return token === good.token ? new HttpResponse(200, {}, 'in') : new HttpResponse(401, {}, `who is ${token}?`);
  };
  return { good, sent, handler: HandlerStack.create(handler) };
}

/** A refresh that a test ends when it wants to. */
function held() {
  const waiting: { resolve(token: string): void; reject(reason: unknown): void }[] = [];
  const refresh = vi.fn(() => new Promise<string>((resolve, reject) => void waiting.push({ resolve, reject })));
  return { refresh, waiting };
}

const flows = async () => new Promise((resolve) => setImmediate(resolve));
const token = (access_token: string, expires_in?: number) => ({ access_token, token_type: 'Bearer', expires_in });

describe('the token', () => {
  it.each<[what: string, given: OAuth2Options['token']]>([
    ['text', 'new'],
    ['the answer of a token endpoint', { access_token: 'new', token_type: 'bearer', expires_in: 3600 }],
    ['the spelling of libraries', { accessToken: 'new', tokenType: 'Bearer', expiresIn: 3600 }],
    ['a date', { access_token: 'new', expires_at: new Date(Date.now() + 3_600_000) }],
    ['milliseconds since 1970', { access_token: 'new', expires_at: Date.now() + 3_600_000 }],
    ['seconds since 1970', { accessToken: 'new', expiresAt: Math.ceil(Date.now() / 1000) + 3600 }],
  ])('may be %s', async (_what, given) => {
    const { handler, sent } = api();
    const refresh = vi.fn();
    const client = new Client({ handler, auth: oauth2({ token: given, refresh }) });
    expect((await client.get('http://a.test/')).status).toBe(200);
    expect(sent).toEqual(['new']);
    expect(refresh).not.toHaveBeenCalled();
  });

  it.each<[what: string, options: unknown, message: string]>([
    ['nothing', undefined, 'oauth2 takes { token, refresh, early, timeout }, got undefined'],
    ['no refresh', {}, 'oauth2.refresh must be a function that gives a token, got undefined'],
    ['a number', { refresh: vi.fn(), token: 5 }, 'oauth2.token must be a token such as { access_token, expires_in }'],
    ['an empty one', { refresh: vi.fn(), token: '' }, 'access_token must not be empty'],
    ['a line end', { refresh: vi.fn(), token: 'SECRET\n' }, 'control characters'],
    [
      'a type that cannot be sent',
      { refresh: vi.fn(), token: { access_token: 'SECRET', token_type: 'DPoP' } },
      'bearer',
    ],
    ['a time that is none', { refresh: vi.fn(), token: token('SECRET', Number.NaN) }, 'seconds, 0 or more, got NaN'],
    ['a negative time', { refresh: vi.fn(), token: token('SECRET', -1) }, 'seconds, 0 or more, got -1'],
    [
      'a date that is none',
      { refresh: vi.fn(), token: { access_token: 'a', expires_at: new Date('x') } },
      'expires_at',
    ],
    ['a negative early', { refresh: vi.fn(), early: -1 }, 'oauth2.early must not be negative'],
    ['a timeout without a unit', { refresh: vi.fn(), timeout: '5' }, 'oauth2.timeout'],
  ])('is refused as %s, without being shown', (_what, options, message) => {
    const make = () => oauth2(options as OAuth2Options);
    expect(make).toThrow(TypeError);
    expect(make).toThrow(message);
    expect(make).not.toThrow('SECRET');
  });
});

describe('the refresh', () => {
  it('is one for a thousand calls whose token has ended, over clients that share it', async () => {
    const { handler, sent } = api();
    const { refresh, waiting } = held();
    const auth = oauth2({ token: token('old', 0), refresh });
    const clients = [new Client({ handler, auth }), new Client({ handler, auth })];
    const calls = Array.from({ length: 1000 }, (_, i) => clients[i % 2]!.get('http://a.test/'));
    await flows();
    waiting[0]!.resolve('new');
    const statuses = (await Promise.all(calls)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1000);
    expect(sent).toHaveLength(1000);
    expect(refresh).toHaveBeenCalledTimes(1);
  });

  it('is one for a thousand calls that the server answered 401, each of which is sent twice', async () => {
    const { handler, sent } = api();
    const refresh = vi.fn(async () => 'new');
    const client = new Client({ handler, auth: oauth2({ token: 'old', refresh }) });
    await Promise.all(Array.from({ length: 1000 }, () => client.get('http://a.test/')));
    expect(refresh).toHaveBeenCalledTimes(1);
    expect(sent.filter((one) => one === 'old')).toHaveLength(1000);
    expect(sent.filter((one) => one === 'new')).toHaveLength(1000);
  });

  it('is not asked for when another call has brought a newer token meanwhile', async () => {
    const { handler } = api();
    const refresh = vi.fn(async () => 'new');
    const auth = oauth2({ token: 'old', refresh });
    let answer = () => {};
    const slow = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const late = HandlerStack.create(async (request, options) => {
      const isOld = request.headers.get('authorization') === 'Bearer old';
      if (isOld) await slow;
      return handler.handler!(request, options);
    });
    const first = new Client({ handler: late, auth }).get('http://a.test/');
    await flows();
    await new Client({ handler, auth }).get('http://a.test/');
    answer();
    expect((await first).status).toBe(200);
    expect(refresh).toHaveBeenCalledTimes(1);
  });

  it('is asked for once more by a 401, whose second is the answer', async () => {
    const { handler, sent } = api({ token: 'never' });
    const refresh = vi.fn(async () => 'new');
    const client = new Client({ handler, httpErrors: false, auth: oauth2({ token: 'old', refresh }) });
    expect((await client.get('http://a.test/')).status).toBe(401);
    expect(sent).toEqual(['old', 'new']);
    expect(refresh).toHaveBeenCalledTimes(1);
  });

  it('comes early, once, and the one before is sent until then', async () => {
    const clock = new FakeClock();
    const { handler, sent, good } = api({ token: 't0' });
    let count = 0;
    const refresh = vi.fn(async () => token((good.token = `t${++count}`), 3600));
    const client = new Client({ handler, clock, auth: oauth2({ token: token('t0', 3600), refresh, early: '60s' }) });
    const get = () => client.get('http://a.test/');
    await get();
    await clock.advance(3_539_999);
    await get();
    expect(refresh).not.toHaveBeenCalled();
    await clock.advance(1);
    await Promise.all([get(), get(), get()]);
    expect(refresh).toHaveBeenCalledTimes(1);
    await clock.advance(3_539_999);
    await get();
    expect(refresh).toHaveBeenCalledTimes(1);
    expect(sent).toEqual(['t0', 't0', 't1', 't1', 't1', 't1']);
    expect(clock.pending).toBe(0);
  });

  it.each([
    ['a token that lasts less than early', 30, 16, 2],
    ['a token that has ended when it comes', 0, 1, 3],
  ])('is not repeated by every waiting call for %s', async (_what, lasts, seconds, times) => {
    const clock = new FakeClock();
    const { handler } = api();
    const refresh = vi.fn(async () => token('new', lasts));
    const client = new Client({ handler, clock, auth: oauth2({ refresh }) });
    await Promise.all([client.get('http://a.test/'), client.get('http://a.test/')]);
    expect(refresh).toHaveBeenCalledTimes(1);
    await client.get('http://a.test/');
    await clock.advance(seconds * 1000);
    await client.get('http://a.test/');
    expect(refresh).toHaveBeenCalledTimes(times);
  });

  it('counts the time of a clock that goes back from when the token came', async () => {
    let now = 1_000_000;
    const clock = { now: () => now, sleep: () => new Promise<void>(() => undefined) };
    const { handler } = api();
    const refresh = vi.fn(async () => token('new', 3600));
    const client = new Client({ handler, clock, auth: oauth2({ refresh }) });
    await client.get('http://a.test/');
    now = 0;
    await client.get('http://a.test/');
    expect(refresh).toHaveBeenCalledTimes(1);
    now = 1_000_000 + 3_600_000;
    await client.get('http://a.test/');
    expect(refresh).toHaveBeenCalledTimes(2);
  });

  it('is given the token before, with the last refresh token', async () => {
    const { handler, good } = api({ token: 'a' });
    const given: unknown[] = [];
    const answers = [{ access_token: 'b', scope: 'read' }, { accessToken: 'c', refreshToken: 'r2' }, 'd'];
    const auth = oauth2({
      token: { accessToken: 'z', refreshToken: 'r1' },
      refresh: (before) => {
        given.push(before && [before.access_token, before.refresh_token, (before as { scope?: string }).scope]);
        return answers.shift()!;
      },
    });
    const client = new Client({ handler, auth });
    for (good.token of ['b', 'c', 'd']) await client.get('http://a.test/');
    expect(given).toEqual([
      ['z', 'r1', undefined],
      ['b', 'r1', 'read'],
      ['c', 'r2', undefined],
    ]);
  });
});

describe('a refresh that fails', () => {
  it('is told to all that wait, each by an error of its own, and the next call asks again', async () => {
    const { handler, sent } = api();
    const { refresh, waiting } = held();
    const client = new Client({ handler, auth: oauth2({ refresh }) });
    const calls = ['a', 'b', 'c'].map((path) => rejection(client.get(`http://a.test/${path}`)));
    await flows();
    const cause = new Error('the issuer sleeps');
    waiting[0]!.reject(cause);
    const errors = await Promise.all(calls);
    expect(errors.every((error) => isRequestError(error) && error.code === 'ERR_AUTH_REFRESH')).toBe(true);
    expect(errors.map((error) => error.cause)).toEqual([cause, cause, cause]);
    expect(errors.map((error) => error.message)).toEqual(
      ['a', 'b', 'c'].map(
        (path) => `GET http://a.test/${path}: there is no access token: oauth2.refresh failed: the issuer sleeps`,
      ),
    );
    expect(sent).toEqual([]);
    const again = client.get('http://a.test/');
    await flows();
    waiting[1]!.resolve('new');
    expect((await again).status).toBe(200);
  });

  it.each<[what: string, given: unknown, message: string]>([
    [
      'nothing',
      undefined,
      'what oauth2.refresh gave must be a token such as { access_token, expires_in }, got undefined',
    ],
    ['a list', ['SECRET'], 'got a list'],
    ['no access token', { error: 'invalid_grant' }, 'access_token must be a string, got undefined'],
    ['an empty one', { access_token: '' }, 'access_token must not be empty'],
    ['another type', { access_token: 'SECRET', token_type: 'mac' }, "token_type must be 'bearer', got another one"],
    ['a time that is no number', { access_token: 'SECRET', expires_in: 'soon' }, 'expires_in must be seconds'],
    ['an inherited token', Object.create({ access_token: 'SECRET' }), 'access_token must be a string'],
  ])('so is one that gives %s', async (_what, given, message) => {
    const { handler } = api();
    const client = new Client({ handler, retry: 5, auth: oauth2({ refresh: () => given as string }) });
    const error = await rejection(client.get('http://a.test/'));
    expect(isRequestError(error) && error.code).toBe('ERR_AUTH_REFRESH');
    expect(error.message).toContain(message);
    expect(inspect(error, { depth: 9 })).not.toContain('SECRET');
  });

  it('is none while the token is still good', async () => {
    const clock = new FakeClock();
    const { handler, sent, good } = api({ token: 'old' });
    let fails = true;
    const refresh = async () => {
      if (fails) throw new Error('the issuer sleeps');
      return 'new';
    };
    const client = new Client({ handler, clock, auth: oauth2({ token: token('old', 30), refresh }) });
    await client.get('http://a.test/');
    await clock.advance(30_000);
    expect((await rejection(client.get('http://a.test/'))).message).toContain('the issuer sleeps');
    fails = false;
    good.token = 'new';
    await client.get('http://a.test/');
    expect(sent).toEqual(['old', 'new']);
  });

  it('is one that takes too long by the clock: its signal is aborted, and the next call asks again', async () => {
    const clock = new FakeClock();
    const { handler } = api();
    const signals: AbortSignal[] = [];
    const refresh = (_: unknown, { signal }: { signal: AbortSignal }) => {
      signals.push(signal);
      return signals.length === 1 ? new Promise<string>(() => undefined) : 'new';
    };
    const client = new Client({ handler, clock, auth: oauth2({ refresh, timeout: '5s' }) });
    const first = rejection(client.get('http://a.test/'));
    await flows();
    await clock.advance(5000);
    expect((await first).message).toContain('oauth2.refresh gave no token within 5000 ms (oauth2.timeout)');
    expect(signals[0]!.aborted).toBe(true);
    expect((await client.get('http://a.test/')).status).toBe(200);
    expect(clock.pending).toBe(0);
  });
});

describe('who stops a call', () => {
  it('stops its own wait, not the refresh of the others', async () => {
    const { handler } = api();
    const { refresh, waiting } = held();
    const client = new Client({ handler, auth: oauth2({ refresh }) });
    const controller = new AbortController();
    const calls = [
      client.get('http://a.test/', { signal: controller.signal }),
      client.get('http://a.test/'),
      client.get('http://a.test/'),
    ];
    const stopped = Promise.all([rejection(calls[0]!), rejection(calls[1]!)]);
    await flows();
    controller.abort('enough');
    calls[1]!.cancel('me too');
    expect(await stopped).toEqual(['enough', 'me too']);
    waiting[0]!.resolve('new');
    expect((await calls[2]!).status).toBe(200);
    expect(refresh).toHaveBeenCalledTimes(1);
  });

  it('is also a client that is destroyed, and its own calls alone', async () => {
    const { handler } = api();
    const { refresh, waiting } = held();
    const auth = oauth2({ refresh });
    const [one, other] = [new Client({ handler, auth }), new Client({ handler, auth })];
    const ended = rejection(one.get('http://a.test/'));
    const alive = other.get('http://a.test/');
    await flows();
    await one.destroy();
    expect(await ended).toMatchObject({ code: 'ERR_CLIENT_CLOSED' });
    waiting[0]!.resolve('new');
    expect((await alive).status).toBe(200);
  });
});

describe('a body that can be read once', () => {
  it('is not sent again: the 401 is the answer, and the next call has another token', async () => {
    const { handler, sent } = api();
    const refresh = vi.fn(async () => 'new');
    const client = new Client({ handler, httpErrors: false, auth: oauth2({ token: 'old', refresh }) });
    const body = async function* () {
      yield new Uint8Array(3);
    };
    expect((await client.post('http://a.test/', { body: body() })).status).toBe(401);
    expect(refresh).not.toHaveBeenCalled();
    expect((await client.post('http://a.test/', { body: body() })).status).toBe(200);
    expect(sent).toEqual(['old', 'new']);
  });

  it('is nothing to a streamed answer, whose 401 is let go', async () => {
    const { response, released } = streamed(401);
    const handler = HandlerStack.create(async (request, options) => {
      const isNew = request.headers.get('authorization') === 'Bearer new';
      const answer = isNew ? new HttpResponse(200, {}, 'in') : response;
      if (options.onHeaders) options.onHeaders(answer);
      return answer;
    });
    const client = new Client({ handler, auth: oauth2({ token: 'old', refresh: () => 'new' }) });
    const heads: number[] = [];
    const onHeaders = ({ status }: HttpResponse) => void heads.push(status);
    expect(await (await client.get('http://a.test/', { stream: true, onHeaders })).text()).toBe('in');
    expect(heads).toEqual([200]);
    expect(released).toHaveBeenCalledTimes(1);
  });
});

describe('the token is masked', () => {
  it('in errors, whatever the server and the issuer repeat', async () => {
    const secrets = /SECRET-access|SECRET-refresh/;
    const pair = { access_token: 'SECRET-access', refresh_token: 'SECRET-refresh' };
    const answer = async (request: HttpRequest) => {
      const line = request.headers.get('authorization')!;
      return new HttpResponse(403, { 'X-Echo': line }, `no, ${line}`, '1.1', `not ${line.slice(7)}`);
    };
    const echo = HandlerStack.create(mockHandler([answer]));
    const refused = await rejection(
      new Client({ handler: echo, auth: oauth2({ token: pair, refresh: vi.fn() }) }).get('http://a.test/'),
    );
    expect(isBadResponseError(refused)).toBe(true);
    expect(
      `${refused.stack} ${JSON.stringify(refused)} ${inspect(refused, { depth: 9, showHidden: true })}`,
    ).not.toMatch(secrets);
    const refresh = () => {
      throw Object.assign(new Error(`SECRET-refresh is over, so is SECRET-access`), {
        form: 'refresh_token=SECRET-refresh',
      });
    };
    const { handler } = api();
    const auth = oauth2({ token: pair, refresh });
    const failed = await rejection(new Client({ handler, auth }).get('http://a.test/'));
    expect(failed.message).toContain('oauth2.refresh failed: *** is over, so is ***');
    expect(`${failed.stack} ${JSON.stringify(failed)} ${inspect(failed, { depth: 9 })}`).not.toMatch(secrets);
    expect(inspect(auth, { depth: 9, showHidden: true })).not.toMatch(secrets);
  });
});

describe.each(everyTransport)('over %s', (_name, serve) => {
  it('twenty calls with a token that is refused make one refresh', async () => {
    await using site = await serve(({ header }) => ({ status: header('authorization') === 'Bearer new' ? 200 : 401 }));
    const refresh = vi.fn(async () => 'new');
    const handler = HandlerStack.create(site.handler);
    await using client = new Client({ handler, auth: oauth2({ token: 'old', refresh }) });
    const answers = await Promise.all(Array.from({ length: 20 }, () => client.get(`${site.origin}/`)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(refresh).toHaveBeenCalledTimes(1);
  });
});

it('does not wait for the body of a 401 that it answers', async () => {
  const server = await startServer({
    listener: (request, response) => {
      const isNew = request.headers.authorization === 'Bearer new';
      response.writeHead(isNew ? 200 : 401);
      // The body of the refusal never ends.
      if (isNew) response.end('in');
      else response.write('x'.repeat(1000));
    },
  });
  const client = new Client({ auth: oauth2({ token: 'old', refresh: () => 'new' }) });
  expect(await client.get(server.url('/')).text()).toBe('in');
  await client.destroy();
  await server.close();
});
