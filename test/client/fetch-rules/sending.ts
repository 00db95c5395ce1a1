/** What goes out (WHATWG fetch sections 4.6, 5.2 and 5.4; W3C Referrer Policy section 8.3). */
import {
  bytesOf,
  type Echo,
  echo,
  FAILED,
  type Fetch,
  type Init,
  odd,
  outcome,
  REFUSED,
  type Rule,
  type Site,
  sent,
  streamOf,
} from './rule.ts';

const PLAIN = 'text/plain;charset=UTF-8';

/** One header of a request with this init. */
const header = (
  rule: string,
  name: string,
  init: Init | ((site: Site) => Init),
  is: unknown,
  more: Partial<Rule> = {},
): Rule => ({
  rule,
  run: (fetch, site) => sent(fetch, site, name, typeof init === 'function' ? init(site) : init),
  is,
  ...more,
});

export const defaults: readonly Rule[] = [
  header('Accept is */*', 'accept', {}, '*/*'),
  header('Accept stays as it is given', 'accept', { headers: { Accept: 'text/x' } }, 'text/x'),
  header('no Cookie is sent of itself', 'cookie', {}, null),
  header('a Cookie given by hand is sent', 'cookie', { headers: { Cookie: 'a=1' } }, 'a=1'),
  header('a POST without a body says so', 'content-length', { method: 'POST' }, '0'),
  header('a PUT without a body says so', 'content-length', { method: 'PUT' }, '0'),
  header('a DELETE without a body says nothing', 'content-length', { method: 'DELETE' }, null),
  header('a GET says nothing of a body', 'content-length', {}, null),
  header('User-Agent is the one that is given', 'user-agent', { headers: { 'User-Agent': 'x' } }, 'x'),
  header('Accept-Language is * without one', 'accept-language', {}, '*', {
    difference: { name: 'Headers of the browser', is: null },
  }),
  header('Sec-Fetch-Mode is the mode', 'sec-fetch-mode', {}, 'cors', {
    difference: { name: 'Headers of the browser', is: null },
  }),
  {
    rule: 'Host is not for the caller',
    run: async (fetch, site) => (await sent(fetch, site, 'host', { headers: { Host: 'a.test' } })) === 'a.test',
    is: false,
    difference: { name: 'Host', is: true },
  },
  {
    rule: 'a Content-Length that the body does not keep is refused',
    run: (fetch, { url }) =>
      outcome(fetch(url('/anything'), { method: 'POST', body: 'x', headers: { 'Content-Length': '5' } })),
    is: FAILED,
  },
];

export const caches: readonly Rule[] = (
  [
    ['default', null, null],
    ['no-store', 'no-cache', 'no-cache'],
    ['reload', 'no-cache', 'no-cache'],
    ['no-cache', 'max-age=0', null],
    ['force-cache', null, null],
  ] as const
)
  .flatMap(([cache, control, pragma]): Rule[] => [
    header(`cache: '${cache}' in Cache-Control`, 'cache-control', { cache }, control),
    header(`cache: '${cache}' in Pragma`, 'pragma', { cache }, pragma),
  ])
  .concat(
    header(
      'a conditional request is not for a cache',
      'cache-control',
      { headers: { 'If-None-Match': '"a"' } },
      'no-cache',
    ),
    header(
      'Cache-Control stays as it is given',
      'cache-control',
      { cache: 'reload', headers: { 'Cache-Control': 'max-age=5' } },
      'max-age=5',
    ),
  );

const same = ({ url }: Site) => url('/from?q#part');
const REFERRERS: readonly [policy: ReferrerPolicy, same: string | null, cross: string | null][] = [
  ['', 'full', 'http://a.test/'],
  ['strict-origin-when-cross-origin', 'full', 'http://a.test/'],
  ['origin-when-cross-origin', 'full', 'http://a.test/'],
  ['origin', 'origin', 'http://a.test/'],
  ['strict-origin', 'origin', 'http://a.test/'],
  ['same-origin', 'full', null],
  ['unsafe-url', 'full', 'http://a.test/b?c'],
  ['no-referrer-when-downgrade', 'full', 'http://a.test/b?c'],
  ['no-referrer', null, null],
];
/** Node's fetch does not know each policy. */
const NODE_ORIGIN = { node: ['origin', null] };
const NODE_ORIGIN_ACROSS = { node: ['http://a.test/'] };
const referer = async (fetch: Fetch, site: Site, init: Init) => {
  const found = await sent(fetch, site, 'referer', init);
  return found === site.url('/from?q') ? 'full' : found === site.url('/') ? 'origin' : found;
};

