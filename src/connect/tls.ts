/**
 * TLS over a connected socket, to a server or to an `https:` proxy. Connections of the same settings resume TLS sessions.
 */

import { isIP, type Socket } from 'node:net';
import {
  type ConnectionOptions,
  connect as connectTls,
  createSecureContext,
  type SecureContext,
  type TLSSocket,
} from 'node:tls';
import { own } from '../message/own.ts';
import { runtimeOptions } from '../message/runtime-options.ts';
import { BoundedMap } from '../runtime/bounded-map.ts';
import type { DialSettings, DialTarget } from './settings/dial-settings.ts';

type Secured = (error: unknown, socket: TLSSocket | null) => void;

/** The code of one and the same TLS alert (40, handshake_failure) in OpenSSL before 3.5 and since. */
const HANDSHAKE_FAILURES: ReadonlySet<string | undefined> = new Set([
  'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
  'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE',
]);
/**
 * TLS sessions by settings, host and port (RFC 8446 section 2.2): the next connection resumes one, which saves a round
 * trip. The 100 used last are kept.
 */
const sessions = new BoundedMap<string, Buffer>(100);
/** To make a context is to parse every certificate authority, so that it is made once for each settings object. */
const contexts = new WeakMap<ConnectionOptions, SecureContext>();

/** Calls back once. The returned function closes the socket and calls nobody. */
export function startTls(plain: Socket, target: DialTarget, settings: DialSettings, callback: Secured): () => void {
  const servername = serverNameOf(target, settings.tls);
  const sessionKey = `${settings.key} ${servername || target.hostname}:${target.port}`;
  const session = sessions.use(sessionKey);
  const socket = connectOver(plain, {
    ...settings.tls,
    secureContext: contextOf(settings.tls),
    // The certificate is checked against `host` where there is no server name: an IP address is none (RFC 6066 section 3).
    host: target.hostname,
    servername,
    ...(session === undefined ? undefined : { session }),
  });
  let isOver = false;
  const onError = (error: Error): void => {
    if (isOver) return;
    isOver = true;
    // The session may be what made the handshake fail: the next one starts without it.
    sessions.delete(sessionKey);
    socket.on('error', () => undefined);
    socket.destroy();
    callback(missesCertificate(error, socket), null);
  };
  socket.once('error', onError);
  // With TLS 1.3 tickets come after the handshake, and more than one (RFC 8446 section 4.6.1).
  socket.on('session', (fresh: Buffer) => sessions.set(sessionKey, fresh));
  socket.once('secureConnect', () => {
    if (isOver) return;
    isOver = true;
    socket.removeListener('error', onError);
    callback(null, socket);
  });
  return () => {
    isOver = true;
    socket.on('error', () => undefined);
    socket.destroy();
    plain.destroy();
  };
}

/**
 * Finds out whether a handshake failed because the server wants a client certificate. TLS 1.2 has one alert for every
 * reason; but a server that has shown its certificate has agreed on version and cipher before (RFC 5246 section 7.3), so
 * that what it still misses is ours.
 */
function missesCertificate(error: Error & { code?: string }, socket: TLSSocket): Error {
  const isRefused = HANDSHAKE_FAILURES.has(error.code) && socket.getPeerX509Certificate();
  return isRefused ? Object.assign(error, { code: 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE_CERT' }) : error;
}

/** `tls.connect` throws for settings it cannot use; the TCP socket under it would otherwise stay open. */
function connectOver(plain: Socket, options: ConnectionOptions): TLSSocket {
  try {
    return connectTls(runtimeOptions('tls', { ...options, socket: plain }));
  } catch (error) {
    plain.destroy();
    throw error;
  }
}

/** The name for SNI, `''` for none. A name that the request asks for wins over that of the settings. */
function serverNameOf(target: DialTarget, tls: ConnectionOptions): string {
  const wanted = own(target, 'servername') ?? tls.servername ?? target.hostname;
  // RFC 6066 section 3: without the dot that ends a fully qualified name.
  return isIP(wanted) === 0 ? wanted.replace(/\.$/, '') : '';
}

/** The context that the TLS options were made into, or one with the defaults, made once for each settings object. */
function contextOf(tls: ConnectionOptions): SecureContext {
  if (tls.secureContext !== undefined) return tls.secureContext;
  const known = contexts.get(tls);
  if (known !== undefined) return known;
  const context = createSecureContext(runtimeOptions('tls', { minVersion: tls.minVersion }));
  contexts.set(tls, context);
  return context;
}
