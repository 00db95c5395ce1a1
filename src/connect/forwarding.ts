/**
 * What a transport has to know of proxies. The word "forwarder" stands for an HTTP proxy that carries plain http: without a
 * tunnel: it reads each request and sends it on, so that requests are written differently for it (RFC 9112 section 3.2.2).
 * All else goes through a proxy in a tunnel, of which a transport notices nothing.
 */
import { RequestError } from '../message/errors.ts';
import type { HttpHeaders } from '../message/headers.ts';
import type { Target } from '../message/uri.ts';
import { proxyRefusal } from './proxy-failure.ts';
import { fixedProxy, type ProxyTarget } from './rules/proxy-policy.ts';
import { ProxyRuleError, type ProxyServer, proxyAuthorization } from './rules/proxy-url.ts';
import { changedSettings, type DialSettings } from './settings/dial-settings.ts';

/**
 * The proxy to take now. The environment is read here, so a change counts for connections made after it.
 * @throws RequestError (`ERR_PROXY_OPTIONS`) for a variable that cannot be read
 */
export function proxyFor(target: ProxyTarget, settings: DialSettings): ProxyServer | undefined {
  if (settings.socketPath !== undefined) return undefined;
  try {
    return settings.proxy.choose(target, process.env);
  } catch (error) {
    if (!(error instanceof ProxyRuleError)) throw error;
    throw new RequestError(error.message, { code: 'ERR_PROXY_OPTIONS', attempts: 0 });
  }
}

/**
 * Settings whose proxy no longer changes, for a group of interchangeable connections.
 * @throws RequestError (`ERR_PROXY_OPTIONS`)
 */
export function pinProxy(target: ProxyTarget, settings: DialSettings): DialSettings {
  const proxy = proxyFor(target, settings);
  const forwards =
    (proxy?.scheme === 'http' || proxy?.scheme === 'https') &&
    target.protocol === 'http:' &&
    !settings.tunnels &&
    // A proxy resolves a name by itself; under a policy it is told the address that was judged.
    settings.addressPolicy === undefined;
  return changedSettings(settings, { proxy: fixedProxy(proxy), forwarder: forwards ? proxy : undefined });
}

/** The same settings for requests that need a tunnel through any proxy, also for http: an upgrade, and HTTP/2. */
export function tunnelling(settings: DialSettings): DialSettings {
  return settings.tunnels ? settings : changedSettings(settings, { key: `${settings.key} tunnel`, tunnels: true });
}

/**
 * The request target for a proxy: the whole URL (RFC 9112 section 3.2.2). `OPTIONS *` becomes the URL of the server without
 * a path (RFC 9112 section 3.2.4).
 */
export function absoluteForm(target: Target, path: string): string {
  return path === '*' ? target.origin : target.origin + path;
}

/** The headers with `Proxy-Authorization` for a proxy that forwards, and without it otherwise (RFC 9110 section 11.7.2). */
export function hopHeaders(headers: HttpHeaders, forwarder: ProxyServer | undefined): HttpHeaders {
  if (forwarder === undefined) {
    return headers.has('proxy-authorization') ? headers.without('proxy-authorization') : headers;
  }
  const authorization = proxyAuthorization(forwarder);
  if (authorization === undefined || headers.has('proxy-authorization')) return headers;
  return headers.withAdded('Proxy-Authorization', authorization);
}

/**
 * Whether the proxy says that it will take another request over this connection. Some leave it open in silence for the
 * moment it takes to send the next one, and then close it (tinyproxy): HTTP/1.1's default is not enough here.
 */
export function announcesReuse(read: (name: string) => string | null | undefined): boolean {
  return /keep-alive/i.test(`${read('connection')} ${read('proxy-connection')}`) || Boolean(read('keep-alive'));
}

/** The error of a 407, which is the proxy's own answer (RFC 9110 section 15.5.8). Every other status may be the server's. */
export function forwarderRefusal(
  status: number,
  forwarder: ProxyServer | undefined,
  target: Target,
): Error | undefined {
  if (status !== 407 || forwarder === undefined) return undefined;
  return proxyRefusal(forwarder, target, 'ERR_PROXY_AUTH', 'status 407');
}
