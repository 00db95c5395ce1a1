import { describe, expect, it } from 'vitest';
import { undiciHandler } from '../../../src/handlers/undici/undici.ts';
import { HttpRequest } from '../../../src/message/request.ts';
import type { RequestOptions } from '../../../src/options/options.ts';

const handler = undiciHandler();
const URL_ = 'http://h.test/';

describe('what undiciHandler can send', () => {
  it.each<[string, HttpRequest]>([
    ['a plain request', new HttpRequest('GET', URL_)],
    ['Connection: close', new HttpRequest('GET', URL_, { Connection: 'Close' })],
    ['Connection: keep-alive', new HttpRequest('GET', URL_, { Connection: 'keep-alive' })],
    ['Content-Length: 0 of a POST', new HttpRequest('POST', URL_, { 'Content-Length': '0' })],
    ['OPTIONS of a resource', new HttpRequest('OPTIONS', `${URL_}a`)],
  ])('is %s', (_, request) => {
    expect(handler.supports?.(request, {})).toBeUndefined();
  });

  it.each<[string, HttpRequest, RequestOptions]>([
    ['Expect', new HttpRequest('POST', URL_, { Expect: '100-continue' }, 'x'), {}],
    ['Upgrade', new HttpRequest('GET', URL_, { Upgrade: 'websocket', Connection: 'upgrade' }), {}],
    ['Keep-Alive', new HttpRequest('GET', URL_, { 'Keep-Alive': 'timeout=5' }), {}],
    ['CONNECT', new HttpRequest('CONNECT', URL_), {}],
    ['OPTIONS *', new HttpRequest('OPTIONS', `${URL_}*`), {}],
    ['Content-Length: 0', new HttpRequest('DELETE', URL_, { 'Content-Length': '0' }), {}],
    ['Connection: x-hop', new HttpRequest('GET', URL_, { Connection: 'X-Hop' }), {}],
    ["version '2'", new HttpRequest('GET', URL_), { version: '2' }],
    ['onInformation', new HttpRequest('GET', URL_), { onInformation: () => undefined }],
  ])('is not %s, and it says so', (words, request, options) => {
    expect(handler.supports?.(request, options)).toContain(words);
  });
});
