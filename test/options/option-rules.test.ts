import { CookieJar as ToughCookieJar } from 'tough-cookie';
import { describe, expect, it } from 'vitest';
import { checkOptions, mergeOptions, optionNames } from '../../src/options/option-rules.ts';
import type { RequestOptions } from '../../src/options/options.ts';

const check = (options: object, declared?: string[]) => checkOptions(options as RequestOptions, declared);

describe('checkOptions', () => {
  it.each([
    ['base_uri', 'baseUri', 'http://h/'],
    ['allow_redirects', 'allowRedirects', true],
    ['form_params', 'formParams', { a: 1 }],
    ['http_errors', 'httpErrors', true],
    ['decode_content', 'decodeContent', 'gzip'],
    ['connect_timeout', 'connectTimeout', 5],
    ['read_timeout', 'readTimeout', 5],
    ['on_headers', 'onHeaders', () => undefined],
    ['on_stats', 'onStats', () => undefined],
    ['ssl_key', 'sslKey', 'key.pem'],
    ['force_ip_resolve', 'forceIpResolve', 'v4'],
  ])("takes Guzzle's spelling %s as %s", (guzzle, ours, value) => {
    expect(check({ [guzzle]: value })).toEqual(check({ [ours]: value }));
  });

  it('takes the keys of a record in both spellings', () => {
    expect({ ...(check({ allow_redirects: { keep_headers: ['x'] } }).allowRedirects as object) }).toEqual({
      keepHeaders: ['x'],
    });
  });

  it.each([
    [{ timeout: -1 }, 'timeout must not be negative'],
    [{ timeout: 2.5 }, "timeout must be whole milliseconds, got 2.5; for 2.5 seconds write '2.5s'"],
    [
      { timeout: '5' },
      "option timeout must be milliseconds or text with a unit (ms, s, m, h, d) such as '1.5s' or '1h30m', got \"5\"",
    ],
    [{ timeout: Number.NaN }, 'timeout must not be negative'],
    [{ timeout: Number.NaN }, 'timeout must not be negative or NaN'],
    [{ delay: Number.POSITIVE_INFINITY }, 'option delay must be a finite duration, got Infinity'],
    [{ timeout: {} }, 'option timeout must be milliseconds or text with a unit'],
    [{ httpErrors: 'no' }, 'option httpErrors must be a boolean or a function of the status, got "no"'],
    [{ headers: 'X-A: b' }, 'option headers must be a record, or an iterable of pairs, got text'],
    [{ query: 5 }, 'option query must be text, URLSearchParams or a record, got 5'],
    [{ allowRedirects: 5 }, 'option allowRedirects must be a boolean or a record, got 5'],
    [{ auth: ['ada'] }, "option auth must be [user, password, 'basic' | 'digest'], { bearer } or a generator function"],
    [{ auth: ['ada', 'x', 'ntlm'] }, 'option auth must be'],
    [{ multipart: {} }, 'option multipart must be a list of parts, got Object'],
    [{ maxResponseSize: -5 }, 'option maxResponseSize must be a whole number of bytes above 0, got -5'],
    [{ signal: {} }, 'option signal must be an AbortSignal, got Object'],
    [{ version: '4' }, 'option version must be "1.1", "2", "3", "auto", got "4"'],
    [{ forceIpResolve: 'v5' }, 'option forceIpResolve must be "v4", "v6", got "v5"'],
    [{ sink: 5 }, 'option sink must be a path, a Writable or a WritableStream, got 5'],
    [{ retry: -1 }, 'option retry must be a whole number of retries or a record, got -1'],
    [{ cookies: new ToughCookieJar() }, 'of tough-cookie: CookieJar.fromJSON(jar.toJSON())'],
    [{ sink: '' }, 'option sink must be a path, a Writable or a WritableStream, got ""'],
    [{ verify: '' }, 'option verify must be a boolean, or the path of a CA bundle, got ""'],
    [{ ca: '' }, 'option ca must be PEM text, bytes, a path, or a list of them, got text'],
    [{ ca: ['a.pem', ''] }, 'option ca must be PEM text, bytes, a path, or a list of them'],
    [{ cert: '' }, 'option cert must be PEM text, bytes, a path, or [value, passphrase], got text'],
    [{ sslKey: ['', 'x'] }, 'option sslKey must be PEM text, bytes, a path, or [value, passphrase]'],
    [{ localAddress: '' }, 'option localAddress must be text that is not empty, got ""'],
    [{ socketPath: '' }, 'option socketPath must be a path that is not empty, without NUL, got ""'],
    [{ proxy: { no: 5 } }, 'option proxy.no must be text or a list of texts, got 5'],
    [{ proxy: { no: ['a', 5] } }, 'option proxy.no must be text or a list of texts'],
    [{ proxy: { https: 5 } }, 'option proxy.https must be a proxy URL or false, got 5'],
    [{ proxy: { htps: 'http://p' } }, 'there is no option "proxy.htps"; did you mean "proxy.https"?'],
    [{ proxy: { elsewhere: 'http://p' } }, 'there is no option "proxy...."; there are http, https, no'],
    [{ denyPrivateNetwork: { allw: [] } }, 'there is no option "denyPrivateNetwork.allw"; did you mean'],
    [{ denyPrivateNetwork: { allow: '10.0.0.0/8' } }, 'option denyPrivateNetwork.allow must be a list of texts'],
    [{ denyPrivateNetwork: { deny: [5] } }, 'option denyPrivateNetwork.deny must be a list of texts'],
    [{ tls: { minVersion: 'x' } }, 'option tls.minVersion must be TLSv1, TLSv1.1, TLSv1.2, TLSv1.3, got "x"'],
    [{ tls: { alpn: 'h2' } }, 'option tls.alpn must be a list of texts, got "h2"'],
    [{ json: 1, body: 'x' }, 'options body and json exclude each other'],
    [{ formParams: {}, multipart: [] }, 'options formParams and multipart exclude each other'],
    [{ json: null, formParams: {} }, 'options json and formParams exclude each other'],
  ])('refuses %o', (options, message) => {
    expect(() => check(options)).toThrow(TypeError);
    expect(() => check(options)).toThrow(message);
  });

  it.each([null, 'x', [], 5])('refuses %o in the place of options', (options) => {
    expect(() => check(options as never)).toThrow('options must be a record');
  });

  it.each([
    ['timeuot', 'timeout'],
    ['header', 'headers'],
    ['allow_redirect', 'allowRedirects'],
    ['basUri', 'baseUri'],
    ['conectTimeout', 'connectTimeout'],
    ['http_error', 'httpErrors'],
  ])('asks whether %s was meant to be %s', (typo, meant) => {
    expect(() => check({ [typo]: 1 })).toThrow(`there is no option "${typo}"; did you mean "${meant}"?`);
  });

  it('lets names pass that are close to no option', () => {
    expect(check({ tenant: 'a' })).toHaveProperty('tenant', 'a');
  });

  it('lets a close name pass that a layer has declared', () => {
    expect(check({ timeouts: 1 }, ['timeouts'])).toHaveProperty('timeouts', 1);
  });

  it.each(['auth', 'proxy', 'cookies', 'cert', 'sslKey'])('never repeats text given for %s', (name) => {
    const given = { [name]: name === 'auth' || name === 'cookies' ? 'hunter2' : { hunter2: true } };
    try {
      check(given);
    } catch (error) {
      expect(String(error)).not.toContain('hunter2');
    }
  });

  it.each([null, false])('reads %s as off', (off) => {
    const checked = check({
      timeout: off,
      auth: off,
      retry: off,
      maxResponseSize: off,
      allowRedirects: off,
      signal: off,
      body: off,
    });
    expect({ ...checked }).toEqual({
      timeout: 0,
      auth: undefined,
      retry: 0,
      maxResponseSize: Number.POSITIVE_INFINITY,
      allowRedirects: false,
      signal: undefined,
      body: undefined,
    });
  });

  it('keeps null and false as JSON values', () => {
    expect(check({ json: null })).toHaveProperty('json', null);
    expect(check({ json: false })).toHaveProperty('json', false);
  });

  it('turns durations into milliseconds', () => {
    expect({ ...check({ timeout: '1h30m', delay: '250ms', connectTimeout: 5 }) }).toEqual({
      timeout: 5_400_000,
      delay: 250,
      connectTimeout: 5,
    });
  });

  it('reads no option from a polluted prototype', () => {
    const polluted = Object.prototype as Record<string, unknown>;
    for (const name of optionNames) polluted[name] = 'http://evil.test';
    try {
      const checked = check({}) as Record<string, unknown>;
      for (const name of optionNames) expect(checked[name]).toBeUndefined();
    } finally {
      for (const name of optionNames) delete polluted[name];
    }
  });
});

describe('mergeOptions', () => {
  it('inherits undefined, and lets the call switch off what the client set', () => {
    const client = check({ timeout: 5, auth: ['a', 'b'] });
    expect(mergeOptions(client, check({ timeout: undefined }))).toMatchObject({ timeout: 5 });
    expect(mergeOptions(client, check({ timeout: null }))).toMatchObject({ timeout: 0 });
    expect(mergeOptions(client, check({ auth: null })).auth).toBeUndefined();
  });

  it("replaces the client's body by the call's, of whatever kind", () => {
    const merged = mergeOptions(check({ json: { a: 1 } }), check({ body: 'x' }));
    expect({ ...merged }).toEqual({ body: 'x' });
  });
});