export const referrers: readonly Rule[] = [
  header('no Referer is sent of itself', 'referer', {}, null),
  header(
    'a Referer given as a header is sent',
    'referer',
    { headers: { Referer: 'http://a.test/' } },
    'http://a.test/',
  ),
  ...REFERRERS.flatMap(([referrerPolicy, within, across]): Rule[] => [
    {
      rule: `a referrer of the same origin by the policy '${referrerPolicy}'`,
      run: (fetch, site) => referer(fetch, site, { referrer: same(site), referrerPolicy }),
      is: within,
      ...NODE_ORIGIN,
    },
    {
      rule: `a referrer of another origin by the policy '${referrerPolicy}'`,
      run: (fetch, site) => referer(fetch, site, { referrer: 'http://user:pw@a.test/b?c#d', referrerPolicy }),
      is: across,
      ...NODE_ORIGIN_ACROSS,
    },
  ]),
];

/** Content-Type, Content-Length and the bytes of a body. */
const seen = ({ headers, body }: Echo) => [headers['content-type'] ?? null, headers['content-length'] ?? null, body];
const asBody = (name: string, body: () => unknown, is: readonly unknown[], more: Partial<Rule> = {}): Rule => ({
  rule: `the body ${name}`,
  run: async (fetch, { url }) => seen(await echo(fetch, url('/anything'), odd({ method: 'POST', body: body() }))),
  is,
  ...more,
});
const KINDS: readonly [name: string, body: () => unknown, is: readonly unknown[]][] = [
  ['text', () => 'é', [PLAIN, '2', 'é']],
  ['empty text', () => '', [PLAIN, '0', '']],
  ['a lone surrogate', () => '\ud800', [PLAIN, '3', '\ufffd']],
  ['bytes', () => bytesOf('ab'), [null, '2', 'ab']],
  ['a part of a buffer', () => bytesOf('abcd').subarray(1, 3), [null, '2', 'bc']],
  ['an ArrayBuffer', () => bytesOf('ab').buffer, [null, '2', 'ab']],
  ['a DataView', () => new DataView(bytesOf('abcd').buffer, 1, 2), [null, '2', 'bc']],
  ['a Blob', () => new Blob(['ab'], { type: 'Text/X' }), ['text/x', '2', 'ab']],
  ['a Blob without a type', () => new Blob(['ab']), [null, '2', 'ab']],
  [
    'URLSearchParams',
    () => new URLSearchParams({ a: 'b c', é: '1' }),
    ['application/x-www-form-urlencoded;charset=UTF-8', '14', 'a=b+c&%C3%A9=1'],
  ],
];

