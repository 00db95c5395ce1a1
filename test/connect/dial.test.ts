import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer, type TLSSocket, type TlsOptions } from 'node:tls';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { dial, dialSettings, dialTimings } from '../../src/connect/dial.ts';
import type { DialTarget } from '../../src/connect/settings/dial-settings.ts';
import type { Lookup, RequestOptions } from '../../src/options/options.ts';
import { FakeClock } from '../../src/testing/fake-clock.ts';
import { certificates } from '../support/certificates.ts';

const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function listening(server: Server, host = '127.0.0.1'): Promise<number> {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen({ port: 0, host }, resolve));
  closing.push(async () => {
    for (const socket of open) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as { port: number }).port;
}

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const secure = async (options: TlsOptions = {}) => createTlsServer({ ...(await certificates()).server, ...options });

function dialled(target: Partial<DialTarget> & { port: number }, options: RequestOptions = {}): Promise<Socket> {
  const whole = { protocol: 'http:', hostname: '127.0.0.1', ...target };
  return new Promise((resolve, reject) => {
    dial(whole, dialSettings(options), (error, socket) => {
      if (socket === null) reject(error);
      else {
        closing.push(async () => socket.destroy());
        resolve(socket);
      }
    });
  });
}

const addresses =
  (...found: string[]): Lookup =>
  (_, __, callback) =>
    callback(
      null,
      found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );

describe('dialSettings', () => {
  it('is one object for all who set nothing', () => {
    expect(dialSettings({})).toBe(dialSettings({ headers: { a: 'b' }, timeout: 5, verify: true, keepAlive: true }));
  });

  it('has the documented defaults', () => {
    expect(dialSettings({})).toMatchObject({
      connectTimeout: 10_000,
      keepAlive: true,
      maxHeaderSize: 16_384,
      family: 0,
    });
  });

  const lookup = addresses('127.0.0.1');
  it.each<RequestOptions>([
    { connectTimeout: '1s' },
    { keepAlive: false },
    { verify: false },
    { maxHeaderSize: 1 },
    { maxHeaderSize: false },
    { forceIpResolve: 'v4' },
    { lookup },
    { localAddress: '127.0.0.2' },
    { socketPath: '/tmp/a.sock' },
    { tls: { servername: 'a.test' } },
    { tls: { alpn: ['h2'] } },
    { clock: new FakeClock() },
  ])('has a key of its own for %o, the same for equal options', (options) => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    expect(dialSettings(options).key).not.toBe(dialSettings({}).key);
    expect(dialSettings({ ...options }).key).toBe(dialSettings(options).key);
    warn.mockRestore();
  });

  it('shows nothing of a key or a passphrase in its key', async () => {
    const { encryptedClient } = await certificates();
    const { key, passphrase } = encryptedClient;
    const settings = dialSettings({ cert: encryptedClient.cert, sslKey: [key, passphrase] });
    expect(settings.key).not.toContain(passphrase);
    expect(settings.key).not.toContain('BEGIN');
    expect(settings.key).not.toBe(
      dialSettings({ cert: encryptedClient.cert, sslKey: [(await certificates()).client.key, ''] }).key,
    );
  });

  it('warns once that verify is off', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    dialSettings({ verify: false });
    dialSettings({ verify: false, connectTimeout: 5 });
    expect(warn.mock.calls.length).toBeLessThanOrEqual(1);
    warn.mockRestore();
  });

  it.each<[RequestOptions, RegExp]>([
    [{ ca: '/nowhere/ca.pem' }, /^ca names the file "\/nowhere\/ca.pem", which does not exist$/],
    [{ verify: '/nowhere/ca.pem' }, /^verify names the file/],
    [{ cert: ['/nowhere/c.pem', 'pass'] }, /^cert names the file/],
    [{ sslKey: '/nowhere/k.pem' }, /^sslKey names the file/],
    [{ tls: { pfx: '/nowhere/p.pfx' } }, /^tls.pfx names the file/],
    [{ ca: tmpdir() }, /which cannot be read \(EISDIR\)$/],
    [{ ca: new Uint8Array([1, 2, 3]) }, /^ca must be PEM .* the bytes hold none$/],
    [
      { ca: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' },
      /^the TLS options \(ca, tls\) cannot be used/,
    ],
    [{ tls: { ciphers: 'NONE-SUCH' } }, /^the TLS options \(tls\) cannot be used/],
  ])('refuses %o before anything is dialled', (options, message) => {
    const settings = () => dialSettings(options);
    expect(settings).toThrow(message);
    expect(settings).toThrow(expect.objectContaining({ name: 'RequestError', code: 'ERR_TLS_OPTIONS' }));
  });

  it('refuses a local address that is none', () => {
    expect(() => dialSettings({ localAddress: 'eth0' })).toThrow(TypeError);
  });

  it('reads a file again when it has changed', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'sluice-'));
    closing.push(() => rm(directory, { recursive: true }));
    const path = join(directory, 'ca.pem');
    const { ca, otherCa } = await certificates();
    await writeFile(path, ca.cert);
    const before = dialSettings({ ca: path }).key;
    expect(dialSettings({ ca: ca.cert }).key).toBe(before);
    await writeFile(path, `${otherCa.cert}\n`);
    expect(dialSettings({ ca: path }).key).not.toBe(before);
  });
});

