/**
 * Asks a proxy for a tunnel to a server: by CONNECT for HTTP proxies (RFC 9110 section 9.3.6), by the handshakes of SOCKS
 * 4, 4a and 5 (RFC 1928). The bytes that follow are between client and server.
 */

import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { SocksClient } from 'socks';
import { runtimeOptions } from '../message/runtime-options.ts';
import { type HostPort, hostPortText } from './failure.ts';
import { openOver, type RequestOverSocket } from './given-socket-agent.ts';
import { type ProxyFault, proxyRefusal } from './proxy-failure.ts';
import { type ProxyServer, proxyAuthorization } from './rules/proxy-url.ts';
import type { DialSettings } from './settings/dial-settings.ts';

type Opened = (error: Error | null) => void;

/** Milliseconds for the timer that the library `socks` always sets, where no `connectTimeout` bounds the dial. */
const LONGEST_HANDSHAKE = 600_000;
/** Bytes of a host name, whose length SOCKS writes in one byte (RFC 1928 section 5). */
const LONGEST_NAME = 255;

/**
 * Asks the proxy at the other end of `socket` for a way to `to`; calls back once, when bytes go there. The returned
 * function ends the handshake and calls nobody; the socket is the caller's to close, as it is after an error.
 */
export function openTunnel(
  socket: Socket,
  proxy: ProxyServer,
  to: HostPort,
  settings: DialSettings,
  callback: Opened,
): () => void {
  let isOver = false;
  const settle = (error: Error | null): void => {
    if (isOver) return;
    isOver = true;
    socket.removeListener('close', onClose);
    callback(error);
  };
  const onClose = (): void => settle(proxyRefusal(proxy, to, 'ERR_PROXY_CLOSED', 'no answer'));
  const fail = (code: ProxyFault, detail: string, cause?: unknown): void =>
    settle(proxyRefusal(proxy, to, code, detail, cause));
  socket.once('close', onClose);
  const open = proxy.scheme.startsWith('socks') ? openSocks : openConnect;
  const stop = open(socket, proxy, to, settings, { done: () => settle(null), fail });
  return () => {
    isOver = true;
    socket.removeListener('close', onClose);
    stop();
  };
}

/** How a handshake ends. Exactly one of the two is called, once; `openTunnel` drops any later call. */
interface Outcome {
  done(): void;
  fail(code: ProxyFault, detail: string, cause?: unknown): void;
}

/**
 * CONNECT over an HTTP proxy. Interim responses are skipped, a 2xx opens the tunnel, anything else is the proxy's
 * refusal.
 */
function openConnect(
  socket: Socket,
  proxy: ProxyServer,
  to: HostPort,
  settings: DialSettings,
  outcome: Outcome,
): () => void {
  const authority = hostPortText(to);
  const authorization = proxyAuthorization(proxy);
  const fields = ['Host', authority, 'Proxy-Connection', 'keep-alive'];
  if (authorization !== undefined) fields.push('Proxy-Authorization', authorization);
  const question: Omit<RequestOverSocket, 'carrier'> = {
    server: { protocol: proxy.scheme === 'https' ? 'https:' : 'http:', hostname: proxy.hostname, port: proxy.port },
    isKept: true,
    method: 'CONNECT',
    path: authority,
    lines: fields,
    maxHeaderSize: settings.maxHeaderSize,
  };
  let sent: ClientRequest;
  let line: HandshakeLine | undefined;
  const ask = (carrier: Duplex): void => {
    sent = openOver({ ...question, carrier: carrier as Socket });
    sent.on('error', failed);
    sent.once('connect', answered);
    sent.end();
  };
  const failed = (cause: Error & { code?: string }): void => {
    line?.release();
    // `HPE_...` are the codes of Node's HTTP parser.
    const isGarbage = cause.code?.startsWith('HPE_') === true;
    if (isGarbage) outcome.fail('ERR_PROXY_PROTOCOL', 'its answer is not HTTP', cause);
    else outcome.fail('ERR_PROXY_CLOSED', cause.code ?? cause.message, cause);
  };
  const answered = ({ statusCode = 0, statusMessage }: IncomingMessage, _: unknown, head: Buffer): void => {
    line?.release();
    const status = `status ${statusCode}${statusMessage ? ` ${statusMessage.slice(0, 100)}` : ''}`;
    // RFC 9110 section 15.2: more answers may follow an interim one. node:http takes it for the final answer to CONNECT, so
    // a request that writes nothing is made to read the next.
    if (isInterim(statusCode)) ask((line = new HandshakeLine(socket, head)));
    else if (statusCode === 407) outcome.fail('ERR_PROXY_AUTH', status);
    else if (statusCode < 200 || statusCode > 299) outcome.fail('ERR_PROXY_REFUSED', status);
    // In TLS and in HTTP the client speaks first: bytes that are here already cannot be the server's.
    else if (head.byteLength > 0) outcome.fail('ERR_PROXY_PROTOCOL', 'it sent bytes behind its answer');
    else outcome.done();
  };
  ask(socket);
  return () => {
    line?.release();
    // The socket is the caller's to close; the request must not react to that.
    sent.removeAllListeners('connect');
    sent.on('error', () => undefined);
  };
}

