/** Stale answers, caches that many share, and parts (RFC 9111 sections 3.3 to 3.5 and 4.2.4, RFC 5861, RFC 9213). */
import { at } from '../cached.ts';
import { again, cc, inMode, long, type Rule, rule } from './rule.ts';
import type { Given } from './world.ts';

const WHOLE = '0123456789';
const piece = (first: number, last: number, tag = '"a"'): Given => ({
  status: 206,
  head: cc(long, { ETag: tag, 'Content-Range': `bytes ${first}-${last}/10` }),
  body: WHOLE.slice(first, last + 1),
});
const bytes = (value: string) => ({ Range: `bytes=${value}` });
const stale: Rule[] = [
  ...['', ', must-revalidate', ', no-cache'].map((more): Rule => {
    const level = more === '' ? 'may' : 'must';
    return rule(
      '4.2.4',
      level,
      `max-age=1${more} and a connection that closes`,
      { given: { head: cc(`max-age=1${more}`) } },
      {
        after: 3,
        given: { closes: true },
        is: more === '' ? 'asked' : 'failed',
        ...(more === '' && { body: 'made 1' }),
      },
    );
  }),
  ...['proxy-revalidate', 's-maxage=1'].map((more) =>
    inMode(
      'shared',
      rule(
        '4.2.4',
        'must',
        `${more} and a connection that closes`,
        { given: { head: cc(`max-age=1, ${more}`) } },
        { after: 3, given: { closes: true }, is: 'failed' },
      ),
    ),
  ),
  ...[500, 502, 503, 504].map((status) =>
    rule(
      '5861 4',
      'may',
      `stale-if-error and a ${status}`,
      { given: { head: cc('max-age=1, stale-if-error=60') } },
      { after: 3, given: { status }, status: 200, body: 'made 1' },
    ),
  ),
  ...[400, 404, 501].map((status) =>
    rule(
      '5861 4',
      'must',
      `stale-if-error and a ${status}`,
      { given: { head: cc('max-age=1, stale-if-error=60') } },
      { after: 3, given: { status }, is: 'asked', status },
    ),
  ),
  rule(
    '5861 4',
    'must',
    'stale-if-error that is over',
    { given: { head: cc('max-age=1, stale-if-error=60') } },
    { after: 100, given: { status: 500 }, is: 'asked', status: 500 },
  ),
  rule(
    '5861 4',
    'must',
    'stale-if-error and must-revalidate',
    { given: { head: cc('max-age=1, stale-if-error=60, must-revalidate') } },
    { after: 3, given: { status: 500 }, is: 'asked', status: 500 },
  ),
  rule(
    '5861 3',
    'may',
    'stale-while-revalidate',
    { given: { head: cc('max-age=1, stale-while-revalidate=60') } },
    { after: 3, body: 'made 1' },
  ),
  rule(
    '5861 3',
    'must',
    'stale-while-revalidate that is over',
    { given: { head: cc('max-age=1, stale-while-revalidate=60') } },
    { after: 100, is: 'asked' },
  ),
];

