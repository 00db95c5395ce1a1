import { describe, expect, it } from 'vitest';
import {
  BodyError,
  ClientError,
  ConnectError,
  NetworkError,
  RequestError,
  ServerError,
  TimeoutError,
  TransferError,
} from '../../../src/message/errors.ts';
import { HttpRequest } from '../../../src/message/request.ts';
import { HttpResponse } from '../../../src/message/response.ts';
import { backoff, bodyRefusal, isFinal, isRetryable, waitRefusal } from '../../../src/middleware/retry/retry-policy.ts';
import { retryRules } from '../../../src/options/retry-rules.ts';

const rules = retryRules(2)!;
const get = new HttpRequest('GET', 'http://a.test/');
const response = new HttpResponse(503);

describe('isRetryable', () => {
  it.each([
    ...[408, 413, 425, 429, 500, 502, 503, 504].map((status) => [status, true] as const),
    ...[200, 204, 301, 304, 400, 401, 403, 404, 409, 410, 418, 422, 501, 505, 511].map(
      (status) => [status, false] as const,
    ),
  ])('of the status %i is %s', (status, expected) => {
    expect(isRetryable(rules, get, { response: new HttpResponse(status) })).toBe(expected);
  });

  it.each([
    ...['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE', 'QUERY'].map((method) => [method, true] as const),
    ...['POST', 'PATCH', 'CONNECT', 'get', 'LOCK'].map((method) => [method, false] as const),
  ])('of the method %s is %s', (method, expected) => {
    const request = new HttpRequest(method, 'http://a.test/');
    expect(isRetryable(rules, request, { response })).toBe(expected);
    expect(isRetryable(rules, request, { error: new NetworkError('gone') })).toBe(expected);
  });

  const nodeError = (code: string) => Object.assign(new Error(code), { code });
  it.each<[string, unknown, boolean]>([
    ['a network error', new NetworkError('reset', { code: 'ERR_RESET' }), true],
    ['a refused connection', new ConnectError('refused', { code: 'ERR_CONNECT_REFUSED' }), true],
    ['DNS', new ConnectError('dns', { code: 'ERR_DNS' }), true],
    ['a timeout of the head', new TimeoutError('slow', { phase: 'headers' }), true],
    ['a timeout of the connection', new TimeoutError('slow', { phase: 'connect' }), true],
    ['a body that was cut off', new BodyError('cut', { response, code: 'ERR_BODY_TRUNCATED' }), true],
    ['an error page made an error below', new ServerError('503', { response }), true],
    ['another error page made an error below', new ClientError('404', { response: new HttpResponse(404) }), false],
    ["Node's own error", nodeError('ECONNRESET'), true],
    ['an expired certificate', new ConnectError('expired', { code: 'ERR_TLS_EXPIRED' }), false],
    ["Node's own error of a certificate", nodeError('CERT_HAS_EXPIRED'), false],
    ['a blocked address', new ConnectError('blocked', { code: 'ERR_ADDRESS_BLOCKED' }), false],
    ['an answer that is no HTTP', new NetworkError('garbage', { code: 'ERR_PROTOCOL' }), false],
    ['a body that cannot be decoded', new BodyError('bad', { response, code: 'ERR_BODY_DECODE' }), false],
    ['a body that is too large', new BodyError('large', { response, code: 'ERR_BODY_TOO_LARGE' }), false],
    ['a transfer error of no class', new TransferError('what'), false],
    ['any other error', new Error('boom'), false],
    ['what is no error', 'boom', false],
    ['nothing', undefined, false],
  ])('of %s is decided', (_, error, expected) => {
    expect(isRetryable(rules, get, { error })).toBe(expected);
  });
});

describe('isFinal', () => {
  it.each<[string, unknown, boolean]>([
    ['a TypeError', new TypeError('bad option'), true],
    ['a RequestError', new RequestError('no'), true],
    ['the total timeout', new TimeoutError('over', { phase: 'total' }), true],
    ['an abort', new DOMException('stop', 'AbortError'), true],
    ['another timeout', new TimeoutError('slow', { phase: 'read' }), false],
    ['a network error', new NetworkError('gone'), false],
    ['any other error', new Error('boom'), false],
    ['nothing', undefined, false],
  ])('of %s is decided', (_, error, expected) => {
    expect(isFinal({ error })).toBe(expected);
  });
});

it.each([
  [1, undefined, 0, 0],
  [1, undefined, 0.5, 150],
  [1, undefined, 0.999, 299],
  [2, undefined, 0.5, 300],
  [3, undefined, 0.5, 600],
  [4, undefined, 0.999, 2397],
  [7, undefined, 0.5, 9600],
  [8, undefined, 0.5, 15_000],
  [2000, undefined, 0.5, 15_000],
  [8, 1000, 0.5, 500],
  [10, Number.POSITIVE_INFINITY, 0.5, 76_800],
])('waits after attempt %i, at most %s, by chance %f: %i ms', (attempt, maxDelay, random, ms) => {
  expect(backoff(attempt, maxDelay, random)).toBe(ms);
});

describe('bodyRefusal', () => {
  async function* stream(): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(1);
  }
  it.each([
    ['no body', null, false],
    ['text', 'text', false],
    ['a function', () => stream(), false],
    ['a stream', stream(), true],
  ])('of %s is decided', (_, body, refused) => {
    const why = bodyRefusal(new HttpRequest('PUT', 'http://a.test/', null, body));
    expect(why !== undefined).toBe(refused);
    if (refused)
      expect(why).toBe(
        'not retried: the body is a stream that can be read once; give body as a function that returns a fresh one, or as bytes',
      );
  });
});

describe('waitRefusal', () => {
  const hint = (ms: number) => ({ ms, header: 'Retry-After' });
  it.each([
    [30_000, hint(30_000), Number.POSITIVE_INFINITY, undefined],
    [60_000, hint(60_000), Number.POSITIVE_INFINITY, undefined],
    [
      60_001,
      hint(60_001),
      Number.POSITIVE_INFINITY,
      'not retried: the server asks to wait 60 s (Retry-After), and retry.maxRetryAfter allows 60 s',
    ],
    [
      120_000,
      hint(120_000),
      5000,
      'not retried: the server asks to wait 120 s (Retry-After), and retry.maxRetryAfter allows 60 s',
    ],
    [2000, hint(2000), 2001, undefined],
    [
      2000,
      hint(2000),
      1500,
      'not retried: the server asks to wait 2 s (Retry-After), and the timeout option leaves 1.5 s',
    ],
    [90_000, undefined, Number.POSITIVE_INFINITY, undefined],
    [300, undefined, 301, undefined],
    [
      300,
      undefined,
      300,
      'not retried: the next attempt is due in 300 ms, and the timeout option leaves no more than that',
    ],
    [0, undefined, -5, 'not retried: the next attempt is due in 0 ms, and the timeout option leaves no more than that'],
    [
      5000,
      hint(5000),
      4998,
      'not retried: the server asks to wait 5000 ms (Retry-After), and the timeout option leaves 4998 ms',
    ],
    [
      5000,
      hint(5000),
      5000,
      'not retried: the server asks to wait 5 s (Retry-After), and the timeout option leaves no more than that',
    ],
  ])('of %i ms with the hint %j and %f ms left', (wait, given, left, expected) => {
    expect(waitRefusal(rules, wait, given, left)).toBe(expected);
  });
});
