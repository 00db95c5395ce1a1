import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameOfDisposition, nameOfUrl, safeName } from '../../src/cli/file-name.ts';

describe('the name of Content-Disposition', () => {
  it.each([
    [null, undefined],
    ['attachment', undefined],
    ['attachment; filename=a.txt', 'a.txt'],
    ['attachment; filename="a b;c.txt"', 'a b;c.txt'],
    ['attachment; filename="a\\"b.txt"', 'a_b.txt'],
    ['INLINE; FILENAME="a.txt"', 'a.txt'],
    ['filename=a.txt', undefined],
    // RFC 6266 §5 and RFC 8187 §3.2.3.
    ['attachment; filename="EURO rates"; filename*=utf-8\'\'%e2%82%ac%20rates', '€ rates'],
    ["attachment; filename*=iso-8859-1'en'%A3%20rates; filename=x", '£ rates'],
    ["attachment; filename*=utf-7''a; filename=plain.txt", 'plain.txt'],
    ["attachment; filename*=utf-8''%GG; filename=plain.txt", 'plain.txt'],
    ['attachment; filename="Ã¼ber.txt"', 'über.txt'],
    ['attachment; filename=a.txt; filename=b.txt', 'a.txt'],
    ['attachment; x="; filename=evil"; filename=good', 'good'],
    ['attachment; filename="../../etc/passwd"', 'passwd'],
    ["attachment; filename*=utf-8''..%2F..%2Fetc%2Fpasswd", 'passwd'],
    ['attachment; filename="C:\\\\dir\\\\file.exe"', 'file.exe'],
    ['attachment; filename=".."', undefined],
    ['attachment; filename=".bashrc"', 'bashrc'],
    ["attachment; filename*=utf-8''a%00b%1b%5b31m.txt", 'ab[31m.txt'],
  ])('of %j is %j', (value, name) => {
    expect(nameOfDisposition(value)).toBe(name);
  });
});

describe('the name of a URL', () => {
  it.each([
    ['http://a.example/dir/file.iso?x=1#y', 'file.iso'],
    ['http://a.example/a%20b.txt', 'a b.txt'],
    ['http://a.example/..%2f..%2fpasswd', 'passwd'],
    ['http://a.example/%ff', '%ff'],
    ['http://a.example/', undefined],
  ])('%s is %s', (url, name) => {
    expect(nameOfUrl(url)).toBe(name);
  });
});

describe('a safe name', () => {
  it.each([
    ['CON', '_CON'],
    ['nul.txt', '_nul.txt'],
    ['console', 'console'],
    ['-rf', '_rf'],
    ['a\u202egnp.exe', 'agnp.exe'],
    ['a<b>:c|d?*', 'a_b__c_d__'],
    ['name. . ', 'name'],
  ])('of %j is %j', (text, name) => {
    expect(safeName(text)).toBe(name);
  });

  it('keeps the extension of one that is too long, and no half of a character', () => {
    const name = safeName(`${'😀'.repeat(100)}.tar`)!;
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(180);
    expect(name).toMatch(/^(?:😀)+\.tar$/u);
  });

  it('is a single name for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const name = safeName(text);
        if (name === undefined) return;
        expect(name).not.toMatch(/[/\\]|^[.-]|\p{Cc}|\.$/u);
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(181);
      }),
    );
  });
});
