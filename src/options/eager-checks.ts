/**
 * Options that are given once and used by every call, as a client's and a pool's are: what no call could use is told where
 * it is given. A call's own is told by whoever reads it, in the rejection of that call, so that nothing is read twice.
 */
import { HttpHeaders } from '../message/headers.ts';
import { builtin } from '../runtime/platform.ts';
import { authPlan } from './auth-plan.ts';
import { sentBeside } from './cookie-option.ts';
import { pairsOf } from './cookie-pairs.ts';
import {
  exceptionsIn,
  isNetworkEntry,
  isProxyException,
  NETWORK_ENTRIES,
  PROXY_EXCEPTIONS,
} from './network-entries.ts';
import type { PrivateNetworkOptions, ProxyOptions, RequestOptions } from './options.ts';
import { ProxyRuleError, readProxyUrl } from './proxy-url.ts';

/** @param options as they came through the door @throws TypeError naming the option and what was expected */
export function checkEagerly(options: RequestOptions): void {
  const { auth, cookies, decodeContent, idempotencyKey, proxy, denyPrivateNetwork, localAddress } = options;
  if (auth && typeof auth !== 'function') authPlan(auth);
  const sent = sentBeside(cookies);
  if (sent !== undefined) pairsOf(sent);
  // What cannot stand in a header.
  if (typeof decodeContent === 'string') new HttpHeaders({ 'Accept-Encoding': decodeContent });
  if (typeof idempotencyKey === 'string') new HttpHeaders({ 'Idempotency-Key': idempotencyKey });
  if (proxy) checkProxy(proxy);
  if (typeof denyPrivateNetwork === 'object' && denyPrivateNetwork !== null) checkNetworks(denyPrivateNetwork);
  if (localAddress) checkAddress(localAddress);
}

function checkProxy(proxy: string | URL | ProxyOptions): void {
  if (typeof proxy === 'string' || proxy instanceof URL) {
    readProxyUrl(String(proxy), 'option proxy');
    return;
  }
  for (const name of ['http', 'https'] as const) {
    const url = proxy[name];
    if (url) readProxyUrl(String(url), `option proxy.${name}`);
  }
  const bad = exceptionsIn(proxy.no || []).find((entry) => !isProxyException(entry));
  if (bad === undefined) return;
  throw new ProxyRuleError(`option proxy.no must list ${PROXY_EXCEPTIONS}, got ${JSON.stringify(bad.slice(0, 100))}`);
}

function checkNetworks(lists: PrivateNetworkOptions): void {
  for (const name of ['allow', 'deny'] as const) {
    const bad = lists[name]?.find((entry) => !isNetworkEntry(entry));
    if (bad === undefined) continue;
    throw new TypeError(
      `option denyPrivateNetwork.${name} must list ${NETWORK_ENTRIES}, got ${JSON.stringify(bad.slice(0, 100))}`,
    );
  }
}

function checkAddress(address: string): void {
  const net = builtin<typeof import('node:net')>('node:net');
  if (net === undefined || net.isIP(address) !== 0) return;
  throw new TypeError(`localAddress must be an IP address of this machine, got ${JSON.stringify(address)}`);
}
