/** Stands in the place of `connection-rules.ts` in the build for browsers. */
import type * as whole from './connection-rules.ts';
import { anything } from './rule.ts';

const NAMES =
  'queueTimeout connections idleTimeout maxLifetime maxHeaderSize trailers onInformation denyPrivateNetwork proxy ' +
  'verify ca cert sslKey tls forceIpResolve lookup localAddress socketPath';

export const connectionRules = Object.fromEntries(
  NAMES.split(' ').map((name) => [name, anything]),
) as unknown as typeof whole.connectionRules;