/** 101 is not skipped: no switch of protocols was asked for, so that it counts as a refusal. */
function isInterim(status: number): boolean {
  return status >= 100 && status < 200 && status !== 101;
}

/** The handshake of SOCKS 4 or 5, spoken by the library `socks`, which is loaded when the first such proxy is used. */
function openSocks(
  socket: Socket,
  proxy: ProxyServer,
  to: HostPort,
  settings: DialSettings,
  outcome: Outcome,
): () => void {
  if (to.hostname.length > LONGEST_NAME) {
    queueMicrotask(() => outcome.fail('ERR_PROXY_REFUSED', 'the host name is longer than SOCKS can say'));
    return () => undefined;
  }
  const line = new HandshakeLine(socket);
  let isOver = false;
  let client: SocksClient | undefined;
  const stop = (): void => {
    isOver = true;
    client?.removeAllListeners();
    client?.on('error', () => undefined);
    line.release();
  };
  import('socks')
    .then(({ SocksClient }) => {
      if (isOver) return;
      client = new SocksClient(
        runtimeOptions('socks', {
          command: 'connect',
          proxy: runtimeOptions('socks', {
            host: proxy.hostname,
            port: proxy.port,
            type: proxy.scheme.startsWith('socks4') ? 4 : 5,
            userId: proxy.username,
            password: proxy.password,
          }),
          destination: runtimeOptions('socks', { host: to.hostname, port: to.port }),
          // The dial has its own timer; this one only keeps the library's from firing earlier.
          timeout: settings.connectTimeout || LONGEST_HANDSHAKE,
        }),
      );
      client.once('established', () => {
        stop();
        outcome.done();
      });
      client.once('error', ({ message }: Error) => {
        stop();
        // Not kept as a cause: the library's errors carry the credentials.
        outcome.fail(faultOf(message), message);
      });
      client.connect(line);
    })
    .catch((error: Error) => outcome.fail('ERR_PROXY_PROTOCOL', error.message));
  return stop;
}

/** The code for a message of the library, whose errors have no codes. */
function faultOf(message: string): ProxyFault {
  if (/authentication failed|no accepted auth|\(Rejected(?:Ident)?\)/i.test(message)) return 'ERR_PROXY_AUTH';
  if (/invalid|unknown|undefined/i.test(message)) return 'ERR_PROXY_PROTOCOL';
  return /socket closed/i.test(message) ? 'ERR_PROXY_CLOSED' : 'ERR_PROXY_REFUSED';
}

/**
 * A stream that stands before the socket during a handshake, and is cut off from it afterwards. The library `socks` pauses,
 * resumes and closes what it is given, and holds on to it until its own timer ends: none of this may reach the socket once
 * it belongs to the connection.
 */
class HandshakeLine extends Duplex {
  #socket: Socket | undefined;
  /** The request was written before: what node:http writes is dropped, so that it is not sent again. */
  readonly #isMute: boolean;

  /** @param read bytes of the answer that are here already, when the request was written before */
  constructor(socket: Socket, read?: Uint8Array) {
    super();
    this.#socket = socket;
    this.#isMute = read !== undefined;
    if (read !== undefined && read.byteLength > 0) this.push(read);
    // Reading by hand leaves the socket as it was: neither flowing nor paused.
    socket.on('readable', this.#onReadable);
    socket.on('end', this.#onEnd);
    socket.on('error', this.#onEnd);
  }

  readonly #onReadable = (): void => {
    for (let chunk = this.#socket?.read(); chunk; chunk = this.#socket?.read()) this.push(chunk);
  };

  readonly #onEnd = (): void => {
    this.destroy();
  };

  override _read(): void {
    this.#onReadable();
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    if (this.#socket === undefined || this.#isMute) callback();
    else this.#socket.write(chunk, encoding, callback);
  }

  release(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.removeListener('readable', this.#onReadable);
    socket?.removeListener('end', this.#onEnd);
    socket?.removeListener('error', this.#onEnd);
  }
}
