/**
 * What a fetch says of a failure, where it has no code that the table of codes knows: Deno has words alone, Bun names of its
 * own.
 */
import { codeOf } from '../../message/error-codes.ts';

const BUN: Readonly<Record<string, string>> = {
  InvalidContentLength: 'HPE_INVALID_CONTENT_LENGTH',
  Malformed_HTTP_Response: 'HPE_INVALID',
  InvalidHTTPResponse: 'HPE_INVALID',
  HTTP3HandshakeFailed: 'EPROTO',
  HTTP3Unsupported: 'EPROTO',
};

/** Bun's, for whatever a proxy answers to CONNECT. */
const TUNNEL = /^Proxy refused to open a tunnel/;

const WORDS: readonly (readonly [words: RegExp, code: string])[] = [
  [/\(os error 111\)|connection refused/i, 'ECONNREFUSED'],
  [/\(os error 104\)|connection reset/i, 'ECONNRESET'],
  [/dns error/i, 'ENOTFOUND'],
  [/connection closed before message completed/i, 'UND_ERR_SOCKET'],
  [/\(os error 2\)/, 'ENOENT'],
  [/proxy authentication required/i, 'ERR_PROXY_AUTH'],
  [TUNNEL, 'ERR_PROXY_TUNNEL'],
  [/invalid peer certificate: (?:UnknownIssuer|BadSignature)/, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  [/invalid peer certificate: .*not valid for/, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  [/invalid peer certificate: .*expired/i, 'CERT_HAS_EXPIRED'],
  [/invalid peer certificate: .*not valid yet/i, 'CERT_NOT_YET_VALID'],
  [/invalid peer certificate/, 'CERT_REJECTED'],
  [/received fatal alert: NoApplicationProtocol/, 'ERR_SSL_NO_APPLICATION_PROTOCOL'],
  [/invalid (?:HTTP|content-length|header)\b.*parsed/i, 'HPE_INVALID'],
];

/**
 * The failure as the table of codes can read it. A fetch of the web says no more than `TypeError: Failed to fetch`, which is
 * no programmer's mistake.
 */
export function toldBy(cause: unknown): unknown {
  if (!(cause instanceof TypeError || isOfTunnel(cause)) || codeOf(cause) !== undefined) return cause;
  const told = new Error(cause.message, { cause: cause.cause ?? cause });
  const code = codeOfWords(cause);
  return code === undefined ? told : Object.assign(told, { code });
}

function isOfTunnel(cause: unknown): cause is Error {
  return cause instanceof Error && TUNNEL.test(cause.message);
}

/** The code of the table that says the same; `undefined` when no word says anything. */
function codeOfWords(cause: Error): string | undefined {
  const { code } = cause as { code?: unknown };
  if (typeof code === 'string' && Object.hasOwn(BUN, code)) return BUN[code];
  const inner = cause.cause instanceof Error ? cause.cause.message : '';
  return WORDS.find(([words]) => words.test(`${cause.message} ${inner}`))?.[1];
}
