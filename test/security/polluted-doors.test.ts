/**
 * The doors of the package, clean and with `Object.prototype` holding what their options are called: a record that a program
 * gives, or leaves out, is read without what it inherits.
 */
import { describe, expect, it } from 'vitest';
import { DelayQueue } from '../../src/call/delay-queue.ts';
import { Client, type ClientOptions } from '../../src/client/client.ts';
import { CookieJar } from '../../src/cookies/cookie-jar.ts';
import { crawl } from '../../src/crawl/crawl.ts';
import { linksOf } from '../../src/crawl/links-of.ts';
import { memoryFrontier } from '../../src/crawl/memory-frontier.ts';
import { TimeoutError } from '../../src/message/errors.ts';
import { HttpResponse } from '../../src/message/response.ts';
import { each } from '../../src/pool/each.ts';
import { HandlerStack } from '../../src/stack/handler-stack.ts';
import { answering } from '../support/fake-handler.ts';
import { polluted } from './pollute.ts';

const URL_OF = 'https://app.example/v1';
const evil = async () => new HttpResponse(200, {}, '"evil"');
const fail = (): never => {
  throw new Error('a function of the prototype was called');
};

/** What passed through the client: each request with its head, and the answer. */
function clientOver(options: ClientOptions = {}, ...answers: HttpResponse[]) {
  const { handler, requests } = answering(...(answers.length === 0 ? [new HttpResponse(200, {}, '[1,2]')] : answers));
  const client = new Client({ handler: HandlerStack.create(handler), ...options });
  const sent = () => requests().map(({ method, url, headers }) => [method, url, [...headers]]);
  return { client, sent };
}

async function listed<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

type Row = readonly [door: string, properties: Readonly<Record<string, unknown>>, run: () => unknown];

const rows: readonly Row[] = [
  ['new Client()', { handler: evil }, () => String(new Client().stack)],
  ['new Client({})', { handler: evil }, () => String(new Client({}).stack)],
  ['new Client({}), a text', { handler: 'evil' }, () => String(new Client({}).stack)],
  ...[
    { handler: evil },
    { headers: { 'X-Evil': '1' } },
    { query: { evil: '1' } },
    { cookies: false },
    { cache: {} },
  ].map(
    (properties): Row => [
      'client.extend',
      properties,
      async () => {
        const { client, sent } = clientOver({ headers: { 'X-A': '1' }, query: { a: '1' } });
        const more = { headers: { 'X-B': '2' }, query: { b: '2' } };
        const text = await client.extend({}).extend(more).extend({}).get(URL_OF).text();
        return [text, sent()];
      },
    ],
  ),
  ...[
    { items: fail },
    { next: fail },
    { maxPages: 0 },
    { maxItems: 1 },
    { delay: 60_000 },
    { auth: ['evil', 'evil'] },
    { query: { evil: '1' } },
  ].map(
    (properties): Row => [
      'client.paginate',
      properties,
      async () => {
        const page = new HttpResponse(200, { Link: '</v1?page=2>; rel=next' }, '[1,2]');
        const { client, sent } = clientOver(
          {},
          page,
          new HttpResponse(200, {}, '[3]'),
          new HttpResponse(200, {}, '[]'),
        );
        const found = await listed(client.paginate('https://ada:pw@app.example/v1', {}));
        const next = (response: HttpResponse) => (response.request?.url.includes('b=') ? null : { query: { b: '2' } });
        const other = clientOver({}, new HttpResponse(200, {}, '[1]'), new HttpResponse(200, {}, '[2]'));
        found.push(...(await listed(other.client.paginate(URL_OF, { next }))));
        return [found, sent(), other.sent()];
      },
    ],
  ),
  ...[{ concurrency: 1 }, { fulfilled: fail }, { rejected: fail }].map(
    (properties): Row => [
      'each',
      properties,
      async () => {
        let [running, most] = [0, 0];
        const task = async () => {
          most = Math.max(most, ++running);
          await Promise.resolve();
          running -= 1;
        };
        await each([task, task, () => Promise.reject(new Error('one that fails'))].map((one) => one()));
        return most;
      },
    ],
  ),
  ...[{ assets: true }, { maxBytes: 1 }, { agent: 'evil' }].map(
    (properties): Row => [
      'linksOf',
      properties,
      () => {
        const page = '<meta name=evil content=nofollow><a href=/b>b</a><img src=/c>';
        return linksOf(new HttpResponse(200, { 'Content-Type': 'text/html' }, page, '1.1', 'OK', { url: URL_OF }));
      },
    ],
  ),
  ['new DelayQueue()', { clock: { now: fail } }, () => new DelayQueue().add(0, () => 1)],
  ['new TimeoutError()', { phase: 'evil' }, () => new TimeoutError('late').phase],
  ...[{ interval: 60_000 }, { concurrency: 0 }, { visitTimeout: 1 }, { limit: 0 }].map(
    (properties): Row => [
      'crawl',
      properties,
      async () => {
        const frontier = memoryFrontier();
        await frontier.add([{ url: URL_OF }]);
        const { client } = clientOver();
        const visit = async (response: HttpResponse) => ({ line: { status: response.status } });
        const run = crawl(client, frontier, { robots: false, perHost: { concurrency: 1 }, visit });
        const interval = run.intervalOf('app.example');
        return [interval, (await run).done];
      },
    ],
  ),
  ['response.with', { handler: 'mine' }, () => new HttpResponse(200).with({ handler: 'mine' }).facts.handler],
  ['a stack', { stats: fail, handlerName: 'evil' }, () => String(HandlerStack.create(evil))],
  ...[
    { secure: true },
    { maxAge: 0 },
    { expires: new Date(0) },
    { domain: 'evil.example' },
    { path: '/evil' },
    { httpOnly: true },
    { sameSite: 'strict' },
    { hostOnly: false },
    { cookies: [] },
  ].map(
    (properties): Row => [
      'a cookie jar',
      properties,
      async () => {
        const jar = new CookieJar({ clock: { now: () => 0 } });
        await jar.setCookie('line=1', 'http://a.example/');
        await jar.setCookie('broken=1; Max-Age=soon; Expires=never; Path; Domain=', 'http://a.example/');
        await jar.setCookie('whole=1; Secure; Max-Age=60; Path=/b; Domain=b.example', 'https://a.b.example/');
        await jar.setCookie({ name: 'parts', value: '1' }, 'http://a.example/');
        const nowhere = await jar.setCookie({ name: 'nowhere', value: '1' }).catch((error: Error) => error.message);
        return [[...jar], nowhere, [...CookieJar.from({ record: '1' }, 'a.example', { clock: { now: () => 0 } })]];
      },
    ],
  ),
];

describe('a polluted Object.prototype', () => {
  it.each(rows)('changes nothing of %s: %o', async (_, properties, run) => {
    const clean = await run();
    expect(await polluted(properties, run)).toEqual(clean);
  });
});
