import { describe, expect, it } from 'vitest';
import { HttpRequest } from '../../src/message/request.ts';
import { HttpResponse } from '../../src/message/response.ts';
import { encodedLimit, responseLimit, tooLarge } from '../../src/semantics/response-limit.ts';

const MIB = 1024 * 1024;

describe('the limit of a buffered body', () => {
  it.each([
    [undefined, 100 * MIB],
    [5, 5],
    [null, Number.POSITIVE_INFINITY],
    [false, Number.POSITIVE_INFINITY],
  ] as const)('is for maxResponseSize %s: %d bytes', (maxResponseSize, bytes) => {
    expect(responseLimit({ maxResponseSize }, false)).toBe(bytes);
  });

  it('is twice it and 64 KiB before it is decoded', () => {
    expect(encodedLimit(1000)).toBe(2000 + 65_536);
  });

  it('is named by the error', () => {
    const request = new HttpRequest('GET', 'http://example.test/');
    const response = new HttpResponse(200);
    const error = tooLarge(1000, request, response);
    expect(error).toMatchObject({ name: 'BodyError', code: 'ERR_BODY_TOO_LARGE', request, response });
    expect(error.message).toContain('maxResponseSize (1000 bytes)');
  });
});
