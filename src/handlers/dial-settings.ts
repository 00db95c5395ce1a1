/** What a connection is made with: the transport options of a request, read once, and the key that says who may share it. */
import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { type Clock, systemClock } from '../clock.ts';
import { milliseconds } from '../duration.ts';
import type { Lookup, RequestOptions } from '../options.ts';
import { tlsSettings } from './tls-settings.ts';

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
  readonly family: 0 | 4 | 6;
  readonly lookup?: Lookup;
  readonly localAddress?: string;
  readonly socketPath?: string;
  readonly keepAlive: boolean;
  /** Bytes of the response head. */
  readonly maxHeaderSize: number;
}

const CONNECT_TIMEOUT = 10_000;
const MAX_HEADER_SIZE = 16_384;
/** What a parser can count to: no limit. */
const UNLIMITED_HEADER_SIZE = 2_147_483_647;

const defaults: DialSettings = Object.freeze({
  key: '',
  connectTimeout: CONNECT_TIMEOUT,
  clock: systemClock,
  tls: tlsSettings({}).connection,
  family: 0,
  keepAlive: true,
  maxHeaderSize: MAX_HEADER_SIZE,
});

/**
 * Reads the transport options. One shared object when none is set.
 * @throws TypeError for a duration or a local address that is none, RequestError (`ERR_TLS_OPTIONS`) for a certificate or key that cannot
 * be read or used
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
  const family = options.forceIpResolve === 'v4' ? 4 : options.forceIpResolve === 'v6' ? 6 : 0;
  const keepAlive = options.keepAlive !== false && options.keepAlive !== null;
  const maxHeaderSize = headerLimit(options.maxHeaderSize);
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
  ];
  return {
    key: JSON.stringify(parts),
    connectTimeout,
    clock,
    tls: tls.connection,
    family,
    ...(lookup === undefined ? undefined : { lookup }),
    ...(localAddress === undefined ? undefined : { localAddress }),
    ...(socketPath === undefined ? undefined : { socketPath }),
    keepAlive,
    maxHeaderSize,
  };
}

function isDefault(options: RequestOptions): boolean {
  return (
    options.connectTimeout === undefined &&
    (options.keepAlive === undefined || options.keepAlive === true) &&
    (options.verify === undefined || options.verify === true) &&
    (options.clock === undefined || options.clock === systemClock) &&
    options.maxHeaderSize === undefined &&
    !options.ca &&
    !options.cert &&
    !options.sslKey &&
    !options.tls &&
    !options.forceIpResolve &&
    !options.lookup &&
    !options.localAddress &&
    !options.socketPath
  );
}

function headerLimit(given: RequestOptions['maxHeaderSize']): number {
  if (given === undefined) return MAX_HEADER_SIZE;
  return given ? Math.min(given, UNLIMITED_HEADER_SIZE) : UNLIMITED_HEADER_SIZE;
}

const identities = new WeakMap<object, number>();
let lastIdentity = 0;

function identity(value: object): number {
  const known = identities.get(value);
  if (known !== undefined) return known;
  lastIdentity += 1;
  identities.set(value, lastIdentity);
  return lastIdentity;
}
