import { describe, expect, it } from 'vitest';
import { Collector, wireLimit } from '../../../src/handlers/exchange/collector.ts';
import { HttpHeaders } from '../../../src/message/headers.ts';
import { HttpRequest } from '../../../src/message/request.ts';
import { HttpResponse } from '../../../src/message/response.ts';
import { responseLimit, tooLarge } from '../../../src/semantics/response-limit.ts';

const MIB = 1024 * 1024;
const plain = HttpHeaders.empty;
const encoded = new HttpHeaders({ 'Content-Encoding': 'gzip' });

describe('the limit of a buffered body', () => {
  it.each([
    [undefined, 100 * MIB],
    [5, 5],
    [null, Number.POSITIVE_INFINITY],
    [false, Number.POSITIVE_INFINITY],
  ] as const)('is for maxResponseSize %s: %d bytes', (maxResponseSize, bytes) => {
    expect(responseLimit({ maxResponseSize }, false)).toBe(bytes);
  });

  it('is exact on the wire when nothing is encoded, and twice it and 64 KiB when something is', () => {
    const options = { maxResponseSize: 1000 };
    expect([wireLimit(options, plain), wireLimit(options, encoded)]).toEqual([1000, 2000 + 65_536]);
  });

  it('is named by the error', () => {
    const request = new HttpRequest('GET', 'http://example.test/');
    const response = new HttpResponse(200);
    const error = tooLarge(1000, request, response);
    expect(error).toMatchObject({ name: 'BodyError', code: 'ERR_BODY_TOO_LARGE', request, response });
    expect(error.message).toContain('maxResponseSize (1000 bytes)');
  });
});

describe('Collector', () => {
  it('gives one chunk without a copy', () => {
    const chunk = new Uint8Array([1, 2]);
    const collector = new Collector(10);
    collector.add(chunk);
    expect(collector.bytes()).toBe(chunk);
  });

  it('gives several chunks as one, in order', () => {
    const collector = new Collector(10);
    for (const byte of [1, 2, 3]) collector.add(new Uint8Array([byte]));
    expect([...collector.bytes()]).toEqual([1, 2, 3]);
  });

  it('gives no bytes when there were none', () => {
    expect(new Collector(10).bytes()).toHaveLength(0);
  });

  it('takes as many bytes as its limit, and refuses the next', () => {
    const collector = new Collector(4);
    expect([collector.add(new Uint8Array(4)), collector.add(new Uint8Array(1)), collector.size]).toEqual([
      true,
      false,
      5,
    ]);
  });

  it('holds nothing of a body that is too large', () => {
    const collector = new Collector(4);
    collector.add(new Uint8Array(4));
    collector.add(new Uint8Array(1));
    expect(collector.bytes()).toHaveLength(0);
  });
});
