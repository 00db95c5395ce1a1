import { afterEach, describe, expect, it, vi } from 'vitest';
import { isDecoded as isDecodedInPage } from '../../../src/handlers/fetch/decoded.browser.ts';
import { isDecoded } from '../../../src/handlers/fetch/decoded.ts';

afterEach(() => vi.unstubAllGlobals());

/** As if it came from a wire: a response that was made has no URL. */
function received(codings: string | null, url = 'http://h.test/', body: string | null = 'x'): Response {
  const response = new Response(body, { headers: codings === null ? {} : { 'Content-Encoding': codings } });
  return Object.defineProperty(response, 'url', { value: url });
}

/** The real process is back before anything else can ask for it. */
function decodedUnder(process: unknown, response: Response): boolean {
  vi.stubGlobal('process', process);
  try {
    return isDecoded(response);
  } finally {
    vi.unstubAllGlobals();
  }
}

describe('isDecoded', () => {
  it.each<[string | null, boolean]>([
    [null, false],
    ['gzip', true],
    ['X-GZIP', true],
    ['deflate, br', true],
    ['identity', true],
    ['gzip, unknown', false],
    ['identity, gzip', false],
    ['', false],
    ['gzip,', false],
  ])('of Content-Encoding: %s is %s, in the build for browsers too', (codings, decoded) => {
    expect([isDecoded(received(codings)), isDecodedInPage(received(codings))]).toEqual([decoded, decoded]);
  });

  it('is false for an answer that was never on a wire, and for one without a body', () => {
    for (const isTaken of [isDecoded, isDecodedInPage]) {
      expect([isTaken(received('gzip', '')), isTaken(received('gzip', 'http://h.test/', null))]).toEqual([
        false,
        false,
      ]);
    }
  });

  it.each<[string, unknown, boolean]>([
    ['Node with undici 6', { versions: { undici: '6.21.1' } }, false],
    ['Node with undici 7.10', { versions: { undici: '7.10.0' } }, false],
    ['Node with undici 7.11', { versions: { undici: '7.11.0' } }, true],
    ['Node with undici 8', { versions: { undici: '8.0.0' } }, true],
    ['Node with an undici of few words', { versions: { undici: '7' } }, false],
    ['Bun', { versions: { undici: '6.0.0', bun: '1.2.0' } }, true],
    ['Deno', { versions: { undici: '6.0.0', deno: '2.0.0' } }, false],
    ['a browser', undefined, true],
  ])('of zstd under %s is as its fetch does', (_, process, decoded) => {
    expect(decodedUnder(process, received('zstd'))).toBe(decoded);
  });

  it.each<[string, readonly string[], readonly string[]]>([
    ['bun', ['gzip', 'x-gzip', 'GZIP', 'deflate', 'br', 'zstd', 'identity, gzip'], ['gzip, gzip', 'gzip, br']],
    ['deno', ['gzip', 'GZIP', 'br'], ['x-gzip', 'deflate', 'zstd', 'gzip, gzip', 'identity, gzip']],
  ])('under %s is what its fetch was seen to do', (name, decoded, left) => {
    const process = { versions: { node: '26.0.0', [name]: '1.0.0' } };
    expect(decoded.filter((coding) => !decodedUnder(process, received(coding)))).toEqual([]);
    expect(left.filter((coding) => decodedUnder(process, received(coding)))).toEqual([]);
  });

  it.each([true, false])('under workerd knows brotli when its compatibility date says so: %s', (knows) => {
    vi.stubGlobal('navigator', { userAgent: 'Cloudflare-Workers' });
    vi.stubGlobal('Cloudflare', { compatibilityFlags: { brotli_content_encoding: knows } });
    expect(['gzip', 'br', 'GZIP', 'deflate', 'zstd', 'gzip, gzip'].map((one) => isDecoded(received(one)))).toEqual([
      true,
      knows,
      false,
      false,
      false,
      false,
    ]);
  });
});
