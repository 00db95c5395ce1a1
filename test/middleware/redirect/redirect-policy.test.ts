import { describe, expect, it } from 'vitest';
import { Call } from '../../../src/call/call.ts';
import { RequestBody } from '../../../src/message/body.ts';
import { HttpHeaders } from '../../../src/message/headers.ts';
import { HttpRequest } from '../../../src/message/request.ts';
import { HttpResponse } from '../../../src/message/response.ts';
import { isInside } from '../../../src/message/uri.ts';
import { nextMethod, nextUrl, planHop } from '../../../src/middleware/redirect/redirect-policy.ts';
import { crossOriginOptions } from '../../../src/options/cross-origin-options.ts';
import type { RedirectOptions } from '../../../src/options/options.ts';
import { redirectPolicy } from '../../../src/options/redirect-policy.ts';
import { isRedirect, isRedirectStatus } from '../../../src/semantics/redirects.ts';

const policy = (options: RedirectOptions = {}) => redirectPolicy(options)!;
const to = (location: string, status = 302) => new HttpResponse(status, { location });
const next = (location: string, from: string, options?: RedirectOptions) => {
  const found = nextUrl(to(location), from, policy(options));
  return found instanceof URL ? found.href : found.code;
};

describe('redirectPolicy', () => {
  it.each([undefined, true, {}])('gives the defaults for %j', (option) => {
    expect(redirectPolicy(option)).toMatchObject({ max: 5, strict: false, referer: false, allowDowngrade: false });
  });

  it.each([false, null, { max: 0 }, { max: null }, { max: false }] as never[])('is off for %j', (option) => {
    expect(redirectPolicy(option)).toBeUndefined();
  });

  it.each([
    [{ max: -1 }, /allowRedirects\.max.*-1/],
    [{ max: 1.5 }, /allowRedirects\.max.*1\.5/],
    [{ max: '3' }, /allowRedirects\.max/],
    [{ protocols: ['ftp'] }, /allowRedirects\.protocols.*'http' and 'https'.*ftp/],
    [{ protocols: [] }, /allowRedirects\.protocols/],
    [{ keepHeaders: 'x-a' }, /allowRedirects\.keepHeaders/],
    [{ onRedirect: 'yes' }, /allowRedirects\.onRedirect/],
    ['yes', /allowRedirects must be/],
  ])('refuses %j with a TypeError that says what was expected', (option, message) => {
    const build = () => redirectPolicy(option as RedirectOptions);
    expect(build).toThrow(TypeError);
    expect(build).toThrow(message);
  });

  it('reads own keys alone', () => {
    const inherited = Object.create({ strict: true, referer: true, max: 0, allowDowngrade: true }) as RedirectOptions;
    expect(redirectPolicy(inherited)).toMatchObject({ max: 5, strict: false, referer: false, allowDowngrade: false });
  });
});

it('follows five statuses and no other', () => {
  const followed = Array.from({ length: 900 }, (_, i) => i + 100).filter(isRedirectStatus);
  expect(followed).toEqual([301, 302, 303, 307, 308]);
});

it('follows no redirect without a Location', () => {
  expect(isRedirect(new HttpResponse(302))).toBe(false);
  expect(isRedirect(to('/x'))).toBe(true);
});

it.each([
  [303, 'DELETE', false, 'GET', false],
  [303, 'OPTIONS', true, 'GET', false],
  [301, 'DELETE', false, 'DELETE', true],
  [302, 'PATCH', false, 'PATCH', true],
  [302, 'post', false, 'post', true],
  [303, 'get', false, 'GET', false],
])('on %i %s (strict: %s) asks next with %s', (status, method, strict, expected, keepsBody) => {
  expect(nextMethod(status, method, strict)).toEqual({ method: expected, keepsBody });
});

