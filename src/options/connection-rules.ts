/** The rules of what is asked of a connection, and so of no browser: there whoever sends refuses it by its name. */
import type { HeadersInit, HttpHeaders } from '../message/headers.ts';
import { sentTrailers, type TrailersInit } from '../message/trailers.ts';
import {
  isConnections,
  isFilled,
  isFunction,
  isPem,
  isPemPair,
  isRecord,
  isSocketPath,
  isText,
} from './option-values.ts';
import { bytes, callback, duration, filledText, oneOf, type Rule } from './rule.ts';
import { wrongOption } from './wrong-option.ts';

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
    nested: ['allow', 'deny'],
    settings: (lists: object) => checkEntries('denyPrivateNetwork', lists, isTextList, 'a list of texts'),
  },
  proxy: {
    expected: 'a proxy URL, { http, https, no } or false',
    accepts: (v) => isText(v) || isRecord(v),
    off: false,
    nested: ['http', 'https', 'no'],
    settings: checkProxies,
  },
  verify: { expected: 'a boolean, or the path of a CA bundle', accepts: (v) => v === true || isFilled(v), off: false },
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
    settings: checkTls,
  },
  forceIpResolve: { ...oneOf('v4', 'v6'), off: undefined },
  lookup: callback,
  localAddress: filledText,
  socketPath: { ...filledText, expected: 'a path that is not empty, without NUL', accepts: isSocketPath },
};

const TLS_VERSIONS = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];
const isTextList = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
const isProxyUrl = (value: unknown): boolean => value === false || isText(value) || value instanceof URL;
const isExceptions = (value: unknown): boolean => value === false || isText(value) || isTextList(value);

/** What the texts mean is read when something is dialled; here a value of another kind is told before anything is sent. */
function checkProxies(proxies: object): void {
  const { no, ...urls } = proxies as { no?: unknown };
  checkEntries('proxy', urls, isProxyUrl, 'a proxy URL or false');
  checkEntries('proxy', { no }, isExceptions, 'text or a list of texts');
}

function checkTls(settings: object): void {
  const { minVersion, maxVersion, servername, ciphers, alpn, pfx } = settings as Record<string, unknown>;
  const isVersion = (value: unknown) => TLS_VERSIONS.includes(value as string);
  checkEntries('tls', { minVersion, maxVersion }, isVersion, TLS_VERSIONS.join(', '));
  checkEntries('tls', { servername, ciphers }, isText, 'text');
  checkEntries('tls', { alpn }, isTextList, 'a list of texts');
  checkEntries('tls', { pfx }, isPemPair, 'bytes, a path, or [value, passphrase]');
  const least = TLS_VERSIONS.indexOf((minVersion as string | undefined) ?? 'TLSv1.2');
  if (maxVersion && TLS_VERSIONS.indexOf(maxVersion as string) < least) {
    throw new TypeError(
      `option tls.maxVersion must not be below minVersion (${TLS_VERSIONS[least]}), got ${maxVersion}`,
    );
  }
}

/** @throws TypeError naming the entry. What is `undefined` or `null` is not given. */
function checkEntries(option: string, record: object, accepts: (value: unknown) => boolean, expected: string): void {
  for (const [name, value] of Object.entries(record)) {
    if (value === undefined || value === null || accepts(value)) continue;
    throw wrongOption(`${option}.${name}`, expected, value);
  }
}

/** @throws TypeError for fields that cannot stand behind a body (RFC 9110 section 6.5.1) */
function checkedTrailers(given: HeadersInit): HttpHeaders {
  try {
    return sentTrailers(given);
  } catch (error) {
    throw new TypeError(`option trailers: ${(error as Error).message}`);
  }
}
