import { describe, expect, it } from 'vitest';
import {
  errorText,
  KIND_WORDS,
  type Kind,
  kindOf,
  msText,
  sizeText,
  sumOf,
  typeText,
  urlParts,
} from '../../../../src/cli/report/page/format.ts';
import { hostsOf, Model, percentile, type SortKey, timesOf } from '../../../../src/cli/report/page/model.ts';
import { filterOf } from '../../../../src/cli/report/page/search.ts';
import { packDetails, type ReportRow, reportData } from '../../../../src/cli/report/report-data.ts';

const NONE = { facts: [], request: [], response: [] };
const row = (url: string, given: Partial<ReportRow> = {}): ReportRow => {
  const { status = 200, error = '' } = given;
  return {
    url,
    method: 'GET',
    status,
    error,
    type: 'text/html',
    page: '',
    size: 1000,
    wire: -1,
    start: -1,
    time: 10,
    isBroken: error !== '' || status >= 400,
    detail: NONE,
    ...given,
  };
};

const ROWS = [
  row('http://a.test/old', { status: 302, start: 1000, time: 20 }),
  row('http://a.test/new', { start: 1030, time: 30, size: 5000, page: 'Two words' }),
  row('http://b.test/gone', { status: 404, time: 900, start: 1040, method: 'HEAD', size: -1 }),
  row('http://a.test/slow', { status: 503, start: 1050, time: 100 }),
  row('http://a.test/slow', { status: 200, start: 2000, time: 600, type: 'application/json', size: 250_000 }),
  row('http://c.test/', { status: 0, error: 'ERR_TIMEOUT_HEADERS', start: 3000, time: 5000, size: 0 }),
];
const source = {
  kind: 'har',
  creator: '',
  rows: ROWS,
  calls: [
    [0, 1],
    [3, 4],
  ],
  broken: [],
  notes: [],
} as const;
const block = packDetails(ROWS.map((_, n) => ({ ...NONE, facts: [['Row', String(n)]] })));
const model = new Model(reportData('x.har', source), () => block);
const found = (text: string, ...kinds: Parameters<typeof filterOf>[2] extends ReadonlySet<infer K> ? K[] : never) => {
  const fits = filterOf(model, text, new Set(kinds));
  return [...model.calls.keys()].filter((call) => fits(call));
};

describe('the calls of a page', () => {
  it('are rows put together, with what they took from the first to the last', () => {
    expect(model.calls).toEqual([
      { rows: [0, 1], start: 0, time: 60, redirects: 1, retries: 0 },
      { rows: [2], start: 40, time: 900, redirects: 0, retries: 0 },
      { rows: [3, 4], start: 50, time: 1550, redirects: 0, retries: 1 },
      { rows: [5], start: 2000, time: 5000, redirects: 0, retries: 0 },
    ]);
    expect(model.detail(4).facts).toEqual([['Row', '4']]);
  });

  it.each<[SortKey, boolean, number[]]>([
    ['order', false, [0, 1, 2, 3]],
    ['order', true, [3, 2, 1, 0]],
    ['time', true, [3, 2, 1, 0]],
    ['size', true, [2, 0, 3, 1]],
    ['status', true, [3, 1, 0, 2]],
    ['url', false, [0, 2, 1, 3]],
    ['method', true, [1, 0, 2, 3]],
    ['type', false, [2, 0, 1, 3]],
  ])('are sorted by %s, down %s, equal ones as they were', (key, isDown, order) => {
    expect([...model.sorted({ key, isDown })]).toEqual(order);
  });

  it('have hosts and times', () => {
    expect(hostsOf(model).map(({ host, calls, broken }) => [host, calls, broken])).toEqual([
      ['a.test', 2, 0],
      ['b.test', 1, 1],
      ['c.test', 1, 1],
    ]);
    const times = timesOf(model, model.calls.keys());
    expect([percentile(times, 0.5), percentile(times, 0.99), percentile(new Float64Array(), 0.5)]).toEqual([
      1550, 5000, -1,
    ]);
  });
});

