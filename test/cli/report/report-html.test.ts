import { createHash } from 'node:crypto';
import { parseDocument } from 'htmlparser2';
import { beforeAll, describe, expect, it } from 'vitest';
import { type PageParts, pageParts } from '../../../src/cli/report/page-parts.ts';
import {
  BLOCK,
  type DetailBlock,
  type ReportData,
  type ReportRow,
  type ReportSource,
  unpackDetail,
} from '../../../src/cli/report/report-data.ts';
import { reportHtml } from '../../../src/cli/report/report-html.ts';

let parts: PageParts;
beforeAll(async () => {
  parts = await pageParts();
});

/** What must never run: each is a text like any other. */
const PLANTED = [
  '</script><script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<!--<script>',
  'javascript:alert(1)',
  '\u2028alert(1)\u2029',
  '"onload="alert(1)',
  "'-alert(1)-'",
  '&lt;script&gt;',
];

const row = (text: string): ReportRow => ({
  url: text,
  method: text,
  status: 404,
  error: text,
  type: text,
  page: text,
  size: 1,
  wire: -1,
  start: -1,
  time: 1,
  isBroken: true,
  detail: { facts: [[text, text]], request: [[text, text]], response: [[text, text]] },
});
const source = (rows: readonly ReportRow[], more: Partial<ReportSource> = {}): ReportSource => {
  return { kind: 'har', creator: 'x', rows, calls: [], broken: [], notes: [], ...more };
};
/** Its elements and their attributes, without texts. */
const shape = (html: string) =>
  JSON.stringify(parseDocument(html), ['name', 'attribs', 'children', 'type', 'id', 'class', 'src', 'href']);
const jsonOf = (html: string, of: RegExp) => [...html.matchAll(of)].map(([, text]) => JSON.parse(text!) as unknown);

describe('the page', () => {
  const broken = PLANTED.map((text, at) => ({ row: at, pages: [text], count: 1, through: [text] }));
  const page = (name = 'x.har') =>
    reportHtml(name, source(PLANTED.map(row), { creator: PLANTED.join(''), notes: PLANTED, broken }), parts);

  it('has no element and no attribute that came from a file', () => {
    const plain = reportHtml('x.har', source([]), parts);
    // One block of details more than a page without rows.
    const block = '<script type="application/json" class="details">';
    expect(page().split(block)).toHaveLength(2);
    const bare = page().replace(new RegExp(`${block}.*</script>\\n`), '');
    expect(shape(bare)).toBe(shape(plain));
  });

  it('has a name that is text, whatever it says', () => {
    expect(page('</title><script>')).toContain('<title>&lt;/title&gt;&lt;script&gt;</title>');
    expect(shape(page(PLANTED.join('')))).toBe(shape(page('x')));
  });

  it('gives every text back as it was', () => {
    const [data] = jsonOf(page(), /<script type="application\/json" id="data">(.*?)<\/script>/gs) as [ReportData];
    const [block] = jsonOf(page(), /class="details">(.*?)<\/script>/gs) as [DetailBlock];
    expect(data.columns.url).toEqual(PLANTED);
    expect(data.notes).toEqual(PLANTED);
    for (const [index, text] of PLANTED.entries()) {
      expect(unpackDetail(block, index)).toEqual(row(text).detail);
      expect(data.texts[data.columns.page[index]!]).toBe(text);
    }
  });

  it('allows its own script and style alone, and nothing from any network', () => {
    const html = page();
    const [, policy = ''] = /Content-Security-Policy" content="([^"]*)"/.exec(html) ?? [];
    const hash = (tag: string) => {
      const [, text = ''] = new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(html) ?? [];
      return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    };
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      `script-src ${hash('script')}`,
      `style-src ${hash('style')}`,
      "base-uri 'none'",
      "form-action 'none'",
      "require-trusted-types-for 'script'",
      'trusted-types',
    ]);
    expect(parts.style).not.toMatch(/url\(|@import/);
    expect(parts.script).not.toMatch(/\bfetch\(|XMLHttpRequest|innerHTML|insertAdjacentHTML|document\.write|\beval\(/);
  });

  it('has the details of many rows in blocks', () => {
    const rows = Array.from({ length: BLOCK * 2 + 1 }, (_, n) => row(`row ${n}`));
    const blocks = jsonOf(reportHtml('x', source(rows), parts), /class="details">(.*?)<\/script>/gs) as DetailBlock[];
    expect(blocks.map((block) => block.rows.length)).toEqual([BLOCK, BLOCK, 1]);
    expect(unpackDetail(blocks[2]!, 0).facts).toEqual([[`row ${2 * BLOCK}`, `row ${2 * BLOCK}`]]);
  });
});
