/**
 * An HTTP proxy for tests: carries plain http in absolute form, opens tunnels, asks for credentials, speaks TLS itself,
 * or refuses. It knows the names that tests use, and keeps a record of what it saw.
 */
import {
  createServer,
  type IncomingMessage,
  request as openRequest,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ConnectionLedger, listen, shutDown } from '../../src/testing/server-connections.ts';
import { addressOf, type TestProxy } from './test-proxy.ts';

export interface HttpProxyOptions {
  /** Speaks TLS, with this certificate. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Asks for these. */
  readonly auth?: readonly [user: string, password: string];
  /** Sent, as it is, in answer to CONNECT; then the connection is closed. `''` closes it at once, `null` is silent. */
  readonly connectAnswer?: string | null;
  /** Sent before the 200 of a CONNECT, piece by piece with a turn between two; the last one in one piece with it. */
  readonly interim?: readonly string[];
  /** Says nothing of how long connections last, and closes each after one answer, as tinyproxy does. */
  readonly closesInSilence?: boolean;
}

export async function startHttpProxy(options: HttpProxyOptions = {}): Promise<TestProxy> {
  const seen: TestProxy['seen'] = [];
  const handler = (req: IncomingMessage, res: ServerResponse) => forward(req, res, options, seen);
  const server: Server = options.tls ? createTlsServer(options.tls, handler) : createServer(handler);
  server.on('connect', (req: IncomingMessage, socket: Duplex, head: Buffer) =>
    tunnel(req, socket, head, options, seen),
  );
  const ledger = new ConnectionLedger(server);
  const port = await listen(server, {});
  const scheme = options.tls ? 'https' : 'http';
  const userinfo = options.auth ? `${options.auth.map(encodeURIComponent).join(':')}@` : '';
  return {
    url: `${scheme}://${userinfo}127.0.0.1:${port}`,
    origin: `${scheme}://127.0.0.1:${port}`,
    port,
    seen,
    get connections() {
      return ledger.open;
    },
    get totalConnections() {
      return ledger.total;
    },
    allClosed: () => ledger.allClosed(),
    close: () => shutDown(server, ledger),
  };
}

function forward(req: IncomingMessage, res: ServerResponse, options: HttpProxyOptions, seen: TestProxy['seen']): void {
  seen.push({ kind: 'forward', target: req.url ?? '', method: req.method, headers: req.rawHeaders });
  if (!isAuthorized(req, options)) {
    res.writeHead(407, { 'Proxy-Authenticate': 'Basic realm="proxy"' }).end('who are you?');
    return;
  }
  if (!URL.canParse(req.url ?? '')) {
    res.writeHead(400).end('a proxy wants the whole URL');
    return;
  }
  const url = new URL(req.url!);
  const headers = withoutHop(req.rawHeaders);
  const onward = openRequest({
    host: addressOf(url.hostname),
    port: url.port || 80,
    method: req.method,
    path: url.pathname + url.search,
    headers,
    setHost: false,
  });
  onward.on('response', (answer) => {
    if (options.closesInSilence) {
      res.removeHeader('connection');
      res.once('finish', () => res.socket?.end());
    }
    res.writeHead(answer.statusCode ?? 500, answer.statusMessage, withoutHop(answer.rawHeaders));
    answer.pipe(res);
  });
  onward.on('error', () => res.headersSent || res.writeHead(502).end('the server cannot be reached'));
  req.pipe(onward);
}

function tunnel(
  req: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  options: HttpProxyOptions,
  seen: TestProxy['seen'],
): void {
  seen.push({ kind: 'connect', target: req.url ?? '', method: 'CONNECT', headers: req.rawHeaders });
  socket.on('error', () => undefined);
  if (options.connectAnswer !== undefined) {
    if (options.connectAnswer !== null) socket.end(options.connectAnswer);
    return;
  }
  if (!isAuthorized(req, options)) {
    socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="proxy"\r\n\r\n');
    return;
  }
  const { hostname, port } = new URL(`http://${req.url}`);
  const onward = connect(Number(port || 80), addressOf(hostname));
  onward.on('error', () => socket.end('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n'));
  onward.once('connect', async () => {
    const pieces = [...(options.interim ?? [])];
    const last = pieces.pop() ?? '';
    for (const piece of pieces) {
      socket.write(piece);
      await new Promise((resolve) => setImmediate(resolve));
    }
    socket.write(`${last}HTTP/1.1 200 Connection established\r\n\r\n`);
    join(socket, onward, head);
  });
}

/** Carries bytes both ways until either side ends. */
export function join(near: Duplex, far: Socket, head: Uint8Array = new Uint8Array(0)): void {
  if (head.byteLength > 0) far.write(head);
  near.pipe(far).pipe(near);
  near.on('close', () => far.destroy());
  far.on('close', () => near.destroy());
}

function isAuthorized(req: IncomingMessage, { auth }: HttpProxyOptions): boolean {
  if (auth === undefined) return true;
  return req.headers['proxy-authorization'] === `Basic ${Buffer.from(auth.join(':')).toString('base64')}`;
}

/** RFC 9110 section 7.6.1: what concerns this connection alone. */
function withoutHop(raw: readonly string[]): string[] {
  const hop = new Set([
    'connection',
    'keep-alive',
    'proxy-authorization',
    'proxy-connection',
    'transfer-encoding',
    'te',
  ]);
  const kept: string[] = [];
  for (let i = 0; i < raw.length; i += 2) if (!hop.has(raw[i]!.toLowerCase())) kept.push(raw[i]!, raw[i + 1]!);
  return kept;
}