describe('the filter', () => {
  it.each<[string, number[]]>([
    ['', [0, 1, 2, 3]],
    ['  A.TEST ', [0, 2]],
    ['a.test new', [0]],
    ['-a.test', [1, 3]],
    ['"two words"', [0]],
    ['"words two"', []],
    ['http://b', [1]],
    ['status:404', [1]],
    ['status:3', [0]],
    ['status:5xx', []],
    ['status:503', [2]],
    ['status:2xx', [0, 2]],
    ['status:4xx', [1]],
    ['status:failed', [3]],
    ['host:b', [1]],
    ['host:"c.test"', [3]],
    ['-host:b.test', [0, 2, 3]],
    ['method:head', [1]],
    ['type:json', [2]],
    ['error:timeout', [3]],
    ['is:redirect', [0]],
    ['is:retry', [2]],
    ['is:broken', [1, 3]],
    ['-is:broken', [0, 2]],
    ['is:nothing', []],
    ['>1s', [2, 3]],
    ['<0.1s', [0]],
    ['>100kB', [2]],
    ['<2KB', [3]],
    ['>', []],
    ['"', [0, 1, 2, 3]],
    ['(.*)+$', []],
  ])('%s', (text, calls) => {
    expect(found(text)).toEqual(calls);
  });

  it('is of kinds, too', () => {
    expect(found('', 'failed', 'client')).toEqual([1, 3]);
    expect(found('b.test', 'failed')).toEqual([]);
  });
});

describe('classes of statuses', () => {
  const statuses = [100, 101, 199, 200, 299, 304, 404, 599, 600, 999];
  const rows = statuses.map((status) => row('http://a.test/', { status }));
  const failed = row('http://a.test/', { status: 200, error: 'ERR_CUT' });
  const all = { ...source, rows: [...rows, failed], calls: [] };
  const made = new Model(reportData('x.har', all), () => block);

  it.each<[Kind, number[]]>([
    ['info', [0, 1, 2]],
    ['ok', [3, 4]],
    ['redirect', [5]],
    ['client', [6]],
    ['server', [7]],
    ['other', [8, 9]],
    ['failed', [10]],
  ])('are the same as a chip and as a filter: %s', (kind, calls) => {
    const places = [...made.calls.keys()];
    const [chip, filter] = [
      filterOf(made, '', new Set([kind])),
      filterOf(made, `status:"${KIND_WORDS[kind]}"`, new Set()),
    ];
    expect([places.filter(chip), places.filter(filter)]).toEqual([calls, calls]);
  });
});

describe('words for numbers', () => {
  it.each([
    [-1, '–'],
    [Number.NaN, '–'],
    [Number.POSITIVE_INFINITY, '–'],
    [null as unknown as number, '–'],
    [0, '0 ms'],
    [0.44, '0.4 ms'],
    [41.4, '41 ms'],
    [999.6, '1.00 s'],
    [12_340, '12.3 s'],
    [125_000, '2m 5s'],
    [7_500_000, '2h 5m'],
  ])('%s ms', (ms, text) => expect(msText(ms)).toBe(text));

  it.each([
    ['http://a.test/b?c#d', 'a.test', '/b?c#d'],
    ['https://a.test:8080', 'a.test:8080', '/'],
    ['http://a.test?x', 'a.test', '?x'],
    ['javascript:alert(1)', '', 'javascript:alert(1)'],
    ['', '', ''],
  ])('%s', (url, host, path) => expect(urlParts(url)).toEqual({ host, path }));

  it.each([
    [null, '–'],
    [Number.POSITIVE_INFINITY, '–'],
    [1.6, '2 B'],
    [Number.MAX_SAFE_INTEGER, '9007.2 TB'],
  ])('%s bytes are %s', (bytes, text) => expect(sizeText(bytes as number)).toBe(text));

  it('are added up as far as they are known', () => {
    expect([sumOf([1, -1, 2]), sumOf([-1, -1]), sumOf([]), sumOf([0])]).toEqual([3, -1, -1, 0]);
  });

  it('are short', () => {
    expect([errorText('ERR_TIMEOUT_HEADERS'), errorText('net::ERR_FAILED')]).toEqual(['timeout headers', 'failed']);
    expect([typeText('application/json'), typeText('image/svg+xml'), typeText('odd')]).toEqual([
      'json',
      'svg+xml',
      'odd',
    ]);
    expect([kindOf(200, true, true), kindOf(0, true, false), kindOf(0, false, false)]).toEqual([
      'failed',
      'skipped',
      'skipped',
    ]);
  });
});
