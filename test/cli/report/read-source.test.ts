import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readSource } from '../../../src/cli/report/read-source.ts';
import type { ReportRow } from '../../../src/cli/report/report-data.ts';
import { crawlLines, harEntryOf, harText, linesText } from './sample-files.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-report-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function read(name: string, text: string | Uint8Array) {
  const path = join(folder, name);
  writeFileSync(path, text);
  return readSource(path);
}
const factOf = (row: ReportRow | undefined, label: string) => row?.detail.facts.find(([name]) => name === label)?.[1];
const page = (url: string, more: object = {}) =>
  `${JSON.stringify({ url, status: 200, error: null, from: null, depth: 0, ms: 5, bytes: 9, links: [], ...more })}\n`;

describe('a file that is no source of a report', () => {
  const har = harText([harEntryOf()]);
  it.each<[string, string, string, RegExp]>([
    ['an empty file', 'x.har', '', /^x\.har is empty: expected a HAR, or the lines of "sluice crawl --out"$/],
    ['a cut HAR', 'x.har', har.slice(0, -30), /^line 1 of x\.har: expected JSON to its end; was it cut off/],
    [
      'a HAR with a mistake in a line',
      'x.har',
      '{\n"log": {\n"entries": [}\n]}\n}',
      /^line 3 of x\.har: expected JSON to its end/,
    ],
    [
      'a HAR with something behind its end',
      'x.har',
      '{"log":{"entries":[]}}\n\n}',
      /^line 3 of x\.har: expected JSON to its end/,
    ],
    [
      'a HAR to which nothing was sent, as one of a cache',
      'x.har',
      harText([]),
      /^x\.har has nothing to show: log\.entries is empty, so nothing was sent .*; expected an entry with request\.url/,
    ],
    [
      'a HAR all of whose entries are left out',
      'x.har',
      harText([{}, {}]),
      /^x\.har has nothing to show: none of its 2 entries has a request\.url; expected/,
    ],
    ['a HAR without entries', 'x.har', '{"log":{"version":"1.2"}}', /x\.har is no HAR: expected the list log\.entries/],
    ['another JSON in a HAR', 'x.har', '[1]', /x\.har is no HAR/],
    [
      'lines of something else',
      'x.jsonl',
      '{"a":1}\n{"b":2}\n',
      /^line 1 of x\.jsonl: expected a line of "sluice crawl/,
    ],
    ['a crawl of which only half a line is there', 'x.jsonl', '{"url":"http://h.test/","sta', /^line 1 of x\.jsonl/],
    ['words', 'x.txt', 'hello\n', /^line 1 of x\.txt: expected a line of "sluice crawl/],
  ])('is refused with the file, the line and what was expected: %s', async (_, name, text, message) => {
    await expect(read(name, text)).rejects.toThrow(message);
    await expect(read(name, text)).rejects.toThrow(TypeError);
  });

  it('is one that is not there, or a folder', async () => {
    await expect(readSource(join(folder, 'no.har'))).rejects.toThrow(/no\.har cannot be read: there is no such file/);
    await expect(readSource(folder)).rejects.toThrow(
      /cannot be read: it is a folder; expected FILE\.har or FILE\.jsonl/,
    );
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['gzip', gzipSync(har), /^x\.har is packed with gzip: expected it unpacked, as by "zcat x\.har \| sluice report/],
    ['a zip', Buffer.from('PK\u0003\u0004'), /^x\.har is packed with zip/],
    ['UTF-16', Buffer.from(har, 'utf16le'), /^x\.har is UTF-16 text: expected UTF-8, as by "iconv/],
    ['UTF-16 with its mark', Buffer.from(`\uFEFF${har}`, 'utf16le'), /^x\.har is UTF-16 text/],
    ['UTF-16 of the other order', Buffer.from(`\uFEFF${har}`, 'utf16le').swap16(), /^x\.har is UTF-16 text/],
  ])('is told what it is: %s', async (_, bytes, message) => {
    await expect(read('x.har', bytes)).rejects.toThrow(message);
    await expect(read('x.har', bytes)).rejects.toThrow(TypeError);
  });

  it('shows nothing of its content in the message', async () => {
    await expect(read('x.har', '{"log":{"password":"tops3cret",')).rejects.toThrow(/^(?!.*tops3cret)/s);
  });
});

describe('the lines of a crawl', () => {
  it('are rows', async () => {
    const { kind, rows, notes } = await read('x.jsonl', linesText(crawlLines(500)));
    expect([kind, rows.length, notes]).toEqual(['crawl', 500, []]);
    expect(rows[0]).toMatchObject({ status: 200, type: 'text/html', start: -1, isBroken: false });
  });

  it('may end with a cut one, which is told', async () => {
    const text = page('http://h.test/a') + page('http://h.test/b').slice(0, 40);
    const { rows, notes } = await read('x.jsonl', text);
    expect(rows.map(({ url }) => url)).toEqual(['http://h.test/a']);
    expect(notes).toEqual(['line 2 of x.jsonl, the last one, is cut off and left out']);
  });

  it('may lack the last line end alone', async () => {
    const { rows, notes } = await read('x.jsonl', page('http://h.test/a').trimEnd());
    expect([rows.length, notes]).toEqual([1, []]);
  });

  it('are left out one by one when they are something else, with their numbers', async () => {
    const text = `\uFEFF${page('http://h.test/a')}{"x":1}\n\nnull\n${page('http://h.test/b')}`;
    const { rows, notes } = await read('x.jsonl', text);
    expect(rows).toHaveLength(2);
    expect(notes).toEqual([
      expect.stringMatching(/^line 2 of x\.jsonl is left out: expected a line of "sluice crawl --out"/),
      expect.stringMatching(/^line 4 of x\.jsonl/),
    ]);
  });

  it('end with a line feed, and not with what JavaScript takes for a line end', async () => {
    const { rows, notes } = await read('x.jsonl', page('http://h.test/a', { error: 'a\u2028b', status: null }));
    expect([rows[0]?.error, notes]).toEqual(['a\u2028b', []]);
  });

  it('are one row for each page: the last line of a URL, as a crawl that went on writes it', async () => {
    const text = [
      page('http://h.test/a', { status: null, error: 'ERR_RESET', links: ['http://h.test/gone'] }),
      page('http://h.test/gone', { status: 404 }),
      page('http://h.test/a', { links: ['http://h.test/b', 'http://h.test/gone'] }),
      page('http://h.test/gone', { status: 410 }),
    ].join('');
    const { rows, broken } = await read('x.jsonl', text);
    expect(rows.map(({ url, status, isBroken }) => [url, status, isBroken])).toEqual([
      ['http://h.test/a', 200, false],
      ['http://h.test/gone', 410, true],
    ]);
    expect(broken).toEqual([{ row: 1, pages: ['http://h.test/a'], count: 1, through: [] }]);
  });

  it.each([
    { status: '200' },
    { status: 20 },
    { status: 200.5 },
    { status: null, error: null },
    { status: undefined, error: undefined },
    { error: 5 },
    { ms: '5' },
    { bytes: {} },
    { links: 'http://h.test/' },
    { location: 5 },
  ])('are left out when a member is of another type: %j', async (odd) => {
    const { rows, notes } = await read('x.jsonl', page('http://h.test/a') + page('http://h.test/b', odd));
    expect(rows.map(({ url }) => url)).toEqual(['http://h.test/a']);
    expect(notes).toEqual([expect.stringMatching(/^line 2 of x\.jsonl is left out: expected a line of/)]);
  });

  it('have times and sizes that can be counted with, or none', async () => {
    const huge = '{"url":"http://h.test/","status":200,"ms":1e300,"bytes":1e308,"depth":1e400}\n';
    const { rows } = await read('x.jsonl', huge);
    expect(rows[0]).toMatchObject({ time: -1, size: -1 });
    expect(factOf(rows[0], 'Links from a start')).toBeUndefined();
  });

  it('say of broken links on which pages they are, also by way of redirects', async () => {
    const text = [
      page('http://h.test/', { links: ['http://h.test/old', 'http://h.test/gone', 'http://h.test/gone'] }),
      page('http://h.test/b', { links: ['http://h.test/gone'] }),
      page('http://h.test/old', { status: 301, location: 'http://h.test/dead', links: ['http://h.test/dead'] }),
      page('http://h.test/dead', { status: 500, via: ['http://h.test/old'] }),
      page('http://h.test/gone', { status: 404 }),
    ].join('');
    const { broken, rows, calls } = await read('x.jsonl', text);
    expect(broken.map((one) => ({ ...one, row: rows[one.row]?.url }))).toEqual([
      { row: 'http://h.test/dead', pages: ['http://h.test/'], count: 1, through: ['http://h.test/old'] },
      { row: 'http://h.test/gone', pages: ['http://h.test/', 'http://h.test/b'], count: 2, through: [] },
    ]);
    expect(calls).toEqual([[2, 3]]);
  });

  it('show no secret of a URL', async () => {
    const text = page('http://u:tops3cret@h.test/?token=tops3cret', {
      from: 'http://h.test/?sig=tops3cret',
      status: null,
      error: 'ERR_X',
      message: 'no answer of http://u:tops3cret@h.test/',
      invalid: ['http://[?password=tops3cret'],
    });
    expect(JSON.stringify(await read('x.jsonl', text))).not.toContain('tops3cret');
  });
});

describe('an archive', () => {
  it('has phases, of which connecting is without TLS', async () => {
    const { rows } = await read('x.har', harText([harEntryOf({ time: 100 })]));
    expect(rows[0]).toMatchObject({ status: 200, size: 5120, wire: 1400, time: 100, isBroken: false });
    expect(rows[0]?.phases).toEqual([1, 4, 5, 9, 0.4, 60, expect.closeTo(20.6)]);
  });

  it('is one of Chromium, with its own members', async () => {
    const entry = harEntryOf({
      url: 'https://h.test/app.js',
      status: 0,
      request: { headers: [{ name: ':method', value: 'GET' }] },
      response: { _transferSize: 0, _error: 'net::ERR_BLOCKED_BY_CLIENT', content: { size: 0, mimeType: 'x-unknown' } },
      more: { _initiator: { type: 'parser', url: 'https://h.test/' }, _resourceType: 'script', pageref: 'page_1' },
    });
    const pages = [{ id: 'page_1', title: 'A shop', startedDateTime: '2026-03-04T09:30:00Z', pageTimings: {} }];
    const { rows, broken } = await read('x.har', harText([entry], { pages }));
    expect(rows[0]).toMatchObject({ error: 'net::ERR_BLOCKED_BY_CLIENT', page: 'A shop', type: '', isBroken: true });
    expect(rows[0]?.detail.request).toEqual([[':method', 'GET']]);
    expect([factOf(rows[0], 'Kind'), factOf(rows[0], 'Page')]).toEqual(['script', 'A shop']);
    expect(broken).toEqual([{ row: 0, pages: ['https://h.test/'], count: 1, through: [] }]);
  });

  it('is one of Firefox, whose connect is without TLS, with a byte order mark', async () => {
    const timings = { blocked: -1, dns: 2, connect: 3, ssl: 8, send: 0, wait: 40, receive: 1 };
    const { rows } = await read('x.har', `\uFEFF${harText([harEntryOf({ more: { timings, time: undefined } })])}`);
    expect(rows[0]?.phases).toEqual([0, 2, 3, 8, 0, 40, 1]);
    expect(rows[0]?.time).toBe(54);
  });

  it('is one of Charles, with nulls where nothing was', async () => {
    const entry = harEntryOf({
      response: { status: null, content: { size: null, mimeType: null }, bodySize: null, headers: null },
      more: { time: null, timings: { dns: null, wait: -1 }, comment: 'a note', serverIPAddress: null },
    });
    const { rows } = await read('x.har', harText([entry]));
    expect(rows[0]).toMatchObject({ status: 0, size: -1, wire: -1, time: 0, type: '' });
    expect(factOf(rows[0], 'Comment')).toBe('a note');
  });

  it('is written over many lines, without a known ending', async () => {
    const text = JSON.stringify(JSON.parse(harText([harEntryOf()])), null, 2);
    expect((await read('archive.json', text)).kind).toBe('har');
  });

  it('has times and sizes that can be counted with, or none', async () => {
    const timings = { blocked: 1e308, dns: 1e308, connect: 1e308, ssl: -1, send: 1e308, wait: 1e300, receive: 0 };
    const huge = harEntryOf({
      response: { bodySize: 1e308, content: { size: 1e308, compression: 1e308 } },
      more: { time: 1e300, timings },
    });
    const { rows } = await read('x.har', harText([huge, harEntryOf({ more: { time: 1e300 } })]));
    expect(rows[0]).toMatchObject({ time: -1, size: -1, wire: -1, phases: [0, 0, 0, 0, 0, 0, 0] });
    expect(factOf(rows[0], 'Saved by its coding')).toBeUndefined();
    expect(rows[1]?.time).toBeCloseTo(100);
  });

  it('leaves out what has no URL, and says which entries those are', async () => {
    const bad = [{}, null, harEntryOf({ url: '' }), 1, 'x', [], {}];
    const { rows, notes } = await read('x.har', harText([harEntryOf(), ...(bad as object[])]));
    expect(rows).toHaveLength(1);
    expect(notes[0]).toBe('entry 1 of x.har has no request.url, and is left out');
    expect(notes).toHaveLength(6);
    expect(notes.at(-1)).toBe('and 2 more entries without one');
  });

  it('shows entries whose URL, method, status or time are none', async () => {
    const odd = harEntryOf({ url: '/relative', status: 7, request: { method: '' }, more: { startedDateTime: 'soon' } });
    const { rows } = await read('x.har', harText([odd]));
    expect(rows[0]).toMatchObject({ url: '/relative', method: '', status: 0, start: -1 });
  });

  it('counts no attempt as broken that a later one made good', async () => {
    const entries = [
      harEntryOf({ status: 503, more: { _call: 1, _attempt: 1 } }),
      harEntryOf({ at: 300, more: { _call: 1, _attempt: 2 } }),
      harEntryOf({ at: 400, status: 503, more: { _call: 2, _attempt: 1 } }),
    ];
    const { broken, calls } = await read('x.har', harText(entries));
    expect([broken.map(({ row }) => row), calls]).toEqual([[2], [[0, 1]]]);
  });
});

describe.skipIf(process.platform === 'win32')('a pipe', () => {
  async function piped(text: string | Uint8Array) {
    const [path, from] = [join(folder, 'pipe'), join(folder, 'from')];
    writeFileSync(from, text);
    execFileSync('mkfifo', [path]);
    const writer = spawn('sh', ['-c', 'exec cat "$0" > "$1"', from, path]);
    try {
      return await readSource(path);
    } finally {
      writer.kill();
    }
  }
  beforeEach(() => {
    vi.stubEnv('TMPDIR', folder);
  });
  afterEach(() => vi.unstubAllEnvs());
  const left = () => readdirSync(folder).toSorted();

  it('is read in order, an archive and a crawl with its broken links', async () => {
    const text =
      page('http://h.test/', { links: ['http://h.test/gone'] }) + page('http://h.test/gone', { status: 404 });
    const { rows, broken } = await piped(text);
    expect([rows.length, broken]).toEqual([2, [{ row: 1, pages: ['http://h.test/'], count: 1, through: [] }]]);
  });

  it('is read when it is longer than what a pipe holds, and leaves no copy behind', async () => {
    const { rows } = await piped(harText(Array.from({ length: 500 }, () => harEntryOf())));
    expect(rows).toHaveLength(500);
    expect(left()).toEqual(['from', 'pipe']);
  });

  it('leaves no copy behind when it is none', async () => {
    await expect(piped(gzipSync('x'))).rejects.toThrow('pipe is packed with gzip');
    expect(left()).toEqual(['from', 'pipe']);
  });
});
