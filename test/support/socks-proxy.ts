/** A SOCKS proxy for tests: versions 4, 4a and 5, with or without credentials, or refusing with a code. */
import { connect, createServer, type Socket } from 'node:net';
import { ConnectionLedger, listen, shutDown } from '../../src/testing/server-connections.ts';
import { join } from './http-proxy.ts';
import { addressOf, type SeenByProxy, type TestProxy } from './test-proxy.ts';

export interface SocksProxyOptions {
  readonly scheme: 'socks4' | 'socks4a' | 'socks5' | 'socks5h';
  /** Asks for these; version 4 knows a user alone. */
  readonly auth?: readonly [user: string, password: string];
  /** Answers with this code instead of connecting. */
  readonly reply?: number;
  /** Sends this instead of any answer; `''` closes at once, `null` is silent. */
  readonly garbage?: string | null;
}

export async function startSocksProxy(options: SocksProxyOptions): Promise<TestProxy> {
  const seen: SeenByProxy[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    serve(new ByteReader(socket), socket, options, seen).catch(() => socket.destroy());
  });
  const ledger = new ConnectionLedger(server);
  const port = await listen(server, {});
  const userinfo = options.auth ? `${options.auth.map(encodeURIComponent).join(':')}@` : '';
  return {
    url: `${options.scheme}://${userinfo}127.0.0.1:${port}`,
    origin: `${options.scheme}://127.0.0.1:${port}`,
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

async function serve(
  reader: ByteReader,
  socket: Socket,
  options: SocksProxyOptions,
  seen: SeenByProxy[],
): Promise<void> {
  const [version] = await reader.read(1);
  if (options.garbage !== undefined) {
    if (options.garbage !== null) socket.end(options.garbage);
    return;
  }
  if (version === 4) await serve4(reader, socket, options, seen);
  else await serve5(reader, socket, options, seen);
}

async function serve4(
  reader: ByteReader,
  socket: Socket,
  options: SocksProxyOptions,
  seen: SeenByProxy[],
): Promise<void> {
  const head = await reader.read(7);
  const user = await reader.readText();
  const address = [...head.subarray(3, 7)];
  const isName = address[0] === 0 && address[1] === 0 && address[2] === 0 && address[3] !== 0;
  const host = isName ? await reader.readText() : address.join('.');
  const port = head.readUInt16BE(1);
  seen.push({
    kind: isName ? 'socks4a' : 'socks4',
    target: `${host}:${port}`,
    addressType: isName ? 'name' : 'ipv4',
    user,
  });
  const answer = (code: number) => Buffer.from([0, code, 0, 0, 0, 0, 0, 0]);
  if (options.auth !== undefined && user !== options.auth[0]) socket.end(answer(0x5d));
  else if (options.reply !== undefined) socket.end(answer(options.reply));
  else onward(reader, socket, host, port, answer(0x5a), answer(0x5b));
}

async function serve5(
  reader: ByteReader,
  socket: Socket,
  options: SocksProxyOptions,
  seen: SeenByProxy[],
): Promise<void> {
  const [count = 0] = await reader.read(1);
  const methods = [...(await reader.read(count))];
  const wanted = options.auth === undefined ? 0 : 2;
  if (!methods.includes(wanted)) {
    socket.end(Buffer.from([5, 0xff]));
    return;
  }
  socket.write(Buffer.from([5, wanted]));
  const who = wanted === 2 ? await credentials(reader) : undefined;
  if (who !== undefined) {
    const isRight = who.user === options.auth?.[0] && who.password === options.auth?.[1];
    socket.write(Buffer.from([1, isRight ? 0 : 1]));
    if (!isRight) {
      socket.end();
      return;
    }
  }
  const [, , , type] = await reader.read(4);
  const host = await hostOf(reader, type);
  const port = (await reader.read(2)).readUInt16BE(0);
  const addressType = type === 1 ? 'ipv4' : type === 4 ? 'ipv6' : 'name';
  seen.push({ kind: 'socks5', target: `${host}:${port}`, addressType, ...who });
  const answer = (code: number) => Buffer.from([5, code, 0, 1, 0, 0, 0, 0, 0, 0]);
  if (options.reply !== undefined) socket.end(answer(options.reply));
  else onward(reader, socket, host, port, answer(0), answer(5));
}

/** RFC 1929 */
async function credentials(reader: ByteReader): Promise<{ user: string; password: string }> {
  const [, userLength = 0] = await reader.read(2);
  const user = (await reader.read(userLength)).toString();
  const [length = 0] = await reader.read(1);
  return { user, password: (await reader.read(length)).toString() };
}

async function hostOf(reader: ByteReader, type: number | undefined): Promise<string> {
  if (type === 1) return [...(await reader.read(4))].join('.');
  if (type === 4) {
    const words = [...new Uint16Array(8).keys()];
    const bytes = await reader.read(16);
    return new URL(`http://[${words.map((i) => bytes.readUInt16BE(i * 2).toString(16)).join(':')}]/`).hostname;
  }
  const [length = 0] = await reader.read(1);
  return (await reader.read(length)).toString();
}

function onward(reader: ByteReader, socket: Socket, host: string, port: number, good: Buffer, bad: Buffer): void {
  const far = connect(port, addressOf(host));
  far.once('error', () => socket.end(bad));
  far.once('connect', () => {
    socket.write(good);
    join(socket, far, reader.release());
  });
}

/** Reads so many bytes, however they come. */
class ByteReader {
  readonly #socket: Socket;
  #bytes = Buffer.alloc(0);
  #wake: (() => void) | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', this.#onData);
    socket.on('close', () => this.#wake?.());
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    this.#wake?.();
  };

  async read(count: number): Promise<Buffer> {
    while (this.#bytes.length < count) {
      if (this.#socket.destroyed) throw new Error('the client left');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const read = this.#bytes.subarray(0, count);
    this.#bytes = this.#bytes.subarray(count);
    return read;
  }

  /** Text up to a NUL. */
  async readText(): Promise<string> {
    let text = '';
    for (let [byte] = await this.read(1); byte !== 0; [byte] = await this.read(1)) text += String.fromCharCode(byte!);
    return text;
  }

  /** Reads no more; what was read too much. */
  release(): Buffer {
    this.#socket.removeListener('data', this.#onData);
    return this.#bytes;
  }
}
