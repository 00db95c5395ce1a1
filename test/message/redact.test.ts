import { describe, expect, it } from 'vitest';
import { isSecretHeader, isSecretKey, maskHeaders, maskText, maskUrl } from '../../src/message/redact.ts';

describe('maskUrl', () => {
  it.each([
    ['http://ada:pw@h/x', 'http://***@h/x'],
    ['http://ada:p@w@h/', 'http://***@h/'],
    ['http:ada:pw@h/', 'http:***@h/'],
    ['http:\\\\ada:pw@h/', 'http:\\\\***@h/'],
    ['http////ada:pw@h/', 'http////***@h/'],
    ['http//ada:pw@h/', 'http//***@h/'],
    ['//ada:pw@h/', '//***@h/'],
    ['ada:pw@h', '***@h'],
    [' http://ada:pw@h/', ' http://***@h/'],
    ['socks5h://ada:pw@h:1', 'socks5h://***@h:1'],
    ['http://h/a@b', 'http://h/a@b'],
    ['/a:b@c', '/a:b@c'],
    ['users/a:b@c', 'users/a:b@c'],
    ['http://h/?token=x&a=1', 'http://h/?token=***&a=1'],
    ['http://h/?a=1;password=x', 'http://h/?a=1;password=***'],
    ['http://h/?pass%77ord=x', 'http://h/?pass%77ord=***'],
    ['http://h/?user[password]=x', 'http://h/?user[password]=***'],
    ['http://h/#access_token=x&state=1', 'http://h/#access_token=***&state=1'],
    ['http://h/?tokens=3&author=ada', 'http://h/?tokens=3&author=ada'],
    ['?%zz=1&sig=x', '?%zz=1&sig=***'],
  ])('shows %s as %s', (url, safe) => expect(maskUrl(url)).toBe(safe));

  it('masks the names that are added, in any case', () => {
    expect(maskUrl('http://h/?Plan=x&page=2', ['plan'])).toBe('http://h/?Plan=***&page=2');
  });

  it.each(['a:', '@', ':', '/', '%20', ' ', '?a', '&', '\\', 'http:'])('reads 200 000 times %j at once', (piece) => {
    const started = performance.now();
    maskUrl(piece.repeat(200_000));
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

describe('maskText', () => {
  it('masks the URLs in a text and leaves the rest', () => {
    expect(maskText('no answer from "http://ada:pw@h/?token=x" (ada)')).toBe(
      'no answer from "http://***@h/?token=***" (ada)',
    );
  });
});

describe('maskHeaders', () => {
  it('masks credentials and cookies, and what a URL in a header holds', () => {
    const lines: [string, string][] = [
      ['authorization', 'Bearer x'],
      ['Set-Cookie', 'a=b'],
      ['X-Session-Token', 'x'],
      ['X-Plan', 'gold'],
      ['Location', '/next?token=x'],
      ['Link', '<http://h/?sig=x>; rel=next'],
      ['Accept', 'text/html'],
    ];
    expect([...maskHeaders(lines, ['x-plan'])].map(([, value]) => value)).toEqual([
      '***',
      '***',
      '***',
      '***',
      '/next?token=***',
      '<http://h/?sig=***; rel=next',
      'text/html',
    ]);
  });
});

describe('names that say secret', () => {
  it.each([
    ...['Authorization', 'X-API-Key', 'my-secret', 'clientToken', 'PASSWORD'],
    // Azure, RapidAPI, Cloudflare, Datadog, OAuth 1: each service has a name of its own.
    ...['Ocp-Apim-Subscription-Key', 'x-functions-key', 'X-RapidAPI-Key', 'X-Auth-Key', 'DD-APPLICATION-KEY'],
    ...['access_key', 'oauth_consumer_key'],
  ])('has %s', (name) => {
    expect([isSecretHeader(name), isSecretHeader('x', [name.toLowerCase()])]).toEqual([true, false]);
  });

  it.each([
    ...['Idempotency-Key', 'Sec-WebSocket-Key', 'Surrogate-Key', 'sort-key', 'applications', 'appkeyboard'],
    ...['page', 'tokens', 'author', 'keyboard', 'compass', 'signatures', 'assignment'],
  ])('has not %s', (name) => {
    expect(isSecretKey(name)).toBe(false);
    expect(isSecretKey(name, [name.toUpperCase()])).toBe(true);
  });
});
