import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { readSitemap } from '../../src/crawl/sitemap.ts';
import { HttpResponse } from '../../src/message/response.ts';

const MB = 1_000_000;

/** A beginning, and then the same piece for as long as somebody reads; counts what was taken. */
function endless(beginning: string, piece: string) {
  const taken = { bytes: 0 };
  function* pieces() {
    yield Buffer.from(beginning);
    for (const chunk = Buffer.from(piece.repeat(Math.ceil(65_536 / piece.length))); ; taken.bytes += chunk.length) {
      yield chunk;
    }
  }
  return { response: responseOf(pieces()), taken };
}

function responseOf(pieces: Iterator<Uint8Array>): HttpResponse {
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(pieces.next().value!),
  });
  return new HttpResponse(200, {}, body);
}

describe('a sitemap without end', () => {
  it.each<[name: string, beginning: string, piece: string]>([
    ['of other elements', '<urlset>', '<url><lastmod>2026-01-01</lastmod></url>'],
    ['of one address', '<urlset><url><loc>http://a.example/', 'x'],
    ['of one tag', '<urlset><', 'x'],
    ['of one line', 'http://a.example/', 'x'],
  ])(
    'is read to what one may hold, and no further: %s',
    async (_name, beginning, piece) => {
      const { response, taken } = endless(beginning, piece);
      const before = process.memoryUsage.rss();
      const sitemap = await readSitemap(response, 'http://a.example/sitemap.xml');
      // Half an address is none.
      expect(sitemap).toMatchObject({ truncated: true, bytes: 52_428_800, failure: undefined, urls: [] });
      expect(taken.bytes).toBeLessThan(54 * MB);
      expect(process.memoryUsage.rss() - before).toBeLessThan(300 * MB);
    },
    60_000,
  );

  it('gives no more addresses than one may hold', async () => {
    const many = { count: 0 };
    function* pieces() {
      for (;;) yield Buffer.from(Array.from({ length: 1000 }, () => `http://a.example/${many.count++}\n`).join(''));
    }
    const { urls, truncated } = await readSitemap(responseOf(pieces()), 'http://a.example/sitemap.txt');
    expect(urls).toHaveLength(50_000);
    expect(truncated).toBe(true);
  }, 60_000);
});

describe('a sitemap', () => {
  it.each([
    [50_000, false],
    [50_001, true],
  ])('of %d addresses is cut: %s', async (count, isCut) => {
    const list = Array.from({ length: count }, (_, i) => `http://a.example/${i}\n`).join('');
    const { urls, truncated } = await readSitemap(new HttpResponse(200, {}, list), 'http://a.example/sitemap.txt');
    expect([urls.length, truncated]).toEqual([50_000, isCut]);
  });

  it('is XML also when the network cuts it behind white space', async () => {
    const pieces = ['\n', '<urlset><url><loc>http://a.example/x</loc></url></urlset>'].map((text) => Buffer.from(text));
    const body = Readable.toWeb(Readable.from(pieces)) as ReadableStream<Uint8Array>;
    const { urls } = await readSitemap(new HttpResponse(200, {}, body), 'http://a.example/sitemap.xml');
    expect(urls).toEqual(['http://a.example/x']);
  });
});
