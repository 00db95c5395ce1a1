/** The proxies that Debian ships, started on loopback with configurations of our own in a temporary folder. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface RunningProxy {
  /** The URL for each scheme that it speaks. */
  readonly urls: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export interface DebianProxy {
  readonly name: string;
  readonly packageName: string;
  readonly binary: string;
  start(certificate: { cert: string; key: string }): Promise<RunningProxy>;
}

const AUTH = 'user:secret';

/** Whether the program is there; installs it where that is possible without asking anybody. */
export function isInstalled({ binary, packageName }: Pick<DebianProxy, 'binary' | 'packageName'>): true | string {
  if (hasProgram(binary)) return true;
  if (!hasProgram('apt-get')) return `${binary} is not here, and there is no apt-get to install it`;
  if (process.getuid?.() !== 0) return `${binary} is not here, and only root may install ${packageName}`;
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
    execFileSync('apt-get', ['update', '-qq'], { stdio: 'ignore', env });
    execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', packageName], { stdio: 'ignore', env });
  } catch {
    return `${packageName} could not be installed`;
  }
  return hasProgram(binary) ? true : `${packageName} has no ${binary}`;
}

function hasProgram(name: string): boolean {
  try {
    execFileSync('sh', ['-c', `PATH="$PATH:/usr/sbin:/sbin" command -v ${name}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

export const tinyproxy: DebianProxy = {
  name: 'tinyproxy',
  packageName: 'tinyproxy-bin',
  binary: 'tinyproxy',
  async start() {
    const port = await freePort();
    const folder = newFolder();
    const lines = [
      `Port ${port}`,
      'Listen 127.0.0.1',
      'Timeout 60',
      'MaxClients 50',
      'Allow 127.0.0.1',
      `BasicAuth ${AUTH.replace(':', ' ')}`,
      `LogFile "${folder}/log"`,
      `PidFile "${folder}/pid"`,
    ];
    const stop = await run('tinyproxy', (file) => ['-d', '-c', file], lines, folder, [port]);
    return { urls: { HTTP: `http://${AUTH}@127.0.0.1:${port}` }, stop };
  },
};

export const squid: DebianProxy = {
  name: 'squid',
  packageName: 'squid',
  binary: 'squid',
  async start({ cert, key }) {
    const [plain, secure] = [await freePort(), await freePort()];
    const folder = newFolder();
    writeFileSync(join(folder, 'cert.pem'), cert);
    writeFileSync(join(folder, 'key.pem'), key);
    const helper = `while read -r user password; do [ "$user:$password" = "${AUTH}" ] && echo OK || echo ERR; done\n`;
    writeFileSync(join(folder, 'auth.sh'), helper);
    const lines = [
      `http_port 127.0.0.1:${plain}`,
      `https_port 127.0.0.1:${secure} tls-cert=${folder}/cert.pem tls-key=${folder}/key.pem`,
      `auth_param basic program /bin/sh ${folder}/auth.sh`,
      'acl known proxy_auth REQUIRED',
      'http_access allow known',
      'http_access deny all',
      'cache deny all',
      'access_log none',
      'shutdown_lifetime 0 seconds',
      `cache_log ${folder}/cache.log`,
      `pid_filename ${folder}/squid.pid`,
      `coredump_dir ${folder}`,
      'pinger_enable off',
    ];
    const stop = await run('squid', (file) => ['-N', '-f', file], lines, folder, [plain, secure]);
    return {
      urls: { HTTP: `http://${AUTH}@127.0.0.1:${plain}`, HTTPS: `https://${AUTH}@127.0.0.1:${secure}` },
      stop,
    };
  },
};

export const dante: DebianProxy = {
  name: 'dante',
  packageName: 'dante-server',
  binary: 'danted',
  async start() {
    const port = await freePort();
    const folder = newFolder();
    const rule = '{ from: 127.0.0.0/8 to: 0.0.0.0/0 }';
    const lines = [
      `logoutput: ${folder}/log`,
      `internal: 127.0.0.1 port = ${port}`,
      'external: 127.0.0.1',
      'clientmethod: none',
      'socksmethod: none',
      'user.unprivileged: nobody',
      `client pass ${rule}`,
      `socks pass ${rule}`,
    ];
    const stop = await run('danted', (file) => ['-N', '1', '-p', join(folder, 'pid'), '-f', file], lines, folder, [
      port,
    ]);
    const url = (scheme: string) => `${scheme}://127.0.0.1:${port}`;
    return {
      urls: { SOCKS4: url('socks4'), SOCKS4a: url('socks4a'), SOCKS5: url('socks5'), SOCKS5h: url('socks5h') },
      stop,
    };
  },
};

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-proxies-'));
  // The programs give root up before they write here.
  chmodSync(folder, 0o777);
  return folder;
}

export async function run(
  program: string,
  args: (file: string) => string[],
  lines: readonly string[],
  folder: string,
  ports: readonly number[],
): Promise<() => Promise<void>> {
  const file = join(folder, 'conf');
  writeFileSync(file, `${lines.join('\n')}\n`);
  const env = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin` };
  const child = spawn(program, args(file), { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const output of [child.stdout, child.stderr]) output.on('data', (chunk) => (said += String(chunk)));
  const stop = async () => {
    await ended(child);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    for (const port of ports) await listening(port, child);
  } catch (cause) {
    await stop();
    throw new Error(`${program} did not start: ${said.slice(-500)}`, { cause });
  }
  return stop;
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), 5000).unref();
  });
}

/** Asks until somebody answers at the port, for 20 seconds at most. */
async function listening(port: number, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`nobody listens on port ${port}`);
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