const sharing: Rule[] = [
  ...['', 'public', 's-maxage=3600', 'must-revalidate'].map((word) =>
    inMode(
      'shared',
      rule(
        '3.5',
        word === '' ? 'must' : 'may',
        `Authorization and ${word || 'no word'}`,
        { send: { Authorization: 'a' }, given: { head: cc(word === '' ? long : `${long}, ${word}`) } },
        { send: { Authorization: 'a' }, is: word === '' ? 'asked' : 'hit' },
      ),
    ),
  ),
  inMode(
    'shared',
    rule(
      '3.5',
      'must',
      'and no word, asked by nobody',
      { send: { Authorization: 'a' }, given: { head: cc(long) } },
      { is: 'asked' },
    ),
  ),
  inMode(
    'private',
    rule(
      '3.5',
      'may',
      'Authorization of one user',
      { send: { Authorization: 'a' }, given: { head: cc(long) } },
      { send: { Authorization: 'a' }, is: 'hit' },
    ),
  ),
  ...(
    [
      ['max-age', 'max-age=3600', 'no-store', 'hit'],
      ['max-age over Expires', 'max-age=3600', 'a', 'hit', { Expires: at(-60) }],
      ['max-age=0', 'max-age=0', long, 'asked'],
      ['no-store', 'no-store', long, 'asked'],
      ['private', 'private', long, 'asked'],
      ['no-cache', 'no-cache, max-age=3600', long, 'asked'],
      ['a parameter', 'max-age=3600;a;b=c', 'no-store', 'hit'],
      ['the last of two', 'max-age=1, max-age=3600', 'no-store', 'hit'],
      ['a name in capitals, which is none', 'MAX-AGE=1', long, 'hit'],
      ['what is no dictionary', 'max-age =1', long, 'hit'],
      ['an empty one', '', long, 'hit'],
      ['a trailing comma', 'max-age=1,', long, 'hit'],
      ['Age counts', 'max-age=3600', 'no-store', 'asked', { Age: '3600' }],
    ] as const
  ).map(([what, targeted, control, is, more = {}]) =>
    inMode('shared', again('9213 2', what, cc(control, { 'CDN-Cache-Control': targeted, ...more }), is)),
  ),
  inMode('private', again('9213 2', 'not for one user', cc('max-age=0', { 'CDN-Cache-Control': long }), 'asked')),
];

const ranges: Rule[] = [
  ...(
    [
      ['0-3', '0123'],
      ['4-', '456789'],
      ['-2', '89'],
      ['8-99', '89'],
      ['-99', WHOLE],
    ] as const
  ).map(([value, body]) =>
    rule(
      '9110 14',
      'may',
      `${value} out of the whole`,
      { given: { head: cc(long), body: WHOLE } },
      { send: bytes(value), is: 'hit', status: 206, body },
    ),
  ),
  rule(
    '9110 15.5.17',
    'may',
    'a range behind the end',
    { given: { head: cc(long), body: WHOLE } },
    { send: bytes('10-'), is: 'hit', status: 416, shows: { 'Content-Range': 'bytes */10' } },
  ),
  rule(
    '3.3',
    'must',
    'a part is no whole',
    { send: bytes('0-3'), given: piece(0, 3, 'W/"a"') },
    { given: { head: cc(long), body: WHOLE }, body: WHOLE, status: 200 },
  ),
  rule(
    '3.3',
    'must',
    'a part is not the answer to another range',
    { send: bytes('0-3'), given: piece(0, 3) },
    { send: bytes('5-6'), given: piece(5, 6), body: '56', status: 206 },
  ),
  rule(
    '3.3',
    'may',
    'a range within a part',
    { send: bytes('2-7'), given: piece(2, 7) },
    { send: bytes('3-4'), is: 'hit', status: 206, body: '34' },
  ),
  rule(
    '3.4',
    'may',
    'parts are combined',
    { send: bytes('0-4'), given: piece(0, 4) },
    { send: bytes('5-9'), given: piece(5, 9) },
    { is: 'hit', status: 200, body: WHOLE },
  ),
  rule(
    '3.4',
    'may',
    'a part is completed',
    { send: bytes('0-4'), given: piece(0, 4) },
    { given: piece(5, 9), status: 200, body: WHOLE, sees: { Range: 'bytes=5-9', 'If-Range': '"a"' } },
    { is: 'hit', body: WHOLE },
  ),
  rule(
    '3.4',
    'must',
    'parts of two wholes are not',
    { send: bytes('0-4'), given: piece(0, 4) },
    { send: bytes('5-9'), given: piece(5, 9, '"b"') },
    { given: { head: cc(long), body: 'whole' }, body: 'whole' },
  ),
  rule(
    '3.4',
    'must',
    'nor with weak tags',
    { send: bytes('0-4'), given: piece(0, 4, 'W/"a"') },
    { send: bytes('5-9'), given: piece(5, 9, 'W/"a"') },
    { given: { head: cc(long), body: 'whole' }, body: 'whole' },
  ),
];

export const otherRules: readonly Rule[] = [...stale, ...sharing, ...ranges];
