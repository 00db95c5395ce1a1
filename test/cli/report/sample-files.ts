/** Files to make reports of: a crawl and an archive of a shop's site, of any length, always the same. */
import type { PageLine } from '../../../src/cli/crawl/page-line.ts';

/** Numbers from 0 to 1 that look random, the same ones for a seed. */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

const SECTIONS = ['products', 'guides', 'blog', 'help', 'about', 'api/reference', 'changelog'];
const SITE = 'https://shop.example';

const pageUrl = (n: number) => `${SITE}/${SECTIONS[n % SECTIONS.length]}/item-${n}${n % 5 === 0 ? '?sort=price' : ''}`;

/** The lines of a crawl: mostly pages, with redirects, broken links, failures, and what robots.txt forbids. */
export function crawlLines(count: number, seed = 1): PageLine[] {
  const next = numbers(seed);
  const lines: PageLine[] = [];
  for (let n = 0; n < count; n += 1) {
    const links = Array.from({ length: 6 }, () => pageUrl(Math.floor(next() * count)));
    const from = n === 0 ? null : pageUrl(Math.floor(n / 6));
    lines.push({ ...lineOf(n, next), url: pageUrl(n), from, depth: Math.min(8, Math.floor(Math.log2(n + 1))), links });
    if (lines.at(-1)!.status === 301) {
      const location = `${SITE}/moved/item-${n}`;
      lines[lines.length - 1] = { ...lines.at(-1)!, location, links: [location] };
      lines.push({ ...OK, url: location, from, depth: 2, ms: 20 + next() * 90, links: [], via: [pageUrl(n)] });
      n += 1;
    }
  }
  return lines.slice(0, count);
}

const OK = { status: 200, error: null, bytes: 18_000, type: 'text/html; charset=utf-8' } as const;

function lineOf(
  n: number,
  next: () => number,
): Pick<PageLine, 'status' | 'error' | 'message' | 'ms' | 'bytes' | 'type'> {
  const chance = next();
  const ms = Math.round((25 + 120 * next() ** 3 + (chance > 0.995 ? 4000 * next() : 0)) * 10) / 10;
  if (n > 0 && chance < 0.012) return { status: 404, error: null, ms, bytes: 0, type: 'text/html' };
  if (n > 0 && chance < 0.015) return { status: 503, error: null, ms: ms * 9, bytes: 0, type: 'text/plain' };
  if (n > 0 && chance < 0.018) {
    const message = 'no answer within 10s: the headers did not come';
    return { status: null, error: 'ERR_TIMEOUT_HEADERS', message, ms: 10_000, bytes: 0 };
  }
  if (n > 0 && chance < 0.03) return { status: null, error: 'ERR_ROBOTS_DISALLOWED', ms: 0, bytes: 0 };
  if (n > 0 && chance < 0.06) return { status: 301, error: null, ms: ms / 2, bytes: 0 };
  const type = chance > 0.93 ? 'text/css' : chance > 0.9 ? 'application/pdf' : OK.type;
  return { status: 200, error: null, ms, bytes: Math.round(3000 + 60_000 * next() ** 2), type };
}

