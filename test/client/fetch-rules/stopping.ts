/** Signals (WHATWG fetch section 5.6, DOM section 3.2) and what is no HTTP (section 4.2). */
import { AbortController as OtherController } from './other-signal.ts';
import { bytesOf, FAILED, type Init, outcome, REFUSED, type Rule, type Site } from './rule.ts';

const REASONS: readonly [name: string, reason: unknown, is: string][] = [
  ['none', undefined, 'DOMException: AbortError'],
  ['an Error', new RangeError('enough'), 'RangeError'],
  ['text', 'enough', 'thrown: enough'],
  ['0', 0, 'thrown: 0'],
  ['null', null, 'thrown: null'],
];

/** What a call is rejected with once it has arrived and its signal aborts. */
async function stopped(site: Site, call: (signal: AbortSignal) => Promise<unknown>, reason: unknown): Promise<unknown> {
  const abort = new AbortController();
  const arrived = new Promise<void>((resolve) => site.server.enqueue(() => resolve()));
  const ending = call(abort.signal).catch((error: unknown) => error);
  await arrived;
  abort.abort(reason);
  return ending;
}

const reasons = REASONS.flatMap(([name, reason, is]): Rule[] => [
  {
    rule: `an abort before the call with the reason ${name}`,
    run: async (fetch, { url, server }) => [
      await outcome(fetch(url('/'), { signal: AbortSignal.abort(reason) })),
      server.requests.length,
    ],
    is: [is, 0],
  },
  {
    rule: `an abort of the wait with the reason ${name}`,
    run: async (fetch, site) =>
      outcome(
        stopped(site, (signal) => fetch(site.url('/'), { signal }), reason).then((e) => {
          throw e;
        }),
      ),
    is,
  },
  {
    rule: `an abort of the body with the reason ${name}`,
    run: async (fetch, { url }) => {
      const abort = new AbortController();
      const response = await fetch(url('/stall-in-body'), { signal: abort.signal });
      const reading = outcome(response.text());
      abort.abort(reason);
      return reading;
    },
    is,
    node: ['DOMException: AbortError'],
  },
]);

export const aborts: readonly Rule[] = [
  ...reasons,
  {
    rule: 'the reason is the very same',
    run: async (fetch, site) => {
      const reason = { of: 'mine' };
      return (await stopped(site, (signal) => fetch(site.url('/'), { signal }), reason)) === reason;
    },
    is: true,
  },
  {
    rule: 'the signal of a Request',
    run: async (fetch, site) => stopped(site, (signal) => fetch(new Request(site.url('/'), { signal })), 'mine'),
    is: 'mine',
  },
  {
    rule: 'the signal of an init over that of a Request',
    run: async (fetch, site) => {
      const request = new Request(site.url('/'), { signal: AbortSignal.abort('first') });
      return stopped(site, (signal) => fetch(request, { signal }), 'second');
    },
    is: 'second',
  },
  {
    rule: 'signal: null takes that of a Request away',
    run: (fetch, { url }) =>
      outcome(fetch(new Request(url('/anything'), { signal: AbortSignal.abort() }), { signal: null })),
    is: 'status 200',
  },
  {
    rule: 'AbortSignal.timeout ends with a TimeoutError',
    run: (fetch, { url }) => outcome(fetch(url('/stall'), { signal: AbortSignal.timeout(10) })),
    is: 'DOMException: TimeoutError',
  },
  {
    rule: 'AbortSignal.any ends with the reason of the first',
    run: async (fetch, site) =>
      stopped(
        site,
        (signal) => fetch(site.url('/'), { signal: AbortSignal.any([signal, new AbortController().signal]) }),
        'any',
      ),
    is: 'any',
  },
  {
    rule: 'a reader of the body ends with the reason',
    run: async (fetch, { url }) => {
      const abort = new AbortController();
      const response = await fetch(url('/stall-in-body'), { signal: abort.signal });
      const reader = response.body!.getReader();
      await reader.read();
      const reading = outcome(reader.read());
      abort.abort('body');
      return reading;
    },
    is: 'thrown: body',
  },
  {
    rule: 'a clone ends with the reason',
    run: async (fetch, { url }) => {
      const abort = new AbortController();
      const response = await fetch(url('/stall-in-body'), { signal: abort.signal });
      const reading = Promise.all([outcome(response.clone().text()), outcome(response.text())]);
      abort.abort('both');
      return reading;
    },
    is: ['thrown: both', 'thrown: both'],
  },
  {
    rule: 'an abort before the body is read',
    run: async (fetch, { url }) => {
      const abort = new AbortController();
      const response = await fetch(url('/stall-in-body'), { signal: abort.signal });
      abort.abort('unread');
      return outcome(response.text());
    },
    is: 'thrown: unread',
    node: ['DOMException: AbortError'],
  },
  {
    rule: 'an abort after the body was read does nothing',
    run: async (fetch, { url }) => {
      const abort = new AbortController();
      const text = await (await fetch(url('/empty'), { signal: abort.signal })).text();
      abort.abort();
      return text;
    },
    is: '',
  },
  {
    rule: 'a signal of a class of its own',
    run: async (fetch, { url }) => {
      const abort = new OtherController();
      abort.abort();
      return outcome(fetch(url('/'), { signal: abort.signal as unknown as AbortSignal }));
    },
    is: REFUSED,
    node: ['DOMException: AbortError'],
    difference: { name: 'Signals of other classes', is: 'DOMException: AbortError' },
  },
  {
    rule: 'a signal of a class of its own, while the answer is awaited',
    run: async (fetch, { url, server }) => {
      const abort = new OtherController();
      server.enqueue(() => abort.abort());
      return outcome(fetch(url('/'), { signal: abort.signal as unknown as AbortSignal }));
    },
    is: REFUSED,
    node: ['DOMException: AbortError'],
    difference: { name: 'Signals of other classes', is: 'DOMException: AbortError' },
  },
];

