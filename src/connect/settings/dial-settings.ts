/**
 * What a connection is made with: the transport options of a request, read once, and the key that says which requests may
 * share it. Every transport with connections of its own keeps them by this key and the origin.
 */
import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { bareRecord } from '../../options/option-record.ts';
import type { Lookup, RequestOptions } from '../../options/options.ts';
import { type Clock, systemClock } from '../../time/clock.ts';
import { milliseconds } from '../../time/duration.ts';
import { type AddressPolicy, addressPolicy } from '../rules/address-policy.ts';
import { environmentRules, type ProxyRules, proxyRules } from '../rules/proxy-policy.ts';
import type { ProxyServer } from '../rules/proxy-url.ts';
import { tlsSettings } from './tls-settings.ts';

/** Where a connection leads to. */
export interface DialTarget {
  /** `https:` and `wss:` are spoken over TLS, anything else in plain text. */
  readonly protocol: string;
  /** An IPv6 address without its brackets. */
  readonly hostname: string;
  readonly port: number;
  /** The name to ask the server for and to check its certificate against, instead of `hostname`. */
  readonly servername?: string | undefined;
}

export interface DialSettings {
  /**
   * Two requests may share connections exactly when their keys are equal. What is in it of certificates and keys is
   * hashed. Time limits are part of it, because a transport that dials for several requests has to pick one.
   */
  readonly key: string;
  /** Milliseconds for DNS, TCP and TLS together; 0 is no limit. */
  readonly connectTimeout: number;
  readonly clock: Clock;
  readonly tls: ConnectionOptions;
  /** For an `https:` proxy: trust as for servers, without our certificate and what else is meant for one server. */
  readonly proxyTls: ConnectionOptions;
  /** Which proxy an origin is reached through. */
  readonly proxy: ProxyRules;
  /** The HTTP proxy whose connections carry plain http as it is, once that is decided; otherwise there is a tunnel. */
  readonly forwarder?: ProxyServer | undefined;
  /** No proxy may carry these requests without a tunnel. */
  readonly tunnels?: boolean;
  /** Which addresses may be dialled. Absent: all. */
  readonly addressPolicy?: AddressPolicy;
  readonly family: 0 | 4 | 6;
  readonly lookup?: Lookup;
  readonly localAddress?: string;
  readonly socketPath?: string;
  readonly keepAlive: boolean;
  /** Milliseconds that a connection is kept idle; 0 is no limit. Absent: what the transport does by itself. */
  readonly idleTimeout?: number;
  /** Milliseconds after which a connection carries no new request. Absent: no limit. */
  readonly maxLifetime?: number;
  /** Bytes of the response head. */
  readonly maxHeaderSize: number;
  /** When its files were looked at last, on its clock. Absent where no option names a file. */
  readonly looked?: { at: number };
}

const CONNECT_TIMEOUT = 10_000;
const MAX_HEADER_SIZE = 16_384;
/** The largest number that the parsers of HTTP take; stands for no limit. */
const UNLIMITED_HEADER_SIZE = 2_147_483_647;

const defaults: DialSettings = Object.freeze(
  bareRecord<DialSettings>({
    key: '',
    connectTimeout: CONNECT_TIMEOUT,
    clock: systemClock,
    tls: tlsSettings({}).connection,
    proxyTls: tlsSettings({}).connection,
    proxy: environmentRules,
    family: 0,
    keepAlive: true,
    maxHeaderSize: MAX_HEADER_SIZE,
  }),
);

/**
 * Reads the transport options. One shared object when none is set.
 * @throws TypeError for an invalid duration, local address, proxy or network, RequestError (`ERR_TLS_OPTIONS`) for a
 * certificate or key that cannot be read or used
 */
