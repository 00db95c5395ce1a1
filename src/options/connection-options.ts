/** Options of the connection, and the records they take. */
import type { Duration } from '../time/duration.ts';
import type { Off } from './off.ts';

/** How many connections there may be at a time, those being made and idle ones included. */
export interface ConnectionBounds {
  /**
   * To one origin.
   * @default no limit
   */
  readonly perOrigin?: number | undefined;
  /**
   * To all origins of the handler together.
   * @default no limit
   */
  readonly total?: number | undefined;
}

/**
 * What may be dialled although it is private, and what may not although it is public: addresses, CIDR ranges, or
 * `host:port` for one name on one port.
 */
export interface PrivateNetworkOptions {
  /**
   * What may be dialled whatever the lists say.
   * @default `[]`
   */
  readonly allow?: readonly string[] | undefined;
  /**
   * What is refused beside the built-in list.
   * @default `[]`
   */
  readonly deny?: readonly string[] | undefined;
}

/** A proxy for each scheme. What is not given is left to the environment; `false` is direct. */
export interface ProxyOptions {
  /**
   * The proxy of `http:` URLs.
   * @default `http_proxy`, then `all_proxy`
   */
  readonly http?: string | URL | false | undefined;
  /**
   * The proxy of `https:` URLs.
   * @default `https_proxy`, then `all_proxy`
   */
  readonly https?: string | URL | false | undefined;
  /**
   * Hosts that are asked directly: names and what is below them, addresses, CIDR ranges, `*`.
   * @default `no_proxy`
   */
  readonly no?: string | readonly string[] | undefined;
}

/**
 * Resolves a host name, in Node's callback form (`dns.lookup` itself) or returning a promise of an address, of
 * `{ address, family }`, or of several such; anything else that is returned says nothing.
 */
export type Lookup = (
  hostname: string,
  options: { family?: number; all?: boolean; hints?: number },
  callback: (error: Error | null, address: string | { address: string; family: number }[], family?: number) => void,
) => unknown;

/** The connection. */
export interface WireOptions {
  /**
   * Limits how many connections there are at a time: to one origin, or `{ perOrigin, total }`. Requests beyond them
   * wait, first come, first served.
   *
   * @takes a whole number above 0, or `{ perOrigin, total }`
   * @default no limit
   * @readBy handler; fetch refuses it
   */
  connections?: number | ConnectionBounds | Off | undefined;
  /**
   * Uses a connection for more than one request.
   *
   * @takes boolean
   * @default `true`
   * @readBy handler; fetch refuses `false`
   */
  keepAlive?: boolean | null | undefined;
  /**
   * Limits how long a connection is kept while nothing goes over it. A `Keep-Alive: timeout=` of the server shortens it
   * to a second less than what it says.
   *
   * @takes duration; `0` and `false` are no limit of ours
   * @default what the server says less a second, up to 10 minutes; 4 s where it says nothing; 45 s over HTTP/2
   * @readBy handler; fetch refuses it
   */
  idleTimeout?: Duration | null | undefined;
  /**
   * Limits how long a connection takes new requests, so that a change of addresses or of certificates is noticed. What
   * is under way ends well.
   *
   * @takes duration
   * @default off
   * @readBy handler; fetch refuses it
   */
  maxLifetime?: Duration | null | undefined;
  /**
   * The version of HTTP. `'2'` is HTTP/2 and nothing else; `'auto'` is HTTP/2 where the server agrees to it. `'3'` is
   * HTTP/3, which Bun's fetch alone speaks.
   *
   * @takes `'1.1'`, `'2'`, `'3'` or `'auto'`
   * @default `'1.1'`
   * @readBy handler
   */
  version?: '1.1' | '2' | '3' | 'auto' | null | undefined;
  /**
   * Sends through a proxy: a URL for all requests, or one for each scheme and a list of hosts that are asked directly
   * (`no`). Credentials stand in the proxy's URL and reach the proxy alone.
   *
   * @takes URL as text or `URL`; `{ http, https, no }`; `false`
   * @default the environment
   * @readBy handler; fetch refuses it
   */
  proxy?: string | URL | ProxyOptions | Off | undefined;
  /**
   * What a browser sends of its own, in the words of `fetch`: its cookies, client certificates and `Authorization` of
   * its dialogs. A browser shows no cookie to a page, so the option `cookies` is refused there. Elsewhere there is
   * nothing of that kind, and nothing to read.
   *
   * @takes `'omit'`, `'same-origin'` or `'include'`
   * @default `'omit'`
   * @readBy the handler `fetchHandler`
   */
  credentials?: 'include' | 'omit' | 'same-origin' | Off | undefined;
  /**
   * Refuses to dial anything that the public internet does not route: loopback, private, link-local, shared, reserved
   * and documentation addresses, and unix sockets. It is decided on the address that is dialled, whatever name led
   * there, so that no DNS answer gets past it. A refused address is a `ConnectError` (`ERR_ADDRESS_BLOCKED`) that reads
   * the same whether anything listens there or not.
   *
   * @takes boolean, or `{ allow, deny }`
   * @default `false`
   * @readBy handler; fetch refuses it
   */
  denyPrivateNetwork?: boolean | PrivateNetworkOptions | null | undefined;
  /**
   * Dials only IPv4 or only IPv6 addresses of a host name.
   *
   * @takes `'v4'` or `'v6'`
   * @default both
   * @readBy handler; fetch refuses it
   */
  forceIpResolve?: 'v4' | 'v6' | Off | undefined;
  /**
   * Resolves host names instead of the system: a function that returns a promise of an address, of `{ address, family
   * }` or of a list of them, or one in the callback form of Node's `dns.lookup`.
   *
   * @takes function
   * @default the system's
   * @readBy handler; fetch refuses it
   */
  lookup?: Lookup | Off | undefined;
  /**
   * The IP address of this machine to dial from.
   *
   * @takes text
   * @default the system's choice
   * @readBy handler; fetch refuses it
   */
  localAddress?: string | Off | undefined;
  /**
   * A unix socket to dial instead of the host. The URL still says what `Host` is.
   *
   * @takes path
   * @default none
   * @readBy handler; fetch refuses it
   */
  socketPath?: string | Off | undefined;
}
