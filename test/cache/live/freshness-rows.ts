/** How long an answer may be used, and how old it is (RFC 9111 sections 4.2 and 5.1). */
import { at } from '../cached.ts';
import { again, cc, inMode, LM, long, type Rule, rule } from './rule.ts';
import type { Given } from './world.ts';

const freshness: Rule[] = [
  again('4.2', 'max-age', cc(long), 'hit'),
  again('4.2', 'max-age that is over', cc('max-age=2'), 'asked'),
  again('4.2', 'max-age=0', cc('max-age=0'), 'asked'),
  again('5.3', 'Expires ahead', { Expires: at(3600) }, 'hit'),
  again('5.3', 'Expires in the past', { Expires: at(-3600) }, 'asked'),
  again('5.3', 'Expires now', { Expires: at(0) }, 'asked'),
  again('5.3', 'Expires: 0', { Expires: '0' }, 'asked'),
  again('5.3', 'Expires by an older Date', { Date: at(-3600), Expires: at(-1800) }, 'asked'),
  again('5.3', 'Expires ahead, Date further ahead', { Date: at(7200), Expires: at(3600) }, 'asked'),
  again('5.3', 'Expires in the form of RFC 850', { Expires: 'Sunday, 06-Nov-44 09:49:37 GMT' }, 'hit'),
  again('5.3', 'Expires in the form of asctime', { Expires: 'Sun Nov  6 09:49:37 2044' }, 'hit'),
  again('4.2', 'Expires in capitals', { Expires: at(3600).toUpperCase() }, 'hit'),
  again('4.2', 'Expires in small letters', { Expires: at(3600).toLowerCase() }, 'hit'),
  ...[
    at(3600).replace('GMT', 'AEST'),
    at(3600).replace('GMT', '+0100'),
    at(3600).replace(' GMT', ''),
    at(3600).replace(',', ''),
    at(3600).replaceAll(':', '.'),
    at(3600).replace(' 2044', ' 44'),
    at(3600).replace(' 0', ' '),
    at(3600).replaceAll(' ', '  '),
    at(3600).replace('Nov', 'Nox'),
    `${at(3600)}, ${at(7200)}`,
    '2044-11-06T09:49:37Z',
    '2362038577',
    'never',
  ].map((Expires) => again('5.3', `Expires: ${Expires}`, { Expires }, 'asked')),
  again('5.3', 'max-age over Expires in the past', cc(long, { Expires: at(-60) }), 'hit'),
  again('5.3', 'max-age=0 over Expires ahead', cc('max-age=0', { Expires: at(3600) }), 'asked'),
  again('5.3', 'max-age that cannot be read over Expires ahead', cc('max-age=a', { Expires: at(3600) }), 'asked'),
  ...[
    'max-age=-3600',
    'max-age=3600.5',
    'max-age=a3600',
    'max-age=3600a',
    'max-age',
    'max-age=',
    "max-age='3600'",
    'max-age=0x10',
  ].map((value) => again('1.2.2', value, cc(value), 'asked')),
  ...[
    'MAX-AGE=3600',
    'max-age="3600"',
    'max-age=003600',
    'max-age=2147483648',
    'max-age=99999999999',
    'a, max-age=3600',
    'max-age=3600, a=b',
    'a="max-age=1, no-store", max-age=3600',
    ' ,max-age=3600,,',
  ].map((value) => again('5.2', value, cc(value), 'hit')),
  again('5.2', 'two lines', cc(['public', long]), 'hit'),
  again('5.2', 'no-store on a second line', cc([long, 'no-store']), 'asked'),
  again('5.2', 'max-age within an extension', cc('a="max-age=3600"'), 'asked'),
  again('4.2.1', 'max-age twice', cc('max-age=3600, max-age=1'), 'asked'),
  inMode('private', again('5.2.2.10', 's-maxage is not for one user', cc('s-maxage=3600'), 'asked')),
  inMode('shared', again('5.2.2.10', 's-maxage', cc('s-maxage=3600'), 'hit')),
  inMode('shared', again('5.2.2.10', 's-maxage over max-age', cc('max-age=1, s-maxage=3600'), 'hit')),
  inMode('shared', again('5.2.2.10', 'a short s-maxage over max-age', cc('max-age=3600, s-maxage=1'), 'asked')),
  inMode('shared', again('5.2.2.10', 'S-MAXAGE', cc('S-MAXAGE=1, max-age=3600'), 'asked')),
  inMode('shared', again('5.2.2.10', 's-maxage over Expires', cc('s-maxage=1', { Expires: at(3600) }), 'asked')),
];