describe('dial', () => {
  it('connects to an address, and says how long it took', async () => {
    const socket = await dialled({ port: await listening(createServer()) });
    expect(dialTimings(socket)).toEqual({ connect: expect.any(Number) });
  });

  it('calls back after it has returned, also from a lookup that answers at once', async () => {
    const port = await listening(createServer());
    let isReturned = false;
    const seen = await new Promise<boolean>((resolve) => {
      const settings = dialSettings({ lookup: addresses('127.0.0.1') });
      dial({ protocol: 'http:', hostname: 'a.test', port }, settings, (_, socket) => {
        socket?.destroy();
        resolve(isReturned);
      });
      isReturned = true;
    });
    expect(seen).toBe(true);
  });

  it("is a ConnectError with the system's number when nobody listens", async () => {
    const error = await dialled({ port: await closedPort() }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      name: 'ConnectError',
      code: 'ERR_CONNECT_REFUSED',
      errno: constants.errno.ECONNREFUSED,
      request: undefined,
    });
  });

  it('gives up exactly at connectTimeout while a lookup never answers', async () => {
    const clock = new FakeClock();
    let settled: unknown;
    dialled({ port: 80, hostname: 'a.test' }, { clock, connectTimeout: 200, lookup: () => undefined }).catch(
      (reason) => {
        settled = reason;
      },
    );
    await clock.advance(199);
    expect(settled).toBeUndefined();
    await clock.advance(1);
    expect(settled).toMatchObject({ name: 'TimeoutError', phase: 'connect', code: 'ERR_TIMEOUT_CONNECT' });
    expect(clock.pending).toBe(0);
  });

  it('gives up at connectTimeout while the TLS handshake hangs, and closes the socket', async () => {
    const clock = new FakeClock();
    const server = createServer();
    const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
    const dialling = dialled({ protocol: 'https:', port: await listening(server) }, { clock, connectTimeout: '1s' });
    const refused = expect(dialling).rejects.toMatchObject({ name: 'TimeoutError', phase: 'connect' });
    const socket = (await accepted).resume();
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await clock.advance(1000);
    await refused;
    await closed;
  });

  it('leaves no timer and no socket when it is given up', async () => {
    const clock = new FakeClock();
    const callback = vi.fn();
    const settings = dialSettings({ clock, lookup: () => undefined });
    const cancel = dial({ protocol: 'http:', hostname: 'a.test', port: 80 }, settings, callback);
    expect(clock.pending).toBe(1);
    cancel();
    await clock.advance(20_000);
    expect([callback.mock.calls.length, clock.pending]).toEqual([0, 0]);
  });

  it('tries the next address when one refuses', async () => {
    const port = await listening(createServer(), '127.0.0.2');
    const socket = await dialled({ hostname: 'a.test', port }, { lookup: addresses('127.0.0.1', '127.0.0.2') });
    expect(socket.remoteAddress).toBe('127.0.0.2');
    expect(dialTimings(socket)).toMatchObject({ dns: expect.any(Number), connect: expect.any(Number) });
  });

  it('lets the families take turns, beginning with the first that was found', async () => {
    const port = await listening(createServer(), '127.0.0.3');
    const lookup = addresses('127.0.0.1', '127.0.0.3', '::1');
    const socket = await dialled({ hostname: 'a.test', port }, { lookup });
    expect(socket.remoteAddress).toBe('127.0.0.3');
  });

  it.each<[string, Lookup]>([
    ['calls back with one address', (_, __, callback) => callback(null, '127.0.0.1', 4)],
    ['returns a promise of an address', async () => '127.0.0.1'],
    ['returns a promise of a record', async () => ({ address: '127.0.0.1', family: 4 })],
    ['returns a promise of a list', async () => [{ address: '127.0.0.1', family: 4 }]],
  ])('takes a lookup that %s', async (_, lookup) => {
    const port = await listening(createServer());
    expect((await dialled({ hostname: 'a.test', port }, { lookup })).remotePort).toBe(port);
  });

  it.each<[string, Lookup]>([
    [
      'throws',
      () => {
        throw new Error('no resolver');
      },
    ],
    [
      'rejects',
      async () => {
        throw new Error('no resolver');
      },
    ],
    ['calls back with an error', (_, __, callback) => callback(new Error('no resolver'), '')],
    ['finds nothing', (_, __, callback) => callback(null, [])],
    ['finds no address', async () => 'elsewhere.test'],
  ])('is a ConnectError when a lookup %s', async (_, lookup) => {
    await expect(dialled({ hostname: 'a.test', port: 80 }, { lookup })).rejects.toMatchObject({ name: 'ConnectError' });
  });

  it('says which family is missing', async () => {
    const dialling = dialled({ port: 80 }, { forceIpResolve: 'v6' });
    await expect(dialling).rejects.toMatchObject({
      code: 'ERR_DNS',
      cause: { message: expect.stringContaining('IPv6') },
    });
  });

  it('dials from localAddress', async () => {
    const port = await listening(createServer());
    expect((await dialled({ port }, { localAddress: '127.0.0.9' })).localAddress).toBe('127.0.0.9');
  });

  it('names a socket path that is not there', async () => {
    const dialling = dialled({ port: 80 }, { socketPath: '/nowhere/a.sock' });
    await expect(dialling).rejects.toMatchObject({ name: 'ConnectError', code: 'ERR_SOCKET_PATH' });
  });
});

