import { describe, expect, it } from 'vitest';
import { Client } from '../../src/client/client.ts';
import { crawl, fileFrontier, linksOf, memoryFrontier } from '../../src/crawl/index.ts';
import { HttpResponse } from '../../src/message/response.ts';

const client = new Client({ handler: async () => new HttpResponse(200, {}, '') });

describe('what a crawl or a frontier does not know is refused at once', () => {
  it.each<[name: string, options: object, message: RegExp]>([
    ['no visit function', {}, /visit, a function/],
    ['a setting that there is not', { nope: 1 }, /crawl has no setting nope; there are visit, failed, /],
    ['a setting with a typo', { dept: 2 }, /crawl has no setting dept; .*did you mean "depth"\?/],
    ['a setting of a pool', { perHost: { intervall: 5 } }, /perHost has no setting intervall; .*"interval"/],
    ['an interval that is no duration', { perHost: { interval: 'soon' } }, /perHost\.interval/],
    ['a concurrency of nothing', { perHost: { concurrency: 0 } }, /perHost\.concurrency/],
    ['a perHost that is no record', { perHost: 5 }, /perHost takes \{ concurrency, interval \}, got .*number/],
    ['a depth below 0', { depth: -1 }, /depth must be a whole number of at least 0, got -1/],
    ['retries that are no number', { retries: 'two' }, /retries must be a whole number of at least 0/],
    ['no hosts', { hosts: 0 }, /hosts must be a whole number of at least 1, got 0/],
    ['a limit of 0', { limit: 0 }, /limit must be a whole number of at least 1, got 0/],
    ['a callback that is none', { failed: 5 }, /failed must be a function, got 5/],
    ['a robots that is a name', { robots: 'bot' }, /robots must be true, false or \{ agent \}/],
    ['a robots without agent', { robots: { name: 'bot' } }, /robots has no setting name; there are agent/],
    ['a visitTimeout that is no duration', { visitTimeout: 'long' }, /visitTimeout/],
  ])('crawl: %s', (_name, options, message) => {
    const given = { ...(_name === 'no visit function' ? {} : { visit: () => undefined }), ...options };
    expect(() => crawl(client, memoryFrontier(), given as never)).toThrow(message);
  });

  it.each<[name: string, make: () => unknown, message: RegExp]>([
    [
      'memoryFrontier(5)',
      () => memoryFrontier(5 as never),
      /memoryFrontier takes \{ maxWaiting, clock \}, got .*number/,
    ],
    [
      'memoryFrontier',
      () => memoryFrontier({ nope: 1 } as never),
      /memoryFrontier has no setting nope; there are maxW/,
    ],
    ['fileFrontier', () => fileFrontier('x', { max: 1 } as never), /fileFrontier has no setting max/],
    ['maxWaiting', () => memoryFrontier({ maxWaiting: 0 }), /maxWaiting must be a whole number of at least 1, got 0/],
  ])('%s', (_name, make, message) => {
    expect(make).toThrow(message);
  });

  const url = 'http://a.example/';
  it.each<[name: string, found: unknown, message: RegExp]>([
    ['a number', 5, /a frontier adds a list or an iterable of \{ url \}, got .*number/],
    ['nothing', undefined, /an iterable of \{ url \}, got undefined/],
    ['a text', url, /an iterable of \{ url \}, got .*string/],
    ['one that is in no list', { url }, /an iterable of \{ url \}, got Object/],
    ['a depth below 0', [{ url, depth: -1 }], /the depth of a URL is a whole number from 0, got -1/],
    ['a depth that is no number', [{ url, depth: '1' }], /the depth of a URL is a whole number from 0, got "1"/],
    ['a priority that there is not', [{ url, priority: 3 }], /the priority of a URL is 0, 1 or 2, got 3/],
    ['a key that is no text', [{ url, key: 7 }], /the key of a URL is a string, got 7/],
  ])('add: %s', async (_name, found, message) => {
    const error: unknown = await memoryFrontier()
      .add(found as never)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toMatch(message);
  });
});

describe('a setting that is undefined', () => {
  it('is one that was not given, also for the compiler', async () => {
    const frontier = memoryFrontier({ maxWaiting: undefined, clock: undefined });
    fileFrontier('not-opened', { maxWaiting: undefined, clock: undefined });
    const { full } = await frontier.add([{ url: 'http://a.example/', depth: undefined, key: undefined }]);
    const page = new HttpResponse(200, { 'Content-Type': 'text/html' }, '<a href="http://a.example/x">');
    const links = await linksOf(page, { assets: undefined, maxBytes: undefined, agent: undefined });
    expect([full, links]).toEqual([false, [{ url: 'http://a.example/x' }]]);
  });
});
