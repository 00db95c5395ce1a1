/**
 * The one table from the codes of Node, undici and fetch to ours. A test lists every code those can give and fails on
 * one that is missing here.
 */

import { builtin } from '../runtime/platform.ts';
import { own } from './own.ts';

/** Which class of `errors.ts` a failure belongs to. */
export type ErrorKind = 'request' | 'network' | 'connect' | 'timeout' | 'body' | 'aborted';

export interface Classified {
  readonly kind: ErrorKind;
  readonly code: string;
  /** What happened, in words that end an error message. */
  readonly fact: string;
  readonly phase?: 'connect' | 'headers' | 'read';
}

// What an error can mean: kind, our code, and the words for the message. `groups` lists the codes of others that mean
// it.
const refused = entry('connect', 'ERR_CONNECT_REFUSED', 'the connection was refused; is the server listening there?');
const unreachable = entry('connect', 'ERR_UNREACHABLE', 'the host cannot be reached');
const dns = entry('connect', 'ERR_DNS', 'the host name could not be resolved');
const local = entry('connect', 'ERR_LOCAL_ADDRESS', 'the local address or port cannot be used; see localAddress');
const path = entry('connect', 'ERR_SOCKET_PATH', 'the socket path cannot be opened; see socketPath');
const resources = entry('connect', 'ERR_RESOURCES', 'the system has no more files, sockets or memory');
const slow = { ...entry('timeout', 'ERR_TIMEOUT_CONNECT', 'the connection timed out'), phase: 'connect' as const };
const reset = entry('network', 'ERR_RESET', 'the connection was reset before a response came');
const closed = entry('network', 'ERR_CLOSED', 'the server closed the connection before a response came');
const sending = entry('network', 'ERR_SEND', 'the connection broke before the request was sent in full');
const garbage = entry('network', 'ERR_PROTOCOL', 'the response does not follow HTTP (RFC 9112)');
const heads = entry('network', 'ERR_HEADERS_TOO_LARGE', 'the response head is larger than maxHeaderSize');
const truncated = entry('body', 'ERR_BODY_TRUNCATED', 'the body ended before it was complete');
const unsendable = entry('request', 'ERR_REQUEST', 'the request cannot be sent like this');
const bodyLength = entry('request', 'ERR_BODY_LENGTH', 'the body is not as long as its Content-Length says');
const shut = entry('request', 'ERR_CLIENT_CLOSED', 'the client is closed');
const network = entry('network', 'ERR_NETWORK', 'the network failed');
const aborted = entry('aborted', 'ERR_ABORTED', 'the request was aborted');
const tlsUntrusted = entry(
  'connect',
  'ERR_TLS_UNTRUSTED',
  'the certificate is signed by nobody we trust; give its issuer with the ca option',
);
const tlsSelf = entry(
  'connect',
  'ERR_TLS_SELF_SIGNED',
  'the certificate is self-signed; give it with the ca option to trust it',
);
const tlsExpired = entry('connect', 'ERR_TLS_EXPIRED', 'the certificate has expired; the server needs a new one');
const tlsEarly = entry('connect', 'ERR_TLS_NOT_YET_VALID', 'the certificate is not valid yet; check the clocks');
const tlsHost = entry(
  'connect',
  'ERR_TLS_HOST',
  'the certificate is for another host name; check the URL or tls.servername',
);
const tlsRevoked = entry('connect', 'ERR_TLS_REVOKED', 'the certificate was revoked');
const tlsInvalid = entry('connect', 'ERR_TLS_CERTIFICATE', 'the certificate or its chain is invalid');
const tlsClient = entry(
  'connect',
  'ERR_TLS_CLIENT_CERTIFICATE',
  'the server refused or misses our certificate; see cert and sslKey',
);
const tlsProtocol = entry(
  'connect',
  'ERR_TLS_PROTOCOL',
  'the TLS handshake failed; is this an https port, and do versions and ciphers match?',
);
const alpn = entry('connect', 'ERR_ALPN', "the server does not offer HTTP/2; version 'auto' takes HTTP/1.1 then");
const tlsSettings = entry('request', 'ERR_TLS_OPTIONS', 'the TLS options cannot be used; see ca, cert, sslKey and tls');

