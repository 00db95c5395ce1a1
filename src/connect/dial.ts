/**
 * Makes the connections of all transports of Node: name, address, proxy, TCP, TLS, under one exact `connectTimeout`. Each
 * step is a module of its own; here they are put in order, with what belongs between them: which addresses may be dialled,
 * and the tunnel through a proxy.
 */

import { isIP, type Socket } from 'node:net';
import { own } from '../message/own.ts';
import { startTimer } from '../time/clock.ts';
import { guarded } from '../time/guarded-clock.ts';
import { blockedFailure, connectFailure, connectTimeoutFailure, type HostPort } from './failure.ts';
import { proxyFor } from './forwarding.ts';
import { holdWriteErrors } from './late-write-errors.ts';
import { proxyTimeout, proxyUnreachable } from './proxy-failure.ts';
import { type Address, resolveHost } from './resolve-host.ts';
import type { ProxyServer } from './rules/proxy-url.ts';
import { changedSettings, type DialSettings, type DialTarget } from './settings/dial-settings.ts';
import { connectFirst } from './tcp.ts';
import { startTls } from './tls.ts';
import { openTunnel } from './tunnel.ts';

export { type DialSettings, dialSettings } from './settings/dial-settings.ts';

/** Milliseconds of each step; one that was not needed is absent. Through a proxy, `connect` is the way to the server. */
export interface DialTimings {
  dns?: number;
  connect?: number;
  tls?: number;
}

/** Called once, never within the call of `dial`. The error has no request yet: see `withRequest` of `failure.ts`. */
export type DialCallback = (error: Error | null, socket: Socket | null) => void;

const timingsOf = new WeakMap<Socket, DialTimings>();
const forwarders = new WeakMap<Socket, ProxyServer>();

/** How long the steps took that made this socket. */
export function dialTimings(socket: object): DialTimings | undefined {
  return timingsOf.get(socket as Socket);
}

/** The proxy at the other end of this socket, which carries plain http: requests go to it in absolute form. */
export function forwarderOf(socket: object): ProxyServer | undefined {
  return forwarders.get(socket as Socket);
}

/**
 * Makes a connection: straight, or through the proxy that the settings name for the target. The returned function gives
 * it up: what is open is closed, and nobody is called.
 */
export function dial(target: DialTarget, settings: DialSettings, callback: DialCallback): () => void {
  const dialling = new Dialling(target, settings, callback);
  dialling.start();
  return () => dialling.giveUp();
}

/**
 * One dial. Its steps run one after the other: choose the proxy, resolve the name, connect, (secure and ask the proxy),
 * secure the server. Every step ends in the next one, in `#settle` or in `#fail`, and each looks at `#isSettled` first:
 * the time limit or the caller may have ended the dial meanwhile.
 */
class Dialling {
  readonly #target: DialTarget;
  readonly #settings: DialSettings;
  readonly #callback: DialCallback;
  readonly #timings: DialTimings = {};
  /** Chosen once in `start`; absent for a straight connection. */
  #proxy: ProxyServer | undefined;
  /** It is the proxy that is waited for: its address, its TLS, its answer. */
  #isAtProxy = false;
  /** Ends the step that runs now, and closes the socket it has. */
  #stopStep: (() => void) | undefined;
  #stopTimer: (() => void) | undefined;
  #isSettled = false;

  constructor(target: DialTarget, settings: DialSettings, callback: DialCallback) {
    this.#target = target;
    const clock = guarded(settings.clock, this);
    this.#settings = clock === settings.clock ? settings : changedSettings(settings, { clock });
    this.#callback = callback;
  }

