/**
 * Writes options in the way in which the fetch of Bun and of Deno takes them beside the standard's: a proxy, TLS, a unix
 * socket, the version of HTTP, bodies that stay encoded. `native-options.ts` says which options come here. Bun takes them in
 * the init of each fetch, Deno in a client that owns connections and has to be closed.
 */

import { RequestError } from '../../message/errors.ts';
import { IDEMPOTENT } from '../../message/methods.ts';
import { own } from '../../message/own.ts';
import type { HttpRequest } from '../../message/request.ts';
import type { Pem, RequestOptions } from '../../options/options.ts';
import { BoundedMap } from '../../runtime/bounded-map.ts';
import { needBuiltin, runtimeName } from '../../runtime/platform.ts';
import { isDirect, namesProxy, proxyFor, schemeOf } from './native-options.ts';

/** Members of the init that the standard does not know. */
export interface NativeInit {
  proxy?: string | false;
  unix?: string;
  tls?: Record<string, unknown>;
  keepalive?: boolean;
  decompress?: boolean;
  protocol?: 'http2' | 'http3';
  client?: DenoClient;
}

interface DenoClient {
  close(): void;
}

interface DenoRuntime {
  createHttpClient?(options: Record<string, unknown>): DenoClient;
}

/** How many of Deno's clients are kept; each has connections of its own. */
const KEPT = 50;

/** What a handler adds to the init of each fetch, and the clients that it has made for that. */
export class NativeFetch {
  readonly #clients = new BoundedMap<string, DenoClient>(KEPT);

  /**
   * What is added to the init for this request.
   * @throws RequestError (`ERR_TLS_OPTIONS`) naming what cannot be read or used
   */
  init(request: HttpRequest, options: RequestOptions): NativeInit {
    const runtime = runtimeName();
    if (runtime !== 'bun' && runtime !== 'deno') return {};
    try {
      return runtime === 'bun' ? bunInit(request, options) : this.#denoInit(request, options);
    } catch (cause) {
      const fact = `the TLS options cannot be used: ${(cause as Error).message}`;
      throw new RequestError(fact, { request, code: 'ERR_TLS_OPTIONS', cause, attempts: 0 });
    }
  }

  close(): void {
    for (const client of this.#clients.values()) client.close();
    this.#clients.clear();
  }

  #denoInit(request: HttpRequest, options: RequestOptions): NativeInit {
    const { Deno } = globalThis as { Deno?: DenoRuntime };
    const settings: Record<string, unknown> = {};
    const proxy = denoProxy(request, options);
    if (proxy !== undefined) settings['proxy'] = proxy;
    const ca = authorities(options);
    if (ca !== undefined) settings['caCerts'] = ca;
    Object.assign(settings, ownCertificate(options));
    if (options.localAddress) settings['localAddress'] = options.localAddress;
    if (options.version === '2') settings['http1'] = false;
    // Deno sends a request again by itself when a kept connection turns out dead, whatever its method. Only an idempotent
    // one may be repeated like that (RFC 9110 section 9.2.2), so that the others always get a new connection.
    if (!IDEMPOTENT.has(request.method) || options.keepAlive === false) settings['poolMaxIdlePerHost'] = 0;
    if (Object.keys(settings).length === 0 || Deno?.createHttpClient === undefined) return {};
    // Clients are shared by requests with the same settings, and so are their connections.
    const key = JSON.stringify(settings);
    let client = this.#clients.use(key);
    if (client === undefined) this.#clients.set(key, (client = Deno.createHttpClient(settings)));
    return { client };
  }
}

/**
 * Deno takes a unix socket as a kind of proxy, and so it does TCP to the server itself, which keeps it off other proxies.
 */
function denoProxy(request: HttpRequest, options: RequestOptions): Record<string, unknown> | undefined {
  if (options.socketPath) return { transport: 'unix', path: options.socketPath };
  const { protocol, hostname, port } = new URL(request.url);
  // For http: alone. With https: Deno would send plain text this way, and `keptBack` has refused such a request.
  if (protocol === 'http:' && isDirect(options.proxy, 'http') && namesProxy('http')) {
    return { transport: 'tcp', hostname: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 80) };
  }
  const proxy = proxyFor(request, options);
  return proxy === undefined ? undefined : { url: withoutUserinfo(proxy), ...basicAuth(proxy) };
}

/** Bun reads everything from the init, and owns the connections itself. */
function bunInit(request: HttpRequest, options: RequestOptions): NativeInit {
  const init: NativeInit = {};
  const proxy = proxyFor(request, options);
  if (proxy !== undefined) init.proxy = proxy;
  else if (isDirect(options.proxy, schemeOf(request))) init.proxy = false;
  if (options.socketPath) init.unix = options.socketPath;
  if (options.keepAlive === false) init.keepalive = false;
  if (options.decodeContent === false) init.decompress = false;
  if (options.version === '2' || options.version === '3') init.protocol = `http${options.version}`;
  const tls: Record<string, unknown> = { ...ownCertificate(options) };
  if (options.verify === false) tls['rejectUnauthorized'] = false;
  const ca = authorities(options);
  if (ca !== undefined) tls['ca'] = ca;
  if (options.tls) tls['serverName'] = own(options.tls, 'servername');
  if (Object.keys(tls).length > 0) init.tls = tls;
  return init;
}

/** The certificate authorities to trust: `verify` names a file of them, `ca` holds them or names files. */
function authorities({ verify, ca }: RequestOptions): string[] | undefined {
  const given = [...(typeof verify === 'string' ? [verify] : []), ...(ca ? list<Pem>(ca) : [])];
  return given.length === 0 ? undefined : given.map(pemText);
}

/** @throws TypeError when the certificate or its key is missing: with one of the two a client cannot prove who it is */
function ownCertificate({ cert, sslKey }: RequestOptions): { cert?: string; key?: string; passphrase?: string } {
  if (!cert && !sslKey) return {};
  if (!cert) throw new TypeError('sslKey is the key of a certificate, which option cert has to give');
  const [given, passphrase] = pair(cert);
  const text = pemText(given);
  if (!sslKey && !/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) {
    throw new TypeError('cert holds no key, which option sslKey has to give');
  }
  const [key, ofKey = passphrase] = sslKey ? pair(sslKey) : [text];
  return { cert: text, key: pemText(key), ...(ofKey !== undefined && { passphrase: ofKey }) };
}

function pair(given: Pem | readonly [Pem, string]): readonly [Pem, string?] {
  return Array.isArray(given) ? (given as readonly [Pem, string]) : [given as Pem];
}

function withoutUserinfo(url: string): string {
  const bare = new URL(url);
  bare.username = '';
  bare.password = '';
  return bare.href;
}

/** Deno takes the credentials of a proxy apart from its URL. */
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
