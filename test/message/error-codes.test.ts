import dns from 'node:dns';
import os from 'node:os';
import undici from 'undici';
import { describe, expect, it } from 'vitest';
import { classifyCode, codeOf, positiveErrno } from '../../src/message/error-codes.ts';

/** Every code that undici's own error classes carry. */
function undiciCodes(): string[] {
  const codes: string[] = [];
  for (const Class of Object.values(undici.errors) as unknown as (new (
    ...args: unknown[]
  ) => { code?: string })[]) {
    const made = new Class('x', 500, { headers: {}, body: '' });
    if (typeof made.code === 'string') codes.push(made.code);
  }
  return codes;
}

/** Reasons for which OpenSSL refuses a certificate, as Node reports them (crypto/crypto_common.cc). */
const X509 =
  'UNABLE_TO_GET_ISSUER_CERT UNABLE_TO_GET_CRL UNABLE_TO_DECRYPT_CERT_SIGNATURE UNABLE_TO_DECRYPT_CRL_SIGNATURE UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY CERT_SIGNATURE_FAILURE CRL_SIGNATURE_FAILURE CERT_NOT_YET_VALID CERT_HAS_EXPIRED CRL_NOT_YET_VALID CRL_HAS_EXPIRED ERROR_IN_CERT_NOT_BEFORE_FIELD ERROR_IN_CERT_NOT_AFTER_FIELD ERROR_IN_CRL_LAST_UPDATE_FIELD ERROR_IN_CRL_NEXT_UPDATE_FIELD OUT_OF_MEM DEPTH_ZERO_SELF_SIGNED_CERT SELF_SIGNED_CERT_IN_CHAIN UNABLE_TO_GET_ISSUER_CERT_LOCALLY UNABLE_TO_VERIFY_LEAF_SIGNATURE CERT_CHAIN_TOO_LONG CERT_REVOKED INVALID_CA PATH_LENGTH_EXCEEDED INVALID_PURPOSE CERT_UNTRUSTED CERT_REJECTED HOSTNAME_MISMATCH';

describe('the table of codes', () => {
  it.each(undiciCodes())("maps undici's %s", (code) => {
    expect(classifyCode(code)).toBeDefined();
  });

  it.each(Object.keys(os.constants.errno))("maps the system's %s", (code) => {
    expect(classifyCode(code)).toBeDefined();
  });

  it.each(
    Object.entries(dns).flatMap(([name, value]) => (/^[A-Z]+$/.test(name) && typeof value === 'string' ? [value] : [])),
  )("maps the resolver's %s", (code) => {
    expect(classifyCode(code)).toBeDefined();
  });

  it.each(['EAI_AGAIN', 'EAI_FAIL', 'EAI_NONAME', 'EAI_MEMORY', 'ENOTFOUND'])('takes %s for a DNS failure', (code) => {
    expect(classifyCode(code)).toMatchObject({ kind: 'connect', code: 'ERR_DNS' });
  });

  it.each(X509.split(' '))("maps OpenSSL's %s to a ConnectError with a code of its own", (code) => {
    expect(classifyCode(code)).toMatchObject({ kind: 'connect', code: expect.stringMatching(/^ERR_TLS_/) });
  });

  it.each([
    ['ECONNREFUSED', 'connect', 'ERR_CONNECT_REFUSED'],
    ['EHOSTUNREACH', 'connect', 'ERR_UNREACHABLE'],
    ['EADDRNOTAVAIL', 'connect', 'ERR_LOCAL_ADDRESS'],
    ['ENOENT', 'connect', 'ERR_SOCKET_PATH'],
    ['EMFILE', 'connect', 'ERR_RESOURCES'],
    ['ETIMEDOUT', 'timeout', 'ERR_TIMEOUT_CONNECT'],
    ['ECONNRESET', 'network', 'ERR_RESET'],
    ['EPIPE', 'network', 'ERR_SEND'],
    ['HPE_INVALID_HEADER_TOKEN', 'network', 'ERR_PROTOCOL'],
    ['HPE_HEADER_OVERFLOW', 'network', 'ERR_HEADERS_TOO_LARGE'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'connect', 'ERR_TLS_PROTOCOL'],
    ['ERR_OSSL_X509_KEY_VALUES_MISMATCH', 'request', 'ERR_TLS_OPTIONS'],
    ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'body', 'ERR_BODY_TRUNCATED'],
    ['ERR_HTTP2_STREAM_ERROR', 'network', 'ERR_RESET'],
    ['ERR_HTTP2_SESSION_ERROR', 'network', 'ERR_RESET'],
    ['ERR_HTTP2_STREAM_CANCEL', 'network', 'ERR_RESET'],
    ['ERR_HTTP2_GOAWAY_SESSION', 'network', 'ERR_RESET'],
    ['ERR_HTTP2_INVALID_SESSION', 'network', 'ERR_RESET'],
    ['ERR_HTTP2_ERROR', 'network', 'ERR_PROTOCOL'],
    ['ERR_HTTP2_HEADER_SINGLE_VALUE', 'request', 'ERR_REQUEST'],
    ['ERR_HTTP2_INVALID_CONNECTION_HEADERS', 'request', 'ERR_REQUEST'],
    ['ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL', 'connect', 'ERR_ALPN'],
  ])('tells what %s means', (code, kind, ours) => {
    expect(classifyCode(code)).toMatchObject({ kind, code: ours });
  });

  it('does not invent a meaning for a code that no table lists', () => {
    expect(classifyCode('SOMETHING_ELSE')).toBeUndefined();
  });

  it('finds the code in the causes and among several addresses', () => {
    const refused = Object.assign(new Error('x'), { code: 'ECONNREFUSED' });
    expect(codeOf(new TypeError('fetch failed', { cause: refused }))).toBe('ECONNREFUSED');
    expect(codeOf(new AggregateError([new Error('y'), refused]))).toBe('ECONNREFUSED');
    expect(codeOf(new Error('plain'))).toBeUndefined();
  });

  it('turns a code into a positive number', () => {
    expect(positiveErrno({ code: 'ECONNREFUSED' })).toBe(os.constants.errno.ECONNREFUSED);
    expect(positiveErrno({ code: 'CERT_HAS_EXPIRED' })).toBeUndefined();
  });
});
