/** What the options of a runtime's own fetch lead to: sites over TCP, TLS and a unix socket, and proxies that count. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createSecureServer } from 'node:http2';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { type Certificates, certificates } from '../support/certificates.ts';
import { startHttpProxy } from '../support/http-proxy.ts';
import { startSocksProxy } from '../support/socks-proxy.ts';
import type { TestProxy } from '../support/test-proxy.ts';

/** What a site says of a request. */
export interface SeenBySite {
  readonly site: string;
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly version: string;
  readonly from: string;
  readonly host: string;
  /** The name that SNI said. */
  readonly sni: string;
  /** The common name of the client's certificate. */
  readonly client: string;
  readonly hasProxyHeader: boolean;
  /** Which of the site's connections it came over. */
  readonly connection: number;
}

export interface Places {
  readonly plain: string;
  readonly tls: string;
  readonly http2: string;
  readonly socket: string;
  readonly proxies: Readonly<Record<'http' | 'https' | 'auth' | 'socks', TestProxy>>;
  readonly pem: Certificates;
  close(): Promise<void>;
}

export async function startPlaces(): Promise<Places> {
  const pem = await certificates();
  const folder = mkdtempSync(join(tmpdir(), 'sluice-own-'));
  const socket = join(folder, 'site.sock');
  // Any client is let in: what it has shown is told.
  const tls = { ...pem.server, ca: pem.ca.cert, requestCert: true, rejectUnauthorized: false };
  const servers = {
    plain: createServer(answering('plain')),
    tls: createTlsServer(tls, answering('tls')),
    http2: createSecureServer(pem.server, answering('http2') as never) as unknown as Server,
    unix: createServer(answering('unix')),
  };
  const port = async (server: Server, at: number | string) => {
    await new Promise<void>((resolve) =>
      typeof at === 'string' ? server.listen(at, resolve) : server.listen(at, '127.0.0.1', resolve),
    );
    return typeof at === 'string' ? 0 : (server.address() as AddressInfo).port;
  };
  await port(servers.unix, socket);
  const proxies = {
    http: await startHttpProxy(),
    https: await startHttpProxy({ tls: pem.server }),
    auth: await startHttpProxy({ auth: ['user', 'p@ss'] }),
    socks: await startSocksProxy({ scheme: 'socks5' }),
  };
  return {
    plain: `http://127.0.0.1:${await port(servers.plain, 0)}/`,
    tls: `https://localhost:${await port(servers.tls, 0)}/`,
    http2: `https://localhost:${await port(servers.http2, 0)}/`,
    socket,
    proxies,
    pem,
    async close() {
      for (const server of Object.values(servers)) {
        server.close();
        if ('closeAllConnections' in server) server.closeAllConnections();
      }
      await Promise.all(Object.values(proxies).map((proxy) => proxy.close()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function answering(site: string): (request: IncomingMessage, response: ServerResponse) => void {
  const connections = new Map<unknown, number>();
  return (request, response) => {
    const { socket, headers, method = '', url = '', httpVersion } = request;
    if (!connections.has(socket)) connections.set(socket, connections.size + 1);
    const { servername, getPeerCertificate } = socket as Partial<TLSSocket>;
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const seen: SeenBySite = {
        site,
        method,
        path: url,
        body: Buffer.concat(chunks).toString(),
        version: httpVersion,
        from: socket.remoteAddress ?? '',
        host: String(headers.host ?? headers[':authority'] ?? ''),
        sni: servername || '',
        client: String(getPeerCertificate?.call(socket as TLSSocket)?.subject?.CN ?? ''),
        hasProxyHeader: 'proxy-authorization' in headers,
        connection: connections.get(socket)!,
      };
      const text = JSON.stringify(seen);
      if (url === '/gzip') response.setHeader('Content-Encoding', 'gzip');
      response.end(url === '/gzip' ? gzipSync(text) : text);
    });
  };
}