/** Each meaning with the codes that have it, separated by spaces. A code stands in one group alone. */
const groups: readonly (readonly [Classified, string])[] = [
  [refused, 'ECONNREFUSED'],
  [unreachable, 'EHOSTUNREACH ENETUNREACH EHOSTDOWN ENETDOWN ENONET EADDRNOTREACHABLE'],
  [
    dns,
    'ENOTFOUND EAI_AGAIN EAI_FAIL EAI_NODATA EAI_NONAME EAI_MEMORY EAI_SERVICE EAI_FAMILY EAI_BADFLAGS EAI_BADHINTS EAI_CANCELED EAI_OVERFLOW EAI_PROTOCOL EAI_SOCKTYPE EAI_ADDRFAMILY',
  ],
  [
    dns,
    'ENODATA EFORMERR ESERVFAIL ENOTIMP EREFUSED EBADQUERY EBADNAME EBADFAMILY EBADRESP EBADSTR EBADFLAGS ENONAME EBADHINTS ENOTINITIALIZED ELOADIPHLPAPI EADDRGETNETWORKPARAMS EDESTRUCTION ECANCELLED ETIMEOUT EFILE ENOMEMDNS',
  ],
  [local, 'EADDRNOTAVAIL EADDRINUSE EAFNOSUPPORT'],
  [path, 'ENOENT EACCES EPERM ENOTSOCK ENOTDIR ELOOP ENAMETOOLONG EISDIR'],
  [resources, 'EMFILE ENFILE ENOBUFS ENOMEM EAGAIN EWOULDBLOCK'],
  [slow, 'ETIMEDOUT UND_ERR_CONNECT_TIMEOUT ESOCKETTIMEDOUT ERR_SOCKET_CONNECTION_TIMEOUT'],
  [
    reset,
    'ECONNRESET ECONNABORTED ENOTCONN ENETRESET ESHUTDOWN ERR_STREAM_PREMATURE_CLOSE ERR_STREAM_DESTROYED ERR_SOCKET_CLOSED ERR_SOCKET_CLOSED_BEFORE_CONNECTION',
  ],
  [closed, 'UND_ERR_SOCKET UND_ERR_INFO'],
  [
    reset,
    'ERR_HTTP2_STREAM_ERROR ERR_HTTP2_SESSION_ERROR ERR_HTTP2_STREAM_CANCEL ERR_HTTP2_GOAWAY_SESSION ERR_HTTP2_INVALID_SESSION ERR_HTTP2_INVALID_STREAM ERR_HTTP2_PING_CANCEL ERR_HTTP2_SOCKET_UNBOUND ERR_HTTP2_OUT_OF_STREAMS ERR_HTTP2_SETTINGS_CANCEL',
  ],
  [sending, 'EPIPE'],
  [garbage, 'UND_ERR_RESPONSE HPE_INVALID UND_ERR'],
  [garbage, 'ERR_HTTP2_ERROR ERR_HTTP2_TOO_MANY_INVALID_FRAMES ERR_HTTP2_TOO_MANY_CUSTOM_SETTINGS'],
  [heads, 'UND_ERR_HEADERS_OVERFLOW HPE_HEADER_OVERFLOW'],
  [truncated, 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'],
  [entry('body', 'ERR_BODY_TOO_LARGE', 'the body is larger than maxResponseSize'), 'UND_ERR_RES_EXCEEDED_MAX_SIZE'],
  [bodyLength, 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH ERR_HTTP_CONTENT_LENGTH_MISMATCH'],
  [
    unsendable,
    'UND_ERR_INVALID_ARG UND_ERR_INVALID_RETURN_VALUE UND_ERR_NOT_SUPPORTED UND_ERR_REQ_RETRY UND_ERR_MAX_ORIGINS_REACHED UND_ERR_RESPONSE_STATUS_CODE UND_ERR_BPL_MISSING_UPSTREAM UND_MOCK_ERR_MOCK_NOT_MATCHED',
  ],
  [
    unsendable,
    'ERR_INVALID_CHAR ERR_INVALID_HTTP_TOKEN ERR_UNESCAPED_CHARACTERS ERR_HTTP_INVALID_HEADER_VALUE ERR_INVALID_URL ERR_INVALID_PROTOCOL ERR_INVALID_ARG_TYPE ERR_INVALID_ARG_VALUE ERR_SOCKET_BAD_PORT ERR_METHOD_NOT_IMPLEMENTED',
  ],
  [shut, 'UND_ERR_DESTROYED UND_ERR_CLOSED'],
  [aborted, 'UND_ERR_ABORTED UND_ERR_ABORT ABORT_ERR'],
  [
    { ...entry('timeout', 'ERR_TIMEOUT_HEADERS', 'no response head came in time'), phase: 'headers' },
    'UND_ERR_HEADERS_TIMEOUT',
  ],
  [{ ...entry('timeout', 'ERR_TIMEOUT_READ', 'the body stopped arriving'), phase: 'read' }, 'UND_ERR_BODY_TIMEOUT'],
  [
    entry('connect', 'ERR_PROXY', 'the proxy could not be used'),
    'UND_ERR_PRX_TLS UND_ERR_SOCKS5 UND_ERR_SOCKS5_AUTH UND_ERR_SOCKS5_CONNECTION UND_ERR_WS_MESSAGE_SIZE_EXCEEDED',
  ],
  // What Bun's and Deno's fetch say of a proxy, as failure-words.ts reads it.
  [entry('connect', 'ERR_PROXY_AUTH', 'the proxy wants other credentials; give them in its URL'), 'ERR_PROXY_AUTH'],
  [entry('connect', 'ERR_PROXY_REFUSED', 'the proxy refused to lead there'), 'ERR_PROXY_TUNNEL'],
  [
    tlsUntrusted,
    'UNABLE_TO_GET_ISSUER_CERT UNABLE_TO_GET_ISSUER_CERT_LOCALLY UNABLE_TO_VERIFY_LEAF_SIGNATURE CERT_UNTRUSTED UNABLE_TO_GET_CRL UNABLE_TO_GET_CRL_ISSUER',
  ],
  [tlsSelf, 'DEPTH_ZERO_SELF_SIGNED_CERT SELF_SIGNED_CERT_IN_CHAIN'],
  [tlsExpired, 'CERT_HAS_EXPIRED CRL_HAS_EXPIRED'],
  [tlsEarly, 'CERT_NOT_YET_VALID CRL_NOT_YET_VALID'],
  [tlsHost, 'ERR_TLS_CERT_ALTNAME_INVALID ERR_TLS_CERT_ALTNAME_FORMAT HOSTNAME_MISMATCH'],
  [tlsRevoked, 'CERT_REVOKED'],
  [
    tlsInvalid,
    'CERT_REJECTED CERT_SIGNATURE_FAILURE CERT_CHAIN_TOO_LONG INVALID_CA INVALID_PURPOSE PATH_LENGTH_EXCEEDED CRL_SIGNATURE_FAILURE UNABLE_TO_DECRYPT_CERT_SIGNATURE UNABLE_TO_DECRYPT_CRL_SIGNATURE UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY ERROR_IN_CERT_NOT_BEFORE_FIELD ERROR_IN_CERT_NOT_AFTER_FIELD ERROR_IN_CRL_LAST_UPDATE_FIELD ERROR_IN_CRL_NEXT_UPDATE_FIELD OUT_OF_MEM',
  ],
  [
    tlsClient,
    'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE_CERT ERR_SSL_TLSV1_ALERT_UNKNOWN_CA ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_UNKNOWN',
  ],
  [
    alpn,
    'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL ERR_SSL_TLSV13_ALERT_NO_APPLICATION_PROTOCOL ERR_SSL_NO_APPLICATION_PROTOCOL',
  ],
  [
    tlsProtocol,
    'EPROTO ERR_TLS_HANDSHAKE_TIMEOUT ERR_TLS_RENEGOTIATION_DISABLED ERR_TLS_SNI_FROM_SERVER ERR_TLS_ALPN_CALLBACK_INVALID_RESULT',
  ],
  [
    tlsSettings,
    'ERR_TLS_INVALID_PROTOCOL_VERSION ERR_TLS_PROTOCOL_VERSION_CONFLICT ERR_TLS_REQUIRED_SERVER_NAME ERR_TLS_INVALID_CONTEXT ERR_TLS_INVALID_STATE ERR_TLS_DH_PARAM_SIZE ERR_TLS_INVALID_PROTOCOL_METHOD ERR_TLS_PSK_SET_IDENTITY_HINT_FAILED ERR_TLS_ALPN_CALLBACK_WITH_PROTOCOLS',
  ],
];

const table: ReadonlyMap<string, Classified> = new Map(
  groups.flatMap(([classified, codes]) => codes.split(' ').map((code) => [code, classified] as const)),
);

function entry(kind: ErrorKind, code: string, fact: string): Classified {
  return { kind, code, fact };
}

/** What a code means, or `undefined` for one that no table of the runtime lists. */
export function classifyCode(code: string): Classified | undefined {
  const known = table.get(code);
  if (known !== undefined) return known;
  // The parser of Node and undici names each rule that was broken; to a caller they are one thing.
  if (code.startsWith('HPE_')) return garbage;
  // The others of node:http2 are about a head that cannot be, or a call that must not be.
  if (code.startsWith('ERR_HTTP2_')) return unsendable;
  // OpenSSL has over a thousand reasons; those of the local configuration are about keys and certificates we gave.
  if (/^ERR_OSSL_/.test(code)) return tlsSettings;
  if (/^ERR_SSL_.*CERTIFICATE|^ERR_SSL_.*UNKNOWN_CA/.test(code)) return tlsClient;
  if (/^ERR_SSL_/.test(code)) return tlsProtocol;
  if (/^ERR_TLS_/.test(code)) return tlsSettings;
  // Any other number of the system's own (os.constants.errno).
  if (/^E[A-Z0-9]+$/.test(code)) return network;
  return undefined;
}

/** The first code found in an error, its causes and, for several addresses tried, the last of their errors. */
export function codeOf(failure: unknown): string | undefined {
  for (let at = failure, depth = 0; typeof at === 'object' && at !== null && depth < 8; depth += 1) {
    const error: { code?: unknown; errors?: unknown; cause?: unknown; name?: unknown } = at;
    const [code, errors, cause] = [own(error, 'code'), own(error, 'errors'), own(error, 'cause')];
    const { name } = error;
    if (typeof code === 'string' && code !== '' && classifyCode(code) !== undefined) return code;
    if (name === 'HTTPParserError') return 'HPE_INVALID';
    at = Array.isArray(errors) && errors.length > 0 ? errors.at(-1) : cause;
  }
  return undefined;
}

/** Our codes to the system's name for the same thing, for failures whose cause has no number or that have no cause. */
const systemNames: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ETIMEDOUT: 'ERR_TIMEOUT ERR_PROXY_TIMEOUT',
    ECONNRESET: 'ERR_RESET ERR_CLOSED ERR_BODY_TRUNCATED',
    EPIPE: 'ERR_SEND',
    ECONNREFUSED: 'ERR_CONNECT_REFUSED ERR_PROXY',
    EHOSTUNREACH: 'ERR_UNREACHABLE',
    EADDRNOTAVAIL: 'ERR_LOCAL_ADDRESS',
    ENOENT: 'ERR_SOCKET_PATH',
    EACCES: 'ERR_ADDRESS_BLOCKED',
    EPROTO: 'ERR_PROTOCOL ERR_TLS ERR_ALPN ERR_BODY_FRAMING',
    EMSGSIZE: 'ERR_HEADERS_TOO_LARGE',
    ECANCELED: 'ERR_ABORTED',
    ENOTFOUND: 'ERR_DNS',
  }).flatMap(([name, codes]) => codes.split(' ').map((code) => [code, name] as const)),
);

/** Numbers of libuv, for what no system call says; `util.getSystemErrorName` knows them too. */
const uvNumbers: ReadonlyMap<string, number> = new Map([
  ['ENOTFOUND', 3008],
  ['EAI_AGAIN', 3001],
]);

/**
 * The system's positive number for an error, from the code of its cause, else from ours: `err.errno` is negative, and
 * absent on many. `undefined` for what has none, and where there is no Node.
 */
export function positiveErrno(error: unknown, ownCode?: string): number | undefined {
  const { errno } = builtin<typeof import('node:os')>('node:os')?.constants ?? {};
  if (errno === undefined) return undefined;
  const numberOf = (name: string | undefined) =>
    name === undefined ? undefined : ((errno as Record<string, number>)[name] ?? uvNumbers.get(name));
  return numberOf(codeOf(error)) ?? numberOf(ownCode && (systemNames.get(ownCode) ?? systemNames.get(family(ownCode))));
}

/** `ERR_TLS_HOST` is one of `ERR_TLS`. */
function family(code: string): string {
  return code.split('_', 2).join('_');
}
