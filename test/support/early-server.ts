/** Servers that answer a large upload before they have read it (RFC 9110 section 7.5), and what they do after that. */
import { createServer as createHttp2Server, type Http2Server, type ServerHttp2Session } from 'node:http2';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { certificates } from './certificates.ts';

/** Bytes of the body that are read before the answer. */
const READ_FIRST = 65_536;
const REFUSAL = 'too much\n';

/** What the server does once it has answered. */
export type Afterwards = 'reads on' | 'closes at once' | 'stops reading';

export interface EarlyServer extends AsyncDisposable {
  readonly url: string;
  /** Connections that were ever opened. */
  readonly total: number;
  /** Requests whose heads came, `connection:method`. */
  readonly heads: readonly string[];
  /** Bytes of bodies that were read. */
  readonly read: number;
}

/** Over HTTP/1.1: a POST gets its 413 after 64 KiB of body, anything else a 200. */
export async function startEarlyServer(afterwards: Afterwards, isTls = false): Promise<EarlyServer> {
  const heads: string[] = [];
  const sockets = new Set<Socket>();
  let total = 0;
  let read = 0;
  const onSocket = (socket: Socket): void => {
    const connection = ++total;
    let head = '';
    let body = -1;
    sockets.add(socket.on('error', () => undefined).on('close', () => sockets.delete(socket)));
    socket.on('data', (chunk) => {
      if (body >= 0) {
        const before = body;
        body += chunk.byteLength;
        read += chunk.byteLength;
        if (before < READ_FIRST && body >= READ_FIRST) refuse(socket, afterwards);
        return;
      }
      head += chunk.toString('latin1');
      const end = head.indexOf('\r\n\r\n');
      if (end === -1) return;
      heads.push(`${connection}:${head.slice(0, head.indexOf(' '))}`);
      if (heads.at(-1)!.endsWith('POST')) body = head.length - end - 4;
      else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      head = '';
    });
  };
  const { server: pem } = await certificates();
  const server: Server = isTls ? createTlsServer(pem, onSocket) : createServer(onSocket);
  const port = await listen(server);
  return {
    url: `${isTls ? 'https://localhost' : 'http://127.0.0.1'}:${port}/`,
    heads,
    get total() {
      return total;
    },
    get read() {
      return read;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function refuse(socket: Socket, afterwards: Afterwards): void {
  const persistence = afterwards === 'closes at once' ? 'close' : 'keep-alive';
  const lines = ['HTTP/1.1 413 Content Too Large', `Content-Length: ${REFUSAL.length}`, `Connection: ${persistence}`];
  if (afterwards !== 'reads on') socket.pause();
  socket.write(`${lines.join('\r\n')}\r\n\r\n${REFUSAL}`, () => {
    // What has not been read makes a reset of this (RFC 1122 section 4.2.2.13).
    if (afterwards === 'closes at once') socket.destroy();
  });
}

/** The same over HTTP/2, where closing at once is `RST_STREAM` with `NO_ERROR` (RFC 9113 section 8.1). */
export async function startEarlyHttp2(afterwards: Afterwards): Promise<EarlyServer> {
  const heads: string[] = [];
  const sessions = new Set<ServerHttp2Session>();
  let total = 0;
  let read = 0;
  const server: Http2Server = createHttp2Server();
  server.on('session', (session) => {
    total += 1;
    sessions.add(session);
    session.on('error', () => undefined).on('close', () => sessions.delete(session));
  });
  server.on('stream', (stream, head) => {
    stream.on('error', () => undefined);
    heads.push(`${total}:${head[':method']}`);
    if (head[':method'] !== 'POST') {
      stream.respond({ ':status': 200 });
      stream.end('ok');
      return;
    }
    let body = 0;
    stream.on('data', (chunk: Buffer) => {
      const before = body;
      body += chunk.byteLength;
      read += chunk.byteLength;
      if (before >= READ_FIRST || body < READ_FIRST) return;
      if (afterwards !== 'reads on') stream.pause();
      stream.respond({ ':status': 413 });
      stream.end(REFUSAL);
      if (afterwards === 'closes at once') stream.close(0);
    });
  });
  const port = await listen(server as unknown as Server);
  return {
    url: `http://127.0.0.1:${port}/`,
    heads,
    get total() {
      return total;
    },
    get read() {
      return read;
    },
    async [Symbol.asyncDispose]() {
      for (const session of sessions) session.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
