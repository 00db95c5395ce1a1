import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { readPage } from '../../src/crawl/read-page.ts';
import { HttpResponse } from '../../src/message/response.ts';

const URL_OF_PAGE = 'http://a.example/';

/** The page, in pieces of so many bytes. */
async function linksOf(type: string | undefined, bytes: Buffer, piece: number, headers: Record<string, string> = {}) {
  const pieces = Array.from({ length: Math.ceil(bytes.length / piece) }, (_, i) =>
    bytes.subarray(i * piece, (i + 1) * piece),
  );
  const body = Readable.toWeb(Readable.from(pieces)) as ReadableStream<Uint8Array>;
  const response = new HttpResponse(200, { ...headers, ...(type !== undefined && { 'Content-Type': type }) }, body);
  const { links, failure } = await readPage(response, URL_OF_PAGE, { maxBytes: 1_000_000, assets: true });
  expect(failure).toBeUndefined();
  return links.urls;
}

const latin = (text: string) => Buffer.from(text, 'latin1');
const E_ACUTE = 'http://a.example/%C3%A9';

describe('a page in pieces of any size', () => {
  it.each<[name: string, type: string | undefined, bytes: Buffer]>([
    ['names its charset in a meta element', 'text/html', latin('<html><meta charset="iso-8859-1"><a href="/\xe9">')],
    [
      'names it at the end of what counts',
      'text/html',
      latin(`${' '.repeat(980)}<meta charset="latin1"><a href="/\xe9">`),
    ],
    ['has no type and begins as HTML', undefined, Buffer.from('<!DOCTYPE html><a href="/é">')],
    ['has no type and a mark', undefined, Buffer.from('\ufeff<!DOCTYPE html><a href="/é">')],
    ['has a mark that its type contradicts', 'text/html; charset=iso-8859-1', Buffer.from('\ufeff<a href="/é">')],
    ['has a mark of UTF-16', 'text/html; charset=utf-8', Buffer.from('\ufeff<a href="/é">', 'utf16le')],
    ['claims UTF-16 in ASCII', 'text/html', Buffer.from('<meta charset="utf-16"><a href="/é">')],
    [
      'is XHTML that names it',
      'application/xhtml+xml',
      latin('<?xml version="1.0" encoding="iso-8859-1"?><a href="/\xe9"/>'),
    ],
    ['is longer than what is looked at', 'text/html', Buffer.from(`<p>${'x'.repeat(3000)}<a href="/é">`)],
  ])('%s', async (_name, type, bytes) => {
    for (const piece of [1, 2, 7, 20, 1023, 1024, 1025, 100_000]) {
      expect([piece, await linksOf(type, bytes, piece)]).toEqual([piece, [E_ACUTE]]);
    }
  });

  it('is not read when it has no type and no beginning of HTML', async () => {
    for (const piece of [1, 20, 100_000])
      expect(await linksOf(undefined, Buffer.from('plain <a href="/x">'), piece)).toEqual([]);
  });
});

describe('X-Robots-Tag', () => {
  it.each([
    ['nofollow', []],
    ['noindex, NONE', []],
    ['noindex', [E_ACUTE]],
    ['max-image-preview:none', [E_ACUTE]],
    ['unavailable_after: 25 Jun 2030 15:00:00 PST', [E_ACUTE]],
    ['max-image-preview:none, nofollow', []],
    ['sluice: max-snippet:-1, max-image-preview:none', [E_ACUTE]],
    ['otherbot: nofollow', [E_ACUTE]],
    ['otherbot: noindex, nofollow', [E_ACUTE]],
    ['sluice: nofollow', []],
    ['otherbot: noindex, sluice: noindex, nofollow', []],
  ])('with %s gives %j', async (tag, urls) => {
    expect(await linksOf('text/html', Buffer.from('<a href="/é">'), 100, { 'X-Robots-Tag': tag })).toEqual(urls);
  });
});
