import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Journal } from '../../../src/cli/crawl/journal.ts';
import { formatLine, isBroken, type PageLine, parseLine } from '../../../src/cli/crawl/page-line.ts';

let folder: string;
let path: string;
let journal: Journal;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'journal-'));
  path = join(folder, 'pages.jsonl');
});

afterEach(() => {
  journal.close();
  rmSync(folder, { recursive: true });
});

const line = (url: string, more: Partial<PageLine> = {}): PageLine => ({
  url,
  status: 200,
  error: null,
  from: null,
  depth: 0,
  ms: 1,
  bytes: 2,
  links: [],
  ...more,
});
const a = line('http://a/');
const b = line('http://b/', { links: ['http://a/é'] });
const urls = () => [...journal.reader()].map(({ url }) => url);

describe('a journal', () => {
  it('has each line in the file when append returns', () => {
    journal = new Journal(path);
    journal.append(a);
    journal.append(b);
    expect(readFileSync(path, 'utf8')).toBe(formatLine(a) + formatLine(b));
  });

  it('gives a reader what was appended since', () => {
    journal = new Journal(path);
    const reader = journal.reader();
    expect(reader.next()).toBeUndefined();
    journal.append(b);
    expect([reader.next(), reader.next()]).toEqual([b, undefined]);
    journal.append(a);
    expect(reader.next()).toEqual(a);
  });

  it('reads lines that are longer than its pieces', () => {
    journal = new Journal(path);
    const long = line('http://a/', { links: Array.from({ length: 50_000 }, (_, i) => `http://a/${i}`) });
    journal.append(long);
    journal.append(b);
    expect([...journal.reader()]).toEqual([long, b]);
  });

  it.each([1, 10, formatLine(b).length - 2])('drops a last line that was cut after %d bytes', (length) => {
    writeFileSync(path, formatLine(a) + formatLine(b).slice(0, length));
    journal = new Journal(path);
    expect(journal.repair()).toBe(true);
    journal.append(line('http://c/'));
    expect(urls()).toEqual(['http://a/', 'http://c/']);
    expect(readFileSync(path, 'utf8')).toBe(formatLine(a) + formatLine(line('http://c/')));
  });

  it('drops a line cut in the middle of a character', () => {
    const bytes = Buffer.from(formatLine(b));
    writeFileSync(path, Buffer.concat([Buffer.from(formatLine(a)), bytes.subarray(0, bytes.indexOf(0xc3) + 1)]));
    journal = new Journal(path);
    journal.repair();
    expect(urls()).toEqual(['http://a/']);
  });

  it('keeps a whole line that only lacks its end', () => {
    writeFileSync(path, formatLine(a) + formatLine(b).trimEnd());
    journal = new Journal(path);
    expect(journal.repair()).toBe(false);
    journal.append(line('http://c/'));
    expect(urls()).toEqual(['http://a/', 'http://b/', 'http://c/']);
  });

  it('passes over a line in the middle that cannot be read, and counts it', () => {
    writeFileSync(path, formatLine(a));
    appendFileSync(path, '{"url":"http://x/","sta\nnull\n{"url":"no url"}\n\n');
    appendFileSync(path, formatLine(b));
    journal = new Journal(path);
    const reader = journal.reader();
    expect([...reader].map(({ url }) => url)).toEqual(['http://a/', 'http://b/']);
    expect(reader.unreadable).toBe(3);
  });

  it('refuses what is no regular file', () => {
    expect(() => new Journal('/dev/null')).toThrow(/no regular file/);
    journal = new Journal(path);
  });
});

describe('a line', () => {
  it('without some fields has defaults for them', () => {
    journal = new Journal(path);
    expect(parseLine('{"url":"http://a/","links":["http://b/",1,"no url"]}')).toEqual(
      line('http://a/', { status: null, ms: 0, bytes: 0, links: ['http://b/'] }),
    );
  });

  it.each<[Partial<PageLine>, boolean]>([
    [{}, false],
    [{ status: 301 }, false],
    [{ status: 404 }, true],
    [{ status: 500 }, true],
    [{ status: null, error: 'ERR_DNS' }, true],
    [{ status: 200, error: 'ERR_BODY_TRUNCATED' }, true],
    [{ status: null, error: 'ERR_ROBOTS_DISALLOWED' }, false],
  ])('with %j is a broken link: %s', (fields, broken) => {
    journal = new Journal(path);
    expect(isBroken(line('http://a/', fields))).toBe(broken);
  });
});