describe('nextUrl', () => {
  it.each([
    ['/b', 'http://h/a', 'http://h/b'],
    ['b?c', 'http://h/a/x?y', 'http://h/a/b?c'],
    ['../b', 'http://h/a/x/y', 'http://h/a/b'],
    ['//other/b', 'https://h/a', 'https://other/b'],
    ['', 'http://h/a?b', 'http://h/a?b'],
    ['http://h:80/b', 'http://h/a', 'http://h/b'],
    ['http://0x7f000001/', 'http://h/', 'http://127.0.0.1/'],
    ['http://127.0.0.%31/', 'http://h/', 'http://127.0.0.1/'],
    ['http://H/b', 'http://h/a', 'http://h/b'],
    ['/b\\..\\c', 'http://h/a', 'http://h/c'],
  ])('resolves %j against %s to %s', (location, from, expected) => {
    expect(next(location, from)).toBe(expected);
  });

  it.each([
    ['/b', 'http://h/a#one', 'http://h/b#one'],
    ['/b#two', 'http://h/a#one', 'http://h/b#two'],
    ['/b#', 'http://h/a#one', 'http://h/b#'],
    ['http://other/', 'http://h/a#one', 'http://other/#one'],
  ])('gives %j from %s the fragment of %s', (location, from, expected) => {
    expect(next(location, from)).toBe(expected);
  });

  it.each([
    ['http://user:pass@h/b', 'http://h/b'],
    ['http://user@other/b', 'http://other/b'],
    ['//user:pass@other/b', 'http://other/b'],
  ])('takes the userinfo out of %s', (location, expected) => {
    expect(next(location, 'http://h/a')).toBe(expected);
  });

  it('reads a Location in raw UTF-8 as UTF-8', () => {
    const raw = Buffer.from('/käse').toString('latin1');
    expect(next(raw, 'http://h/')).toBe('http://h/k%C3%A4se');
  });

  it('reads a Location in latin1 as latin1', () => {
    expect(next('/k\xe4se', 'http://h/')).toBe('http://h/k%C3%A4se');
  });

  it.each(['http://h:99999/', 'http://', 'http://a b/', 'http://[::1/'])('refuses the malformed %s', (location) => {
    expect(next(location, 'http://h/')).toBe('ERR_REDIRECT_LOCATION');
  });

  it('shows no more than the beginning of a malformed one that is long', () => {
    const { fact } = nextUrl(to(`http://${'a'.repeat(5000)}:99999/`), 'http://h/', policy()) as { fact: string };
    expect(fact).toContain('aaa..."');
    expect(fact.length).toBeLessThan(400);
  });

  it.each(['ftp://h/', 'file:///etc/passwd', 'data:text/plain,x', 'javascript:1', 'unix:/run/x', 'ws://h/'])(
    'refuses the scheme of %s',
    (location) => {
      expect(next(location, 'http://h/')).toBe('ERR_REDIRECT_PROTOCOL');
    },
  );

  it('refuses a scheme that protocols does not list, and names those it does', () => {
    expect(nextUrl(to('http://h/'), 'http://h/', policy({ protocols: ['https'] }))).toMatchObject({
      code: 'ERR_REDIRECT_PROTOCOL',
      fact: expect.stringMatching(/"http:".*allows https only/),
    });
  });

  it('goes from https to http only when allowDowngrade says so', () => {
    expect(next('http://h/', 'https://h/')).toBe('ERR_REDIRECT_DOWNGRADE');
    expect(next('http://h/', 'https://h/', { allowDowngrade: true })).toBe('http://h/');
    expect(next('https://h/', 'http://h/')).toBe('https://h/');
  });

  it('refuses two Locations that differ, and takes two that agree', () => {
    const response = (...location: string[]) => new HttpResponse(302, { location });
    expect(nextUrl(response('/a', '/b'), 'http://h/', policy())).toMatchObject({ code: 'ERR_REDIRECT_LOCATION' });
    expect(String(nextUrl(response('/a', '/a'), 'http://h/', policy()))).toBe('http://h/a');
  });

  it.each([
    'http://u:planted-secret@h:99999/',
    'http:u:planted-secret@h:99999',
    'http://h:99999/?token=planted-secret',
  ])('shows no secret of the malformed %s', (location) => {
    expect(JSON.stringify(nextUrl(to(location), 'https://h/', policy()))).not.toContain('planted-secret');
  });
});

