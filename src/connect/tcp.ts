/**
 * TCP to the first address that answers (RFC 8305, "happy eyeballs"): each address gets a head start over the next one,
 * and an attempt goes on when the next has begun. Node's own way drops a slow attempt after 250 ms for good.
 */

import { connect as connectSocket, isIP, type Socket } from 'node:net';
import { runtimeOptions } from '../message/runtime-options.ts';
import { startTimer } from '../time/clock.ts';
import type { Address } from './resolve-host.ts';
import type { DialSettings } from './settings/dial-settings.ts';

/** Milliseconds until the next address is tried as well (RFC 8305 section 5, "Connection Attempt Delay"). */
const HEAD_START = 250;
/** Milliseconds of silence before the system probes whether the other side is still there. */
const PROBE_AFTER = 60_000;

type Connected = (error: unknown, socket: Socket | null) => void;

/**
 * Calls back once: with the first socket that is connected, or when the last address has failed, with an `AggregateError` if
 * there were several. The returned function ends all attempts.
 */
export function connectFirst(
  addresses: readonly Address[],
  port: number,
  settings: DialSettings,
  callback: Connected,
): () => void {
  const targets = settings.socketPath === undefined ? reachableFrom(settings.localAddress, addresses) : [undefined];
  const attempts = new Set<Socket>();
  const errors: unknown[] = [];
  let next = 0;
  let stopTimer: (() => void) | undefined;

  /** Nothing new is begun, and every attempt but the winner's socket is closed. */
  function stop(winner?: Socket): void {
    stopTimer?.();
    next = targets.length;
    for (const socket of attempts) if (socket !== winner) abandon(socket);
    attempts.clear();
  }

  /** Dials the next address. Both a failure and the end of the head start begin the one after it. */
  function attempt(): void {
    stopTimer?.();
    const socket = open(targets[next++], port, settings);
    attempts.add(socket);
    const onError = (error: Error): void => {
      if (!attempts.delete(socket)) return;
      errors.push(error);
      if (next < targets.length) attempt();
      else if (attempts.size === 0) callback(errors.length === 1 ? error : new AggregateError(errors), null);
    };
    socket.once('error', onError);
    socket.once('connect', () => {
      if (!attempts.has(socket)) return;
      stop(socket);
      socket.removeListener('error', onError);
      callback(null, socket);
    });
    if (next < targets.length) stopTimer = startTimer(settings.clock, HEAD_START, attempt);
  }

  attempt();
  return () => stop();
}

/** The socket of one attempt. Node's own `autoSelectFamily` is off: the race between addresses is run here. */
function open(to: Address | undefined, port: number, settings: DialSettings): Socket {
  if (to === undefined) return connectSocket(runtimeOptions('socket', { path: settings.socketPath! }));
  const options = {
    host: to.address,
    port,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: PROBE_AFTER,
    autoSelectFamily: false,
    localAddress: settings.localAddress,
  };
  return connectSocket(runtimeOptions('socket', options));
}

/** A socket bound to an address of one family cannot reach one of the other. */
function reachableFrom(local: string | undefined, addresses: readonly Address[]): readonly Address[] {
  const family = local === undefined ? 0 : isIP(local);
  if (family === 0) return addresses;
  const same = addresses.filter((one) => one.family === family);
  return same.length > 0 ? same : addresses;
}

/** An attempt that lost may still fail; its error has no listener otherwise, and would end the process. */
function abandon(socket: Socket): void {
  socket.on('error', () => undefined);
  socket.destroy();
}
