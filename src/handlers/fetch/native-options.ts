/**
 * Which transport options can be honoured over a runtime's own fetch. The standard has none of them, but Bun and Deno take
 * a proxy, certificates and more beside it: `native.ts` hands those on, and the rest is refused with the words that are
 * found here.
 */
import { own } from '../../message/own.ts';
import type { HttpRequest } from '../../message/request.ts';
import type { ProxyOptions, RequestOptions } from '../../options/options.ts';
import { type RuntimeName, runtimeName } from '../../runtime/platform.ts';

type Name = keyof RequestOptions;

const SHARED = ['proxy', 'verify', 'ca', 'cert', 'sslKey', 'socketPath', 'keepAlive', 'version'] as const;
/** What each runtime may be given; `handsOn` says for which values. */
export const HANDED_ON = {
  bun: [...SHARED, 'tls', 'decodeContent'],
  deno: [...SHARED, 'localAddress'],
} as const satisfies Partial<Record<RuntimeName, readonly Name[]>>;

const BUN_PROXIES = /^https?:/i;
const DENO_PROXIES = /^(?:https?|socks5h?):/i;

/** What Bun cannot do over HTTP/3: it trusts the certificate authorities of the process, and goes through no proxy. */
const NOT_OVER_HTTP3: readonly Name[] = ['proxy', 'ca', 'cert', 'sslKey', 'tls', 'socketPath'];

/** Whether the runtime's own fetch honours this option. */
export function handsOn(name: Name, options: RequestOptions): boolean {
  const runtime = runtimeName();
  if (runtime !== 'bun' && runtime !== 'deno') return false;
  const known: readonly Name[] = HANDED_ON[runtime];
  if (!known.includes(name)) return false;
  if (name === 'proxy') return canProxy(options.proxy, runtime === 'bun' ? BUN_PROXIES : DENO_PROXIES);
  if (name === 'tls') return Object.keys(options.tls || {}).every((one) => one === 'servername');
  if (runtime === 'bun') return true;
  if (name === 'version') return options.version !== '3';
  // Deno checks every certificate, and takes no passphrase.
  if (name === 'verify') return typeof options.verify === 'string';
  return !((name === 'cert' || name === 'sslKey') && Array.isArray(options[name]));
}

/** Why the runtime's own fetch would do something else than what is asked, in words for an error message. */
export function keptBack(request: HttpRequest, options: RequestOptions): string | undefined {
  const { version } = options;
  const runtime = runtimeName();
  if (version === '3' && runtime !== 'bun')
    return "option version '3' is not supported, only Bun's fetch speaks HTTP/3";
  if (version === '3' || (version === '2' && runtime !== 'node')) {
    if (schemeOf(request) === 'http') return `option version '${version}' is not supported but over https:`;
  }
  return (version === '3' ? notOverHttp3(options) : undefined) ?? proxyRefusal(request, options, runtime);
}

function notOverHttp3(options: RequestOptions): string | undefined {
  const other = NOT_OVER_HTTP3.find((name) => options[name]);
  if (other !== undefined) return `option ${other} is not supported over HTTP/3`;
  return typeof options.verify === 'string' ? 'option verify is not supported over HTTP/3 but as false' : undefined;
}

/**
 * Why a proxy, or none, cannot be had as asked. Without the option the runtime's own rules hold; with `proxy: false` a
 * request must not go through the proxy of the environment, which not every runtime can be told.
 */
function proxyRefusal(request: HttpRequest, options: RequestOptions, runtime: RuntimeName): string | undefined {
  const scheme = schemeOf(request);
  if (runtime === 'deno' && scheme === 'https' && /^https?:\/\/[^/?#]*@/i.test(proxyFor(request, options) ?? '')) {
    return "option proxy is not supported with credentials for https:, Deno's fetch shows them to the server";
  }
  if (!isDirect(options.proxy, scheme) || !namesProxy(scheme)) return undefined;
  if (runtime === 'node' && isLedByEnvironment()) {
    return 'option proxy: false is not supported, with NODE_USE_ENV_PROXY fetch sends through the proxy of the environment';
  }
  return runtime === 'deno' && scheme === 'https'
    ? "option proxy: false is not supported for https:, Deno's fetch sends through the proxy of the environment"
    : undefined;
}

/** The proxy that the option names for this request. */
export function proxyFor(request: HttpRequest, { proxy }: RequestOptions): string | undefined {
  if (!proxy) return undefined;
  const found = isRecord(proxy) ? own(proxy, schemeOf(request)) : proxy;
  return found ? String(found) : undefined;
}

export function schemeOf({ url }: HttpRequest): 'http' | 'https' {
  return /^https:/i.test(url) ? 'https' : 'http';
}

/** Whether the option says that no proxy is to be taken, whatever the environment says. */
export function isDirect(given: RequestOptions['proxy'], scheme: 'http' | 'https'): boolean {
  const found = isRecord(given) ? own(given, scheme) : given;
  return found === false || found === null || found === '';
}

/** Whether the environment may name a proxy: also where it may not be asked. */
export function namesProxy(scheme: 'http' | 'https'): boolean {
  try {
    const { env } = process;
    const names = [`${scheme}_proxy`, 'all_proxy'].flatMap((name) => [name, name.toUpperCase()]);
    return names.some((name) => Boolean(own(env, name)));
  } catch {
    // Deno asks for a permission.
    return true;
  }
}

/**
 * Whether Node was told to send every fetch through the proxy of the environment; no single request can be excepted then.
 */
function isLedByEnvironment(): boolean {
  return own(process.env, 'NODE_USE_ENV_PROXY') === '1' || process.execArgv.includes('--use-env-proxy');
}

function canProxy(given: RequestOptions['proxy'], schemes: RegExp): boolean {
  // A list of hosts without a proxy (`no`) is a rule of this library that those runtimes do not know.
  if (isRecord(given)) {
    return (
      !own(given, 'no') && [own(given, 'http'), own(given, 'https')].every((one) => !one || schemes.test(String(one)))
    );
  }
  return schemes.test(String(given));
}

function isRecord(given: RequestOptions['proxy']): given is ProxyOptions {
  return typeof given === 'object' && given !== null && !(given instanceof URL);
}