  start(): void {
    const { clock, connectTimeout, socketPath, addressPolicy } = this.#settings;
    const target = this.#target;
    try {
      this.#proxy = proxyFor(target, this.#settings);
    } catch (error) {
      // Later, by the contract of `DialCallback`: the caller does not have the function that gives the dial up yet.
      queueMicrotask(() => this.#fail(error));
      return;
    }
    if (connectTimeout > 0) {
      this.#stopTimer = startTimer(clock, connectTimeout, () => this.#settle(this.#late(), null));
    }
    // A unix socket has no address that the policy could judge, so that under a policy it is refused.
    if (socketPath !== undefined && addressPolicy !== undefined)
      queueMicrotask(() => this.#fail(blockedFailure(target)));
    else if (socketPath !== undefined) this.#connect([], target, (socket) => this.#secure(socket));
    else if (this.#proxy === undefined) {
      this.#resolveTarget(0, (addresses) => this.#connect(addresses, target, (socket) => this.#secure(socket)));
    } else this.#goThrough(this.#proxy);
  }

  /** The clock of the settings has thrown, and nobody knows how long the dial takes. */
  abort(error: unknown): void {
    this.#settle(error as Error, null);
  }

  /** Ends everything under way but the socket that is handed over. */
  giveUp(except: Socket | null = null): void {
    this.#isSettled = true;
    this.#stopTimer?.();
    if (except === null) this.#stopStep?.();
  }

  /**
   * The only way to the callback: with a socket that is ready, or with the error. Whatever comes after the first call
   * is dropped.
   */
  #settle(error: Error | null, socket: Socket | null): void {
    if (this.#isSettled) return;
    this.giveUp(socket);
    if (socket !== null) {
      timingsOf.set(socket, this.#timings);
      holdWriteErrors(socket);
    }
    this.#callback(error, socket);
  }

  #late(): Error {
    const { connectTimeout } = this.#settings;
    return this.#proxy !== undefined && this.#isAtProxy
      ? proxyTimeout(this.#proxy, this.#target, connectTimeout)
      : connectTimeoutFailure(connectTimeout, this.#target, this.#proxy?.label);
  }

  #fail(cause: unknown): void {
    this.#settle(connectFailure(cause, this.#target), null);
  }

  // The steps

  /** The addresses of the server that may be dialled. */
  #resolveTarget(family: 0 | 4, then: (addresses: readonly Address[]) => void): void {
    const { hostname, port } = this.#target;
    const policy = this.#settings.addressPolicy;
    this.#resolve(hostname, family, (error, addresses) => {
      if (error !== null) this.#fail(error);
      else {
        const allowed = policy ? addresses.filter(({ address }) => policy.allows(hostname, port, address)) : addresses;
        if (allowed.length > 0) then(allowed);
        else this.#fail(blockedFailure(this.#target));
      }
    });
  }

  /**
   * Resolves a host and adds the time it took to `timings.dns`: through a proxy, two names may have to be resolved.
   * @param family narrows the settings' own; 0 leaves it to them
   */
  #resolve(hostname: string, family: 0 | 4, then: (error: unknown, addresses: readonly Address[]) => void): void {
    const { clock } = this.#settings;
    const begun = clock.now();
    const settings = family === 0 ? this.#settings : changedSettings(this.#settings, { family });
    resolveHost(hostname, settings, (error, addresses) => {
      if (this.#isSettled) return;
      if (isIP(hostname) === 0) this.#timings.dns = (own(this.#timings, 'dns') ?? 0) + clock.now() - begun;
      then(error, addresses);
    });
  }

