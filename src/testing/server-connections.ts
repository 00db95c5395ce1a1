/**
 * Keeps account of the sockets of a test server. Counting at the server is what shows a leak of the client: it needs no
 * look inside any pool.
 */
import type { AddressInfo, Server, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { setTcpSocket } from './site-sockets.ts';

export class ConnectionLedger {
  readonly #open = new Set<Socket>();
  /** TCP sockets by the client's port, by which a TLS socket finds the one below it. */
  readonly #byPort = new Map<number, Socket>();
  readonly #waiting: (() => void)[] = [];
  #total = 0;

  /** Watches every TCP connection of `server`, also those under a TLS server. */
  constructor(server: Server) {
    server.on('connection', (socket: Socket) => this.#add(socket));
    server.on('secureConnection', (socket: TLSSocket) => {
      const tcp = this.#byPort.get(socket.remotePort ?? -1);
      if (tcp) setTcpSocket(socket, tcp);
      socket.on('error', ignore);
    });
  }

  get open(): number {
    return this.#open.size;
  }

  get total(): number {
    return this.#total;
  }

  /** Resolves when no socket is open; at once when none is. */
  allClosed(): Promise<void> {
    if (this.#open.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  destroyAll(): void {
    for (const socket of this.#open) socket.destroy();
  }

  #add(socket: Socket): void {
    const port = socket.remotePort ?? -1;
    this.#total++;
    this.#open.add(socket);
    this.#byPort.set(port, socket);
    // Clients under test reset and abort: no error of the server, and none that may end the process.
    socket.on('error', ignore);
    socket.once('close', () => {
      this.#open.delete(socket);
      if (this.#byPort.get(port) === socket) this.#byPort.delete(port);
      if (this.#open.size === 0) for (const resolve of this.#waiting.splice(0)) resolve();
    });
  }
}

function ignore(): void {}

/** Where a test server listens. */
export interface ListenOptions {
  /** Default `127.0.0.1`: a test server is not for the network. */
  readonly host?: string | undefined;
  /** Default 0: a free one. */
  readonly port?: number | undefined;
  /** A unix socket instead of a port. */
  readonly socketPath?: string | undefined;
}

/** Listens on a free port, the given one, or the socket path. Answers the port, 0 for a path. */
export function listen(server: Server, options: ListenOptions): Promise<number> {
  const { host = '127.0.0.1', port = 0, socketPath } = options;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    const ready = () => {
      server.off('error', reject);
      resolve(socketPath === undefined ? (server.address() as AddressInfo).port : 0);
    };
    if (socketPath === undefined) server.listen({ port, host }, ready);
    else server.listen({ path: socketPath }, ready);
  });
}

/** The origin of a server: brackets around an IPv6 address (RFC 3986 section 3.2.2), `localhost` for a unix socket. */
export function originOf(scheme: 'http' | 'https', port: number, options: ListenOptions): string {
  const { host = '127.0.0.1', socketPath } = options;
  if (socketPath !== undefined) return `${scheme}://localhost`;
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Stops listening and ends every connection; resolves when the last is gone. May be called again. */
export function shutDown(server: Server, ledger: ConnectionLedger): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    ledger.destroyAll();
  });
}