const failing = (path: string): Rule => ({
  rule: `${path} fails`,
  run: (fetch, { url }) => outcome(fetch(url(path))),
  is: FAILED,
});

export const networkFailures: readonly Rule[] = [
  '/close-before-head',
  '/reset-before-head',
  '/close-in-head',
  '/garbage',
].map(failing);

async function whole(response: Response): Promise<unknown> {
  return [response.status, response.type, response.headers.get('content-type'), await response.text()];
}

export const schemes: readonly Rule[] = [
  {
    rule: 'a data: URL is its content',
    run: async (fetch) => whole(await fetch('data:text/x;base64,aGVsbG8=')),
    is: [200, 'basic', 'text/x', 'hello'],
  },
  { rule: 'a data: URL that is none', run: (fetch) => outcome(fetch('data:text/x')), is: FAILED },
  {
    rule: 'a data: URL after an abort',
    run: (fetch) => outcome(fetch('data:,x', { signal: AbortSignal.abort('no') })),
    is: 'thrown: no',
  },
  {
    rule: 'a blob: URL is its Blob',
    run: async (fetch) => {
      const url = URL.createObjectURL(new Blob(['hello'], { type: 'text/x' }));
      const found = await whole(await fetch(url));
      URL.revokeObjectURL(url);
      return [found, await outcome(fetch(url))];
    },
    is: [[200, 'basic', 'text/x', 'hello'], FAILED],
  },
  ...['about:blank', 'file:///etc/hosts', 'ftp://a.test/', 'mailto:a@b.test', 'x:y'].map(
    (url): Rule => ({ rule: `${url} fails`, run: (fetch) => outcome(fetch(url)), is: FAILED }),
  ),
  {
    rule: 'a port that is for something else is refused',
    run: async (fetch) => {
      const error = (await fetch('http://127.0.0.1:6667/').catch((e: unknown) => e)) as Error;
      return [error.name, (error.cause as Error).message.includes('bad port')];
    },
    is: ['TypeError', true],
    difference: { name: 'Ports', is: ['TypeError', false] },
  },
];

const digest = async (name: string, text: string) =>
  Buffer.from(await crypto.subtle.digest(name, bytesOf(text))).toString('base64');

const integrity = (
  rule: string,
  metadata: () => Promise<string>,
  is: string,
  init: Init = {},
  body = 'hello',
): Rule => ({
  rule: `integrity: ${rule}`,
  run: async (fetch, { url, server }) => {
    server.enqueue({ body });
    return outcome(fetch(url('/'), { ...init, integrity: await metadata() }).then((response) => response.text()));
  },
  is,
});
const right = async (name = 'SHA-256') => `${name.toLowerCase().replace('-', '')}-${await digest(name, 'hello')}`;
const wrong = async (name = 'SHA-256') => `${name.toLowerCase().replace('-', '')}-${await digest(name, 'other')}`;

export const integrities: readonly Rule[] = [
  ...['SHA-256', 'SHA-384', 'SHA-512'].flatMap((name) => [
    integrity(`${name} that is right`, () => right(name), 'hello'),
    integrity(`${name} that is wrong`, () => wrong(name), FAILED),
  ]),
  integrity('one of two is right', async () => `${await wrong()} ${await right()}`, 'hello'),
  integrity('the strongest counts', async () => `${await right()} ${await wrong('SHA-512')}`, FAILED),
  { ...integrity('options behind it', async () => `${await right()}?ct=x`, 'hello'), node: [FAILED] },
  integrity('base64url', async () => (await right()).replaceAll('+', '-').replaceAll('/', '_'), 'hello'),
  integrity('an unknown hash is none', async () => 'md5-AAAA', 'hello'),
  integrity('an unknown one beside a wrong one', async () => `md5-AAAA ${await wrong()}`, FAILED),
  integrity('no body', () => right(), FAILED, { method: 'HEAD' }),
  integrity('an empty body', async () => `sha256-${await digest('SHA-256', '')}`, '', {}, ''),
  {
    rule: 'integrity: of the body as it was decoded',
    run: async (fetch, { url, server }) => {
      const { gzipSync } = await import('node:zlib');
      server.enqueue({ headers: { 'Content-Encoding': 'gzip' }, body: gzipSync('hello') });
      return (await fetch(url('/'), { integrity: await right() })).text();
    },
    is: 'hello',
  },
  {
    rule: 'integrity: the answer is as any other',
    run: async (fetch, { url, server }) => {
      server.enqueue({ status: 404, body: 'hello' });
      const one = await fetch(url('/'), { integrity: await right() });
      const copy = one.clone();
      return [one.status, one.type, one.url === url('/'), await copy.text(), await one.text(), one.bodyUsed];
    },
    is: [404, 'basic', true, 'hello', 'hello', true],
  },
];