describe('the headers of the next request', () => {
  const hop = (
    location: string,
    headers: Record<string, string>,
    options: RedirectOptions = {},
    from = 'https://h/a?q#f',
  ) => {
    const plan = planHop(policy(options), new HttpRequest('GET', from, headers), {}, to(location));
    if ('fact' in plan) throw new Error(plan.fact);
    return Object.fromEntries(plan.headers);
  };

  it.each([
    ['https://h:443/b', true],
    ['https://H/b', true],
    ['https://h:8443/b', false],
    ['https://h./b', false],
    ['https://sub.h/b', false],
    ['http://h:443/b', false],
  ])('cross to %s unchanged: %s', (location, same) => {
    const headers = { Authorization: 'x', Host: 'virtual', 'X-Any': '1' };
    expect(hop(location, headers, { allowDowngrade: true })).toEqual(same ? headers : {});
  });

  it('keep what keepHeaders names, in any case, but never Host', () => {
    const headers = { 'X-Trace': '1', 'x-other': '2', Host: 'virtual' };
    expect(hop('https://other/', headers, { keepHeaders: ['x-TRACE', 'Host'] })).toEqual({ 'X-Trace': '1' });
  });

  it('lose content-* at another origin when there is no body', () => {
    expect(hop('https://other/', { 'Content-Type': 'text/plain' })).toEqual({});
    expect(hop('/b', { 'Content-Type': 'text/plain' })).toEqual({ 'Content-Type': 'text/plain' });
  });

  it('lose all that describes a body which is dropped', () => {
    const headers = new HttpHeaders({
      'Content-Type': 'a/b',
      'content-digest': 'x',
      'Transfer-Encoding': 'chunked',
      Trailer: 'x',
      Expect: '100-continue',
      Digest: 'x',
      'Repr-Digest': 'x',
      'X-Stays': '1',
    });
    const plan = planHop(policy(), new HttpRequest('POST', 'http://h/', headers, 'x'), {}, to('/b'));
    expect(plan).toMatchObject({ method: 'GET', keepsBody: false });
    expect(Object.fromEntries((plan as { headers: HttpHeaders }).headers)).toEqual({ 'X-Stays': '1' });
  });

  it.each([
    ['/b', true, 'https://h/a?q'],
    ['https://other/', true, 'https://h/'],
    ['http://h/', true, undefined],
    ['/b', false, 'https://by.hand/'],
    ['https://other/', false, undefined],
  ])('to %s with referer: %s have Referer %s', (location, referer, expected) => {
    const headers = hop(location, { Referer: 'https://by.hand/' }, { referer, allowDowngrade: true });
    expect(headers['Referer']).toBe(expected);
  });

  it('have a Referer without userinfo', () => {
    const headers = hop('/b', {}, { referer: true }, 'https://u:planted-secret@h/a#f');
    expect(headers).toEqual({ Referer: 'https://h/a' });
  });
});

describe('the options of a hop to another origin', () => {
  const jar = { getCookieHeader: () => '', store: () => undefined };

  it.each([
    ['auth', ['u', 'p'], null],
    ['socketPath', '/run/x', null],
    ['cert', 'pem', null],
    ['sslKey', 'pem', null],
    ['cookies', { sid: '1' }, false],
    ['cookies', { jar, send: { sid: '1' } }, jar],
    ['cookies', jar, jar],
    ['cookies', false, false],
    ['timeout', 100, 100],
  ])('turn %s %j into %j', (name, value, expected) => {
    expect(crossOriginOptions({ [name]: value })).toMatchObject({ [name]: expected });
  });

  it('lose the client certificate and server name in tls, and nothing else of it', () => {
    const tls = { servername: 'h', pfx: 'x', minVersion: 'TLSv1.3' as const };
    expect({ ...crossOriginOptions({ tls }).tls }).toEqual({
      servername: undefined,
      pfx: undefined,
      minVersion: 'TLSv1.3',
    });
  });

  it('keep tls that names neither', () => {
    const tls = { minVersion: 'TLSv1.3' as const };
    expect(crossOriginOptions({ tls }).tls).toBe(tls);
  });

  it('leave the given options alone', () => {
    const options = Object.freeze({ auth: ['u', 'p'] as const, context: 1 });
    expect(crossOriginOptions(options).context).toBe(1);
    expect(options.auth).toEqual(['u', 'p']);
  });
});

