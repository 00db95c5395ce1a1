/** Takes out of the options what is for one origin alone, when a redirect leads to another one. */
import { crossOriginCookies } from './cookie-option.ts';
import { extendOptions } from './option-record.ts';
import type { RequestOptions } from './options.ts';

/**
 * The options of the hops from here on after another origin was entered. What was meant for the first origin alone is
 * gone for good: credentials, cookies given by hand, a client certificate, the socket that was dialled in its place.
 */
export function crossOriginOptions(options: RequestOptions): RequestOptions {
  const changes: RequestOptions = Object.create(null);
  if (options.auth) changes.auth = null;
  changes.cookies = crossOriginCookies(options.cookies);
  if (options.socketPath) changes.socketPath = null;
  if (options.trailers) changes.trailers = null;
  if (options.cert) changes.cert = null;
  if (options.sslKey) changes.sslKey = null;
  if (options.tls && (options.tls.pfx !== undefined || options.tls.servername !== undefined)) {
    changes.tls = Object.assign(Object.create(null), options.tls, { pfx: undefined, servername: undefined });
  }
  return extendOptions(options, changes);
}
