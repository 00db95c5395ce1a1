/** The errors of a proxy: each names it, with masked credentials, and says where the connection was to lead. */

import { safeCause } from '../call/redacted-cause.ts';
import { ConnectError, isTimeoutError, RequestError, TimeoutError } from '../message/errors.ts';
import { connectFailure, connectTimeoutFailure, type HostPort, hostPortText } from './failure.ts';
import type { ProxyServer } from './rules/proxy-url.ts';

/** What each code says of the proxy; the message puts its name before it and the details behind it. */
const FACTS = {
  ERR_PROXY_AUTH: 'wants other credentials; give them in the proxy URL, as in http://user:password@host:3128',
  ERR_PROXY_REFUSED: 'refused',
  ERR_PROXY_PROTOCOL: 'did not answer as a proxy does; check its scheme and port',
  ERR_PROXY_CLOSED: 'closed the connection before it had answered',
} as const;

/** Of a `TimeoutError`: nobody has asked the host itself yet. */
const PROXY_TIMEOUT = 'ERR_PROXY_TIMEOUT';

export type ProxyFault = keyof typeof FACTS;

/** The proxy was reached, and there is no way through it. */
export function proxyRefusal(
  proxy: ProxyServer,
  to: HostPort,
  code: ProxyFault,
  detail: string,
  cause?: unknown,
): ConnectError {
  const fact = `the proxy ${proxy.label} ${FACTS[code]} (${detail}) when asked for ${hostPortText(to)}`;
  return new ConnectError(fact, { code, cause: safeCause(cause, undefined, undefined) });
}

/** `connectTimeout` was over before the proxy had answered: whether the host is there, nobody knows. */
export function proxyTimeout(proxy: ProxyServer, to: HostPort, limit: number): TimeoutError {
  return connectTimeoutFailure(limit, to, proxy.label, PROXY_TIMEOUT);
}

/** The proxy itself was not reached: its name, its address, its TLS. */
export function proxyUnreachable(proxy: ProxyServer, cause: unknown): Error {
  const inner = connectFailure(cause, proxy);
  const fact = `the proxy ${proxy.label} cannot be used: ${inner.message}`;
  if (inner instanceof RequestError) return inner;
  if (isTimeoutError(inner))
    return new TimeoutError(fact, { phase: 'connect', code: PROXY_TIMEOUT, cause: inner.cause });
  const code = inner.code.startsWith('ERR_TLS_') ? 'ERR_PROXY_TLS' : 'ERR_PROXY_CONNECT';
  return new ConnectError(fact, { code, cause: inner.cause });
}
