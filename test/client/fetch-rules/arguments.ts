/** The arguments (WHATWG fetch section 5.4, "new Request"): what is refused, and what is normalised. */
import { echo, FAILED, type Init, odd, outcome, REFUSED, type Rule, streamOf } from './rule.ts';

/** The outcome of one init. */
const init = (rule: string, given: () => unknown, is: string, more: Partial<Rule> = {}): Rule => ({
  rule,
  run: (fetch, { url }) => outcome(fetch(url('/anything'), given() as Init)),
  is,
  ...more,
});
const OK = 'status 200';

export const urls: readonly Rule[] = [
  ...([undefined, null, 5, '/path', 'host/path', '//host/path', 'http://', 'http://a b/', 'http://[::1/'] as const).map(
    (given): Rule => ({
      rule: `the URL ${JSON.stringify(given)} is refused`,
      run: (fetch) => outcome(fetch(given as string)),
      is: REFUSED,
    }),
  ),
  { rule: 'a symbol as URL is refused', run: (fetch) => outcome(fetch(Symbol('u') as never)), is: REFUSED },
  {
    rule: 'an object as URL is its text',
    run: (fetch, { url }) => outcome(fetch({ toString: () => url('/anything') } as never)),
    is: OK,
  },
  {
    rule: 'credentials in the URL are refused',
    run: (fetch, { url }) => outcome(fetch(url('/anything').replace('//', '//user:secret@'))),
    is: REFUSED,
    difference: { name: 'Credentials in the URL', is: OK },
  },
  {
    rule: 'nothing is thrown synchronously',
    run: async (fetch) => {
      const calls = [() => fetch(undefined as never), () => fetch('http://a/', odd({ method: 'TRACE' }))];
      return Promise.all(calls.map((call) => outcome(call())));
    },
    is: [REFUSED, REFUSED],
  },
];

export const inits: readonly Rule[] = [
  init('init may be undefined', () => undefined, OK),
  init('init may be null', () => null, OK),
  ...[5, 'text', true].map((given) => init(`init as ${JSON.stringify(given)} is refused`, () => given, REFUSED)),
  init('members that fetch does not know are ignored', () => ({ agent: {}, timeout: 1, method: undefined }), OK),
  {
    rule: 'members may be inherited from a class',
    run: async (fetch, { url }) => {
      class Settings {
        get method() {
          return 'PUT';
        }
      }
      return (await echo(fetch, url('/anything'), new Settings())).method;
    },
    is: 'PUT',
  },
  {
    rule: 'a Request may be the init',
    run: async (fetch, { url }) => {
      const settings = new Request(url('/other'), { method: 'POST', body: 'text', headers: { 'X-A': '1' } });
      const { method, headers, body } = await echo(fetch, url('/anything'), settings as Init);
      return [method, headers['x-a'], headers['content-type'], body];
    },
    is: ['POST', '1', 'text/plain;charset=UTF-8', 'text'],
  },
];

export const methods: readonly Rule[] = [
  ...['CONNECT', 'TRACE', 'TRACK', 'trace', 'Track', 'bad method', '', 'GET\r\n', 'é'].map((method) =>
    init(`the method ${JSON.stringify(method)} is refused`, () => ({ method }), REFUSED),
  ),
  init('a symbol as method is refused', () => ({ method: Symbol('m') }), REFUSED),
  ...(
    [
      ['get', 'GET'],
      ['delete', 'DELETE'],
      ['options', 'OPTIONS'],
      ['Post', 'POST'],
      ['pUT', 'PUT'],
      ['PATCH', 'PATCH'],
      ['PROPFIND', 'PROPFIND'],
    ] as const
  ).map(
    ([method, is]): Rule => ({
      rule: `the method ${method} goes out as ${is}`,
      run: async (fetch, { url }) => (await echo(fetch, url('/anything'), { method })).method,
      is,
    }),
  ),
  {
    rule: 'head is HEAD, which has no body',
    run: async (fetch, { url }) => (await fetch(url('/json'), { method: 'head' })).body,
    is: null,
  },
];

export const words: readonly Rule[] = [
  ...(
    [
      ['mode', ['cors', 'no-cors', 'same-origin'], ['navigate', 'websocket', 'x', '']],
      ['credentials', ['omit', 'same-origin', 'include'], ['x', '']],
      ['cache', ['default', 'no-store', 'reload', 'no-cache', 'force-cache'], ['x', 'only-if-cached']],
      ['redirect', ['follow', 'error', 'manual'], ['x', 'Follow']],
      ['referrerPolicy', ['', 'no-referrer', 'origin', 'unsafe-url', 'strict-origin'], ['x']],
      ['referrer', ['', 'about:client', 'http://a.test/b'], ['http://a b/', 'not a URL']],
      ['duplex', ['half'], ['full', 'x']],
      ['keepalive', [true, false, 0, 'x'], []],
      ['window', [null], [{}, 'x']],
      ['integrity', ['', 'md5-AAAA', 5], []],
    ] as const
  ).flatMap(([name, taken, refused]) => [
    ...taken.map((value) => init(`${name}: ${JSON.stringify(value)} is taken`, () => ({ [name]: value }), OK)),
    ...refused.map((value) => init(`${name}: ${JSON.stringify(value)} is refused`, () => ({ [name]: value }), REFUSED)),
  ]),
  {
    ...init(
      "cache: 'only-if-cached' goes with mode: 'same-origin', and asks nobody",
      () => ({ cache: 'only-if-cached', mode: 'same-origin' }),
      FAILED,
    ),
    // It has no cache, and asks the network all the same.
    node: [OK],
  },
  ...[5, {}, 'signal', true].map((signal) =>
    init(`signal: ${JSON.stringify(signal)} is refused`, () => ({ signal }), REFUSED),
  ),
  init('signal: null is none', () => ({ signal: null }), OK),
];

