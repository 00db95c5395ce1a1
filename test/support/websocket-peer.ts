/**
 * The server's side of a WebSocket on a plain socket, for tests of the client: it shakes hands by hand, sends whatever
 * bytes it is told to in whatever pieces, and shows each frame of the client as it was on the wire.
 */
import { createHash } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { type Frame, OPCODE, readFrames } from './websocket-frames.ts';

/** What the client asked with. */
export interface HandshakeRequest {
  /** `GET /path HTTP/1.1` */
  readonly line: string;
  /** In lower case; of a repeated one all values, in a list with commas. */
  readonly headers: ReadonlyMap<string, string>;
  /** The right `Sec-WebSocket-Accept`. */
  readonly accept: string;
}

export interface PeerOptions {
  /** Lines to add to the 101, such as `Sec-WebSocket-Protocol: chat`. */
  readonly lines?: (request: HandshakeRequest) => readonly string[];
  /** The whole answer instead of a 101; after one that is no 101 the next request on the connection is read. */
  readonly answer?: (request: HandshakeRequest, count: number) => string | undefined;
  /** Sent in one piece with the 101. */
  readonly behind?: Uint8Array;
  readonly tls?: TlsOptions;
}

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

export function acceptOf(key: string): string {
  return createHash('sha1').update(`${key}${GUID}`).digest('base64');
}

/** One connection, after the handshake. */
export class WebSocketPeer {
  readonly #frames: Frame[] = [];
  readonly #waiting: ((frame: Frame | undefined) => void)[] = [];
  #rest: Buffer = Buffer.alloc(0);
  #isEnded = false;
  /** Resolves when the connection is gone. */
  readonly gone: Promise<void>;

  constructor(
    readonly socket: Socket,
    readonly request: HandshakeRequest,
  ) {
    this.gone = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.on('close', () => this.#end());
    socket.on('end', () => this.#end());
  }

  /** Everything this peer has read and nobody has asked for. */
  get unread(): readonly Frame[] {
    return this.#frames;
  }

  /** @internal */
  received(chunk: Buffer): void {
    const found: Frame[] = [];
    this.#rest = readFrames(this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]), found);
    for (const one of found) {
      const waiting = this.#waiting.shift();
      if (waiting === undefined) this.#frames.push(one);
      else waiting(one);
    }
  }

  /** Writes bytes in one piece; resolves when the system has them. */
  write(...parts: readonly Uint8Array[]): Promise<void> {
    return new Promise((resolve) => this.socket.write(Buffer.concat(parts), () => resolve()));
  }

  /** Writes bytes in pieces of `size`, each a packet of its own as far as the system lets it. */
  async chop(bytes: Uint8Array, size: number): Promise<void> {
    for (let at = 0; at < bytes.length; at += size) {
      await this.write(bytes.subarray(at, at + size));
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }

  /** The next frame of the client, `undefined` when the connection has ended. */
  next(): Promise<Frame | undefined> {
    const frame = this.#frames.shift();
    if (frame !== undefined) return Promise.resolve(frame);
    if (this.#isEnded) return Promise.resolve(undefined);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** The next message of the client, put together from its frames; control frames between them are skipped. */
  async message(): Promise<{ opcode: number; payload: Buffer; frames: readonly Frame[] } | undefined> {
    const frames: Frame[] = [];
    for (let frame = await this.next(); frame !== undefined; frame = await this.next()) {
      if (frame.opcode === OPCODE.close) return undefined;
      if (frame.opcode >= 8) continue;
      frames.push(frame);
      if (frame.fin) {
        return { opcode: frames[0]!.opcode, payload: Buffer.concat(frames.map((one) => one.payload)), frames };
      }
    }
    return undefined;
  }

  /** Frames until the connection ends. */
  async rest(): Promise<Frame[]> {
    const frames: Frame[] = [];
    for (let frame = await this.next(); frame !== undefined; frame = await this.next()) frames.push(frame);
    return frames;
  }

  end(): void {
    this.socket.end();
  }

  reset(): void {
    this.socket.resetAndDestroy();
  }

  #end(): void {
    this.#isEnded = true;
    for (const waiting of this.#waiting.splice(0)) waiting(undefined);
  }
}

export interface PeerServer extends AsyncDisposable {
  /** `ws://127.0.0.1:port`, or `wss://localhost:port`. */
  readonly url: string;
  readonly port: number;
  /** Every handshake that arrived, also those that were refused. */
  readonly requests: readonly HandshakeRequest[];
  /** How many connections are open. */
  readonly open: number;
  /** The next connection that shakes hands. */
  accept(): Promise<WebSocketPeer>;
  close(): Promise<void>;
}

export async function startPeer(options: PeerOptions = {}): Promise<PeerServer> {
  const requests: HandshakeRequest[] = [];
  const ready: WebSocketPeer[] = [];
  const waiting: ((peer: WebSocketPeer) => void)[] = [];
  const sockets = new Set<Socket>();
  const connected = (socket: Socket): void => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
    serve(socket, options, requests, (peer) => {
      const next = waiting.shift();
      if (next === undefined) ready.push(peer);
      else next(peer);
    });
  };
  const server: Server = options.tls ? createTlsServer(options.tls, connected) : createServer(connected);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  return {
    url: options.tls ? `wss://localhost:${port}` : `ws://127.0.0.1:${port}`,
    port,
    requests,
    get open() {
      return sockets.size;
    },
    accept: () => {
      const peer = ready.shift();
      return peer === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(peer);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Reads heads until one is answered with a 101; then frames. */
function serve(
  socket: Socket,
  options: PeerOptions,
  requests: HandshakeRequest[],
  switched: (peer: WebSocketPeer) => void,
): void {
  let head = '';
  let peer: WebSocketPeer | undefined;
  socket.on('data', (chunk: Buffer) => {
    if (peer !== undefined) {
      peer.received(chunk);
      return;
    }
    head += chunk.toString('latin1');
    const end = head.indexOf('\r\n\r\n');
    if (end === -1) return;
    const request = parseHead(head.slice(0, end));
    const behind = Buffer.from(head.slice(end + 4), 'latin1');
    head = '';
    requests.push(request);
    const answer = options.answer?.(request, requests.length);
    if (answer !== undefined) socket.write(answer, 'latin1');
    if (answer !== undefined && !answer.startsWith('HTTP/1.1 101')) return;
    peer = new WebSocketPeer(socket, request);
    if (answer === undefined) socket.write(Buffer.concat([switching(request, options), options.behind ?? Buffer.of()]));
    switched(peer);
    if (behind.length > 0) peer.received(behind);
  });
}

/** The lines of a right 101, without the empty one at the end. */
export function switchingLines(request: HandshakeRequest): string[] {
  return [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${request.accept}`,
  ];
}

function switching(request: HandshakeRequest, options: PeerOptions): Buffer {
  return Buffer.from([...switchingLines(request), ...(options.lines?.(request) ?? []), '', ''].join('\r\n'), 'latin1');
}

function parseHead(head: string): HandshakeRequest {
  const [line = '', ...lines] = head.split('\r\n');
  const headers = new Map<string, string>();
  for (const one of lines) {
    const colon = one.indexOf(':');
    const name = one.slice(0, colon).toLowerCase();
    const value = one.slice(colon + 1).trim();
    headers.set(name, headers.has(name) ? `${headers.get(name)}, ${value}` : value);
  }
  return { line, headers, accept: acceptOf(headers.get('sec-websocket-key') ?? '') };
}