describe('allowAbsoluteUrls: false', () => {
  const plan = (location: string, baseUri: string | URL) =>
    planHop(policy(), new HttpRequest('GET', 'https://h/v1/a'), { allowAbsoluteUrls: false, baseUri }, to(location));

  it.each([
    ['b', 'https://h/v1/'],
    ['/v1/x/../y', 'https://h/v1/'],
    ['https://h:443/v1/', 'https://h/v1/'],
    ['/v1', 'https://h/v1'],
    ['/v1/b', 'https://user:pass@h/v1/'],
    ['/v1/b%2Fc', new URL('https://H/v1/?q#f')],
  ])('lets %s stay inside %s', (location, base) => {
    expect(plan(location, base)).not.toHaveProperty('fact');
  });

  it.each([
    ['/v2/', 'https://h/v1/'],
    ['../x', 'https://h/v1/'],
    ['%2e%2e/x', 'https://h/v1/'],
    ['..%2fx', 'https://h/v1/'],
    ['.%2E%5cx', 'https://h/v1/'],
    ['%252e%252e%252fx', 'https://h/v1/'],
    ['..;/x', 'https://h/v1/'],
    ['/v1', 'https://h/v1/'],
    ['/v11/', 'https://h/v1/'],
    ['https://h:8443/v1/', 'https://h/v1/'],
    ['https://other/v1/', 'https://h/v1/'],
    ['/v1/', 'not a url'],
  ])('refuses %s, which is outside %s', (location, base) => {
    expect(plan(location, base)).toMatchObject({
      code: 'ERR_REDIRECT_OUTSIDE_BASE',
      fact: expect.stringContaining('allowAbsoluteUrls'),
    });
  });

  it('confines nothing where there is no base', () => {
    const request = new HttpRequest('GET', 'https://h/v1/a');
    expect(planHop(policy(), request, { allowAbsoluteUrls: false }, to('https://other/'))).not.toHaveProperty('fact');
  });

  it('takes a server behind a socket as its own base', () => {
    const request = new HttpRequest('GET', 'http://localhost/a');
    const options = { allowAbsoluteUrls: false, baseUri: 'unix:/run/x' };
    expect(planHop(policy(), request, options, to('/b'))).toMatchObject({ url: 'http://localhost/b' });
    expect(planHop(policy(), request, options, to('http://other/b'))).toMatchObject({
      code: 'ERR_REDIRECT_OUTSIDE_BASE',
    });
  });

  it('counts a name that only begins like a dot segment as a name', () => {
    expect(isInside('http://h/v1/', 'http://h/v1/..a/...')).toBe(true);
  });
});

it("masks the names of the call's redact option in what it refuses", () => {
  const request = new HttpRequest('GET', 'https://h/');
  request.call = new Call(0, ['ticket']);
  const refusal = planHop(policy(), request, {}, to('http://h/?ticket=planted-secret'));
  expect(refusal).toMatchObject({ fact: expect.stringContaining('ticket=***') });
});

it('refuses to send a body twice that can be read once, and says what to give', () => {
  const request = new HttpRequest('PUT', 'https://h/', {}, RequestBody.once(['x']));
  expect(planHop(policy(), request, {}, to('/b', 307))).toMatchObject({
    code: 'ERR_BODY_NOT_REPLAYABLE',
    fact: expect.stringContaining('function'),
  });
});