export const kinds: readonly Rule[] = [
  ...KINDS.map((kind) => asBody(...kind)),
  ...KINDS.map(
    ([name, body, is]): Rule => ({
      rule: `a Request with the body ${name}`,
      run: async (fetch, { url }) =>
        seen(await echo(fetch, new Request(url('/anything'), odd({ method: 'POST', body: body() })))),
      is,
    }),
  ),
  asBody('5', () => 5, [PLAIN, '1', '5']),
  asBody('true', () => true, [PLAIN, '4', 'true']),
  asBody('[1, 2]', () => [1, 2], [PLAIN, '3', '1,2']),
  asBody("['a', 'b']", () => ['a', 'b'], [PLAIN, '3', 'a,b']),
  asBody('a URL', () => new URL('http://a.test/'), [PLAIN, '14', 'http://a.test/']),
  asBody('an object with a text of its own', () => ({ toString: () => 'own' }), [PLAIN, '3', 'own']),
  {
    rule: 'an object without a text of its own',
    run: (fetch, { url }) => outcome(fetch(url('/anything'), odd({ method: 'POST', body: { a: 1 } }))),
    is: 'status 200',
    difference: { name: 'Objects as a body', is: REFUSED },
  },
  ...['Request', 'init'].map(
    (where): Rule => ({
      rule: `FormData in the ${where}, with its boundary and length`,
      run: async (fetch, { url }) => {
        const body = new FormData();
        body.set('field', 'é\nline');
        body.set('file', new File(['content'], 'a "b".txt', { type: 'text/plain' }));
        const init = { method: 'POST', body };
        const found =
          where === 'init'
            ? await echo(fetch, url('/anything'), init)
            : await echo(fetch, new Request(url('/anything'), init));
        const boundary = /^multipart\/form-data; boundary=(\S+)$/.exec(found.headers['content-type'] ?? '')?.[1] ?? '';
        const length = Number(found.headers['content-length']);
        return [
          boundary !== '',
          length === bytesOf(found.body).byteLength,
          found.body.replaceAll(boundary, 'B').trim(),
        ];
      },
      is: [
        true,
        true,
        [
          '--B\r\nContent-Disposition: form-data; name="field"\r\n\r\né\r\nline',
          '--B\r\nContent-Disposition: form-data; name="file"; filename="a %22b%22.txt"\r\nContent-Type: text/plain\r\n\r\ncontent',
          '--B--',
        ].join('\r\n'),
      ],
    }),
  ),
  header(
    'a Content-Type that is given stays',
    'content-type',
    { method: 'POST', body: 'x', headers: { 'Content-Type': 'a/b' } },
    'a/b',
  ),
  {
    rule: 'the body is a copy: bytes that change later are not sent',
    run: async (fetch, { url }) => {
      const body = bytesOf('before');
      const sending = echo(fetch, url('/anything'), { method: 'POST', body });
      body.set(bytesOf('after!'));
      return (await sending).body;
    },
    is: 'before',
  },
];

/** A stream whose pieces are given by hand, and what became of it. */
function handFed() {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  const cancelled: unknown[] = [];
  const stream = new ReadableStream<Uint8Array>({
    start: (given) => {
      controller = given;
    },
    cancel: (reason) => void cancelled.push(reason),
  });
  return { stream, cancelled, give: (text: string) => controller.enqueue(bytesOf(text)), controller };
}

/** The first piece is at the server before the second is given. */
async function asItComes(site: Site, call: (body: ReadableStream<Uint8Array>) => Promise<Response>): Promise<unknown> {
  const { stream, give, controller } = handFed();
  const pieces: string[] = [];
  const first = new Promise<void>((resolve) => {
    site.server.enqueue((request, response) => {
      request.on('data', (chunk: Buffer) => {
        pieces.push(String(chunk));
        resolve();
      });
      request.on('end', () => response.end(request.headers['transfer-encoding'] ?? 'no coding'));
    });
  });
  const answer = call(stream);
  give('one');
  await first;
  const before = [...pieces];
  give('two');
  controller.close();
  return [before, await (await answer).text(), pieces.join('')];
}

const POST: Init = { method: 'POST', duplex: 'half' };

export const streams: readonly Rule[] = [
  {
    rule: 'a stream in the init is sent as it comes',
    run: (fetch, site) => asItComes(site, (body) => fetch(site.url('/'), { ...POST, body })),
    is: [['one'], 'chunked', 'onetwo'],
  },
  {
    rule: 'a stream in a Request is sent as it comes',
    run: (fetch, site) => asItComes(site, (body) => fetch(new Request(site.url('/'), { ...POST, body } as Init))),
    is: [['one'], 'chunked', 'onetwo'],
  },
  {
    rule: 'a stream in a Request as init is sent as it comes',
    run: (fetch, site) =>
      asItComes(site, (body) => fetch(site.url('/'), new Request(site.url('/'), { ...POST, body } as Init))),
    is: [['one'], 'chunked', 'onetwo'],
  },
  {
    rule: 'an async iterable is sent',
    run: async (fetch, { url }) => {
      const body = (async function* () {
        yield bytesOf('one');
        yield bytesOf('two');
      })();
      return (await echo(fetch, url('/anything'), odd({ ...POST, body }))).body;
    },
    is: 'onetwo',
  },
  {
    rule: 'a stream without a byte',
    run: async (fetch, { url }) => (await echo(fetch, url('/anything'), { ...POST, body: streamOf() })).body,
    is: '',
  },
  ...(['init', 'Request'] as const).map(
    (where): Rule => ({
      rule: `a stream in the ${where} that fails ends the call`,
      run: async (fetch, { url }) => {
        const { stream, controller, give } = handFed();
        const init: Init = { ...POST, body: stream };
        const ending = outcome(
          where === 'init' ? fetch(url('/anything'), init) : fetch(new Request(url('/anything'), init)),
        );
        give('one');
        setImmediate(() => setImmediate(() => controller.error(new RangeError('no more'))));
        return ending;
      },
      is: FAILED,
    }),
  ),
  {
    rule: 'an abort before anything cancels the stream',
    run: async (fetch, { url, server }) => {
      const { stream, cancelled } = handFed();
      const ended = await outcome(fetch(url('/'), { ...POST, body: stream, signal: AbortSignal.abort('no') }));
      for (let turn = 0; turn < 20 && cancelled.length === 0; turn++) await new Promise(setImmediate);
      return [ended, cancelled.length, server.requests.length];
    },
    is: ['thrown: no', 1, 0],
  },
];

