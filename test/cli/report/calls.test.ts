import { describe, expect, it } from 'vitest';
import { crawlCalls } from '../../../src/cli/report/crawl-calls.ts';
import { harCalls } from '../../../src/cli/report/har-calls.ts';
import { harEntryOf, type SampleEntry } from './sample-files.ts';

const har = (...entries: SampleEntry[]) => harCalls(entries.map(harEntryOf));
const to = (url: string) => ({ status: 302, response: { redirectURL: url } });

describe('the calls of an archive', () => {
  it.each<[string, SampleEntry[], number[][]]>([
    ['entries of one number', [{ more: { _call: 4 } }, { more: { _call: 5 } }, { more: { _call: 4 } }], [[0, 2]]],
    [
      'what a redirect led to',
      [
        { url: 'http://a.test/', ...to('/b') },
        { url: 'http://a.test/x', at: 90 },
        { url: 'http://a.test/b', at: 120, ...to('http://b.test/c#d') },
        { url: 'http://b.test/c', at: 260 },
      ],
      [[0, 2, 3]],
    ],
    [
      'two of one redirect, each with its own',
      [
        { url: 'http://a.test/', ...to('/b') },
        { url: 'http://a.test/', at: 10, ...to('/b') },
        { url: 'http://a.test/b', at: 120 },
        { url: 'http://a.test/b', at: 130 },
      ],
      [
        [0, 2],
        [1, 3],
      ],
    ],
    [
      'nothing that began before its end',
      [
        { url: 'http://a.test/', ...to('/b') },
        { url: 'http://a.test/b', at: 20 },
      ],
      [],
    ],
    [
      'a location that only the header has',
      [
        { url: 'http://a.test/', status: 301, response: { headers: [{ name: 'LOCATION', value: 'b' }] } },
        { url: 'http://a.test/b', at: 120 },
      ],
      [[0, 1]],
    ],
    ['no redirect to what is no URL', [{ url: 'nothing', ...to('http://[') }], []],
    [
      'attempts of an archive without numbers',
      [
        { status: 503, more: { _attempt: 1 } },
        { at: 200, more: { _attempt: 2 } },
        { at: 300, more: { _attempt: 1 } },
      ],
      [[0, 1]],
    ],
  ])('are %s', (_, entries, calls) => {
    expect(har(...entries)).toEqual(calls);
  });
});

describe('the calls of a crawl', () => {
  const line = (url: string, via: string[] = [], location?: string) => ({
    url,
    ...(via.length > 0 && { via }),
    location,
  });

  it.each<[string, ReturnType<typeof line>[], number[][]]>([
    ['pages of their own', [line('a'), line('b')], []],
    ['a page behind its redirects', [line('c', ['a', 'b']), line('b', ['a'], 'c'), line('a', [], 'b')], [[2, 1, 0]]],
    [
      'one page, whichever redirect led to it first',
      [line('a', [], 'c'), line('b', [], 'c'), line('c', ['a'])],
      [[0, 2]],
    ],
    ['a redirect that is known from no line', [line('c', ['gone'])], []],
    ['a redirect to itself', [line('a', [], 'a'), line('a', ['a'], 'a')], []],
  ])('are %s', (_, lines, calls) => {
    expect(crawlCalls(lines)).toEqual(calls);
  });
});