const age: Rule[] = [
  again('4.2.3', 'Age that makes it stale', cc(long, { Age: '3600' }), 'asked'),
  again('4.2.3', 'Age that leaves a second', cc(long, { Age: '3598' }), 'asked'),
  again('4.2.3', 'Age below max-age', cc(long, { Age: '60' }), 'hit'),
  again('4.2.3', 'Age that makes Expires stale', { Expires: at(60), Age: '61' }, 'asked'),
  again('4.2.3', 'an old Date', cc('max-age=60', { Date: at(-61) }), 'asked'),
  again('4.2.3', 'the larger of Age and an old Date', cc('max-age=60', { Date: at(-10), Age: '60' }), 'asked'),
  again('5.1', 'the first of two Ages', cc(long, { Age: ['3600', '0'] }), 'asked'),
  again('5.1', 'the first of a list', cc(long, { Age: '3600, 0' }), 'asked'),
  again('5.1', 'an Age past all counting', cc(long, { Age: '99999999999999999999' }), 'asked'),
  ...['-3600', '3600.5', '3600a', 'a', '"3600"', '3600;a=b', '', '0, 3600', '0x1000'].map((Age) =>
    again('5.1', `Age: ${Age || 'empty'}`, cc(long, { Age }), 'hit'),
  ),
  again('4.2.3', 'a slow answer is old when it comes', cc('max-age=10'), 'asked', { takes: 8 }),
  rule(
    '5.1',
    'must',
    'says how old it is',
    { given: { head: cc(long, { Age: '30' }) } },
    { after: 5, is: 'hit', shows: { Age: '35' } },
    { after: 5, is: 'hit', shows: { Age: '40' } },
  ),
  rule(
    '5.1',
    'must',
    'says so without an Age of its own',
    { given: { head: cc(long) } },
    { after: 2, is: 'hit', shows: { Age: '2' } },
  ),
  rule(
    '5.1',
    'must',
    'and for one without Date',
    { given: { head: cc(long, { Date: '' }) } },
    { after: 2, is: 'hit', shows: { Age: '2' } },
  ),
];

const heuristics: Rule[] = [
  ...[200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501].map((status) =>
    again('4.2.2', `a ${status} by Last-Modified`, { 'Last-Modified': LM }, 'hit', {
      status,
      body: status === 204 ? '' : `made ${status}`,
    }),
  ),
  ...[201, 202, 302, 303, 307, 400, 403, 409, 418, 429, 500, 502, 503, 504, 599].map((status) =>
    again('4.2.2', `no ${status} by Last-Modified`, { 'Last-Modified': LM }, 'asked', { status }),
  ),
  ...[201, 403, 503, 599].map((status) =>
    again('4.2.2', `a public ${status}`, cc('public', { 'Last-Modified': LM }), 'hit', { status }),
  ),
  again('4.2.2', 'no Last-Modified', {}, 'asked'),
  again('4.2.2', 'a Last-Modified of now', { 'Last-Modified': at(0) }, 'asked'),
  again('4.2.2', 'not beside an explicit time', cc('max-age=1', { 'Last-Modified': LM }), 'asked'),
];

const statuses: Rule[] = [
  200, 203, 204, 299, 300, 301, 302, 303, 307, 308, 400, 404, 410, 499, 500, 502, 503, 504, 599,
].flatMap((status) => {
  const given: Given = { status, body: status === 204 ? '' : `made ${status}` };
  return [
    again('3', `a ${status} that says how long`, cc(long), 'hit', given),
    again('4.2', `a ${status} that is over`, cc('max-age=1'), 'asked', given),
  ];
});

export const freshnessRules: readonly Rule[] = [...freshness, ...age, ...heuristics, ...statuses];
