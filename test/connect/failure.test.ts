import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Call } from '../../src/call/call.ts';
import {
  connectFailure,
  connectTimeoutFailure,
  type FailureContext,
  failure,
  timeoutFailure,
  withRequest,
} from '../../src/connect/failure.ts';
import { ConnectError, type TimeoutPhase, TransferError } from '../../src/message/errors.ts';
import { HttpRequest } from '../../src/message/request.ts';
import { HttpResponse } from '../../src/message/response.ts';

const request = new HttpRequest('GET', 'http://example.test:8080/a');
const response = new HttpResponse(200, null, null, '1.1', 'OK', { request });
const place = { hostname: 'example.test', port: 8080 };

function system(code: string | undefined, facts: object = {}, message = 'it broke'): Error {
  return Object.assign(new Error(message), code === undefined ? {} : { code }, facts);
}

function of(cause: unknown, phase: FailureContext['phase'], more: Partial<FailureContext> = {}): TransferError {
  return failure(cause, { request, options: {}, phase, ...more }) as TransferError;
}

describe('failure', () => {
  it.each<[string | undefined, FailureContext['phase'], string, string]>([
    ['ECONNREFUSED', 'connect', 'ConnectError', 'ERR_CONNECT_REFUSED'],
    ['ENOTFOUND', 'connect', 'ConnectError', 'ERR_DNS'],
    ['EHOSTUNREACH', 'connect', 'ConnectError', 'ERR_UNREACHABLE'],
    ['CERT_HAS_EXPIRED', 'connect', 'ConnectError', 'ERR_TLS_EXPIRED'],
    ['ECONNRESET', 'connect', 'ConnectError', 'ERR_RESET'],
    ['EPIPE', 'queue', 'ConnectError', 'ERR_RESET'],
    [undefined, 'connect', 'ConnectError', 'ERR_CONNECT'],
    ['ETIMEDOUT', 'connect', 'TimeoutError', 'ERR_TIMEOUT_CONNECT'],
    ['ECONNRESET', 'send', 'NetworkError', 'ERR_SEND'],
    ['EPIPE', 'send', 'NetworkError', 'ERR_SEND'],
    ['UND_ERR_SOCKET', 'send', 'NetworkError', 'ERR_SEND'],
    ['UND_ERR_SOCKET', 'headers', 'NetworkError', 'ERR_CLOSED'],
    ['EPIPE', 'headers', 'NetworkError', 'ERR_RESET'],
    ['HPE_INVALID_CONSTANT', 'headers', 'NetworkError', 'ERR_PROTOCOL'],
    ['HPE_INVALID_CONSTANT', 'send', 'NetworkError', 'ERR_PROTOCOL'],
    ['HPE_HEADER_OVERFLOW', 'headers', 'NetworkError', 'ERR_HEADERS_TOO_LARGE'],
    // With TLS 1.3 the server judges our certificate after the handshake.
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'headers', 'ConnectError', 'ERR_TLS_CLIENT_CERTIFICATE'],
    ['EHOSTUNREACH', 'headers', 'NetworkError', 'ERR_UNREACHABLE'],
    ['ETIMEDOUT', 'headers', 'TimeoutError', 'ERR_TIMEOUT_HEADERS'],
    [undefined, 'headers', 'NetworkError', 'ERR_NETWORK'],
    ['ERR_INVALID_CHAR', 'send', 'RequestError', 'ERR_REQUEST'],
    ['UND_ERR_REQ_CONTENT_LENGTH_MISMATCH', 'send', 'RequestError', 'ERR_BODY_LENGTH'],
    // A limit of the system or of the transport: our phases, whatever it calls its own.
    ['ETIMEDOUT', 'queue', 'TimeoutError', 'ERR_TIMEOUT_CONNECT'],
    ['ETIMEDOUT', 'body', 'TimeoutError', 'ERR_TIMEOUT_READ'],
    ['UND_ERR_HEADERS_TIMEOUT', 'headers', 'TimeoutError', 'ERR_TIMEOUT_HEADERS'],
    ['UND_ERR_BODY_TIMEOUT', 'body', 'TimeoutError', 'ERR_TIMEOUT_READ'],
  ])('makes of %s in phase %s a %s with %s', (code, phase, name, ours) => {
    const error = of(system(code, { errno: -1 }), phase);
    expect([error.name, error.code, error.request]).toEqual([name, ours, request]);
  });

  it('tells a connection that was closed from one that was reset', () => {
    const codes = [{}, { errno: -104 }].map((facts) => of(system('ECONNRESET', facts), 'headers').code);
    expect(codes).toEqual(['ERR_CLOSED', 'ERR_RESET']);
  });

  it.each([
    ['ECONNRESET', 'ERR_BODY_TRUNCATED'],
    ['UND_ERR_SOCKET', 'ERR_BODY_TRUNCATED'],
    ['HPE_INVALID_EOF_STATE', 'ERR_BODY_TRUNCATED'],
    [undefined, 'ERR_BODY_TRUNCATED'],
    ['HPE_INVALID_CHUNK_SIZE', 'ERR_BODY_FRAMING'],
    ['UND_ERR_RES_EXCEEDED_MAX_SIZE', 'ERR_BODY_TOO_LARGE'],
  ])('makes of %s after the head a BodyError with %s and the response', (code, ours) => {
    expect(of(system(code), 'body', { response })).toMatchObject({ name: 'BodyError', code: ours, response });
  });

  it.each<[given: Partial<FailureContext>, words: string]>([
    [{ received: 10, expected: 100 }, 'the body ended before it was complete: 10 of 100 bytes came'],
    [{ received: 1 }, 'the body ended before it was complete, after 1 byte'],
    [{ received: 0 }, 'the body ended before it was complete, after 0 bytes'],
    [{}, 'the body ended before it was complete'],
  ])('says of a body that was cut how far it came: %j', (given, words) => {
    const error = of(system('ECONNRESET'), 'body', { response, ...given });
    expect(error.message).toBe(`GET http://example.test:8080/a: ${words}`);
  });

  it.each([
    ['Z_DATA_ERROR', 'ERR_BODY_ENCODING'],
    ['Z_NEED_DICT', 'ERR_BODY_ENCODING'],
    ['ERR__ERROR_FORMAT_PADDING_1', 'ERR_BODY_ENCODING'],
    ['ZSTD_error_prefix_unknown', 'ERR_BODY_ENCODING'],
    ['Z_BUF_ERROR', 'ERR_BODY_TRUNCATED'],
  ])('tells what a decoder of the transport met: %s', (code, ours) => {
    const cause = new Error('terminated', { cause: system(code) });
    expect(of(cause, 'body', { response })).toMatchObject({ name: 'BodyError', code: ours, response });
  });

  it('leaves an error of ours, a mistake in options and the reason of an abort as they are', () => {
    const ours = new ConnectError('no', { request });
    const reason = { what: 'the caller changed its mind' };
    const call = new Call(0);
    const called = request.with({ url: 'http://example.test/b' });
    called.call = call;
    call.abort(reason);
    const aborted = AbortSignal.abort(reason);
    expect(of(ours, 'body', { response })).toBe(ours);
    const mistake = new TypeError('connectTimeout must be ...');
    expect(of(mistake, 'connect')).toBe(mistake);
    expect(of(reason, 'headers', { options: { signal: aborted } })).toBe(reason);
    expect(of(reason, 'headers', { request: called })).toBe(reason);
    const abort = new DOMException('stopped', 'AbortError');
    expect(of(abort, 'headers')).toBe(abort);
  });

  it.each<[unknown, FailureContext['phase'], string, RegExp]>([
    [undefined, 'headers', 'ERR_NETWORK', /the exchange failed: /],
    [undefined, 'connect', 'ERR_CONNECT', /no connection: .*\(example.test:8080\)/],
    ['just words', 'headers', 'ERR_NETWORK', /the exchange failed: just words/],
    [{ code: 'EPIPE' }, 'send', 'ERR_SEND', /before the request was sent in full/],
  ])('makes an error of ours of %j, which is no error', (cause, phase, code, words) => {
    const error = of(cause, phase);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(words);
  });

  it('adds nothing to its own words for a cause without any', () => {
    const error = of(system('ERR_INVALID_CHAR', { name: '' }, ''), 'send');
    expect(error.message).toContain('the request cannot be sent like this');
    expect(error.message).not.toContain('like this:');
  });

  it('names the address that was dialled beside the name', () => {
    const error = of(system('ECONNREFUSED', { address: '127.0.0.1', port: 8080 }), 'connect');
    expect(error.message).toContain('(example.test:8080 at 127.0.0.1:8080)');
  });

  it('tells of several addresses the one that answered', () => {
    const refused = system('ECONNREFUSED', { address: '127.0.0.1', port: 8080 });
    const both = new AggregateError([refused, system('ENETUNREACH', { address: '::1', port: 8080 })]);
    const error = of(both, 'connect');
    expect([error.code, error.cause]).toEqual(['ERR_CONNECT_REFUSED', refused]);
  });

  it('keeps a harmless cause as it is', () => {
    const cause = system('ECONNRESET');
    expect(of(cause, 'headers').cause).toBe(cause);
  });

  it.each<[string, Error]>([
    ['a URL in its text', system(undefined, {}, 'cannot reach http://ada:hunter2@example.test/?token=hunter2')],
    ['its input', system('ERR_INVALID_URL', { input: 'http://ada:hunter2@example.test/' })],
    ['the bytes of the response', system('HPE_INVALID_CONSTANT', { rawPacket: Buffer.from('Set-Cookie: a=hunter2') })],
    ['a cause of its own', new Error('outer', { cause: system(undefined, {}, 'at http://x:hunter2@y/') })],
    ["the request's own header", system('ERR_INVALID_CHAR', {}, 'Invalid: Bearer hunter2-hunter2')],
  ])('shows no secret of a cause that has one in %s', (_, cause) => {
    const secret = request.withHeader('Authorization', 'Bearer hunter2-hunter2');
    const error = of(cause, 'headers', { request: secret });
    const shown = [error.message, error.stack, inspect(error, { depth: 9 }), JSON.stringify(error)].join('\n');
    expect(shown).not.toContain('hunter2');
    expect(error.cause).toMatchObject({ name: 'Error' });
  });
});

