/** The servers that the program asks: what came over the wire is kept as it was. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttp2 } from 'node:http2';
import type { AddressInfo, Server } from 'node:net';

/** A request as it came: its headers in their order, with their names as they were written. */
export interface Seen {
  readonly case: string;
  readonly request: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

export interface Site {
  readonly origins: readonly string[];
  /** Those that came since the last time. */
  taken(): Seen[];
  close(): void;
}

function pairs(raw: readonly string[]): [string, string][] {
  return Array.from({ length: raw.length / 2 }, (_, at) => [raw[2 * at]!, raw[2 * at + 1]!]);
}

export async function startSite(): Promise<Site> {
  const seen: Seen[] = [];
  const asked = new Map<string, number>();
  let current = '';
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const { pathname, searchParams } = new URL(request.url!, 'http://h.test');
    if (pathname === '/redirect') response.writeHead(302, { Location: searchParams.get('to')! }).end('moved');
    else if (pathname === '/file') response.end('x'.repeat(100_000));
    else if (pathname.startsWith('/flaky')) {
      const count = (asked.get(pathname) ?? 0) + 1;
      asked.set(pathname, count);
      response.writeHead(count % 3 === 0 ? 200 : 503).end('flaky');
    } else response.end(`${request.method} ${pathname}`);
  };
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => void chunks.push(chunk));
    request.on('end', () => {
      const headers = pairs(request.rawHeaders);
      current = String(request.headers['x-case'] ?? current);
      const body = Buffer.concat(chunks).toString();
      seen.push({ case: current, request: `${request.method} ${request.url}`, headers, body });
      answer(request, response);
    });
  };
  const servers = [createServer(listener), createServer(listener), createHttp2(listener as never)] as Server[];
  for (const server of servers) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  return {
    origins: [`http://127.0.0.1:${ports[0]}`, `http://localhost:${ports[1]}`, `http://127.0.0.1:${ports[2]}`],
    taken: () => seen.splice(0),
    close() {
      for (const server of servers) server.close();
    },
  };
}
