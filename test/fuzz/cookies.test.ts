/**
 * No cookie goes to a host, a path or a scheme that did not set it: answers that set cookies at random go through the
 * layer, and a plain model of RFC 6265 says for each request what must be sent, and nothing else may.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CookieJar } from '../../src/cookies/cookie-jar.ts';
import { HttpRequest } from '../../src/message/request.ts';
import { HttpResponse } from '../../src/message/response.ts';
import { cookies } from '../../src/middleware/cookies/cookies.ts';
import { runs } from './runs.ts';

const host = fc.constantFrom(
  'a.test',
  'b.a.test',
  'c.b.a.test',
  'ba.test',
  'x.co.uk',
  'y.co.uk',
  '127.0.0.1',
  '10.127.0.0.1.test',
);
const path = fc.constantFrom('/', '/a', '/a/', '/ab', '/a/b', '/A');
const scheme = fc.constantFrom('http', 'https');
const place = fc.record({ scheme, host, path });

interface Place {
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
}

interface Setting {
  readonly name: string;
  readonly domain: string | undefined;
  readonly path: string | undefined;
  readonly secure: boolean;
}

const setting: fc.Arbitrary<Setting> = fc.record({
  name: fc.constantFrom('a', 'b', '__Host-c', '__secure-d'),
  domain: fc.option(
    fc.constantFrom('a.test', '.a.test', 'b.a.test', 'test', 'co.uk', '127.0.0.1', 'ba.test', '0.0.1'),
    { nil: undefined },
  ),
  path: fc.option(fc.constantFrom('/', '/a', '/a/', '/a/b', 'a', ''), { nil: undefined }),
  secure: fc.boolean(),
});

const step = fc.record({ place, settings: fc.array(setting, { maxLength: 3 }) });

const urlOf = ({ scheme: s, host: h, path: p }: Place) => `${s}://${h}${p}`;
const lineOf = (one: Setting, value: string) =>
  [
    `${one.name}=${value}`,
    ...(one.domain === undefined ? [] : [`Domain=${one.domain}`]),
    ...(one.path === undefined ? [] : [`Path=${one.path}`]),
    ...(one.secure ? ['Secure'] : []),
  ].join('; ');

/** RFC 6265 section 5.1.4. */
function isBelow(asked: string, set: string): boolean {
  return asked === set || (asked.startsWith(set) && (set.endsWith('/') || asked[set.length] === '/'));
}

/** Whether a cookie that `from` set so may go to `to`. Says too much rather than too little where rules are finer. */
function mayGo(from: Place, one: Setting, to: Place): boolean {
  const domain = one.domain?.replace(/^\./, '');
  const isAddress = /^[\d.]+$/.test(from.host);
  const covers = domain === from.host || (domain !== undefined && !isAddress && from.host.endsWith(`.${domain}`));
  if (domain !== undefined && !covers) return false;
  if (domain === 'test' || domain === 'co.uk') return false;
  const isHost =
    domain === undefined || isAddress ? to.host === from.host : to.host === domain || to.host.endsWith(`.${domain}`);
  const set = one.path?.startsWith('/') ? one.path : from.path.slice(0, Math.max(1, from.path.lastIndexOf('/')));
  if (one.secure && (from.scheme !== 'https' || to.scheme !== 'https')) return false;
  if (one.name.startsWith('__') && !one.secure) return false;
  if (one.name === '__Host-c' && (one.domain !== undefined || one.path !== '/')) return false;
  return isHost && isBelow(to.path, set);
}

it('each cookie that is sent was set for that host, path and scheme', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 8 }),
      fc.array(place, { minLength: 1, maxLength: 6 }),
      async (steps, asked) => {
        const jar = new CookieJar();
        // What was set, by the value it was given: each is another.
        const set = new Map<string, { from: Place; one: Setting }>();
        let lines: string[] = [];
        let sent: string | null = null;
        const layer = cookies()(async (request) => {
          sent = request.headers.get('cookie');
          return new HttpResponse(200, { 'Set-Cookie': lines });
        });
        const ask = async (to: Place): Promise<void> => {
          await layer(new HttpRequest('GET', urlOf(to)), { cookies: jar });
          for (const pair of sent?.split('; ') ?? []) {
            const { from, one } = set.get(pair.slice(pair.indexOf('=') + 1))!;
            expect(mayGo(from, one, to), `${lineOf(one, 'v')} of ${urlOf(from)} went to ${urlOf(to)}`).toBe(true);
          }
        };
        for (const { place: from, settings } of steps) {
          lines = settings.map((one, n) => lineOf(one, `${set.size + n}`));
          for (const one of settings) set.set(String(set.size), { from, one });
          await ask(from);
        }
        lines = [];
        for (const to of asked) await ask(to);
      },
    ),
    runs(300),
  );
});

it('a cookie alone goes everywhere it was set for', async () => {
  await fc.assert(
    fc.asyncProperty(place, setting, place, async (from, one, to) => {
      const jar = new CookieJar();
      await jar.store(urlOf(from), [lineOf(one, 'v')]);
      const line = await jar.getCookieHeader(urlOf(to));
      expect(line).toBe(mayGo(from, one, to) ? `${one.name}=v` : '');
    }),
    runs(1_000),
  );
});
