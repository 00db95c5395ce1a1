/**
 * What the fetch of Bun and of Deno takes beside the standard's: a proxy, TLS, a unix socket, bodies left as they came. An
 * option that one of them can honour is handed on to it; whatever else asks for the connection stays refused.
 */

import { IDEMPOTENT } from '../../message/methods.ts';
import type { HttpRequest } from '../../message/request.ts';
import type { Pem, ProxyOptions, RequestOptions } from '../../options/options.ts';
import { BoundedMap } from '../../runtime/bounded-map.ts';
import { needBuiltin, type RuntimeName, runtimeName } from '../../runtime/platform.ts';

type Name = keyof RequestOptions;

const HANDED_ON: Readonly<Partial<Record<RuntimeName, readonly Name[]>>> = {
  bun: ['proxy', 'verify', 'ca', 'cert', 'sslKey', 'socketPath', 'keepAlive', 'decodeContent'],
  deno: ['proxy', 'ca', 'cert', 'sslKey', 'socketPath', 'keepAlive'],
};

const BUN_PROXIES = /^https?:/i;
const DENO_PROXIES = /^(?:https?|socks5h?):/i;

/** Whether the runtime's own fetch honours this option. */
export function handsOn(name: Name, options: RequestOptions): boolean {
  const runtime = runtimeName();
  if (!HANDED_ON[runtime]?.includes(name)) return false;
  if (name === 'proxy') return canProxy(options.proxy, runtime === 'bun' ? BUN_PROXIES : DENO_PROXIES);
  // A certificate without its key, or with a passphrase, is nothing that Deno takes.
  if (runtime === 'deno' && (name === 'cert' || name === 'sslKey')) {
    return Boolean(options.cert && options.sslKey) && !Array.isArray(options.cert) && !Array.isArray(options.sslKey);
  }
  return true;
}

function canProxy(given: RequestOptions['proxy'], schemes: RegExp): boolean {
  // What is asked directly is a rule of ours, of which their proxies know nothing.
  if (isRecord(given)) return !given.no && [given.http, given.https].every((one) => !one || schemes.test(one));
  return schemes.test(String(given));
}

function isRecord(given: RequestOptions['proxy']): given is ProxyOptions {
  return typeof given === 'object' && given !== null && !(given instanceof URL);
}

/** Members of the init that the standard does not know. */
export interface NativeInit {
  proxy?: string;
  unix?: string;
  tls?: Record<string, unknown>;
  keepalive?: boolean;
  decompress?: boolean;
  client?: DenoClient;
}

interface DenoClient {
  close(): void;
}

interface DenoRuntime {
  createHttpClient?(options: Record<string, unknown>): DenoClient;
}

/** Clients of Deno's that are kept; each has connections of its own. */
const KEPT = 50;

/** What a handler adds to each init, and the connections that it has made for that. */
export class NativeFetch {
  readonly #clients = new BoundedMap<string, DenoClient>(KEPT);

  init(request: HttpRequest, options: RequestOptions): NativeInit {
    const runtime = runtimeName();
    if (runtime === 'bun') return bunInit(request, options);
    return runtime === 'deno' ? this.#denoInit(request, options) : {};
  }

  close(): void {
    for (const client of this.#clients.values()) client.close();
    this.#clients.clear();
  }

  #denoInit(request: HttpRequest, options: RequestOptions): NativeInit {
    const { Deno } = globalThis as { Deno?: DenoRuntime };
    const settings: Record<string, unknown> = {};
    const proxy = proxyFor(request, options);
    if (proxy !== undefined) settings['proxy'] = { url: withoutUserinfo(proxy), ...basicAuth(proxy) };
    if (options.socketPath) settings['proxy'] = { transport: 'unix', path: options.socketPath };
    if (options.ca) settings['caCerts'] = list(options.ca).map(pemText);
    if (options.cert && options.sslKey) {
      settings['cert'] = pemText(options.cert as Pem);
      settings['key'] = pemText(options.sslKey as Pem);
    }
    // Deno sends a request again by itself when a connection that it kept turns out dead, whatever its method.
    if (!IDEMPOTENT.has(request.method) || options.keepAlive === false) settings['poolMaxIdlePerHost'] = 0;
    if (Object.keys(settings).length === 0 || Deno?.createHttpClient === undefined) return {};
    const key = JSON.stringify(settings);
    let client = this.#clients.use(key);
    if (client === undefined) this.#clients.set(key, (client = Deno.createHttpClient(settings)));
    return { client };
  }
}

function bunInit(request: HttpRequest, options: RequestOptions): NativeInit {
  const init: NativeInit = {};
  const proxy = proxyFor(request, options);
  if (proxy !== undefined) init.proxy = proxy;
  if (options.socketPath) init.unix = options.socketPath;
  if (options.keepAlive === false) init.keepalive = false;
  if (options.decodeContent === false) init.decompress = false;
  const tls: Record<string, unknown> = {};
  if (options.verify === false) tls['rejectUnauthorized'] = false;
  const ca = typeof options.verify === 'string' ? options.verify : options.ca;
  if (ca) tls['ca'] = list(ca).map(pemText);
  for (const [name, given] of [
    ['cert', options.cert],
    ['key', options.sslKey],
  ] as const) {
    if (!given) continue;
    const [pem, passphrase] = (Array.isArray(given) ? given : [given]) as [Pem, string?];
    tls[name] = pemText(pem);
    if (passphrase !== undefined) tls['passphrase'] = passphrase;
  }
  if (Object.keys(tls).length > 0) init.tls = tls;
  return init;
}

function proxyFor({ url }: HttpRequest, { proxy }: RequestOptions): string | undefined {
  if (!proxy) return undefined;
  const found = isRecord(proxy) ? (/^https:/i.test(url) ? proxy.https : proxy.http) : String(proxy);
  return found || undefined;
}

function withoutUserinfo(url: string): string {
  const bare = new URL(url);
  bare.username = '';
  bare.password = '';
  return bare.href;
}

function basicAuth(url: string): { basicAuth?: { username: string; password: string } } {
  const { username, password } = new URL(url);
  if (username === '') return {};
  return { basicAuth: { username: decodeURIComponent(username), password: decodeURIComponent(password) } };
}

function list<T>(given: T | readonly T[]): readonly T[] {
  return Array.isArray(given) ? given : [given as T];
}

/** PEM text, its bytes, or a file that has it. */
function pemText(given: Pem): string {
  if (typeof given !== 'string') return new TextDecoder().decode(given);
  if (given.includes('-----BEGIN')) return given;
  return needBuiltin<typeof import('node:fs')>('node:fs', `the certificate "${given}"`).readFileSync(given, 'utf8');
}
