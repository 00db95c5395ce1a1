/** URI resolution against the URL standard, which it must agree with wherever it does not refuse. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonicalUrl, resolveUri, targetOf } from '../../src/message/uri.ts';
import { runs } from './runs.ts';

const host = fc.constantFrom(
  'example.com',
  'EXAMPLE.com',
  '127.0.0.1',
  '0x7f.1',
  '[::1]',
  'bücher.example',
  'a.b.',
  'h%41',
  'xn--a',
);
const port = fc.constantFrom('', ':80', ':443', ':8080', ':0', ':65535', ':65536');
const scheme = fc.constantFrom('http', 'https', 'HTTP', 'Https');
const piece = fc.constantFrom(
  ...[
    '/',
    '..',
    '.',
    'a',
    'b',
    '%2e',
    '%2E%2e',
    '%2f',
    '%41',
    '%zz',
    ';',
    ':',
    '@',
    '?',
    '#',
    '=',
    '&',
    '+',
    ' ',
    'é',
    '\\',
    '|',
    '"',
    '<',
    '[',
    '^',
    '`',
    '{',
    '\t',
    '\n',
    '\0',
    '😀',
    "'",
  ],
);
const rest = fc.array(piece, { maxLength: 10 }).map((pieces) => pieces.join(''));
const absolute = fc
  .tuple(scheme, host, port, rest)
  .map(([s, h, p, r]) => `${s}://${h}${p}${r.startsWith('/') ? r : `/${r}`}`);
const reference = fc.oneof(
  rest,
  absolute,
  rest.map((text) => `//example.com/${text}`),
  fc.string({ maxLength: 12 }),
);

/** What the function gives, or `undefined` when it refuses. It may refuse only as it says. */
function tried(make: () => string): string | undefined {
  try {
    return make();
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return undefined;
  }
}

function standard(text: string, base?: string): string | undefined {
  return URL.canParse(text, base) ? new URL(text, base).href : undefined;
}

it('a canonical URL is that of the URL standard, and canonical already', () => {
  fc.assert(
    fc.property(absolute, (text) => {
      const ours = tried(() => canonicalUrl(text));
      if (ours === undefined) return;
      expect(ours).toBe(standard(text));
      expect(canonicalUrl(ours)).toBe(ours);
    }),
    runs(2_000),
  );
});

it('a reference resolves as the URL standard says, or is refused', () => {
  fc.assert(
    fc.property(absolute, reference, (base, text) => {
      const canonical = tried(() => canonicalUrl(base));
      if (canonical === undefined) return;
      const ours = tried(() => resolveUri(text, canonical));
      if (ours === undefined) return;
      expect(ours).toBe(standard(text, canonical));
      expect(resolveUri(ours, canonical)).toBe(ours);
    }),
    runs(3_000),
  );
});

it('what is refused is another scheme, ambiguous, or no URL at all', () => {
  fc.assert(
    fc.property(absolute, reference, (base, text) => {
      const canonical = tried(() => canonicalUrl(base));
      if (canonical === undefined || tried(() => resolveUri(text, canonical)) !== undefined) return;
      const href = standard(text, canonical);
      if (href === undefined || !/^https?:/.test(href)) return;
      const isAmbiguous =
        /[\\\0-\x20\x7f]/.test(text) || /^https?:(?!\/\/[^/?#])/i.test(text) || /^\/{3}|^\/\/$/.test(text);
      expect(isAmbiguous, `${JSON.stringify(text)} against ${canonical} is ${href}`).toBe(true);
    }),
    runs(2_000),
  );
});

it('a target is what the URL standard reads from the same URL', () => {
  fc.assert(
    fc.property(absolute, (text) => {
      const href = tried(() => canonicalUrl(text));
      if (href === undefined) return;
      const [target, url] = [targetOf(href), new URL(href)];
      // The standard's `search` does not tell an empty query from none, and the request line does.
      const path = href.slice(url.origin.length).split('#', 1)[0]!;
      expect(target).toEqual({
        protocol: url.protocol,
        origin: url.origin,
        host: url.host,
        hostname: url.hostname.replace(/^\[|\]$/g, ''),
        port: Number(url.port || (url.protocol === 'https:' ? 443 : 80)),
        path,
      });
    }),
    runs(1_000),
  );
});