export function dialSettings(options: RequestOptions): DialSettings {
  if (isDefault(options)) return defaults;
  const connectTimeout =
    options.connectTimeout === undefined ? CONNECT_TIMEOUT : milliseconds(options.connectTimeout, 'connectTimeout');
  const tls = tlsSettings(options);
  const clock = options.clock ?? systemClock;
  const lookup = options.lookup || undefined;
  const localAddress = options.localAddress || undefined;
  if (localAddress !== undefined && isIP(localAddress) === 0) {
    throw new TypeError(`localAddress must be an IP address of this machine, got ${JSON.stringify(localAddress)}`);
  }
  const socketPath = options.socketPath || undefined;
  const proxy = proxyRules(socketPath === undefined ? options.proxy : proxyOfSocket(options.proxy));
  const policy = policyOf(options.denyPrivateNetwork);
  const family = familyOf(options.forceIpResolve);
  const keepAlive = options.keepAlive !== false && options.keepAlive !== null;
  const idleTimeout = options.idleTimeout === undefined ? undefined : milliseconds(options.idleTimeout, 'idleTimeout');
  const maxLifetime = milliseconds(options.maxLifetime, 'maxLifetime') || undefined;
  const maxHeaderSize = headerLimit(options.maxHeaderSize);
  // Everything that changes how a connection is made or who may use it. A new transport option must be added here: one
  // that is missing lets requests share a connection that was made for other settings.
  const parts = [
    connectTimeout,
    clock === systemClock ? 0 : identity(clock),
    lookup === undefined ? 0 : identity(lookup),
    family,
    keepAlive,
    maxHeaderSize,
    tls.hash,
    localAddress,
    socketPath,
    proxy.key,
    policy?.key,
    idleTimeout,
    maxLifetime,
  ];
  return bareRecord({
    key: JSON.stringify(parts),
    connectTimeout,
    clock,
    tls: tls.connection,
    proxyTls: tlsSettings(bareRecord({ verify: options.verify, ca: options.ca })).connection,
    proxy,
    family,
    ...(lookup === undefined ? undefined : { lookup }),
    ...(localAddress === undefined ? undefined : { localAddress }),
    ...(socketPath === undefined ? undefined : { socketPath }),
    ...(policy === undefined ? undefined : { addressPolicy: policy }),
    ...(idleTimeout === undefined ? undefined : { idleTimeout }),
    ...(maxLifetime === undefined ? undefined : { maxLifetime }),
    keepAlive,
    maxHeaderSize,
    ...(namesFile(options) ? { looked: { at: clock.now() } } : undefined),
  });
}

/** Milliseconds between two looks at files: certificates are renewed while a service runs, and new connections take them. */
const LOOK_AGAIN = 1000;

/**
 * The settings of the same options now, which are others when a file that they name has changed. While the files cannot be
 * used, as a new certificate whose key is not there yet, the settings of before stay.
 */
export function currentSettings(settings: DialSettings, options: RequestOptions): DialSettings {
  const { looked, clock } = settings;
  if (looked === undefined || clock.now() - looked.at < LOOK_AGAIN) return settings;
  looked.at = clock.now();
  try {
    return dialSettings(options);
  } catch {
    return settings;
  }
}

/** Whether any certificate or key comes from a file, which then has to be looked at again. */
function namesFile({ verify, ca, cert, sslKey, tls }: RequestOptions): boolean {
  const authorities = Array.isArray(ca) ? ca : [ca];
  const own = [cert, sslKey, (tls || undefined)?.pfx].map((one) => (Array.isArray(one) ? one[0] : one));
  return typeof verify === 'string' || [...authorities, ...own].some((one) => isPath(one));
}

function isPath(one: unknown): boolean {
  return typeof one === 'string' && !one.includes('-----BEGIN');
}

function familyOf(given: RequestOptions['forceIpResolve']): 0 | 4 | 6 {
  if (!given) return 0;
  if (given === 'v4' || given === 'v6') return given === 'v4' ? 4 : 6;
  throw new TypeError(`option forceIpResolve must be 'v4' or 'v6', got ${JSON.stringify(given)}`);
}

/** A copy with the changes over it. A plain spread would read what is not set from `Object.prototype`. */
export function changedSettings(settings: DialSettings, changes: Partial<DialSettings>): DialSettings {
  return bareRecord({ ...settings, ...changes });
}

/** Whether no option that is read here has another value than its default. */
function isDefault(options: RequestOptions): boolean {
  return (
    options.connectTimeout === undefined &&
    (options.keepAlive === undefined || options.keepAlive === true) &&
    (options.verify === undefined || options.verify === true) &&
    (options.clock === undefined || options.clock === systemClock) &&
    options.maxHeaderSize === undefined &&
    options.idleTimeout === undefined &&
    !options.maxLifetime &&
    !options.ca &&
    !options.cert &&
    !options.sslKey &&
    !options.tls &&
    !options.forceIpResolve &&
    !options.lookup &&
    !options.localAddress &&
    !options.socketPath &&
    options.proxy === undefined &&
    !options.denyPrivateNetwork
  );
}

/** A path is dialled as it is: no proxy leads there. */
function proxyOfSocket(proxy: RequestOptions['proxy']): false {
  if (!proxy) return false;
  throw new TypeError(
    'options proxy and socketPath exclude each other: no proxy can reach a unix socket; set one to false',
  );
}

function policyOf(option: RequestOptions['denyPrivateNetwork']): AddressPolicy | undefined {
  return option ? addressPolicy(option) : undefined;
}

/** `false`, `null` and `0` switch the limit off; the parser needs a number all the same. */
function headerLimit(given: RequestOptions['maxHeaderSize']): number {
  if (given === undefined) return MAX_HEADER_SIZE;
  return given ? Math.min(given, UNLIMITED_HEADER_SIZE) : UNLIMITED_HEADER_SIZE;
}

/**
 * Functions and clocks cannot be compared by value: each object gets a number, and two settings share connections when
 * both hold the same object.
 */
const identities = new WeakMap<object, number>();
let lastIdentity = 0;

function identity(value: object): number {
  const known = identities.get(value);
  if (known !== undefined) return known;
  lastIdentity += 1;
  identities.set(value, lastIdentity);
  return lastIdentity;
}
