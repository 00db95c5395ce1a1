/** What is stored, for whom, and which requests it answers (RFC 9111 sections 3, 4.1 and 5.2). */
import { at } from '../cached.ts';
import { again, cc, inMode, long, type Rule, rule } from './rule.ts';

const storing: Rule[] = [
  again('5.2.2.5', 'no-store', cc('no-store'), 'asked'),
  again('5.2.2.5', 'No-Store beside max-age', cc(`No-Store, ${long}`), 'asked'),
  again('5.2.2.5', 'no-store beside Expires', cc('no-store', { Expires: at(3600) }), 'asked'),
  again('5.2.2.3', 'must-understand of a known status', cc(`must-understand, no-store, ${long}`), 'hit'),
  again('5.2.2.3', 'must-understand of an unknown status', cc(`must-understand, ${long}`), 'asked', { status: 299 }),
  inMode('private', again('5.2.2.7', 'private', cc(`private, ${long}`), 'hit')),
  inMode('shared', again('5.2.2.7', 'private', cc(`private, ${long}`), 'asked')),
  inMode('shared', again('5.2.2.7', 'PrIvAtE', cc(`PrIvAtE, ${long}`), 'asked')),
  again('5.2.2.4', 'no-cache', cc(`no-cache, ${long}`), 'asked'),
  again('5.2.2.4', 'No-CACHE', cc(`No-CACHE, ${long}`), 'asked'),
  again('5.2.2.4', 'no-cache beside Expires', cc('no-cache', { Expires: at(3600) }), 'asked'),
  again('5.2.2.4', 'no-cache with a validator asks', cc(`no-cache, ${long}`, { ETag: '"a"' }), 'asked'),
  again('5.4', 'Pragma in an answer', cc(long, { Pragma: 'no-cache' }), 'hit'),
  again('8246 2', 'immutable', cc(`${long}, immutable`), 'hit'),
  again('8246 2', 'immutable that is over', cc('max-age=1, immutable'), 'asked'),
  rule(
    '5.2.2.4',
    'must',
    'no-cache of a field is not given without asking',
    { given: { head: cc(`no-cache="x-user, x-b", ${long}`, { 'X-User': '1', 'X-B': '2', 'X-C': '3' }) } },
    { after: 1, shows: { 'X-User': null, 'X-B': null } },
  ),
  inMode(
    'shared',
    rule(
      '5.2.2.7',
      'must',
      'private of a field is not given to others',
      { given: { head: cc(`private="x-user", ${long}`, { 'X-User': '1' }) } },
      { after: 1, shows: { 'X-User': null } },
    ),
  ),
  ...[
    'X-Any',
    'Content-Type',
    'Content-Language',
    'Content-Location',
    'ETag',
    'Link',
    'Server',
    'Via',
    'Warning',
    'X-Frame-Options',
    'Content-Security-Policy',
    'Access-Control-Allow-Origin',
    'Cache-Status',
    'Expires',
    'Last-Modified',
  ].map((name) => {
    const value =
      name === 'Content-Type' ? 'text/plain' : name === 'Expires' || name === 'Last-Modified' ? at(-5) : '"a"';
    return rule(
      '3.1',
      'must',
      `${name} is stored`,
      { given: { head: cc(long, { [name]: value }) } },
      { after: 1, is: 'hit', shows: { [name]: value } },
    );
  }),
  rule(
    '3.1',
    'must',
    'several lines are stored',
    { given: { head: cc(long, { 'X-A': ['1', '2'] }) } },
    { after: 1, is: 'hit', shows: { 'X-A': '1, 2' } },
  ),
  rule(
    '3.1',
    'must',
    'no field of the connection is stored',
    {
      given: {
        head: cc(long, {
          Connection: 'x-hop, close',
          'X-Hop': '1',
          'Proxy-Connection': 'close',
          'Keep-Alive': 'timeout=1',
        }),
      },
    },
    { after: 1, is: 'hit', shows: { 'X-Hop': null, Connection: null, 'Proxy-Connection': null, 'Keep-Alive': null } },
  ),
  rule(
    '3.3',
    'must',
    'what breaks off is no whole',
    { given: { head: cc(long, { 'Content-Length': '100' }), body: 'made 1', closes: true }, is: 'failed' },
    { after: 1, is: 'asked' },
  ),
  rule(
    '3.3',
    'must',
    'what breaks off in chunks is no whole',
    { given: { head: cc(long), body: 'made 1', closes: true }, is: 'failed' },
    { after: 1, is: 'asked' },
  ),
  rule(
    '3.3',
    'must',
    'what breaks off is completed',
    { given: { head: cc(long, { 'Content-Length': '10', ETag: '"a"' }), body: '0123', closes: true }, is: 'failed' },
    {
      given: { status: 206, head: cc(long, { ETag: '"a"', 'Content-Range': 'bytes 4-9/10' }), body: '456789' },
      body: '0123456789',
      status: 200,
    },
  ),
];