describe('dial over TLS', () => {
  it('trusts what ca names, and says what the handshake took', async () => {
    const port = await listening(await secure());
    const socket = await dialled({ protocol: 'https:', port }, { ca: (await certificates()).ca.cert });
    expect(dialTimings(socket)).toEqual({ connect: expect.any(Number), tls: expect.any(Number) });
  });

  it.each<['selfSigned' | 'expired' | 'wrongHost' | 'byOtherCa' | 'notYetValid', string]>([
    ['selfSigned', 'ERR_TLS_SELF_SIGNED'],
    ['expired', 'ERR_TLS_EXPIRED'],
    ['notYetValid', 'ERR_TLS_NOT_YET_VALID'],
    ['wrongHost', 'ERR_TLS_HOST'],
    ['byOtherCa', 'ERR_TLS_UNTRUSTED'],
  ])('refuses a certificate that is %s', async (kind, code) => {
    const made = await certificates();
    const port = await listening(await secure(made[kind]));
    const dialling = dialled({ protocol: 'https:', port }, { ca: made.ca.cert });
    await expect(dialling).rejects.toMatchObject({ name: 'ConnectError', code });
  });

  it('accepts any when verify is off', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const port = await listening(await secure((await certificates()).selfSigned));
    const socket = (await dialled({ protocol: 'https:', port }, { verify: false })) as TLSSocket;
    expect(socket.authorized).toBe(false);
    warn.mockRestore();
  });

  it('shows our certificate, its key encrypted or in the same file', async () => {
    const { ca, encryptedClient, client } = await certificates();
    const port = await listening(
      await secure({ ca: ca.cert, requestCert: true, minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' }),
    );
    const encrypted = {
      cert: encryptedClient.cert,
      sslKey: [encryptedClient.key, encryptedClient.passphrase] as const,
    };
    for (const ours of [encrypted, { cert: `${client.cert}\n${client.key}` }]) {
      await expect(dialled({ protocol: 'https:', port }, { ca: ca.cert, ...ours })).resolves.toBeDefined();
    }
  });

  it('names a server that wants our certificate', async () => {
    const { ca } = await certificates();
    const server = await secure({ ca: ca.cert, requestCert: true, rejectUnauthorized: true, maxVersion: 'TLSv1.2' });
    const dialling = dialled({ protocol: 'https:', port: await listening(server) }, { ca: ca.cert });
    await expect(dialling).rejects.toMatchObject({ name: 'ConnectError' });
  });

  it('speaks TLS 1.2 or newer unless it is told otherwise', async () => {
    const { ca } = await certificates();
    const server = await secure({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' });
    const port = await listening(server);
    await expect(dialled({ protocol: 'https:', port }, { ca: ca.cert })).rejects.toMatchObject({
      code: 'ERR_TLS_PROTOCOL',
    });
  });

  it('says that a port speaks no TLS', async () => {
    const port = await listening(createServer((socket) => void socket.write('hello, this is plain text\r\n')));
    await expect(dialled({ protocol: 'https:', port })).rejects.toMatchObject({
      name: 'ConnectError',
      code: 'ERR_TLS_PROTOCOL',
    });
  });

  it('says that the server hung up during the handshake', async () => {
    const port = await listening(createServer((socket) => void socket.destroy()));
    await expect(dialled({ protocol: 'https:', port })).rejects.toMatchObject({
      name: 'ConnectError',
      code: 'ERR_RESET',
    });
  });

  it('asks for tls.servername and checks the certificate against it', async () => {
    const { ca } = await certificates();
    const names: unknown[] = [];
    const server = await secure();
    server.on('secureConnection', (socket: TLSSocket) => names.push(socket.servername));
    const port = await listening(server);
    await dialled({ protocol: 'https:', port }, { ca: ca.cert, tls: { servername: 'example.test' } });
    const wrong = dialled({ protocol: 'https:', port }, { ca: ca.cert, tls: { servername: 'elsewhere.test' } });
    await expect(wrong).rejects.toMatchObject({ code: 'ERR_TLS_HOST' });
    expect(names[0]).toBe('example.test');
  });

  it('resumes a session of the same settings, and of no others', async () => {
    const { ca } = await certificates();
    const port = await listening(await secure({ maxVersion: 'TLSv1.2' }));
    const target = { protocol: 'https:', hostname: 'localhost', port };
    const connect = async (options: RequestOptions) => {
      const lookup = resolver;
      return ((await dialled(target, { ca: ca.cert, lookup, ...options })) as TLSSocket).isSessionReused();
    };
    const resolver = addresses('127.0.0.1');
    expect([await connect({}), await connect({}), await connect({ tls: { servername: 'example.test' } })]).toEqual([
      false,
      true,
      false,
    ]);
  });
});
