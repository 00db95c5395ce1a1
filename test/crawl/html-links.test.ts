import { describe, expect, it } from 'vitest';
import { LinkReader } from '../../src/crawl/html-links.ts';

const PAGE = 'http://a.example/dir/page.html?q';

function linksOf(html: string, assets = true, xml = false) {
  const reader = new LinkReader({ assets, xml });
  reader.write(html);
  return reader.end(PAGE);
}

describe('the links of a page', () => {
  it.each<[name: string, html: string, urls: string[]]>([
    ['an anchor', '<a href="x">', ['http://a.example/dir/x']],
    ['an area', '<area href="/x">', ['http://a.example/x']],
    ['a frame', '<iframe src="f"></iframe><frame src="g">', ['http://a.example/dir/f', 'http://a.example/dir/g']],
    ['an image', '<img src="i.png">', ['http://a.example/dir/i.png']],
    ['a script', '<script src="s.js"></script>', ['http://a.example/dir/s.js']],
    ['a style sheet', '<link rel="stylesheet" href="s.css">', ['http://a.example/dir/s.css']],
    ['no hint', '<link rel="preconnect" href="//cdn.example"><link rel="dns-prefetch" href="//cdn.example">', []],
    [
      'candidates of a source set',
      '<img srcset="a.png 1x,b.png 2x, c,d.png 3x ,">',
      ['http://a.example/dir/a.png', 'http://a.example/dir/b.png', 'http://a.example/dir/c,d.png'],
    ],
    ['another host', '<a href="//b.example:81/">', ['http://b.example:81/']],
    ['the fragment dropped', '<a href="x#y"><a href="x#z">', ['http://a.example/dir/x']],
    ['no fragment alone', '<a href="#top"><a href="">', []],
    ['only a query', '<a href="?p=2">', ['http://a.example/dir/page.html?p=2']],
    ['no other scheme', '<a href="mailto:a@b"><a href="javascript:x()"><a href="data:,x"><a href="ftp://a/">', []],
    ['userinfo dropped', '<a href="http://u:p@b.example/">', ['http://b.example/']],
    ['each once', '<a href="x"><a href="x"><a href="./x">', ['http://a.example/dir/x']],
    ['entities decoded', '<a href="x?a=1&amp;b=2">', ['http://a.example/dir/x?a=1&b=2']],
    ['white space around', '<a href=" \n x ">', ['http://a.example/dir/x']],
    [
      'attributes of any case and quote',
      "<A HREF=x></A><a hReF='y'>",
      ['http://a.example/dir/x', 'http://a.example/dir/y'],
    ],
    [
      'a base for all',
      '<a href="x"><base href="/other/"><a href="y">',
      ['http://a.example/other/x', 'http://a.example/other/y'],
    ],
    ['the first base', '<base href="/one/"><base href="/two/"><a href="x">', ['http://a.example/one/x']],
    ['a base that is no use as none', '<base href="javascript:x"><a href="x">', ['http://a.example/dir/x']],
    ['none in a comment', '<!-- <a href="x"> -->', []],
    ['none in a script', '<script>"<a href=x>"</script>', []],
    ['none where the page asks for it', '<meta name="ROBOTS" content="noindex, nofollow"><a href="x">', []],
    ['none where it asks for none', '<meta name="robots" content="none"><a href="x">', []],
    ['none where it asks us', '<meta name="sluice" content="nofollow"><a href="x">', []],
    [
      'those of a page that asks others',
      '<meta name="otherbot" content="nofollow"><a href="x">',
      ['http://a.example/dir/x'],
    ],
    [
      'those of a page that wants no preview',
      '<meta name="robots" content="index, max-image-preview:none, max-snippet: none"><a href="x">',
      ['http://a.example/dir/x'],
    ],
    ['a refresh', '<meta http-equiv="Refresh" content="5; URL=\'/x\'">', ['http://a.example/x']],
    [
      'a refresh of few words',
      '<meta http-equiv="refresh" content="0;/x"><meta http-equiv="refresh" content="3">',
      ['http://a.example/x'],
    ],
    ['a poster', '<video poster="p.png"></video>', ['http://a.example/dir/p.png']],
    [
      'a preloaded source set',
      '<link rel="preload" imagesrcset="a.png 1x, b.png 2x">',
      ['http://a.example/dir/a.png', 'http://a.example/dir/b.png'],
    ],
    [
      'those of SVG',
      '<svg><a xlink:href="x"/><image href="i.png"/><use xlink:href="u.svg#a"/></svg>',
      ['http://a.example/dir/x', 'http://a.example/dir/i.png', 'http://a.example/dir/u.svg'],
    ],
    ['those of rel=nofollow', '<a rel="nofollow" href="x">', ['http://a.example/dir/x']],
    ['a tag that is never closed', '<p><a href="x"><div', ['http://a.example/dir/x']],
  ])('have %s', (_name, html, urls) => {
    expect(linksOf(html).urls).toEqual(urls);
  });

  it('are found behind elements of XHTML that close themselves', () => {
    const html = '<html><head><title/><script src="s.js"/></head><body><textarea/><a href="x"/></body></html>';
    expect(linksOf(html, true, true).urls).toEqual(['http://a.example/dir/s.js', 'http://a.example/dir/x']);
  });

  it('leave out what browsers load when asked to', () => {
    const html =
      '<a href="x"><img src="i"><script src="s"></script><link rel="icon" href="f"><link rel="next" href="n">';
    expect(linksOf(html, false).urls).toEqual(['http://a.example/dir/x', 'http://a.example/dir/n']);
  });

  it('name references that are no URL', () => {
    expect(linksOf('<a href="http://[bad"><a href="http://"><a href="x">')).toEqual({
      urls: ['http://a.example/dir/x'],
      invalid: ['http://[bad', 'http://'],
    });
  });

  it('are found across the pieces of a page', () => {
    const reader = new LinkReader({ assets: true });
    for (const char of '<p><a class="é" href="x?a&amp;b">') reader.write(char);
    expect(reader.end(PAGE).urls).toEqual(['http://a.example/dir/x?a&b']);
  });

  it('of a source set of nothing but commas take no time', () => {
    expect(linksOf(`<img srcset="${','.repeat(1_000_000)}">`).urls).toEqual([]);
  }, 5000);
});
