/**
 * The one dialler of all transports of Node: name, address, TCP, TLS, under one exact `connectTimeout`. Each step is a
 * function of its own, so that what stands between them (which addresses are allowed, a tunnel) has its place.
 */
import { isIP, type Socket } from 'node:net';
import { startTimer } from '../clock.ts';
import type { DialSettings } from './dial-settings.ts';
import { connectFirst } from './dial-tcp.ts';
import { startTls } from './dial-tls.ts';
import { connectFailure, connectTimeoutFailure } from './failure.ts';
import { type Address, resolveHost } from './resolve-host.ts';

export { type DialSettings, dialSettings } from './dial-settings.ts';

export interface DialTarget {
  /** `https:` is spoken over TLS, anything else in plain text. */
  readonly protocol: string;
  /** An IPv6 address without its brackets. */
  readonly hostname: string;
  readonly port: number;
  /** The name to ask the server for and to check its certificate against, instead of `hostname`. */
  readonly servername?: string | undefined;
}

/** Milliseconds of each step; one that was not needed is absent. */
export interface DialTimings {
  dns?: number;
  connect?: number;
  tls?: number;
}

/** Called once, never within the call of `dial`. The error has no request yet: see `withRequest` of `failure.ts`. */
export type DialCallback = (error: Error | null, socket: Socket | null) => void;

const timingsOf = new WeakMap<Socket, DialTimings>();

/** How long the steps took that made this socket. */
export function dialTimings(socket: object): DialTimings | undefined {
  return timingsOf.get(socket as Socket);
}

/**
 * Makes a connection. The returned function gives it up: what is open is closed, and nobody is called.
 */
export function dial(target: DialTarget, settings: DialSettings, callback: DialCallback): () => void {
  const { clock, connectTimeout } = settings;
  const timings: DialTimings = {};
  let stopStep: (() => void) | undefined;
  let isSettled = false;
  const stopTimer =
    connectTimeout === 0
      ? undefined
      : startTimer(clock, connectTimeout, () => settle(connectTimeoutFailure(connectTimeout, target), null));

  function settle(error: Error | null, socket: Socket | null): void {
    if (isSettled) return;
    giveUp(socket);
    if (socket !== null) timingsOf.set(socket, timings);
    callback(error, socket);
  }

  /** Ends everything under way but the socket that is handed over. */
  function giveUp(except: Socket | null = null): void {
    isSettled = true;
    stopTimer?.();
    if (except === null) stopStep?.();
  }

  function fail(cause: unknown): void {
    settle(connectFailure(cause, target), null);
  }

  function resolve(): void {
    const begun = clock.now();
    resolveHost(target.hostname, settings, (error, addresses) => {
      if (isSettled) return;
      if (isIP(target.hostname) === 0) timings.dns = clock.now() - begun;
      if (error !== null) fail(error);
      else connect(addresses);
    });
  }

  /** A step that throws has failed: it runs where nobody could catch it. */
  function begin(step: () => () => void): void {
    try {
      stopStep = step();
    } catch (error) {
      fail(error);
    }
  }

  function connect(addresses: readonly Address[]): void {
    const begun = clock.now();
    begin(() =>
      connectFirst(addresses, target.port, settings, (error, socket) => {
        if (isSettled) return;
        timings.connect = clock.now() - begun;
        if (socket === null) fail(error);
        else if (target.protocol === 'https:') secure(socket);
        else settle(null, socket);
      }),
    );
  }

  function secure(plain: Socket): void {
    const begun = clock.now();
    begin(() =>
      startTls(plain, target, settings, (error, socket) => {
        if (isSettled) return;
        timings.tls = clock.now() - begun;
        if (socket === null) fail(error);
        else settle(null, socket);
      }),
    );
  }

  if (settings.socketPath === undefined) resolve();
  else connect([]);
  return () => giveUp();
}