const interim: Rule[] = [
  rule(
    '9110 15.2',
    'must',
    'a 103 in front is not the answer',
    { given: { head: cc(long), hints: true } },
    { after: 1, is: 'hit', status: 200, body: 'made 1' },
  ),
];

const requests: Rule[] = [
  ...(
    [
      ['max-age=0', 'asked', 'must'],
      ['max-age=2', 'asked', 'must'],
      ['max-age=60', 'hit', 'may'],
      ['MAX-AGE=0', 'asked', 'must'],
      ['min-fresh=3598', 'asked', 'must'],
      ['min-fresh=60', 'hit', 'may'],
      ['no-cache', 'asked', 'must'],
      ['NO-cache', 'asked', 'must'],
      ['no-store', 'asked', 'may'],
      ['a=b', 'hit', 'may'],
      ['only-if-cached', 'hit', 'may'],
    ] as const
  ).map(([value, is, level]) =>
    rule(
      '5.2.1',
      level,
      `${value} to a fresh answer`,
      { given: { head: cc(long) } },
      { after: 3, send: { 'Cache-Control': value }, is },
    ),
  ),
  rule(
    '5.2.1.1',
    'must',
    'max-age counts the Age',
    { given: { head: cc(long, { Age: '1800' }) } },
    { send: { 'Cache-Control': 'max-age=600' }, is: 'asked' },
  ),
  rule(
    '5.2.1.3',
    'must',
    'min-fresh counts the Age',
    { given: { head: cc(long, { Age: '1000' }) } },
    { send: { 'Cache-Control': 'min-fresh=3000' }, is: 'asked' },
  ),
  rule(
    '5.4',
    'may',
    'Pragma: no-cache',
    { given: { head: cc(long) } },
    { after: 1, send: { Pragma: 'no-cache' }, is: 'asked' },
  ),
  rule(
    '5.2.1.5',
    'must',
    'no-store: its answer is not stored',
    { given: { head: cc(long) }, send: { 'Cache-Control': 'no-store' } },
    { after: 1, is: 'asked' },
  ),
  rule('5.2.1.7', 'must', 'only-if-cached of what is not stored', {
    send: { 'Cache-Control': 'only-if-cached' },
    is: 'hit',
    status: 504,
  }),
  rule(
    '5.2.1.2',
    'may',
    'max-stale',
    { given: { head: cc('max-age=1') } },
    { after: 3, send: { 'Cache-Control': 'max-stale' }, is: 'hit' },
  ),
  rule(
    '5.2.1.2',
    'may',
    'max-stale that is enough',
    { given: { head: cc('max-age=1') } },
    { after: 3, send: { 'Cache-Control': 'max-stale=60' }, is: 'hit' },
  ),
  rule(
    '5.2.1.2',
    'must',
    'max-stale that is not',
    { given: { head: cc('max-age=1') } },
    { after: 30, send: { 'Cache-Control': 'max-stale=10' }, is: 'asked' },
  ),
  ...['must-revalidate', 'no-cache'].map((word) =>
    rule(
      '4.2.4',
      'must',
      `max-stale and ${word}`,
      { given: { head: cc(`max-age=1, ${word}`) } },
      { after: 3, send: { 'Cache-Control': 'max-stale' }, is: 'asked' },
    ),
  ),
  ...['proxy-revalidate', 's-maxage=1'].map((word) =>
    inMode(
      'shared',
      rule(
        '4.2.4',
        'must',
        `max-stale and ${word}`,
        { given: { head: cc(`max-age=1, ${word}`) } },
        { after: 3, send: { 'Cache-Control': 'max-stale' }, is: 'asked' },
      ),
    ),
  ),
];

