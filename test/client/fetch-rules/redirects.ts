/** Redirects (WHATWG fetch section 4.4). */
import { type Echo, echo, FAILED, type Init, outcome, type Rule, type Site, streamOf } from './rule.ts';

const to = (site: Site, status: number, target: string) =>
  site.url(`/redirect-to?status=${status}&url=${encodeURIComponent(target)}`);

/** Answers once with this status and these headers. */
const answer = (site: Site, status: number, headers: Record<string, string> = {}, body = 'body') =>
  site.server.enqueue({ status, headers, body });

const MATRIX: readonly [status: number, method: string, then: string, keeps: boolean][] = [
  [301, 'GET', 'GET', false],
  [301, 'POST', 'GET', false],
  [301, 'PUT', 'PUT', true],
  [301, 'DELETE', 'DELETE', false],
  [302, 'POST', 'GET', false],
  [302, 'PATCH', 'PATCH', true],
  [303, 'GET', 'GET', false],
  [303, 'POST', 'GET', false],
  [303, 'PUT', 'GET', false],
  [303, 'DELETE', 'GET', false],
  [307, 'POST', 'POST', true],
  [307, 'GET', 'GET', false],
  [308, 'POST', 'POST', true],
  [308, 'PUT', 'PUT', true],
];

const matrix = MATRIX.map(
  ([status, method, then, keeps]): Rule => ({
    rule: `${method} after ${status} is ${then}, ${keeps ? 'with the body' : 'without a body'}`,
    run: async (fetch, site) => {
      const hasBody = method !== 'GET' && method !== 'DELETE';
      const init = hasBody ? { method, body: 'text' } : { method };
      const seen = await echo(fetch, to(site, status, '/anything'), init);
      return [seen.method, seen.body, seen.headers['content-type'] ?? null];
    },
    is: [then, keeps ? 'text' : '', keeps ? 'text/plain;charset=UTF-8' : null],
  }),
);

const facts = ({ status, redirected, type, ok }: Response) => [status, redirected, type, ok];

const modes: readonly Rule[] = [
  {
    rule: "redirect: 'follow' gives the last answer",
    run: async (fetch, site) => {
      const response = await fetch(to(site, 302, '/anything#part'));
      return [...facts(response), response.url === site.url('/anything')];
    },
    is: [200, true, 'basic', true, true],
  },
  {
    rule: "redirect: 'manual' gives the redirect itself",
    run: async (fetch, site) => {
      answer(site, 302, { Location: '/anything' });
      const response = await fetch(site.url('/'), { redirect: 'manual' });
      return [
        ...facts(response),
        response.headers.get('location'),
        response.url === site.url('/'),
        await response.text(),
      ];
    },
    // In a browser it is an opaque one, of which nothing can be seen; Node gives it, as SDKs need.
    is: [302, false, 'basic', false, '/anything', true, 'body'],
  },
  ...[301, 302, 303, 307, 308].map(
    (status): Rule => ({
      rule: `redirect: 'error' fails at a ${status}`,
      run: (fetch, site) => outcome(fetch(to(site, status, '/anything'), { redirect: 'error' })),
      is: FAILED,
    }),
  ),
  {
    rule: "redirect: 'error' fails at a redirect without a Location",
    run: (fetch, site) => {
      answer(site, 302);
      return outcome(fetch(site.url('/'), { redirect: 'error' }));
    },
    is: FAILED,
  },
  ...[300, 304, 305, 306].flatMap((status) =>
    (['follow', 'error'] as const).map(
      (redirect): Rule => ({
        rule: `a ${status} with a Location is no redirect by redirect: '${redirect}'`,
        run: (fetch, site) => {
          answer(site, status, { Location: '/anything' }, '');
          return outcome(fetch(site.url('/'), { redirect }));
        },
        is: `status ${status}`,
      }),
    ),
  ),
  {
    rule: 'a redirect without a Location is the answer',
    run: async (fetch, site) => {
      answer(site, 302);
      const response = await fetch(site.url('/'));
      return [...facts(response), await response.text()];
    },
    is: [302, false, 'basic', false, 'body'],
  },
  { rule: '20 redirects are followed', run: (fetch, { url }) => outcome(fetch(url('/redirect/20'))), is: 'status 200' },
  { rule: '21 redirects are too many', run: (fetch, { url }) => outcome(fetch(url('/redirect/21'))), is: FAILED },
];

const targets: readonly Rule[] = [
  ...['ftp://a.test/', 'data:text/plain,x', 'file:///etc/hosts', 'javascript:1', 'http://', 'http://a b/'].map(
    (target): Rule => ({
      rule: `a Location of ${target} fails`,
      run: (fetch, site) => {
        answer(site, 302, { Location: target });
        return outcome(fetch(site.url('/')));
      },
      is: FAILED,
    }),
  ),
  {
    rule: 'a Location beyond ASCII is read as UTF-8',
    run: async (fetch, site) => {
      answer(site, 302, { Location: Buffer.from('/anything/é').toString('latin1') });
      return (await echo(fetch, site.url('/'))).url;
    },
    is: '/anything/%C3%A9',
  },
  {
    rule: 'a stream cannot be sent again by a 307',
    run: (fetch, site) =>
      outcome(fetch(to(site, 307, '/anything'), { method: 'POST', body: streamOf('x'), duplex: 'half' } as Init)),
    is: FAILED,
  },
  {
    rule: 'a stream is left behind by a 303',
    run: async (fetch, site) => {
      const init: Init = { method: 'POST', body: streamOf('x'), duplex: 'half' };
      return (await echo(fetch, to(site, 303, '/anything'), init)).method;
    },
    is: 'GET',
  },
  {
    rule: 'the text of a Request is sent again by a 307',
    run: async (fetch, site) =>
      (await echo(fetch, new Request(to(site, 307, '/anything'), { method: 'POST', body: 'again' }))).body,
    is: 'again',
  },
];

const across = async (fetch: typeof globalThis.fetch, site: Site, headers: Record<string, string>): Promise<Echo> =>
  echo(fetch, to(site, 302, site.other.url('/anything')), { headers });

const origins: readonly Rule[] = [
  ...['Authorization', 'Cookie', 'Proxy-Authorization'].map(
    (name): Rule => ({
      rule: `${name} does not go to another origin`,
      run: async (fetch, site) => (await across(fetch, site, { [name]: 'a=1' })).headers[name.toLowerCase()] ?? null,
      is: null,
    }),
  ),
  {
    rule: 'Authorization goes on within the origin',
    run: async (fetch, site) =>
      (await echo(fetch, to(site, 302, '/anything'), { headers: { Authorization: 'x' } })).headers['authorization'],
    is: 'x',
  },
  {
    rule: 'Accept goes to another origin',
    run: async (fetch, site) => (await across(fetch, site, { Accept: 'text/x' })).headers['accept'],
    is: 'text/x',
  },
  {
    rule: "the caller's own headers go to another origin",
    run: async (fetch, site) => (await across(fetch, site, { 'X-Api-Key': 'k' })).headers['x-api-key'] ?? null,
    is: 'k',
    difference: { name: 'Headers across origins', is: null },
  },
];

export const redirects: readonly Rule[] = [...matrix, ...modes, ...targets, ...origins];