  /** TCP to the first address that answers. Without addresses, the settings' `socketPath` is what is dialled. */
  #connect(
    addresses: readonly Address[],
    { port }: HostPort,
    then: (socket: Socket) => void,
    failed: (cause: unknown) => void = (cause) => this.#fail(cause),
  ): void {
    this.#step('connect', failed, then, (callback) => connectFirst(addresses, port, this.#settings, callback));
  }

  /** The last step: TLS to the server, where it is asked for. */
  #secure(plain: Socket): void {
    const target = this.#target;
    this.#isAtProxy = false;
    if (target.protocol !== 'https:' && target.protocol !== 'wss:') this.#settle(null, plain);
    else {
      const failed = (cause: unknown) => this.#fail(cause);
      const done = (socket: Socket) => this.#settle(null, socket);
      this.#step('tls', failed, done, (callback) => startTls(plain, target, this.#settings, callback));
    }
  }

  /** Runs one step: it is timed, and given up with the dial. What it throws is a failure: nobody else could catch it. */
  #step(
    name: 'connect' | 'tls',
    failed: (cause: unknown) => void,
    then: (socket: Socket) => void,
    begin: (callback: (error: unknown, socket: Socket | null) => void) => () => void,
  ): void {
    const { clock } = this.#settings;
    const begun = clock.now();
    try {
      this.#stopStep = begin((error, socket) => {
        if (this.#isSettled) return;
        this.#timings[name] = (own(this.#timings, name) ?? 0) + clock.now() - begun;
        if (socket === null) failed(error);
        else then(socket);
      });
    } catch (error) {
      failed(error);
    }
  }

  // Through a proxy

  /** Who resolves the name: we do for `socks4` and `socks5`, and under a policy, which judges addresses. */
  #goThrough(proxy: ProxyServer): void {
    const isOurs = proxy.scheme === 'socks4' || proxy.scheme === 'socks5' || this.#settings.addressPolicy !== undefined;
    if (!isOurs) this.#reach(proxy, [this.#target.hostname]);
    else {
      // SOCKS 4 can carry IPv4 addresses only.
      const family = proxy.scheme.startsWith('socks4') ? 4 : 0;
      this.#resolveTarget(family, (addresses) =>
        this.#reach(
          proxy,
          addresses.map(({ address }) => address),
        ),
      );
    }
  }

  /** Each host that the proxy is to be asked for, in turn, each over a connection of its own. */
  #reach(proxy: ProxyServer, hosts: readonly string[]): void {
    const failed = (cause: unknown) => this.#settle(proxyUnreachable(proxy, cause), null);
    this.#isAtProxy = true;
    this.#resolve(proxy.hostname, 0, (error, addresses) => {
      if (error !== null) failed(error);
      else {
        const connected = (socket: Socket) => this.#tunnel(proxy, hosts, socket);
        this.#connect(
          addresses,
          proxy,
          proxy.scheme === 'https' ? (plain) => this.#secureProxy(proxy, plain, connected, failed) : connected,
          failed,
        );
      }
    });
  }

  /**
   * TLS to the proxy itself, before it is asked for anything. The key differs from the server's, so that TLS sessions
   * of the two are never mixed up.
   */
  #secureProxy(
    proxy: ProxyServer,
    plain: Socket,
    then: (socket: Socket) => void,
    failed: (cause: unknown) => void,
  ): void {
    const { key, proxyTls } = this.#settings;
    const settings = changedSettings(this.#settings, { key: `proxy ${key}`, tls: proxyTls });
    this.#step('tls', failed, then, (callback) =>
      startTls(plain, { ...proxy, protocol: 'https:' }, settings, callback),
    );
  }

  /**
   * Asks the proxy for one host. When it refuses, the next host gets a connection of its own: after a refusal a proxy
   * need not keep the old one open.
   */
  #tunnel(proxy: ProxyServer, [host, ...others]: readonly string[], socket: Socket): void {
    if (this.#settings.forwarder !== undefined) {
      // This proxy takes plain http requests as they are; no tunnel is needed.
      forwarders.set(socket, proxy);
      this.#settle(null, socket);
      return;
    }
    const { clock } = this.#settings;
    const begun = clock.now();
    const place = { hostname: host!, port: this.#target.port };
    // The tunnel reports what breaks from here on. Without a listener the error would end the process.
    socket.on('error', () => undefined);
    const stop = openTunnel(socket, proxy, place, this.#settings, (error) => {
      if (this.#isSettled) return;
      this.#timings.connect = (this.#timings.connect ?? 0) + clock.now() - begun;
      if (error === null) this.#secure(socket);
      else {
        socket.destroy();
        if (others.length > 0) this.#reach(proxy, others);
        else this.#settle(error, null);
      }
    });
    this.#stopStep = () => {
      stop();
      socket.destroy();
    };
  }
}
