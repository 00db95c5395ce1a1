/**
 * Which proxy a URL is reached through: what the option says, otherwise what the environment says. A decision of texts
 * alone; nothing is resolved or dialled for it.
 */

import { createHash } from 'node:crypto';
import { own } from '../../message/own.ts';
import { PROXY_EXCEPTIONS } from '../../options/network-entries.ts';
import type { ProxyOptions, RequestOptions } from '../../options/options.ts';
import { BoundedMap } from '../../runtime/bounded-map.ts';
import { kindOf } from '../../runtime/kind-of.ts';
import { type HostRule, hostRule, isFor, plainName } from './host-rule.ts';
import { ipAddress } from './ip-address.ts';
import { ProxyRuleError, type ProxyServer, parseProxy } from './proxy-url.ts';

/** What of a URL decides about its proxy. */
export interface ProxyTarget {
  readonly protocol: string;
  readonly hostname: string;
  readonly port: number;
}

/** `process.env`, or a record in its place in tests. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface ProxyRules {
  /** Equal for equal rules; shows nothing of credentials. `''` when the environment decides alone. */
  readonly key: string;
  /** The proxy to take, `undefined` for none. @throws ProxyRuleError for a variable that cannot be read */
  choose(target: ProxyTarget, environment: Environment): ProxyServer | undefined;
}

/** What holds when the option is not set. */
export const environmentRules: ProxyRules = { key: '', choose: proxyFromEnvironment };

/** No proxy, or this one, whatever the target. */
export function fixedProxy(proxy: ProxyServer | undefined): ProxyRules {
  return { key: proxy?.key ?? 'direct', choose: () => proxy };
}

const DIRECT = fixedProxy(undefined);
/** Rules by the text of the option: a layer that changes options makes a new record of them with each call. */
const known = new BoundedMap<string, ProxyRules>(64);

/** The rules that option `proxy` states. @throws ProxyRuleError, a TypeError, naming what cannot be read */
export function proxyRules(option: RequestOptions['proxy']): ProxyRules {
  if (option === undefined) return environmentRules;
  // `''` is how a shell says "none".
  if (option === null || option === false || option === '') return DIRECT;
  if (typeof option === 'string' || option instanceof URL) return remembered(String(option), forAll);
  if (typeof option !== 'object' || Array.isArray(option)) {
    throw new ProxyRuleError(`option proxy must be a proxy URL, { http, https, no } or false, got ${kindOf(option)}`);
  }
  const unknown = Object.keys(option).find((name) => !['http', 'https', 'no'].includes(name));
  if (unknown !== undefined) {
    throw new ProxyRuleError(`option proxy has http, https and no, not ${JSON.stringify(unknown)}`);
  }
  const [http, https] = [entryOf('http', own(option, 'http')), entryOf('https', own(option, 'https'))];
  const no = own(option, 'no');
  return remembered(JSON.stringify([http, https, no]), (key) => byScheme({ http, https }, no || undefined, key));
}

/**
 * Whether a host is asked directly, by the entries of a list.
 * @param isLenient skip invalid entries, as curl and Python do: the environment was not written for this library alone
 * @throws ProxyRuleError for an invalid entry
 */
export function noProxy(
  list: string | readonly string[],
  source: string,
  isLenient = false,
): (target: ProxyTarget) => boolean {
  const entries = (typeof list === 'string' ? [list] : [...list]).flatMap((one) => splitList(one, source));
  const rules: HostRule[] = entries.flatMap((entry) => {
    const rule = hostRule(entry);
    if (rule !== undefined) return [rule];
    if (isLenient) return [];
    throw new ProxyRuleError(`${source} must list ${PROXY_EXCEPTIONS}, got ${JSON.stringify(entry.slice(0, 100))}`);
  });
  return ({ hostname, port }) => {
    const name = plainName(hostname);
    const address = ipAddress(name);
    return rules.some((rule) => isFor(rule, name, address, port));
  };
}

/** One entry of the option, or the whole variable, may itself be a list, separated by commas or spaces. */
function splitList(text: unknown, source: string): string[] {
  if (typeof text !== 'string')
    throw new ProxyRuleError(`${source} must be text or a list of texts, got ${kindOf(text)}`);
  return text.split(/[\s,]+/).filter((entry) => entry !== '');
}