export const linesText = (lines: readonly PageLine[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join('');

export interface SampleEntry {
  readonly url?: string;
  readonly status?: number;
  /** Milliseconds after the first one. */
  readonly at?: number;
  readonly time?: number;
  readonly response?: object;
  readonly request?: object;
  readonly more?: object;
}

/** An entry as tools write it. */
export function harEntryOf(given: SampleEntry = {}): object {
  const { url = `${SITE}/`, status = 200, at = 0, time = 100, request = {}, response = {}, more = {} } = given;
  const wait = Math.round(time * 0.6);
  return {
    startedDateTime: new Date(Date.UTC(2026, 2, 4, 9, 30) + at).toISOString(),
    time,
    request: {
      method: 'GET',
      url,
      httpVersion: 'HTTP/2',
      cookies: [],
      headers: [{ name: 'accept', value: '*/*' }],
      queryString: [],
      headersSize: -1,
      bodySize: 0,
      ...request,
    },
    response: {
      status,
      statusText: '',
      httpVersion: 'HTTP/2',
      cookies: [],
      headers: [{ name: 'content-type', value: 'text/html' }],
      content: { size: 5120, mimeType: 'text/html' },
      redirectURL: '',
      headersSize: -1,
      bodySize: 1400,
      ...response,
    },
    cache: {},
    timings: { blocked: 1, dns: 4, connect: 14, ssl: 9, send: 0.4, wait, receive: Math.max(0, time - wait - 19.4) },
    serverIPAddress: '203.0.113.7',
    ...more,
  };
}

export const harText = (entries: readonly object[], log: object = {}) =>
  JSON.stringify({ log: { version: '1.2', creator: { name: 'sample', version: '1' }, entries, ...log } });

/** An archive of a client that reads an API: redirects, retries, a refused token, a page that is gone. */
export function sessionEntries(count: number, seed = 7): object[] {
  const next = numbers(seed);
  const api = 'https://api.shop.example/v2';
  const hosts = [api, 'https://cdn.shop.example', SITE];
  const entries: object[] = [];
  let at = 0;
  let call = 0;
  const add = (entry: SampleEntry) => {
    entries.push(harEntryOf({ at, ...entry }));
    at += Math.round((entry.time ?? 100) * next() * 0.6);
  };
  while (entries.length < count) {
    const n = entries.length;
    const url = `${hosts[n % 3]}/${['orders', 'users', 'img', 'stock', 'search'][n % 5]}/${n}${n % 4 === 0 ? '?page=2&token=s3cret' : ''}`;
    const time = 40 + Math.round(400 * next() ** 3);
    const chance = next();
    call += 1;
    const more = { _call: call, _attempt: 1, _hop: 0, _handler: 'undici' };
    if (chance < 0.08) {
      add({ url, time, status: 503, more });
      at += time;
      add({ url, time: time / 2, more: { ...more, _attempt: 2 } });
    } else if (chance < 0.18) {
      const to = `${api}/moved/${n}`;
      add({ url, time, status: 302, response: { redirectURL: to }, more });
      at += time;
      add({ url: to, time, more: { ...more, _hop: 1 } });
    } else if (chance < 0.24)
      add({ url, time, status: 404, request: { headers: [{ name: 'Referer', value: `${SITE}/orders` }] }, more });
    else if (chance < 0.27) {
      const _error = { name: 'NetworkError', code: 'ERR_RESET', message: 'the server closed the connection' };
      add({
        url,
        time,
        status: 0,
        response: { _error: 'ERR_RESET', content: { size: 0, mimeType: 'x-unknown' } },
        more: { ...more, _error },
      });
    } else
      add({
        url,
        time,
        response: { content: { size: Math.round(900 + 90_000 * next() ** 2), mimeType: 'application/json' } },
        more,
      });
  }
  return entries;
}

/** A page of the shop as a client loads it: close together in time, with a redirect, a retry, a picture that is gone. */
export function pageEntries(): object[] {
  const next = numbers(11);
  const entries: object[] = [];
  let call = 0;
  const add = (
    path: string,
    at: number,
    time: number,
    given: SampleEntry & { type?: string; size?: number; isSame?: boolean } = {},
  ) => {
    const {
      type = 'text/html',
      size = 5120,
      isSame = false,
      status = 200,
      response = {},
      request = {},
      more = {},
    } = given;
    if (!isSame) call += 1;
    const url = path.startsWith('http') ? path : `${SITE}${path}`;
    const isNew = entries.length < 4;
    const ready = isNew ? 26 : 0;
    const wait = Math.round((time - ready) * 0.65);
    const timings = {
      blocked: isNew ? 1 : 4,
      dns: isNew ? 6 : -1,
      connect: isNew ? 20 : -1,
      ssl: isNew ? 12 : -1,
      send: 0.3,
      wait,
      receive: Math.max(1, time - ready - wait),
    };
    entries.push(
      harEntryOf({
        url,
        status,
        at,
        time,
        request: {
          headers: [
            { name: 'accept', value: '*/*' },
            { name: 'authorization', value: '***' },
            { name: 'referer', value: `${SITE}/` },
          ],
          ...request,
        },
        response: { content: { size, mimeType: type }, bodySize: Math.round(size / 3.4), ...response },
        more: { timings, _call: call, _attempt: 1, _hop: 0, _handler: 'undici', ...more },
      }),
    );
  };
  add('http://shop.example/', 0, 48, { status: 301, size: 0, response: { redirectURL: `${SITE}/` } });
  add('/', 50, 142, { size: 48_300, isSame: true, more: { _hop: 1 } });
  for (const [n, path] of ['/assets/main.css', '/assets/app.js', '/assets/vendor.js'].entries()) {
    add(path, 196 + n * 3, 60 + n * 55, { type: n === 0 ? 'text/css' : 'text/javascript', size: 30_000 + n * 140_000 });
  }
  add('https://api.shop.example/v2/cart?token=***', 300, 88, { status: 503, type: 'application/json', size: 92 });
  add('https://api.shop.example/v2/cart?token=***', 480, 61, {
    type: 'application/json',
    size: 1840,
    isSame: true,
    more: { _attempt: 2 },
  });
  for (let n = 0; n < 14; n += 1) {
    const isGone = n === 5;
    add(
      `https://cdn.shop.example/img/${['shoe', 'coat', 'hat', 'bag'][n % 4]}-${n}.webp`,
      330 + n * 9,
      70 + Math.round(260 * next() ** 2),
      {
        type: isGone ? 'text/html' : 'image/webp',
        status: isGone ? 404 : 200,
        size: isGone ? 310 : 12_000 + Math.round(60_000 * next()),
      },
    );
  }
  const _error = { name: 'TimeoutError', code: 'ERR_TIMEOUT_HEADERS', message: 'no answer within 600ms' };
  add('https://ads.example/pixel', 360, 600, {
    status: 0,
    type: 'x-unknown',
    size: 0,
    response: { _error: _error.code },
    more: { _error },
  });
  add('https://api.shop.example/v2/recommendations', 560, 236, { type: 'application/json', size: 22_400 });
  return entries;
}
