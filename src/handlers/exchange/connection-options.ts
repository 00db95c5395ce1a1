/**
 * The options that ask something of the connection, for handlers whose connections are somebody else's: fetch, and a
 * dispatcher that the caller gives. An option of these that the user has set is refused by name, never ignored: a request
 * that was meant for a proxy, or for a private certificate authority, must not go out without it.
 */
import type { RequestOptions } from '../../options/options.ts';

/** Each with the values that ask for something; any other value is what happens anyway. */
const OF_CONNECTION: readonly (readonly [keyof RequestOptions, (value: unknown) => boolean])[] = [
  ['proxy', Boolean],
  ['verify', (value) => value === false || value === null || typeof value === 'string'],
  ['ca', Boolean],
  ['cert', Boolean],
  ['sslKey', Boolean],
  ['tls', Boolean],
  ['denyPrivateNetwork', Boolean],
  ['maxHeaderSize', (value) => Boolean(value) && value !== Number.POSITIVE_INFINITY],
  ['queueTimeout', Boolean],
  ['connections', (value) => Boolean(value) && value !== Number.POSITIVE_INFINITY],
  ['idleTimeout', Boolean],
  ['maxLifetime', Boolean],
  ['keepAlive', (value) => value === false || value === null],
  ['version', (value) => value === '2' || value === '3'],
  ['forceIpResolve', Boolean],
  ['lookup', Boolean],
  ['localAddress', Boolean],
  ['socketPath', Boolean],
  ['onInformation', Boolean],
  ['trailers', Boolean],
];

/**
 * The first option that asks something of the connection.
 * @param isHonoured whether the handler can do what this one asks
 */
export function connectionOption(
  options: RequestOptions,
  isHonoured: (name: keyof RequestOptions) => boolean,
): keyof RequestOptions | undefined {
  for (const [name, asks] of OF_CONNECTION) {
    const value = options[name];
    if (value !== undefined && asks(value) && !isHonoured(name)) return name;
  }
  return undefined;
}