export const headers: readonly Rule[] = [
  ...(
    [
      ['a name that is no token', { 'a b': '1' }],
      ['an empty name', { '': '1' }],
      ['a line end in a value', { a: 'b\r\nc: d' }],
      ['a NUL in a value', { a: 'b\0' }],
      ['a value beyond latin1', { a: '€' }],
      ['a symbol as value', { a: Symbol('a') }],
      ['pairs of one', [['a']]],
      ['pairs of three', [['a', 'b', 'c']]],
      ['a list of text', ['ab:c']],
      ['text', 'a: b'],
      ['a number', 5],
    ] as const
  ).map(([name, given]) => init(`${name} as headers is refused`, () => ({ headers: given }), REFUSED)),
  ...(
    [
      ['a record', () => ({ 'X-A': '1' }), '1'],
      [
        'pairs',
        () => [
          ['X-A', '1'],
          ['x-a', '2'],
        ],
        '1, 2',
      ],
      ['Headers', () => new Headers({ 'X-A': '1' }), '1'],
      ['a Map', () => new Map([['X-A', '1']]), '1'],
      ['a number as value', () => ({ 'X-A': 5 }), '5'],
      ['null as value', () => ({ 'X-A': null }), 'null'],
      ['blanks around a value', () => ({ 'X-A': ' \t1\r\n ' }), '1'],
      ['latin1', () => ({ 'X-A': 'é' }), 'é'],
    ] as const
  ).map(
    ([name, given, is]): Rule => ({
      rule: `headers may be ${name}`,
      run: async (fetch, { url }) => (await echo(fetch, url('/anything'), odd({ headers: given() }))).headers['x-a'],
      is,
    }),
  ),
];

export const bodies: readonly Rule[] = [
  ...['GET', 'HEAD', 'get'].flatMap((method) => [
    init(`${method} with a body is refused`, () => ({ method, body: 'x' }), REFUSED),
    init(`${method} with empty text is refused`, () => ({ method, body: '' }), REFUSED),
    init(`${method} with a body of null is fine`, () => ({ method, body: null }), OK),
  ]),
  init('a GET with a stream is refused', () => ({ body: streamOf('x'), duplex: 'half' }), REFUSED),
  init('a symbol as body is refused', () => ({ method: 'POST', body: Symbol('b') }), REFUSED),
  init("a stream without duplex: 'half' is refused", () => ({ method: 'POST', body: streamOf('x') }), REFUSED),
  init(
    "an async iterable without duplex: 'half' is refused",
    () => ({
      method: 'POST',
      body: (async function* () {
        yield 'x';
      })(),
    }),
    REFUSED,
  ),
  init(
    'a stream with keepalive is refused',
    () => ({ method: 'POST', body: streamOf('x'), duplex: 'half', keepalive: true }),
    REFUSED,
  ),
  init(
    'a locked stream is refused',
    () => {
      const body = streamOf('x');
      body.getReader();
      return { method: 'POST', body, duplex: 'half' };
    },
    REFUSED,
  ),
  {
    rule: 'a stream that was read is refused',
    run: async (fetch, { url }) => {
      const body = streamOf('x', 'y');
      const reader = body.getReader();
      await reader.read();
      reader.releaseLock();
      return outcome(fetch(url('/anything'), { method: 'POST', body, duplex: 'half' } as Init));
    },
    is: REFUSED,
  },
  {
    rule: 'a Request whose body was read is refused',
    run: async (fetch, { url }) => {
      const request = new Request(url('/anything'), { method: 'POST', body: 'x' });
      await request.text();
      return outcome(fetch(request));
    },
    is: REFUSED,
  },
  {
    rule: 'a Request whose body is locked is refused',
    run: async (fetch, { url }) => {
      const request = new Request(url('/anything'), { method: 'POST', body: 'x' });
      request.body?.getReader();
      return outcome(fetch(request));
    },
    is: REFUSED,
  },
  {
    rule: 'a Request whose body was read is taken with another body',
    run: async (fetch, { url }) => {
      const request = new Request(url('/anything'), { method: 'POST', body: 'x' });
      await request.text();
      return (await echo(fetch, request, { body: 'new' })).body;
    },
    is: 'new',
  },
  {
    rule: 'the body of a Request is used at once',
    run: async (fetch, { url }) => {
      const request = new Request(url('/anything'), { method: 'POST', body: 'x' });
      const sending = fetch(request);
      const used = request.bodyUsed;
      await sending;
      return [used, request.bodyUsed];
    },
    is: [true, true],
  },
  {
    rule: 'a Request is sent once',
    run: async (fetch, { url }) => {
      const request = new Request(url('/anything'), { method: 'POST', body: 'x' });
      return [await outcome(fetch(request)), await outcome(fetch(request))];
    },
    is: [OK, REFUSED],
  },
];
