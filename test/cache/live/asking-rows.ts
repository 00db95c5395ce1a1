/** Asking the origin, and what its answers change (RFC 9111 sections 3.2, 4.3 and 4.4). */
import { at } from '../cached.ts';
import { cc, LM, long, type Rule, rule } from './rule.ts';

const validation: Rule[] = [
  ...(
    [
      ['a strong tag', { ETag: '"a"' }, 'If-None-Match', '"a"'],
      ['a weak tag', { ETag: 'W/"a"' }, 'If-None-Match', 'W/"a"'],
      ['Last-Modified', { 'Last-Modified': LM }, 'If-Modified-Since', LM],
    ] as const
  ).flatMap(([what, head, name, value]) =>
    ['max-age=1', 'no-cache', `no-cache, ${long}`, 'max-age=1, must-revalidate'].map((control) =>
      rule(
        '4.3.1',
        'may',
        `${control} with ${what} is asked about`,
        { given: { head: cc(control, head) } },
        {
          after: 3,
          given: { status: 304, head: cc(control, head) },
          is: 'confirmed',
          status: 200,
          sees: { [name]: value },
        },
      ),
    ),
  ),
  rule(
    '4.3.3',
    'must',
    'a whole answer takes the place of the stored one',
    { given: { head: cc('max-age=1', { ETag: '"a"' }) } },
    { after: 3, given: { head: cc(long, { ETag: '"b"' }) }, is: 'asked' },
    { after: 1, is: 'hit', body: 'made 2' },
  ),
  rule(
    '4.3.4',
    'may',
    'a 304 makes it fresh again',
    { given: { head: cc('max-age=1', { ETag: '"a"' }) } },
    { after: 3, given: { status: 304, head: cc(long, { ETag: '"a"' }) }, is: 'confirmed' },
    { after: 60, is: 'hit' },
  ),
  rule(
    '4.3.4',
    'must',
    'a 304 may make it stale at once',
    { given: { head: cc(`no-cache, ${long}`, { ETag: '"a"' }) } },
    { after: 3, given: { status: 304, head: cc('max-age=0', { ETag: '"a"' }) }, is: 'confirmed' },
    { after: 60, is: ['asked', 'confirmed'] },
  ),
  rule(
    '4.3.3',
    'must',
    'a 500 is told',
    { given: { head: cc('max-age=1, must-revalidate', { ETag: '"a"' }) } },
    { after: 3, given: { status: 500 }, is: 'asked', status: 500 },
  ),
  ...[
    'X-Any',
    'Content-Type',
    'Content-Language',
    'Content-Location',
    'Link',
    'Server',
    'Content-Security-Policy',
    'X-Frame-Options',
    'Expires',
    'Last-Modified',
  ].map((name) => {
    const [old, now] =
      name === 'Content-Type'
        ? ['text/plain', 'text/html']
        : name === 'Expires' || name === 'Last-Modified'
          ? [at(-500), at(-400)]
          : ['old', 'new'];
    return rule(
      '3.2',
      'must',
      `a 304 brings ${name} up to date`,
      { given: { head: cc('max-age=1', { ETag: '"a"', [name]: old! }) } },
      {
        after: 3,
        given: { status: 304, head: cc(long, { ETag: '"a"', [name]: now! }) },
        is: 'confirmed',
        shows: { [name]: now! },
      },
      { after: 1, is: 'hit', shows: { [name]: now! } },
    );
  }),
  rule(
    '3.2',
    'must',
    'a 304 leaves what it does not name',
    { given: { head: cc('max-age=1', { ETag: '"a"', 'X-A': '1' }) } },
    { after: 3, given: { status: 304, head: cc(long, { ETag: '"a"' }) }, is: 'confirmed', shows: { 'X-A': '1' } },
  ),
  rule(
    '3.2',
    'must',
    'a 304 changes no length',
    { given: { head: cc('max-age=1', { ETag: '"a"', 'Content-Length': '6' }) } },
    {
      after: 3,
      given: { status: 304, head: cc(long, { ETag: '"a"', 'Content-Length': '9' }) },
      is: 'confirmed',
      shows: { 'Content-Length': '6' },
    },
  ),
  rule(
    '4.3.4',
    'must',
    'a 304 of another tag confirms nothing',
    { given: { head: cc('max-age=1', { ETag: '"a"' }) } },
    { after: 3, given: { status: 304, head: { ETag: '"b"' } } },
    { after: 1, is: ['asked', 'confirmed'] },
  ),
  ...(
    [
      ['the same tag', { ETag: '"a"' }, { 'If-None-Match': '"a"' }, 304],
      ['a weak one for a strong one', { ETag: '"a"' }, { 'If-None-Match': 'W/"a"' }, 304],
      ['a strong one for a weak one', { ETag: 'W/"a"' }, { 'If-None-Match': '"a"' }, 304],
      ['one of several', { ETag: '"a"' }, { 'If-None-Match': '"x", "a" , "y"' }, 304],
      ['*', { ETag: '"a"' }, { 'If-None-Match': '*' }, 304],
      ['another tag', { ETag: '"a"' }, { 'If-None-Match': '"b"' }, 200],
      ['a tag in other case', { ETag: '"a"' }, { 'If-None-Match': '"A"' }, 200],
      [
        'another tag and a matching date',
        { ETag: '"a"', 'Last-Modified': LM },
        { 'If-None-Match': '"b"', 'If-Modified-Since': LM },
        200,
      ],
      ['the date of Last-Modified', { 'Last-Modified': LM }, { 'If-Modified-Since': LM }, 304],
      ['a later date', { 'Last-Modified': LM }, { 'If-Modified-Since': at(-1) }, 304],
      ['an earlier date', { 'Last-Modified': LM }, { 'If-Modified-Since': at(-900_000) }, 200],
      ['a later date than Date', {}, { 'If-Modified-Since': at(1) }, 304],
    ] as const
  ).map(([what, head, send, status]) =>
    rule(
      '4.3.2',
      status === 304 ? 'may' : 'must',
      `a caller's own condition: ${what}`,
      { given: { head: cc(long, head) } },
      { after: 1, send, is: 'hit', status },
    ),
  ),
  rule(
    '4.3.2',
    'must',
    'a condition about what is not stored is the origin’s',
    {
      send: { 'If-None-Match': '"a"' },
      given: { status: 304, head: { ETag: '"a"' } },
      status: 304,
      sees: { 'If-None-Match': '"a"' },
    },
    { is: 'asked', status: 200 },
  ),
  rule(
    '4.3.4',
    'must',
    'the tags of all variants are asked about',
    { given: { head: cc(long, { Vary: 'X-A', ETag: '"a"' }) }, send: { 'X-A': '1' } },
    { given: { head: cc(long, { Vary: 'X-A', ETag: '"b"' }) }, send: { 'X-A': '2' } },
    {
      given: { status: 304, head: cc(long, { Vary: 'X-A', ETag: '"a"' }) },
      send: { 'X-A': '3' },
      status: 200,
      body: 'made 1',
      sees: { 'If-None-Match': '"b", "a"' },
    },
  ),
];

