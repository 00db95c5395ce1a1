import { afterEach, describe, expect, it, vi } from 'vitest';
import { toldBy } from '../../../src/handlers/fetch/failure-words.ts';
import { NativeFetch } from '../../../src/handlers/fetch/native.ts';
import { handsOn, keptBack } from '../../../src/handlers/fetch/native-options.ts';
import { HttpRequest } from '../../../src/message/request.ts';
import type { RequestOptions } from '../../../src/options/options.ts';

/** As if this were another runtime; the real process is back before anything else asks for it. */
function under<T>(runtime: 'node' | 'bun' | 'deno', ask: () => T, env: Record<string, string> = {}): T {
  const { getBuiltinModule } = process;
  const versions = { node: '26.0.0', [runtime]: '26.0.0' };
  vi.stubGlobal('process', { versions, getBuiltinModule, env, execArgv: [] });
  try {
    return ask();
  } finally {
    vi.unstubAllGlobals();
  }
}

afterEach(() => vi.unstubAllGlobals());

const PEM = '-----BEGIN CERTIFICATE-----';
const get = new HttpRequest('GET', 'http://h.test/');
const post = new HttpRequest('POST', 'http://h.test/', {}, 'order');

describe('an option that the fetch of a runtime takes', () => {
  it.each<['bun' | 'deno', keyof RequestOptions, RequestOptions, boolean]>([
    ['bun', 'proxy', { proxy: 'http://p.test:8080' }, true],
    ['bun', 'proxy', { proxy: new URL('https://p.test') }, true],
    ['bun', 'proxy', { proxy: 'socks5://p.test' }, false],
    ['bun', 'proxy', { proxy: { http: 'http://p.test' } }, true],
    ['bun', 'proxy', { proxy: { http: 'http://p.test', no: 'h.test' } }, false],
    ['deno', 'proxy', { proxy: 'socks5://p.test' }, true],
    ['bun', 'verify', { verify: false }, true],
    ['deno', 'verify', { verify: false }, false],
    ['deno', 'verify', { verify: '/ca.pem' }, true],
    ['deno', 'cert', { cert: PEM, sslKey: PEM }, true],
    ['deno', 'sslKey', { cert: PEM, sslKey: [PEM, 'secret'] }, false],
    ['bun', 'tls', { tls: { servername: 'h.test' } }, true],
    ['bun', 'tls', { tls: { servername: 'h.test', minVersion: 'TLSv1.3' } }, false],
    ['deno', 'tls', { tls: { servername: 'h.test' } }, false],
    ['bun', 'localAddress', { localAddress: '127.0.0.1' }, false],
    ['deno', 'localAddress', { localAddress: '127.0.0.1' }, true],
    ['bun', 'version', { version: '3' }, true],
    ['deno', 'version', { version: '2' }, true],
    ['deno', 'version', { version: '3' }, false],
  ])('under %s, %s of %o is handed on: %s', (runtime, name, options, isTaken) => {
    expect(under(runtime, () => handsOn(name, options))).toBe(isTaken);
  });

  it.each<['node' | 'bun' | 'deno', string, RequestOptions, RegExp | undefined]>([
    ['node', 'https://h.test/', { version: '3' }, /only Bun's fetch speaks HTTP\/3/],
    ['deno', 'https://h.test/', { version: '3' }, /only Bun's fetch speaks HTTP\/3/],
    ['bun', 'https://h.test/', { version: '3' }, undefined],
    ['bun', 'https://h.test/', { version: '3', verify: false }, undefined],
    ['bun', 'https://h.test/', { version: '3', verify: '/ca.pem' }, /verify is not supported over HTTP\/3/],
    ['bun', 'https://h.test/', { version: '3', ca: PEM }, /ca is not supported over HTTP\/3/],
    ['bun', 'http://h.test/', { version: '3' }, /but over https:/],
    ['deno', 'http://h.test/', { version: '2' }, /but over https:/],
    ['deno', 'https://h.test/', { proxy: 'http://user:secret@p.test' }, /with credentials for https:/],
    ['deno', 'http://h.test/', { proxy: 'http://user:secret@p.test' }, undefined],
    ['deno', 'https://h.test/', { proxy: 'http://p.test' }, undefined],
    ['bun', 'https://h.test/', { proxy: 'http://user:secret@p.test' }, undefined],
  ])('under %s, %s with %o is kept back for: %s', (runtime, url, options, why) => {
    const reason = under(runtime, () => keptBack(new HttpRequest('GET', url), options));
    expect(reason ?? 'nothing').toMatch(why ?? /^nothing$/);
  });

  it.each<['node' | 'bun' | 'deno', string, RequestOptions['proxy'], Record<string, string>, boolean]>([
    ['node', 'http://h.test/', false, { HTTP_PROXY: 'http://p.test', NODE_USE_ENV_PROXY: '1' }, true],
    ['node', 'http://h.test/', null, { all_proxy: 'http://p.test', NODE_USE_ENV_PROXY: '1' }, true],
    ['node', 'http://h.test/', { http: false }, { http_proxy: 'http://p.test', NODE_USE_ENV_PROXY: '1' }, true],
    ['node', 'http://h.test/', false, { HTTPS_PROXY: 'http://p.test', NODE_USE_ENV_PROXY: '1' }, false],
    ['node', 'http://h.test/', false, { HTTP_PROXY: 'http://p.test' }, false],
    ['node', 'http://h.test/', undefined, { HTTP_PROXY: 'http://p.test', NODE_USE_ENV_PROXY: '1' }, false],
    ['deno', 'https://h.test/', false, { HTTPS_PROXY: 'http://p.test' }, true],
    ['deno', 'http://h.test/', false, { HTTP_PROXY: 'http://p.test' }, false],
    ['bun', 'https://h.test/', false, { HTTPS_PROXY: 'http://p.test' }, false],
  ])('under %s, %s with proxy %j where the environment is %j: kept back: %s', (runtime, url, proxy, env, isKept) => {
    const reason = under(runtime, () => keptBack(new HttpRequest('GET', url), { proxy }), env);
    expect(reason !== undefined).toBe(isKept);
  });

  it('names half of a certificate and its key, and a file that is missing, as what they are', () => {
    for (const options of [{ cert: PEM }, { sslKey: PEM }, { ca: '/no/such/ca.pem' }]) {
      for (const runtime of ['bun', 'deno'] as const) {
        const init = () => under(runtime, () => new NativeFetch().init(get, options));
        expect(init).toThrow(expect.objectContaining({ code: 'ERR_TLS_OPTIONS' }));
      }
    }
  });

  it('is no proxy in spite of the environment', () => {
    const env = { HTTP_PROXY: 'http://p.test' };
    const direct: RequestOptions[] = [{ proxy: false }, { proxy: { http: false } }];
    for (const options of direct) {
      expect(under('bun', () => new NativeFetch().init(get, options), env)).toEqual({ proxy: false });
    }
  });

  it('is taken by no other', () => {
    expect(handsOn('proxy', { proxy: 'http://p.test' })).toBe(false);
    expect(new NativeFetch().init(get, { proxy: 'http://p.test' })).toEqual({});
  });

  it('is named as Bun has it', () => {
    const options: RequestOptions = {
      proxy: { http: 'http://p.test' },
      socketPath: '/s',
      keepAlive: false,
      decodeContent: false,
      verify: false,
      ca: [new TextEncoder().encode(PEM)],
      cert: PEM,
      sslKey: [PEM, 'secret'],
    };
    expect(under('bun', () => new NativeFetch().init(get, options))).toEqual({
      proxy: 'http://p.test',
      unix: '/s',
      keepalive: false,
      decompress: false,
      tls: { rejectUnauthorized: false, ca: [PEM], cert: PEM, key: PEM, passphrase: 'secret' },
    });
    expect(under('bun', () => new NativeFetch().init(get, {}))).toEqual({});
  });

  it('is a client of its own in Deno, kept for the same settings and closed with the handler', () => {
    const made: object[] = [];
    const close = vi.fn();
    const createHttpClient = (settings: object) => {
      made.push(settings);
      return { close };
    };
    const native = new NativeFetch();
    const ask = (request: HttpRequest, options: RequestOptions) => {
      vi.stubGlobal('Deno', { createHttpClient });
      return under('deno', () => {
        vi.stubGlobal('Deno', { createHttpClient });
        return native.init(request, options);
      });
    };
    const proxy = 'http://user:p%40ss@p.test:8080';
    expect(ask(get, { proxy }).client).toBe(ask(get, { proxy }).client);
    ask(get, { socketPath: '/s' });
    ask(get, { ca: PEM, cert: PEM, sslKey: PEM });
    expect(ask(get, {})).toEqual({});
    expect(made).toEqual([
      { proxy: { url: 'http://p.test:8080/', basicAuth: { username: 'user', password: 'p@ss' } } },
      { proxy: { transport: 'unix', path: '/s' } },
      { caCerts: [PEM], cert: PEM, key: PEM },
    ]);
    native.close();
    expect(close).toHaveBeenCalledTimes(3);
  });

  it('sends no POST over a connection that Deno kept, which would send it again when that is dead', () => {
    const settings: object[] = [];
    const Deno = { createHttpClient: (given: object) => ({ close: () => settings.push(given) }) };
    const native = new NativeFetch();
    under('deno', () => {
      vi.stubGlobal('Deno', Deno);
      native.init(post, {});
    });
    native.close();
    expect(settings).toEqual([{ poolMaxIdlePerHost: 0 }]);
  });
});

describe('the words of a failure', () => {
  const words = (message: string, cause?: string, code?: string) =>
    Object.assign(new TypeError(message, { cause: cause && new Error(cause) }), code && { code });

  it.each<[string, Error, string | undefined]>([
    [
      'Deno refused',
      words('fetch failed', 'client error (Connect): tcp connect error: Connection refused (os error 111)'),
      'ECONNREFUSED',
    ],
    ['Deno dns', words('fetch failed', 'client error (Connect): dns error: failed to lookup'), 'ENOTFOUND'],
    ['Deno reset', words('fetch failed', 'Connection reset by peer (os error 104)'), 'ECONNRESET'],
    ['Deno closed', words('fetch failed', 'connection closed before message completed'), 'UND_ERR_SOCKET'],
    ['Deno garbage', words('fetch failed', 'client error (SendRequest): invalid HTTP version parsed'), 'HPE_INVALID'],
    [
      'Bun lengths',
      words('InvalidContentLength fetching', undefined, 'InvalidContentLength'),
      'HPE_INVALID_CONTENT_LENGTH',
    ],
    ['a browser', words('Failed to fetch'), undefined],
  ])('of %s stand for the code of the table', (_, error, code) => {
    const told = toldBy(error) as { code?: string };
    expect(told).not.toBeInstanceOf(TypeError);
    expect(told.code).toBe(code);
  });

  it('are left alone where there is a code, or no TypeError', () => {
    for (const error of [words('x', undefined, 'ECONNREFUSED'), new Error('Connection refused')]) {
      expect(toldBy(error)).toBe(error);
    }
  });
});
