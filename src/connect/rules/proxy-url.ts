/** One proxy, read from its URL. What errors and logs show of it (`label`, `key`) never holds its credentials. */
import { createHash } from 'node:crypto';
import { type ProxyUrl, readProxyUrl } from '../../options/proxy-url.ts';

export { ProxyRuleError } from '../../options/proxy-url.ts';

export interface ProxyServer extends ProxyUrl {
  /** Equal for the same proxy with the same credentials; shows nothing of them. */
  readonly key: string;
}

/** As `readProxyUrl`. @throws ProxyRuleError */
export function parseProxy(text: string, source: string): ProxyServer {
  const url = readProxyUrl(text, source);
  const { scheme, hostname, port, username = '', password = '' } = url;
  const parts = JSON.stringify([scheme, hostname, port, username, password]);
  return { ...url, key: createHash('sha256').update(parts).digest('base64url') };
}

/** The value of `Proxy-Authorization` (RFC 7617 section 2); `undefined` without credentials. */
export function proxyAuthorization({ username, password = '' }: ProxyServer): string | undefined {
  if (username === undefined) return undefined;
  return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
}
