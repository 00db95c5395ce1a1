import { afterEach, describe, expect, it, vi } from 'vitest';
import { changedMethod, fetchInit, heldBackHeader, unsentStream } from '../../../src/handlers/fetch/request.ts';
import { HttpHeaders } from '../../../src/message/headers.ts';
import { HttpRequest } from '../../../src/message/request.ts';
import type { RequestOptions } from '../../../src/options/options.ts';

afterEach(() => vi.unstubAllGlobals());

describe('fetchInit', () => {
  const request = new HttpRequest('GET', 'http://h.test/');

  it("leaves a browser's cookies out", () => {
    expect(fetchInit(request, undefined, undefined).credentials).toBe('omit');
  });

  it('says nothing of credentials to a runtime that knows none', () => {
    vi.stubGlobal('Request', class {});
    expect(Object.hasOwn(fetchInit(request, undefined, undefined), 'credentials')).toBe(false);
  });
});

/** As browsers do: names that a page may not set are left out; a runtime without streamed bodies writes their name. */
function asBrowser({ streams = true } = {}): void {
  const { Request: Platform } = globalThis;
  vi.stubGlobal(
    'Request',
    class extends Platform {
      constructor(input: RequestInfo, init: RequestInit) {
        super(input, streams || !(init?.body instanceof ReadableStream) ? init : { ...init, body: String(init.body) });
        this.headers.delete('cookie');
      }
    },
  );
}

/** As Bun does with a method that it does not know, or workerd. */
function asRuntime(method: (given: string) => string): void {
  const { Request: Platform } = globalThis;
  vi.stubGlobal(
    'Request',
    class extends Platform {
      constructor(input: RequestInfo, init: RequestInit) {
        super(input, { ...init, method: method(init.method ?? 'GET') });
      }
    },
  );
}

describe('a method that the runtime does not send as it is written', () => {
  it('is refused with what would be sent', () => {
    asRuntime(() => 'GET');
    expect(changedMethod('X-Own')).toBe('this runtime would send the method X-Own as GET');
    expect(changedMethod('POST')).toBeUndefined();
  });

  it('is refused in the words of a runtime that refuses it', () => {
    asRuntime((given) => {
      throw new TypeError(`Invalid HTTP method string: ${given}`);
    });
    expect(changedMethod('X-Own')).toBe('this runtime refuses the method X-Own: Invalid HTTP method string: X-Own');
  });

  it('is none in Node', () => {
    expect(['PURGE', 'X-Own', 'pUrGe'].map(changedMethod)).toEqual([undefined, undefined, undefined]);
  });
});

describe('a body that is read while it is sent', () => {
  it('is refused where it would go out as the name of its class', () => {
    asBrowser({ streams: false });
    expect(unsentStream('https://h.test/')).toContain('this runtime sends no streamed body');
  });

  it('is refused in a browser over what is no HTTP/2', () => {
    asBrowser();
    expect(unsentStream('http://h.test/')).toContain('over HTTP/2 alone; give bytes, a string, a Blob or a FormData');
    expect(unsentStream('https://h.test/')).toBeUndefined();
  });

  it('is sent by Node', () => {
    expect(unsentStream('http://h.test/')).toBeUndefined();
  });
});

describe('a header that the runtime holds back', () => {
  const lines = (name: string) => HttpHeaders.fromRaw([name, 'x']);

  it('is refused in a browser: what a page may not set, and the User-Agent of Chromium', () => {
    asBrowser();
    expect(heldBackHeader(lines('Cookie'))).toBe('Cookie');
    expect(heldBackHeader(lines('User-Agent'))).toBeUndefined();
    vi.stubGlobal('navigator', { userAgentData: {} });
    expect(heldBackHeader(lines('User-Agent'))).toBe('user-agent');
  });

  it('is refused in workerd, which keeps TE to itself', () => {
    expect(heldBackHeader(lines('TE'))).toBeUndefined();
    vi.stubGlobal('navigator', { userAgent: 'Cloudflare-Workers' });
    expect(heldBackHeader(lines('TE'))).toBe('te');
  });
});

describe('fetchInit in a browser', () => {
  const request = new HttpRequest('GET', 'http://h.test/');
  const redirectOf = (options: RequestOptions) => fetchInit(request, undefined, undefined, options).redirect;

  it('lets fetch follow redirects, which a browser hides, unless an option has to see them', () => {
    expect(redirectOf({})).toBe('manual');
    asBrowser();
    expect(redirectOf({})).toBe('follow');
    expect(redirectOf({ allowRedirects: true })).toBe('follow');
    const seeing: RequestOptions[] = [{ allowRedirects: false }, { allowRedirects: { max: 1 } }];
    expect([...seeing, { allowAbsoluteUrls: false }].map(redirectOf)).toEqual(['manual', 'manual', 'manual']);
  });

  it("sends the browser's cookies when asked to", () => {
    expect(fetchInit(request, undefined, undefined, { credentials: 'include' }).credentials).toBe('include');
  });
});
