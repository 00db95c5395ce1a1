/** The rules of what is asked of a connection, and so of no browser: there whoever sends refuses it by its name. */
import type { HeadersInit, HttpHeaders } from '../message/headers.ts';
import { sentTrailers, type TrailersInit } from '../message/trailers.ts';
import { isConnections, isFunction, isPem, isPemPair, isRecord, isText } from './option-values.ts';
import { bytes, callback, duration, oneOf, type Rule, text } from './rule.ts';

/** Options that need sockets of our own. */
type Name =
  | 'queueTimeout'
  | 'connections'
  | 'idleTimeout'
  | 'maxLifetime'
  | 'maxHeaderSize'
  | 'trailers'
  | 'onInformation'
  | 'denyPrivateNetwork'
  | 'proxy'
  | 'verify'
  | 'ca'
  | 'cert'
  | 'sslKey'
  | 'tls'
  | 'forceIpResolve'
  | 'lookup'
  | 'localAddress'
  | 'socketPath';

/** Their rules, apart, so that the builds for browsers can leave them out. */
export const connectionRules: Readonly<Record<Name, Rule>> = {
  queueTimeout: duration,
  connections: {
    expected: 'a whole number above 0, or { perOrigin, total } of such',
    accepts: isConnections,
    off: undefined,
    nested: ['perOrigin', 'total'],
  },
  idleTimeout: duration,
  maxLifetime: duration,
  maxHeaderSize: bytes,
  trailers: {
    expected: 'a record or a function',
    accepts: (value) => isFunction(value) || typeof value === 'object',
    off: undefined,
    read: (value: TrailersInit) => (typeof value === 'function' ? value : checkedTrailers(value)),
  },
  onInformation: callback,
  denyPrivateNetwork: {
    expected: 'a boolean or { allow, deny }',
    accepts: (v) => v === true || isRecord(v),
    off: false,
    isData: true,
  },
  proxy: {
    expected: 'a proxy URL, { http, https, no } or false',
    accepts: (v) => isText(v) || isRecord(v),
    off: false,
    isData: true,
  },
  verify: { expected: 'a boolean, or the path of a CA bundle', accepts: (v) => v === true || isText(v), off: false },
  ca: {
    expected: 'PEM text, bytes, a path, or a list of them',
    accepts: (v) => isPem(v) || (Array.isArray(v) && v.every(isPem)),
    off: undefined,
    isData: true,
  },
  cert: {
    expected: 'PEM text, bytes, a path, or [value, passphrase]',
    accepts: isPemPair,
    off: undefined,
    isData: true,
  },
  sslKey: {
    expected: 'PEM text, bytes, a path, or [value, passphrase]',
    accepts: isPemPair,
    off: undefined,
    isData: true,
  },
  tls: {
    expected: 'a record of TLS settings',
    accepts: isRecord,
    off: undefined,
    nested: ['servername', 'minVersion', 'maxVersion', 'ciphers', 'alpn', 'pfx'],
  },
  forceIpResolve: { ...oneOf('v4', 'v6'), off: undefined },
  lookup: callback,
  localAddress: text,
  socketPath: text,
};

/** @throws TypeError for fields that cannot stand behind a body (RFC 9110 section 6.5.1) */
function checkedTrailers(given: HeadersInit): HttpHeaders {
  try {
    return sentTrailers(given);
  } catch (error) {
    throw new TypeError(`option trailers: ${(error as Error).message}`);
  }
}
