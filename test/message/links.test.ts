import { describe, expect, it } from 'vitest';
import { HttpResponse } from '../../src/message/response.ts';
import { LINEAR, timeGrowth } from '../support/time-growth.ts';

const BASE = 'http://a.test/v1/users?page=2';

function linksOf(...lines: string[]) {
  return new HttpResponse(200, { Link: lines }, undefined, '1.1', undefined, { url: BASE }).links;
}

/** As `rel url`, with `^anchor` where there is one. */
function shown(...lines: string[]): string[] {
  return [...linksOf(...lines)].map(({ rel, url, anchor }) => `${rel} ${url}${anchor ? ` ^${anchor}` : ''}`);
}

describe('the links of a response (RFC 8288 section 3)', () => {
  it.each<[string, string[], string[]]>([
    ['no header', [], []],
    ['a link', ['<http://b.test/x>; rel="next"'], ['next http://b.test/x']],
    ['a token in place of a quoted text', ['<http://b.test/x>; rel=next'], ['next http://b.test/x']],
    ['a relative target', ['<?page=3>; rel=next'], ['next http://a.test/v1/users?page=3']],
    ['an absolute path', ['</v2>; rel=next'], ['next http://a.test/v2']],
    ['an empty target', ['<>; rel=self'], ['self http://a.test/v1/users?page=2']],
    ['several on a line', ['</1>; rel=prev, </3>; rel=next'], ['prev http://a.test/1', 'next http://a.test/3']],
    ['several lines', ['</1>; rel=prev', '</3>; rel=next'], ['prev http://a.test/1', 'next http://a.test/3']],
    ['commas and semicolons in a target', ['</a,b;c>; rel=next'], ['next http://a.test/a,b;c']],
    ['commas, brackets and escapes in a text', ['</1>; title="a, <b>; \\"c\\\\"; rel=next'], ['next http://a.test/1']],
    ['several relation types', ['</1>; rel="first prev"'], ['first http://a.test/1', 'prev http://a.test/1']],
    ['a relation type twice', ['</1>; rel="next next"'], ['next http://a.test/1']],
    ['a relation type in capitals', ['</1>; REL="NEXT"'], ['next http://a.test/1']],
    ['a relation type that is a URI', ['</1>; rel="http://x.test/Rel"'], ['http://x.test/rel http://a.test/1']],
    ['a second rel, which does not count', ['</1>; rel=next; rel=prev'], ['next http://a.test/1']],
    ['no rel', ['</1>; title=x'], [' http://a.test/1']],
    [
      'white space everywhere',
      [' \t</1> ; rel = "next" , </2>\t;rel=prev '],
      ['next http://a.test/1', 'prev http://a.test/2'],
    ],
    ['empty list members', [', ,</1>; rel=next,,'], ['next http://a.test/1']],
    ['empty parameters', ['</1>;;; rel=next;'], ['next http://a.test/1']],
    ['an anchor elsewhere', ['</1>; rel=next; anchor="/other"'], ['next http://a.test/1 ^http://a.test/other']],
    ['an anchor that is a fragment', ['</1>; rel=next; anchor="#x"'], [`next http://a.test/1 ^${BASE}#x`]],
    ['an anchor that is the response', ['</1>; rel=next; anchor=""'], ['next http://a.test/1']],
    ['a text that is never closed', ['</1>; rel="next'], ['next http://a.test/1']],
    ['a target that is never closed', ['</1; rel=next'], []],
    ['something that is no link', ['x; rel=next, </2>; rel=prev'], ['prev http://a.test/2']],
    ['a target that is no URL', ['<http://[>; rel=next, </2>; rel=prev'], ['prev http://a.test/2']],
    ['an anchor that is no URL', ['</1>; rel=next; anchor="http://["'], []],
    ['a backslash at the end', ['</1>; rel="next\\'], ['next http://a.test/1']],
    ['a parameter without a name', ['</1>; =x; rel=next'], ['next http://a.test/1']],
  ])('are read from %s', (_, lines, links) => {
    expect(shown(...lines)).toEqual(links);
  });

  it.each([
    ['title="plain"', { title: 'plain' }],
    ["title*=UTF-8'de'n%c3%a4chstes", { title: 'nächstes' }],
    ["title=plain; title*=UTF-8''%e2%82%ac", { title: '€' }],
    ["title=plain; title*=UTF-8''%ff", { title: 'plain' }],
    ["title=plain; title*=latin1''x", { title: 'plain' }],
    ['title=one; title=two', { title: 'one' }],
    ['type="text/html"; media=print', { type: 'text/html', media: 'print' }],
    ['hreflang=de; hreflang=en', { hreflang: ['de', 'en'] }],
    ['x=1; X=2; y', { params: { x: '1', y: '' } }],
    ["z*=UTF-8''%20", { params: { 'z*': ' ' } }],
    ['__proto__=1', { params: JSON.parse('{"__proto__":"1"}') }],
  ])('have the attributes of %s (section 3.4)', (parameters, attributes) => {
    const [link] = linksOf(`</1>; rel=next; ${parameters}`);
    expect({ ...link, params: { ...link!.params } }).toEqual({
      rel: 'next',
      url: 'http://a.test/1',
      params: {},
      ...attributes,
    });
  });

  it('are found by their relation type, the first of each, those about the response alone', () => {
    const links = linksOf('</0>; rel=next; anchor="/x", </1>; rel=next, </2>; rel=next');
    expect(links.next?.url).toBe('http://a.test/1');
    expect([links.prev, links['constructor'], [...links].length]).toEqual([undefined, undefined, 3]);
  });

  it('keep a relative target as it is written where no URL is known', () => {
    const { links } = new HttpResponse(200, { Link: '</1>; rel=next, <http://b.test>; rel=up' });
    expect([...links].map(({ url }) => url)).toEqual(['/1', 'http://b.test/']);
  });

  it('are read in a time that grows with the length alone', async () => {
    const read = (count: number) => {
      const line = `${'</1>; rel="'.repeat(count)}${'\\'.repeat(count)}`;
      linksOf(line, ';'.repeat(5 * count), ','.repeat(5 * count));
    };
    expect(await timeGrowth(5_000, read)).toBeLessThan(LINEAR);
  });
});