const methods: Rule[] = [
  ...['POST', 'PUT', 'DELETE', 'PATCH', 'M-SEARCH'].flatMap((method) => [
    rule(
      '4.4',
      'must',
      `${method} takes out its target`,
      { given: { head: cc(long) } },
      { method, given: { status: 200 } },
      { is: 'asked' },
    ),
    rule(
      '4.4',
      'may',
      `a failed ${method} takes out nothing`,
      { given: { head: cc(long) } },
      { method, given: { status: 500 } },
      { is: 'hit' },
    ),
    ...['Location', 'Content-Location'].map((name) =>
      rule(
        '4.4',
        'may',
        `${method} takes out its ${name}`,
        { path: '/other', given: { head: cc(long) } },
        { method, path: '/dir/x', given: { head: { [name]: '../other' } } },
        { path: '/other', is: 'asked' },
      ),
    ),
  ]),
  ...['GET', 'HEAD', 'OPTIONS'].map((method) =>
    rule(
      '4.4',
      'may',
      `${method} takes out nothing`,
      { path: '/a', given: { head: cc(long) } },
      { method, path: '/b', given: { head: { Location: 'a', 'Content-Location': 'a' } } },
      { path: '/a', is: 'hit' },
    ),
  ),
  ...['POST', 'PUT', 'DELETE', 'OPTIONS'].map((method) =>
    rule(
      '2',
      'must',
      `${method} is never answered from the store`,
      { given: { head: cc(long) } },
      { method, is: 'asked' },
    ),
  ),
  ...['POST', 'PUT', 'OPTIONS'].map((method) =>
    rule('2', 'must', `the answer to ${method} is none to GET`, { method, given: { head: cc(long) } }, { is: 'asked' }),
  ),
  rule(
    '4',
    'may',
    'HEAD is answered from a GET',
    { given: { head: cc(long, { 'X-A': '1' }) } },
    { method: 'HEAD', is: 'hit', body: '', shows: { 'X-A': '1' } },
  ),
  rule('4', 'must', 'GET is not answered from a HEAD', { method: 'HEAD', given: { head: cc(long) } }, { is: 'asked' }),
  rule(
    '4.3.5',
    'may',
    'HEAD makes a GET fresh again',
    { given: { head: cc('max-age=1', { ETag: '"a"', 'Content-Length': '6' }) } },
    { after: 3, method: 'HEAD', given: { head: cc(long, { ETag: '"a"', 'Content-Length': '6', 'X-A': '2' }) } },
    { is: 'hit', shows: { 'X-A': '2' } },
  ),
  rule(
    '4.3.5',
    'must',
    'HEAD of another length',
    { given: { head: cc('max-age=2', { 'Content-Length': '6' }) } },
    { after: 3, method: 'HEAD', given: { head: cc(long, { 'Content-Length': '9' }) } },
    { is: 'asked' },
  ),
  rule('4', 'must', 'another query', { path: '/?a=1', given: { head: cc(long) } }, { path: '/?a=2', is: 'asked' }),
  rule('4', 'may', 'the same query', { path: '/?a=1', given: { head: cc(long) } }, { path: '/?a=1', is: 'hit' }),
  rule(
    '9875 3',
    'may',
    'a group is taken out',
    { path: '/a', given: { head: cc(long, { 'Cache-Groups': '"one", "two"' }) } },
    { path: '/b', given: { head: cc(long, { 'Cache-Groups': '"other"' }) } },
    { method: 'POST', path: '/c', given: { head: { 'Cache-Group-Invalidation': '"two"' } } },
    { path: '/a', is: 'asked' },
    { path: '/b', is: 'hit' },
  ),
];

export const askingRules: readonly Rule[] = [...validation, ...methods];
