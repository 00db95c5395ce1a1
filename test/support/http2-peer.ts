/**
 * The other end of HTTP/2, as a test wants it: a server of node:http2 that counts, and one that writes the frames it is
 * told to (RFC 9113 section 4.1), for what no server of node:http2 would do.
 */
import {
  createSecureServer,
  createServer,
  type Http2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
  type Settings,
} from 'node:http2';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { certificates } from './certificates.ts';

type Listener = (request: Http2ServerRequest, response: Http2ServerResponse) => void;

export interface Http2Peer extends AsyncDisposable {
  readonly origin: string;
  readonly server: Http2Server;
  /** Sessions that were ever opened. */
  readonly total: number;
  readonly sessions: ReadonlySet<ServerHttp2Session>;
  url(path?: string): string;
}

export interface PeerOptions {
  /** Over TLS, with the certificate for `localhost` and ALPN. */
  readonly tls?: boolean;
  /** HTTP/1.1 is spoken too, for those who do not offer h2. */
  readonly allowHTTP1?: boolean;
  readonly settings?: Settings;
  readonly listener?: Listener;
}

export async function startHttp2(options: PeerOptions = {}): Promise<Http2Peer> {
  const { tls = false, allowHTTP1 = false, settings = {}, listener } = options;
  const { server: pem } = await certificates();
  const server = tls ? createSecureServer({ ...pem, allowHTTP1, settings }) : createServer({ settings });
  if (listener) server.on('request', listener as never);
  const sessions = new Set<ServerHttp2Session>();
  let total = 0;
  server.on('session', (session) => {
    total += 1;
    sessions.add(session);
    session.on('error', () => undefined);
    session.on('close', () => sessions.delete(session));
  });
  server.on('sessionError', () => undefined);
  const port = await listen(server as unknown as Server);
  const origin = tls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`;
  return {
    origin,
    server: server as Http2Server,
    sessions,
    get total() {
      return total;
    },
    url: (path = '/') => origin + path,
    async [Symbol.asyncDispose]() {
      for (const session of sessions) session.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** RFC 9113 §6: the types of frames that tests write. */
export const frames = {
  settings: (...pairs: readonly (readonly [id: number, value: number])[]) =>
    frame(4, 0, 0, Buffer.concat(pairs.map(([id, value]) => Buffer.concat([u16(id), u32(value)])))),
  /** A head: `:status: 200` from the static table (RFC 7541), and literal fields. */
  headers: (stream: number, fields: Readonly<Record<string, string>> = {}, isEnd = false) =>
    frame(1, isEnd ? 5 : 4, stream, Buffer.concat([Buffer.of(0x88), ...Object.entries(fields).map(literal)])),
  /** A head with any status, of which node:http2 would send no other than a right one: `:status` as a literal (RFC 7541). */
  status: (stream: number, status: string, isEnd: boolean) =>
    frame(1, isEnd ? 5 : 4, stream, Buffer.concat([Buffer.of(0x08, status.length), Buffer.from(status)])),
  data: (stream: number, text: string, isEnd = false) => frame(0, isEnd ? 1 : 0, stream, Buffer.from(text)),
  reset: (stream: number, code: number) => frame(3, 0, stream, u32(code)),
  goaway: (lastStream: number, code = 0) => frame(7, 0, 0, Buffer.concat([u32(lastStream), u32(code)])),
};

/** Streams whose heads came, by number. */
export interface FramePeer extends AsyncDisposable {
  readonly url: string;
  readonly connections: number;
  /** `connection.stream` of every request. */
  readonly heads: readonly string[];
}

/** Answers each request of each connection with the frames, or whatever else, that `answer` gives; `open` begins it. */
export async function startFrames(
  answer: (stream: number, connection: number, socket: Socket) => readonly Buffer[],
  open: (connection: number, socket: Socket) => readonly Buffer[] = () => [frames.settings()],
): Promise<FramePeer> {
  const heads: string[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createTcpServer((socket) => {
    const connection = ++connections;
    sockets.add(socket.on('error', () => undefined).on('close', () => sockets.delete(socket)));
    for (const bytes of open(connection, socket)) socket.write(bytes);
    let input: Buffer = Buffer.alloc(0);
    let isOpen = false;
    socket.on('data', (chunk) => {
      input = Buffer.concat([input, chunk]);
      // RFC 9113 §3.4: the client's preface is 24 bytes.
      if (!isOpen && input.length >= 24) {
        input = input.subarray(24);
        isOpen = true;
      }
      while (isOpen && input.length >= 9 && input.length >= 9 + input.readUIntBE(0, 3)) {
        const [length, type, flags, stream] = [input.readUIntBE(0, 3), input[3], input[4]!, input.readUInt32BE(5)];
        input = input.subarray(9 + length);
        if (type === 4 && (flags & 1) === 0) socket.write(frame(4, 1, 0));
        if (type !== 1) continue;
        heads.push(`${connection}.${stream}`);
        for (const bytes of answer(stream, connection, socket)) socket.write(bytes);
      }
    });
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}/`,
    heads,
    get connections() {
      return connections;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

function frame(type: number, flags: number, stream: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** RFC 7541 §6.2.2: a field without indexing, its name and value shorter than 127 bytes. */
function literal([name, value]: readonly [string, string]): Buffer {
  return Buffer.concat([Buffer.of(0, name.length), Buffer.from(name), Buffer.of(value.length), Buffer.from(value)]);
}

function u16(value: number): Buffer {
  return Buffer.of(value >> 8, value & 255);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