export const requests: readonly Rule[] = [
  {
    rule: 'the headers of an init replace those of a Request',
    run: async (fetch, { url }) => {
      const request = new Request(url('/anything'), { method: 'PUT', body: 'text', headers: { 'X-A': '1' } });
      const { method, headers, body } = await echo(fetch, request, { headers: { 'X-B': '2' } });
      return [method, headers['x-a'] ?? null, headers['x-b'], headers['content-type'] ?? null, body];
    },
    is: ['PUT', null, '2', null, 'text'],
  },
  {
    rule: 'a body of null takes that of a Request, as no body does',
    run: async (fetch, { url }) => {
      const request = new Request(url('/anything'), { method: 'PUT', body: 'text' });
      return (await echo(fetch, request, { body: null })).body;
    },
    is: 'text',
  },
  {
    rule: 'the redirect mode of a Request counts, and that of an init over it',
    run: async (fetch, { url }) => {
      const request = () => new Request(url('/redirect/1'), { redirect: 'manual' });
      return [await outcome(fetch(request())), await outcome(fetch(request(), { redirect: 'follow' }))];
    },
    is: ['status 302', 'status 200'],
  },
];

const path = (rule: string, written: string, is: string, more: Partial<Rule> = {}): Rule => ({
  rule,
  run: async (fetch, { url, server }) => {
    const found = await outcome(
      fetch(`${url('')}${written}`).then((response) => response.url.slice(url('').length - 1)),
    );
    return [server.requests.at(-1)?.url ?? null, found];
  },
  is: [is, is],
  ...more,
});
const AMBIGUOUS = { name: 'URLs that can be read in two ways', is: [null, FAILED] };

export const paths: readonly Rule[] = [
  {
    rule: 'the fragment is neither sent nor in the URL of the response',
    run: async (fetch, { url, server }) => {
      const response = await fetch(url('/anything#part'));
      return [server.requests.at(-1)?.url, response.url === url('/anything')];
    },
    is: ['/anything', true],
  },
  path('dot segments are resolved', 'a/../anything/./b', '/anything/b'),
  path(
    'characters are escaped as the URL standard says',
    'a[b]|`{}\'"<> é?a[b]|`{}\'"<> é',
    "/a[b]|%60%7B%7D'%22%3C%3E%20%C3%A9?a[b]|`{}%27%22%3C%3E%20%C3%A9",
  ),
  path('escapes stay as they are', '%7e%C3%a9%2F?%7e%zz', '/%7e%C3%a9%2F?%7e%zz'),
  path('a backslash is a slash', 'a\\b', '/a/b', { difference: AMBIGUOUS }),
  path('a tab and line ends are dropped', 'a\tb\r\nc', '/abc', { difference: AMBIGUOUS }),
  {
    rule: 'blanks around a URL are dropped',
    run: (fetch, { url }) => outcome(fetch(`  ${url('/anything')}  `)),
    is: 'status 200',
    difference: { name: 'URLs that can be read in two ways', is: FAILED },
  },
];
