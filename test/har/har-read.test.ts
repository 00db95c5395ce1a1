import { describe, expect, it } from 'vitest';
import type { HarEntry } from '../../src/har/har-format.ts';
import { parseHar, requestOfHar, responseOfHar } from '../../src/har/har-read.ts';

const entry = (request: object, response: object) => ({
  request: { method: 'GET', url: 'http://h.test/', ...request },
  response,
});
const archive = (...entries: unknown[]) => JSON.stringify({ log: { version: '1.2', entries } });
const read = (request: object, response: object) => {
  const parsed = parseHar(archive(entry(request, response)), 'x.har').log.entries[0] as HarEntry;
  return { request: requestOfHar(parsed), response: responseOfHar(parsed) };
};

describe('an archive that is none', () => {
  const good = archive(entry({}, { status: 200 }));
  it.each([
    ['a cut file', good.slice(0, -20), /x\.har is no JSON: .*; was it cut off, or edited by hand\?/],
    ['an empty file', '', /x\.har is no JSON/],
    ['another JSON', '[1]', /x\.har is no HAR: it has no list log\.entries/],
    ['null', 'null', /no list log\.entries/],
    ['no method', archive(entry({ method: '' }, {})), /entry 0 of x\.har has no request\.method/],
    ['a relative URL', archive(entry({ url: '/a' }, {})), /entry 0 of x\.har has no absolute request\.url/],
    [
      'a status that is none',
      archive(entry({}, {}), entry({}, { status: '2xx' })),
      /entry 1 .* response\.status .*"2xx"/,
    ],
    ['a status beyond', archive(entry({}, { status: 1000 })), /response\.status/],
    ['a text that is none', archive(entry({}, { status: 200, content: { text: {} } })), /response\.content\.text/],
    [
      'base64 that is none',
      archive(entry({}, { status: 200, content: { text: '?', encoding: 'base64' } })),
      /response\.content\.text is no base64/,
    ],
  ])('is refused with the file and the entry: %s', (_, text, message) => {
    expect(() => parseHar(text, 'x.har')).toThrow(message);
    expect(() => parseHar(text, 'x.har')).toThrow(TypeError);
  });

  it('shows nothing of its content in the message', () => {
    expect(() => parseHar('{"password":"tops3cret",', 'x.har')).toThrow(/^(?!.*tops3cret)/s);
  });
});

describe("another tool's archive", () => {
  it('begins with a byte order mark', () => {
    expect(parseHar(`\uFEFF${archive()}`, 'x.har').log.entries).toEqual([]);
  });

  it('has pseudo-headers, joined cookies and values that no field can carry', () => {
    const headers = [
      { name: ':status', value: '200' },
      { name: 'set-cookie', value: 'a=1; Path=/\nb=2' },
      { name: 'x-bad', value: '\u0001' },
      { name: 'x-star', value: '★' },
      { name: 'Content-Type', value: 'text/plain' },
      { name: 7, value: null },
      null,
    ];
    const { response } = read({}, { status: 200, httpVersion: 'h2', headers, content: { text: 'hi' } });
    expect([...(response?.headers ?? [])]).toEqual([
      ['set-cookie', 'a=1; Path=/'],
      ['set-cookie', 'b=2'],
      ['Content-Type', 'text/plain'],
    ]);
    expect(response?.protocolVersion).toBe('2');
  });

  it.each([
    ['HTTP/1.1', '1.1'],
    ['http/2.0', '2'],
    ['h3', '3'],
    ['HTTP/1.0', '1.0'],
    ['unknown', '1.1'],
    [undefined, '1.1'],
  ])('calls the version %s', (httpVersion, version) => {
    expect(read({}, { status: 200, httpVersion }).response?.protocolVersion).toBe(version);
  });

  it('has decoded bodies, and says so no more', async () => {
    const headers = [
      { name: 'Content-Encoding', value: 'br' },
      { name: 'Content-Length', value: '3' },
    ];
    const { response } = read({}, { status: 200, headers, content: { text: 'decoded' } });
    expect([await response?.text(), [...(response?.headers ?? [])]]).toEqual(['decoded', []]);
  });

  it('has no bodies, and lengths all the same', () => {
    const headers = [{ name: 'Content-Length', value: '3' }];
    expect(read({}, { status: 200, headers }).response?.headers.get('content-length')).toBe('3');
    expect(
      read({}, { status: 200, headers, content: { text: 'longer' } }).response?.headers.get('content-length'),
    ).toBe('6');
  });

  it('has no answer', () => {
    expect(read({}, { status: 0 }).response).toBeUndefined();
    expect(read({}, {}).response).toBeUndefined();
  });

  it('has forms as text, under a type of their own', async () => {
    const { request } = read({ method: 'POST', postData: { mimeType: 'text/x', text: 'a=1' } }, { status: 200 });
    expect([request.headers.get('content-type'), await request.text()]).toEqual(['text/x', 'a=1']);
  });
});