const vary: Rule[] = (
  [
    ['the same value', 'X-A', { 'X-A': '1' }, { 'X-A': '1' }, 'hit'],
    ['none in both', 'X-A', {}, {}, 'hit'],
    ['another value', 'X-A', { 'X-A': '1' }, { 'X-A': '2' }, 'asked'],
    ['none at first', 'X-A', {}, { 'X-A': '1' }, 'asked'],
    ['none then', 'X-A', { 'X-A': '1' }, {}, 'asked'],
    ['an empty one', 'X-A', { 'X-A': '' }, { 'X-A': '1' }, 'asked'],
    ['*', '*', { 'X-A': '1' }, { 'X-A': '1' }, 'asked'],
    ['* behind', 'X-A, *', { 'X-A': '1' }, { 'X-A': '1' }, 'asked'],
    ['* in front', '*, X-A', { 'X-A': '1' }, { 'X-A': '1' }, 'asked'],
    ['* on a line of its own', ['X-A', '*'], { 'X-A': '1' }, { 'X-A': '1' }, 'asked'],
    ['two that match', 'X-A, X-B', { 'X-A': '1', 'X-B': '2' }, { 'X-A': '1', 'X-B': '2' }, 'hit'],
    ['two of which the second differs', 'X-A, X-B', { 'X-A': '1', 'X-B': '2' }, { 'X-A': '1', 'X-B': '3' }, 'asked'],
    [
      'two lines of which the second differs',
      ['X-A', 'X-B'],
      { 'X-A': '1', 'X-B': '2' },
      { 'X-A': '1', 'X-B': '3' },
      'asked',
    ],
    ['empty members', ', ,X-A,', { 'X-A': '1' }, { 'X-A': '2' }, 'asked'],
    ['another order', 'X-A', { 'X-A': '1, 2' }, { 'X-A': '2, 1' }, 'asked'],
    ['other space', 'X-A', { 'X-A': '1,2' }, { 'X-A': '1,  2' }, 'hit'],
    ['a name in capitals', 'X-A', { 'X-A': '1' }, { 'x-a': '1' }, 'hit'],
    [
      'Accept-Language in capitals',
      'Accept-Language',
      { 'Accept-Language': 'en, de' },
      { 'Accept-Language': 'EN, DE' },
      'hit',
    ],
    ['another language', 'Accept-Language', { 'Accept-Language': 'en' }, { 'Accept-Language': 'de' }, 'asked'],
  ] as const
).map(([what, names, first, second, is]) =>
  rule(
    '4.1',
    is === 'hit' ? 'may' : 'must',
    what,
    { given: { head: cc(long, { Vary: names }) }, send: first },
    { after: 1, send: second, is },
  ),
);
vary.push(
  rule(
    '4.1',
    'may',
    'each variant is kept',
    { given: { head: cc(long, { Vary: 'X-A' }) }, send: { 'X-A': '1' } },
    { given: { head: cc(long, { Vary: 'X-A' }) }, send: { 'X-A': '2' }, is: 'asked' },
    { send: { 'X-A': '1' }, is: 'hit', body: 'made 1' },
    { send: { 'X-A': '2' }, is: 'hit', body: 'made 2' },
  ),
  rule(
    '4.1',
    'must',
    'the newest that fits is chosen',
    { given: { head: cc(long, { Vary: 'X-A' }) }, send: { 'X-A': '1' } },
    { after: 1, given: { head: cc(long) }, send: { 'X-A': '1', 'Cache-Control': 'no-cache' }, is: 'asked' },
    { send: { 'X-A': '1' }, is: 'hit', body: 'made 2' },
  ),
);

export const storingRules: readonly Rule[] = [...storing, ...interim, ...requests, ...vary];
