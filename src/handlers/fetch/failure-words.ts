/**
 * Finds out why a runtime's fetch has failed. The fetch standard has only a `TypeError` for that: Node puts a system error
 * with its code into `cause`, Bun has names of its own, and Deno has words alone. They are turned into codes that
 * `message/error-codes.ts` knows, so that a refused connection is the same error on every runtime.
 */
import { codeOf } from '../../message/error-codes.ts';

const BUN: Readonly<Record<string, string>> = {
  InvalidContentLength: 'HPE_INVALID_CONTENT_LENGTH',
  Malformed_HTTP_Response: 'HPE_INVALID',
  InvalidHTTPResponse: 'HPE_INVALID',
  HTTP3HandshakeFailed: 'EPROTO',
  HTTP3Unsupported: 'EPROTO',
};

/** Bun's message for whatever a proxy answers to CONNECT. */
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
 * The failure as an `Error` with a code, where one can be told. A `TypeError` becomes a plain error even without a code:
 * from fetch it means a failure of the network ("Failed to fetch"), while `connect/failure.ts` hands a `TypeError` on as it
 * is, as a mistake of the programmer.
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

/** The code that means the same; `undefined` when neither the name nor the words are known. */
function codeOfWords(cause: Error): string | undefined {
  const { code } = cause as { code?: unknown };
  if (typeof code === 'string' && Object.hasOwn(BUN, code)) return BUN[code];
  const inner = cause.cause instanceof Error ? cause.cause.message : '';
  return WORDS.find(([words]) => words.test(`${cause.message} ${inner}`))?.[1];
}