function forAll(text: string): ProxyRules {
  return fixedProxy(parseProxy(text, 'option proxy'));
}

/** `false`, `null` and `''` mean a direct connection; `undefined` leaves the choice to the environment. */
function entryOf(name: string, value: unknown): string | false | undefined {
  if (value === undefined) return undefined;
  if (value === null || value === false || value === '') return false;
  if (typeof value === 'string' || value instanceof URL) return String(value);
  throw new ProxyRuleError(`option proxy.${name} must be a proxy URL or false, got ${kindOf(value)}`);
}

/** The rules of `{ http, https, no }`. A scheme that is not named there is left to the environment. */
function byScheme(
  given: Readonly<Record<'http' | 'https', string | false | undefined>>,
  no: ProxyOptions['no'],
  text: string,
): ProxyRules {
  const read = (name: 'http' | 'https') =>
    typeof given[name] === 'string' ? parseProxy(given[name], `option proxy.${name}`) : given[name];
  const proxies = { http: read('http'), https: read('https') };
  const isExcepted = no ? noProxy(no, 'option proxy.no') : () => false;
  return {
    key: createHash('sha256').update(text).digest('base64url'),
    choose(target, environment) {
      if (isExcepted(target)) return undefined;
      const proxy = proxies[schemeOf(target)];
      return proxy === undefined ? proxyFromEnvironment(target, environment) : proxy || undefined;
    },
  };
}

/**
 * Lower case counts before upper case, a scheme's own variable before `all_proxy`, an empty one as unset.
 * `HTTP_PROXY` is not read where `REQUEST_METHOD` is set: a CGI server puts a client's `Proxy` header there (httpoxy).
 */
function proxyFromEnvironment(target: ProxyTarget, environment: Environment): ProxyServer | undefined {
  const scheme = schemeOf(target);
  const isCgi = scheme === 'http' && read(environment, 'REQUEST_METHOD') !== undefined;
  const own = [`${scheme}_proxy`, `${scheme.toUpperCase()}_PROXY`];
  // Windows knows one variable under both names.
  const names = isCgi ? (isCaseBlind(environment) ? [] : [own[0]!]) : own;
  const name = [...names, 'all_proxy', 'ALL_PROXY'].find((one) => read(environment, one) !== undefined);
  if (name === undefined) return undefined;
  const except = ['no_proxy', 'NO_PROXY'].find((one) => read(environment, one) !== undefined);
  if (except !== undefined && exceptionsOf(read(environment, except)!, except)(target)) return undefined;
  return proxyOf(read(environment, name)!, name);
}

/** WebSockets use the proxy of the scheme that carries their handshake. */
function schemeOf({ protocol }: ProxyTarget): 'http' | 'https' {
  return protocol === 'https:' || protocol === 'wss:' ? 'https' : 'http';
}

/** Own properties only: `process.env` has a prototype, which may be polluted. */
function read(environment: Environment, name: string): string | undefined {
  const value = Object.hasOwn(environment, name) ? environment[name]?.trim() : undefined;
  return value === '' ? undefined : value;
}

/** Whether this is the environment of Windows, where `http_proxy` and `HTTP_PROXY` are one variable. */
function isCaseBlind(environment: Environment): boolean {
  return process.platform === 'win32' && environment === process.env;
}

/** What `no_proxy` says, by its text: the variable is read for every request. */
const exceptions = new BoundedMap<string, (target: ProxyTarget) => boolean>(8);

function exceptionsOf(text: string, name: string): (target: ProxyTarget) => boolean {
  const test = exceptions.use(text) ?? noProxy(text, `the variable ${name}`, true);
  exceptions.set(text, test);
  return test;
}

/** The proxy that a variable names. `fixedProxy` reads no target, so that an empty one is enough. */
function proxyOf(text: string, name: string): ProxyServer | undefined {
  return remembered(`${name}=${text}`, () => fixedProxy(parseProxy(text, `the variable ${name}`))).choose(
    { protocol: '', hostname: '', port: 0 },
    {},
  );
}

/** The rules of a text, parsed once; parsing hashes the credentials, which is too slow for every request. */
function remembered(text: string, make: (text: string) => ProxyRules): ProxyRules {
  const rules = known.use(text) ?? make(text);
  known.set(text, rules);
  return rules;
}
