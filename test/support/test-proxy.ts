/** What the proxies of the tests have in common. */

/** One request that a proxy was asked. */
export interface SeenByProxy {
  readonly kind: 'forward' | 'connect' | 'socks4' | 'socks4a' | 'socks5';
  /** The URL of a forwarded request, `host:port` of a tunnel. */
  readonly target: string;
  readonly method?: string | undefined;
  /** Names and values in turn. */
  readonly headers?: readonly string[];
  /** What SOCKS was told of the host. */
  readonly addressType?: 'ipv4' | 'ipv6' | 'name';
  readonly user?: string;
  readonly password?: string;
}

export interface TestProxy {
  /** With the credentials it asks for. */
  readonly url: string;
  /** Without. */
  readonly origin: string;
  readonly port: number;
  readonly seen: SeenByProxy[];
  readonly connections: number;
  readonly totalConnections: number;
  /** Resolves when no client is connected. */
  allClosed(): Promise<void>;
  close(): Promise<void>;
}

/** Names that only the proxies know, and those that every machine does. */
const NAMES: Readonly<Record<string, string>> = { 'example.test': '127.0.0.1', localhost: '127.0.0.1' };

/** Where a proxy of the tests finds a host: on this machine, and nowhere else. */
export function addressOf(hostname: string): string {
  const plain = hostname.replace(/^\[|\]$/g, '');
  const known = NAMES[plain] ?? plain;
  if (/^127\.|^::1$/.test(known)) return known;
  throw new Error(`a test proxy leads only to this machine, not to ${hostname}`);
}