describe('timeoutFailure', () => {
  it.each<[TimeoutPhase, string]>([
    ['connect', 'connectTimeout (250 ms)'],
    ['headers', 'headersTimeout (250 ms)'],
    ['read', 'readTimeout (250 ms)'],
    ['queue', 'queueTimeout (250 ms)'],
    ['total', 'timeout (250 ms)'],
  ])('names the option and the limit of phase %s', (phase, words) => {
    const error = timeoutFailure(phase, 250, request);
    expect(error).toMatchObject({ name: 'TimeoutError', phase, code: `ERR_TIMEOUT_${phase.toUpperCase()}`, request });
    expect(error.message).toContain(words);
  });

  it('says that a read timeout came after the head', () => {
    expect(timeoutFailure('read', 250, request, response).message).toContain('after the head (status 200)');
  });
});

describe('withRequest', () => {
  it.each([
    connectFailure(system('ECONNREFUSED'), place),
    connectFailure(system('ETIMEDOUT'), place),
    connectTimeoutFailure(100, place),
  ])('gives the error of a dial its request, in a copy: %s', (error) => {
    const mine = withRequest(error, request);
    expect(mine).not.toBe(error);
    expect(mine).toMatchObject({ name: error.name, code: error.code, request });
    expect(mine.cause).toBe(error.cause);
    expect(mine.message).toBe(`GET http://example.test:8080/a: ${error.message}`);
    expect(error.request).toBeUndefined();
  });

  it('leaves an error that has a request, and one that is not ours', () => {
    const one = new TransferError('no', { request });
    const other = new Error('no');
    expect([withRequest(one, request), withRequest(other, request)]).toEqual([one, other]);
  });
});

describe('connectFailure', () => {
  it.each<[string, string, string]>([
    ['ERR_TLS_INVALID_PROTOCOL_VERSION', 'RequestError', 'ERR_TLS_OPTIONS'],
    ['ETIMEDOUT', 'TimeoutError', 'ERR_TIMEOUT_CONNECT'],
    ['ECONNREFUSED', 'ConnectError', 'ERR_CONNECT_REFUSED'],
  ])('makes of %s a %s with %s, and of no request yet', (code, name, ours) => {
    const error = connectFailure(system(code), place);
    expect([error.name, error.code, error.request]).toEqual([name, ours, undefined]);
  });

  it('leaves an error of ours as it is', () => {
    const ours = new ConnectError('blocked');
    expect(connectFailure(ours, place)).toBe(ours);
  });
});
